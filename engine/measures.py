"""This module is the measures: streaming reductions of a run's losses to one signed number.

A measure is a triple of pure functions for one run. `init` is the tally before any loss, `update`
takes one finite loss, and `finish` is the value of the whole curve, given that the losses still to
come repeat a known cycle: a run that diverged repeats infinity, and a run whose state has come
back to where it was repeats what lay between. Nothing grows with the number of steps. What it takes
for losses are the numbers that a system tracks, and `watched` says of which system.

Sign convention: negative = converged, positive = diverged; a measure may say so in other words.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

import jax
import jax.numpy as jnp

from engine.systems import System
from engine.systems.tangent import Tangent

LARGEST = 1e6  # what a non-finite loss counts as, and the cap on loss / first loss
RECENT = 20  # the losses at the end whose mean decides convergence

Tally = Any


class Measure(Hashable, Protocol):
    """What the trainer asks of a measure. Arguments are scalars of one run."""

    @property
    def sides(self) -> tuple[str, str]:
        """What negative and positive values are called."""

    @property
    def sizes(self) -> tuple[str, str]:
        """What large and small magnitudes are called."""

    @property
    def about(self) -> str:
        """What is measured."""

    def watched(self, system: System) -> System:
        """Return what is iterated, so that its tracked numbers are those this measure reduces."""

    def init(self) -> Tally:
        """Return the tally of a run before its first loss."""

    def update(self, tally: Tally, loss: jax.Array, t: jax.Array, steps: jax.Array) -> Tally:
        """Return the tally with the finite loss of step `t` (from 0) of `steps` included."""

    def finish(self, tally: Tally, cycle: jax.Array, t: jax.Array, steps: jax.Array) -> jax.Array:
        """Return the value if loss t + i, up to `steps`, is `cycle[i % len(cycle)]`."""


class Sum(NamedTuple):
    """A sum kept as an unevaluated pair of float64, good to about 1e-32.

    Rounded once at the end it does not depend on the order or grouping of its terms, so cutting a
    run short never changes its value.
    """

    high: jax.Array
    low: jax.Array

    @staticmethod
    def zero() -> "Sum":
        """Return the empty sum."""
        return Sum(jnp.zeros(()), jnp.zeros(()))

    def add(self, term: jax.Array) -> "Sum":
        """Return the sum with `term` added (Knuth's two-sum)."""
        high = self.high + term
        part = high - self.high
        error = (self.high - (high - part)) + (term - part)
        return Sum(high, self.low + error)

    def add_times(self, term: jax.Array, count: jax.Array) -> "Sum":
        """Return the sum with `term` added `count` times, count below 2**26 (Dekker's product)."""
        split = term * 134217729.0  # 2**27 + 1
        head = jnp.where(jnp.isfinite(split), split - (split - term), term)
        tail = jnp.where(jnp.isfinite(split), term - head, 0.0)
        # Both partial products are exact: 27 bits times 26 bits fit into 53.
        some = count > 0
        return self.add(jnp.where(some, head * count, 0.0)).add(jnp.where(some, tail * count, 0.0))

    @property
    def value(self) -> jax.Array:
        """The sum, rounded to float64."""
        return jnp.where(jnp.isfinite(self.high), self.high + self.low, self.high)


class ConvergenceTally(NamedTuple):
    """What the convergence measure keeps of a run."""

    first: jax.Array  # the first loss; LARGEST while there is none
    total: Sum  # of v = loss / first, capped
    inverse: Sum  # of 1 / v
    recent: Sum  # of v over the last RECENT steps


class Convergence:
    """The measure of Sohl-Dickstein 2024 (arXiv:2402.06184, public notebook).

    With v = loss / first loss, non-finite losses counted as 1e6 and v capped at 1e6: a run has
    converged iff the mean of its last 20 v is below 1. Its value is then -sum(v), else sum(1/v):
    large magnitudes are runs that converged or diverged slowly.
    """

    sides: ClassVar[tuple[str, str]] = ("converged", "diverged")
    sizes: ClassVar[tuple[str, str]] = ("slowly", "fast")
    about: ClassVar[str] = "the published measure of convergence"

    def watched(self, system: System) -> System:
        """Return the system itself: its losses are what counts."""
        return system

    def init(self) -> ConvergenceTally:
        """Return the tally of a run before its first loss."""
        return ConvergenceTally(jnp.asarray(LARGEST), Sum.zero(), Sum.zero(), Sum.zero())

    def update(
        self, tally: ConvergenceTally, loss: jax.Array, t: jax.Array, steps: jax.Array
    ) -> ConvergenceTally:
        """Return the tally with one finite loss included."""
        first = jnp.where(t == 0, loss, tally.first)
        v = self._relative(loss, first)
        recent = jnp.where(t >= steps - RECENT, v, 0.0)
        return ConvergenceTally(
            first, tally.total.add(v), tally.inverse.add(1 / v), tally.recent.add(recent)
        )

    def finish(
        self, tally: ConvergenceTally, cycle: jax.Array, t: jax.Array, steps: jax.Array
    ) -> jax.Array:
        """Return the value of the curve whose losses from `t` on repeat `cycle`."""
        v = self._relative(cycle, tally.first)
        length = cycle.shape[0]
        rest = _occurrences(length, 0, steps - t)
        late = _occurrences(length, jnp.maximum(steps - RECENT - t, 0), steps - t)

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
        return jnp.where(v < LARGEST, v, LARGEST)  # also where 0/0


class Lyapunov:
    """The finite-time largest Lyapunov exponent of a run, in nats per step.

    The mean logarithm of the factors by which each step stretches a tangent vector that is carried
    along (see `Tangent`), over all steps, or up to the first whose loss or tangent is not finite;
    infinite if that is step 0. Negative: neighbouring runs approach each other. It is a property of
    these steps, not a limit, and of the trajectory, whatever its loss does. Where a network has
    more parameters than samples the loss has flat directions, along which nothing is stretched, and
    a run that has converged comes near zero from whatever its first steps did.
    """

    sides: ClassVar[tuple[str, str]] = ("contracting", "chaotic")
    sizes: ClassVar[tuple[str, str]] = ("strongly", "weakly")
    about: ClassVar[str] = "the finite-time largest Lyapunov exponent"

    def watched(self, system: System) -> System:
        """Return the system with a tangent vector, whose stretch it tracks."""
        return Tangent(system)

    def init(self) -> Sum:
        """Return the sum of no logarithms."""
        return Sum.zero()

    def update(self, tally: Sum, loss: jax.Array, t: jax.Array, steps: jax.Array) -> Sum:
        """Return the sum with the logarithm of one factor included."""
        del t, steps
        return tally.add(loss)

    def finish(self, tally: Sum, cycle: jax.Array, t: jax.Array, steps: jax.Array) -> jax.Array:
        """Return the mean logarithm."""
        goes_on = jnp.isfinite(cycle[0])
        rest = _occurrences(cycle.shape[0], 0, steps - t)
        whole = jax.lax.fori_loop(
            0, cycle.shape[0], lambda i, total: total.add_times(cycle[i], rest[i]), tally
        )
        return jnp.where(
            goes_on,
            whole.value / steps,
            jnp.where(t > 0, tally.value / jnp.maximum(t, 1), jnp.inf),
        )


@dataclass(frozen=True)
class Staged:
    """A measure after each of several numbers of steps, in one pass over the run.

    Its tally and value have an axis of stages; what the trainer calls `steps` is an array of them,
    shape (stages,). Each value is that of a run of so many steps; a mean may differ in the last
    bit.
    """

    measure: Measure
    stages: int

    @property
    def sides(self) -> tuple[str, str]:
        """What negative and positive values are called."""
        return self.measure.sides

    @property
    def sizes(self) -> tuple[str, str]:
        """What large and small magnitudes are called."""
        return self.measure.sizes

    @property
    def about(self) -> str:
        """What is measured."""
        return self.measure.about

    def watched(self, system: System) -> System:
        """Return what is iterated."""
        return self.measure.watched(system)

    def init(self) -> Tally:
        """Return the tallies of a run before its first loss."""
        once = self.measure.init()
        return jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (self.stages, *leaf.shape)), once)

    def update(self, tally: Tally, loss: jax.Array, t: jax.Array, steps: jax.Array) -> Tally:
        """Return the tallies with one finite loss included where it still counts."""

        def one(tally: Tally, steps: jax.Array) -> Tally:
            updated = self.measure.update(tally, loss, t, steps)
            return jax.tree.map(lambda new, old: jnp.where(t < steps, new, old), updated, tally)

        return jax.vmap(one)(tally, steps)

    def finish(self, tally: Tally, cycle: jax.Array, t: jax.Array, steps: jax.Array) -> jax.Array:
        """Return the value after each number of steps, shape (stages,)."""

        def one(tally: Tally, steps: jax.Array) -> jax.Array:
            return self.measure.finish(tally, cycle, jnp.minimum(t, steps), steps)

        return jax.vmap(one)(tally, steps)


def _occurrences(length: int, start: jax.Array | int, stop: jax.Array) -> jax.Array:
    """Return how often each phase of a cycle falls in steps start to stop - 1, shape (length,)."""
    phase = jnp.arange(length)
    count = (stop - 1 - phase) // length - (start - 1 - phase) // length
    return jnp.maximum(count, 0).astype(jnp.float64)


MEASURES: dict[str, Measure] = {"convergence": Convergence(), "lyapunov": Lyapunov()}
