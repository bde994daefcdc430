"""The measure of convergence that was published for transformers."""

from typing import ClassVar, NamedTuple, final

import jax
import jax.numpy as jnp
import numpy as np

from engine.measures.common.measure import Measure
from engine.measures.common.reduction import Sum, failed, leading, occurrences
from engine.systems import Tracked

CAP = 10.0  # M: at most so many times the first loss counts
FLOOR = 0.4  # c: what a loss comes to, relative to the first, in a run that converges at once
PART = 20  # the first and the last 1/PART of the losses are compared
FALL, VARIANCE = 0.1, 0.01  # by how much their means differ, and how much the last ones vary


class CappedTally(NamedTuple):
    """What the measure keeps of a run."""

    first: jax.Array  # the first loss
    total: Sum  # of v = loss / first, capped
    early: Sum  # of v over the first steps
    recent: Sum  # of v over the last steps
    squares: Sum  # of v² over the last steps


@final
class CappedConvergence(Measure):
    """The measure of Torkamandi 2025 (arXiv:2501.04286, public code), guarded, with our sign.

    With v = min(loss / (first loss + 1e-8), 10) of N losses and n = N // 20, at least 1: a run has
    converged iff the mean of its last n v is below 0.4 and by more than 0.1 below that of its first
    n, and their variance is below 0.01. With S the sum of v and B = 1 + 0.4 (N - 1), its value is
    -sqrt((B - S) / (0.4 (N - 1))), else sqrt((S - B) / (1 + 9.6 (N - 1))), where what is negative
    below a root, or a loss below zero, counts as 0. N is the number of losses recorded: a run that
    fails ends there, with a last v of 10.
    """

    sides: ClassVar[tuple[str, str]] = ("converged", "diverged")
    sizes: ClassVar[tuple[tuple[str, str], ...]] = (("slowly", "fast"), ("slightly", "far"))
    about: ClassVar[str] = "the published measure of convergence of transformers"

    def init(self, like: Tracked) -> CappedTally:
        """Return the tally of a run before its first loss."""
        del like
        return CappedTally(jnp.zeros(()), *(Sum.zero() for _ in range(4)))

    def update(
        self, tally: CappedTally, tracked: Tracked, t: jax.Array, steps: jax.Array
    ) -> CappedTally:
        """Return the tally with one finite loss included."""
        loss, n = leading(tracked), _compared(steps)
        first = jnp.where(t == 0, loss, tally.first)
        v = _relative(loss, first)
        late = jnp.where(t >= steps - n, v, 0.0)
        return CappedTally(
            first,
            tally.total.add(v),
            tally.early.add(jnp.where(t < n, v, 0.0)),
            tally.recent.add(late),
            tally.squares.add(late**2),
        )

    def finish(
        self, tally: CappedTally, cycle: Tracked, t: jax.Array, steps: jax.Array
    ) -> jax.Array:
        """Return the value of the curve whose losses from `t` on repeat `cycle`."""
        ended = failed(cycle) & (t < steps)
        v = _relative(leading(cycle), tally.first)
        length, n = v.shape[0], _compared(steps)
        rest = occurrences(length, 0, steps - t)
        soon = occurrences(length, 0, jnp.maximum(n - t, 0))
        late = occurrences(length, jnp.maximum(steps - n - t, 0), steps - t)

        def extend(i: jax.Array, sums: tuple[Sum, ...]) -> tuple[Sum, ...]:
            terms = ((v[i], rest[i]), (v[i], soon[i]), (v[i], late[i]), (v[i] ** 2, late[i]))
            return tuple(s.add_times(*term) for s, term in zip(sums, terms, strict=True))

        whole, early, recent, squares = jax.lax.fori_loop(0, length, extend, tally[1:])
        # A run that failed has recorded t losses that are finite, and one that is not.
        total = jnp.where(ended, tally.total.value + CAP, whole.value)
        others = jnp.where(ended, t, steps - 1).astype(jnp.float64)  # N - 1
        mean = recent.value / n
        variance = squares.value / n - mean**2
        converged = (
            ~ended & (mean + FALL < early.value / n) & (variance < VARIANCE) & (mean < FLOOR)
        )
        base = 1 + FLOOR * others
        below = (base - total) / jnp.maximum(FLOOR * others, FLOOR)
        above = (total - base) / (1 + (CAP - FLOOR) * others)
        size = jnp.sqrt(jnp.maximum(jnp.where(converged, below, above), 0.0))
        return jnp.where(converged, -1.0, 1.0) * jnp.maximum(size, np.finfo(float).tiny)


def _compared(steps: jax.Array) -> jax.Array:
    """Return n, how many of the first and the last losses are compared."""
    return jnp.maximum(steps // PART, 1)


def _relative(loss: jax.Array, first: jax.Array) -> jax.Array:
    """Return v, from 0 to `CAP`, which is also what overflow counts as."""
    v = jnp.maximum(loss, 0.0) / (jnp.maximum(first, 0.0) + 1e-8)
    return jnp.minimum(jnp.where(jnp.isfinite(loss), v, CAP), CAP)
