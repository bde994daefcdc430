"""The published measure of convergence."""

from typing import ClassVar, NamedTuple, final

import jax
import jax.numpy as jnp

from engine.measures.common.measure import Measure
from engine.measures.common.reduction import Sum, leading, occurrences
from engine.systems import Tracked

LARGEST = 1e6  # the cap on loss / first loss, which a loss that is not finite reaches
MOST_INVERSE = 1e300  # the cap on first loss / loss, so that sums of it stay finite
RECENT = 20  # the losses at the end whose mean decides convergence


class ConvergenceTally(NamedTuple):
    """What the convergence measure keeps of a run."""

    first: jax.Array  # the first loss; 1 while there is none
    total: Sum  # of v = loss / first, capped
    inverse: Sum  # of 1 / v
    recent: Sum  # of v over the last RECENT steps


@final
class Convergence(Measure):
    """The measure of Sohl-Dickstein 2024 (arXiv:2402.06184, public notebook).

    With v = loss / first loss, capped at 1e6: a run has converged iff the mean of its last 20 v is
    below 1. Its value is then -sum(v), else sum(1/v): large magnitudes are runs that converged or
    diverged slowly.

    It departs from the notebook in three cases, and in no other bit. There a loss that is not
    finite counts as 1e6 and is then divided by the first loss, so that a run whose first loss is
    beyond 1e6 converges by overflowing; here the ratio is taken first and v is 1e6, so that an
    overflowed run has always diverged, with a value that does not depend on its first loss, even
    where that is not finite itself. A loss of zero, as which a negative one counts, has v = 0 also
    after a first loss of zero, where the notebook has 0/0: nothing was left to be learnt. And 1/v
    is capped at 1e300, where the notebook has infinity after a loss of zero.
    """

    sides: ClassVar[tuple[str, str]] = ("converged", "diverged")
    sizes: ClassVar[tuple[tuple[str, str], ...]] = (("fast", "slowly"),) * 2
    about: ClassVar[str] = "the published measure of convergence"

    def init(self, like: Tracked) -> ConvergenceTally:
        """Return the tally of a run before its first loss."""
        del like
        return ConvergenceTally(jnp.ones(()), Sum.zero(), Sum.zero(), Sum.zero())

    def update(
        self, tally: ConvergenceTally, tracked: Tracked, t: jax.Array, steps: jax.Array
    ) -> ConvergenceTally:
        """Return the tally with one finite loss included."""
        loss = leading(tracked)
        first = jnp.where(t == 0, jnp.maximum(loss, 0.0), tally.first)
        v = jnp.where(t == 0, 1.0, _relative(loss, first))
        recent = jnp.where(t >= steps - RECENT, v, 0.0)
        return ConvergenceTally(
            first, tally.total.add(v), tally.inverse.add(_inverse(v)), tally.recent.add(recent)
        )

    def finish(
        self, tally: ConvergenceTally, cycle: Tracked, t: jax.Array, steps: jax.Array
    ) -> jax.Array:
        """Return the value of the curve whose losses from `t` on repeat `cycle`."""
        cycle = leading(cycle)
        v = _relative(cycle, tally.first)
        length = cycle.shape[0]
        rest = occurrences(length, 0, steps - t)
        late = occurrences(length, jnp.maximum(steps - RECENT - t, 0), steps - t)

        def extend(i: jax.Array, sums: tuple[Sum, Sum, Sum]) -> tuple[Sum, Sum, Sum]:
            total, inverse, recent = sums
            return (
                total.add_times(v[i], rest[i]),
                inverse.add_times(_inverse(v[i]), rest[i]),
                recent.add_times(v[i], late[i]),
            )

        sums = (tally.total, tally.inverse, tally.recent)
        total, inverse, recent = jax.lax.fori_loop(0, length, extend, sums)
        converged = recent.value < jnp.minimum(RECENT, steps)
        return jnp.where(converged, -total.value, inverse.value)


def _relative(loss: jax.Array, first: jax.Array) -> jax.Array:
    """Return v = loss / first loss, from 0 to `LARGEST`, which is also what overflow counts as."""
    v = jnp.where(loss == first, 1.0, loss / first)  # a compiler may multiply by 1/first
    v = jnp.where(loss <= 0, 0.0, v)
    return jnp.where(jnp.isfinite(loss) & (v < LARGEST), v, LARGEST)


def _inverse(v: jax.Array) -> jax.Array:
    return jnp.minimum(1 / v, MOST_INVERSE)
