"""This module is the published measure of convergence."""

from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp

from engine.measures.base import Measure, Sum, leading, occurrences
from engine.systems import Tracked

LARGEST = 1e6  # what a non-finite loss counts as, and the cap on loss / first loss
RECENT = 20  # the losses at the end whose mean decides convergence


class ConvergenceTally(NamedTuple):
    """What the convergence measure keeps of a run."""

    first: jax.Array  # the first loss; LARGEST while there is none
    total: Sum  # of v = loss / first, capped
    inverse: Sum  # of 1 / v
    recent: Sum  # of v over the last RECENT steps


class Convergence(Measure):
    """The measure of Sohl-Dickstein 2024 (arXiv:2402.06184, public notebook).

    With v = loss / first loss, non-finite losses counted as 1e6 and v capped at 1e6: a run has
    converged iff the mean of its last 20 v is below 1. Its value is then -sum(v), else sum(1/v):
    large magnitudes are runs that converged or diverged slowly.
    """

    sides: ClassVar[tuple[str, str]] = ("converged", "diverged")
    sizes: ClassVar[tuple[tuple[str, str], ...]] = (("fast", "slowly"),) * 2
    about: ClassVar[str] = "the published measure of convergence"

    def init(self, like: Tracked) -> ConvergenceTally:
        """Return the tally of a run before its first loss."""
        del like
        return ConvergenceTally(jnp.asarray(LARGEST), Sum.zero(), Sum.zero(), Sum.zero())

    def update(
        self, tally: ConvergenceTally, tracked: Tracked, t: jax.Array, steps: jax.Array
    ) -> ConvergenceTally:
        """Return the tally with one finite loss included."""
        loss = leading(tracked)
        first = jnp.where(t == 0, loss, tally.first)
        v = self._relative(loss, first)
        recent = jnp.where(t >= steps - RECENT, v, 0.0)
        return ConvergenceTally(
            first, tally.total.add(v), tally.inverse.add(1 / v), tally.recent.add(recent)
        )

    def finish(
        self, tally: ConvergenceTally, cycle: Tracked, t: jax.Array, steps: jax.Array
    ) -> jax.Array:
        """Return the value of the curve whose losses from `t` on repeat `cycle`."""
        cycle = leading(cycle)
        v = self._relative(cycle, tally.first)
        length = cycle.shape[0]
        rest = occurrences(length, 0, steps - t)
        late = occurrences(length, jnp.maximum(steps - RECENT - t, 0), steps - t)

        def extend(i: jax.Array, sums: tuple[Sum, Sum, Sum]) -> tuple[Sum, Sum, Sum]:
            total, inverse, recent = sums
            return (
                total.add_times(v[i], rest[i]),
                inverse.add_times(1 / v[i], rest[i]),
                recent.add_times(v[i], late[i]),
            )

        sums = (tally.total, tally.inverse, tally.recent)
        total, inverse, recent = jax.lax.fori_loop(0, length, extend, sums)
        converged = recent.value < jnp.minimum(RECENT, steps)
        return jnp.where(converged, -total.value, inverse.value)

    @staticmethod
    def _relative(loss: jax.Array, first: jax.Array) -> jax.Array:
        v = jnp.where(jnp.isfinite(loss), loss, LARGEST) / first
        v = jnp.where(loss == first, 1.0, v)  # a compiler may multiply by 1/first
        return jnp.where(v < LARGEST, v, LARGEST)  # also where 0/0
