"""The fate of a run: what kind of attractor it ends on, if it does not escape.

The tracked numbers of a run tell. It has come back when they are what they were before, up to
rounding, and its period is that of its first return.
"""

import functools
import math
import operator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, final

import jax
import jax.numpy as jnp

from engine.measures.common.measure import Category, Measure
from engine.measures.common.reduction import failed, leading
from engine.systems import System, Tracked
from engine.systems.common.tangent import Stretched, Tangent

PERIODS = (2, 3, 4, 5, 6, 8)  # that are categories of their own
SAME = 1e-6  # numbers nearer than this, or this share of their size, count as the same
RISE = 1e-9  # share by which a loss has to grow to have risen
ROUNDING = 1e-12  # share of the first loss below which it rises and falls by rounding alone
CHAOS = 1e-3  # nats per step by which a tangent has to grow for its run to be called chaotic
ARRIVED = 1e-9  # share of the first loss below which a run comes to rest, whatever it still does
SMALL = 1e-6  # share of the first loss below which a run counts as having arrived


class Recurrence(NamedTuple):
    """When the tracked numbers first came back to what they were at a mark (Brent 1980,
    doi:10.1007/BF01933190). A mark is set at every power of two, so that transients are forgotten.

    One combination of the numbers stands for them all, which is much quicker to compare.
    """

    mark: jax.Array
    since: jax.Array  # the step of the mark
    first_return: jax.Array  # steps to the first return; 0 before it
    before: jax.Array  # the same of the mark before

    @staticmethod
    def none() -> "Recurrence":
        """Return what is known before the first step."""
        return Recurrence(jnp.zeros(()), *(jnp.zeros((), jnp.int32),) * 3)

    def seen(self, tracked: Tracked, t: jax.Array) -> "Recurrence":
        """Return what is known once the numbers of step `t` have been seen."""
        here = _combined(tracked)
        returned = (self.first_return == 0) & _same(here, self.mark)
        first_return = jnp.where(returned, t - self.since, self.first_return)
        marks = is_mark(t)
        return Recurrence(
            jnp.where(marks, here, self.mark),
            jnp.where(marks, t, self.since),
            jnp.where(marks, 0, first_return),
            jnp.where(marks, first_return, self.before),
        )

    def period(self, cycle: Tracked, goes_on: jax.Array) -> jax.Array:
        """Return the period, 0 if none was found; a run that goes on repeats `cycle`."""
        before_the_end = jnp.where(self.first_return > 0, self.first_return, self.before)
        around = _combined(cycle)
        length = around.shape[0]
        period = jnp.asarray(length, jnp.int32)
        for shorter in [n for n in range(length // 2, 0, -1) if length % n == 0]:
            first, second = (_same(around[n + shorter], around[n]) for n in (0, 1))
            period = jnp.where(first & second, shorter, period)  # two in a row are no accident
        return jnp.where(goes_on, period, before_the_end)


def is_mark(t: jax.Array) -> jax.Array:
    """Return whether a mark is set at step `t`: at 0 and the powers of two."""
    return (t & (t - 1)) == 0


def _combined(tracked: Tracked) -> jax.Array:
    """Return a sum of the tracked numbers, in proportions that nothing else has."""
    parts = [math.sqrt(k + 1) * leaf for k, leaf in enumerate(jax.tree.leaves(tracked))]
    return functools.reduce(operator.add, parts)


def _same(some: jax.Array, others: jax.Array) -> jax.Array:
    # Not "at most": numbers whose combination overflows would all be the same.
    return jnp.abs(some - others) < SAME * jnp.maximum(1.0, jnp.abs(others))


class OutcomeTally(NamedTuple):
    """What the outcome keeps of a run."""

    recurrence: Recurrence
    first: jax.Array  # the first loss
    last: jax.Array  # the last one
    rose: jax.Array  # whether the loss has ever risen
    growth: jax.Array  # of the tangent since the last mark, in nats
    before: jax.Array  # the same from the mark before to the last one


@final
@dataclass(frozen=True)
class Outcome(Measure):
    """The kind of outcome of a run, as a class.

    A run diverges if its loss does not stay finite. Otherwise it is chaotic if a tangent vector
    grows by more than `CHAOS` nats a step over the last half or more of it (from the last power of
    two but one), periodic if its tracked numbers come back (see `Recurrence`), and unsettled if
    they do not. What comes to rest, or loses all but `ARRIVED` of its loss, does so monotonically,
    or by a catapult if the loss has ever risen on the way (Lewkowycz et al. 2020,
    arXiv:2003.02218). Where steps differ, as with batches, nothing is called periodic.
    """

    periodic: bool = True  # whether a run that comes back repeats itself

    sides: ClassVar[tuple[str, str]] = ("bounded", "diverged")
    sizes: ClassVar[tuple[tuple[str, str], ...]] = (("", ""),) * 2
    about: ClassVar[str] = "the kind of outcome"
    categories: ClassVar[tuple[Category, ...]] = (
        Category(-1, "monotone"),
        Category(-2, "catapult"),
        *(Category(-3 - k, f"period {n}") for k, n in enumerate(PERIODS)),
        Category(-9, "other period"),
        Category(-10, "chaotic"),
        Category(-11, "unsettled"),
        Category(1, "diverged"),
    )

    def suited(self, system: System) -> "Outcome":
        """Return the measure as it is for this system."""
        return Outcome(system.autonomous)

    def watched(self, system: System) -> System:
        """Return the system with a tangent vector."""
        return Tangent(system)

    def init(self, like: Stretched) -> OutcomeTally:
        """Return the tally of a run before its first step."""
        del like
        zero = jnp.zeros(())
        return OutcomeTally(Recurrence.none(), zero, zero, jnp.zeros((), bool), zero, zero)

    def update(
        self, tally: OutcomeTally, tracked: Stretched, t: jax.Array, steps: jax.Array
    ) -> OutcomeTally:
        """Return the tally with one more step included."""
        del steps
        loss, marks = leading(tracked.of), is_mark(t)
        first = jnp.where(t == 0, loss, tally.first)
        rises = (loss > tally.last * (1 + RISE)) & (loss > ROUNDING * first) & (t > 0)
        return OutcomeTally(
            tally.recurrence.seen(tracked.of, t),
            first,
            loss,
            tally.rose | rises,
            jnp.where(marks, 0.0, tally.growth) + tracked.growth,
            jnp.where(marks, tally.growth, tally.before),
        )

    def finish(
        self, tally: OutcomeTally, cycle: Stretched, t: jax.Array, steps: jax.Array
    ) -> jax.Array:
        """Return the class of the run."""
        goes_on = t < steps
        period = tally.recurrence.period(cycle.of, goes_on)
        since = tally.recurrence.since
        late = (tally.growth + tally.before) / jnp.maximum(t - since // 2, 1)
        growth = jnp.where(goes_on, jnp.mean(cycle.growth), late)
        value = jnp.where(period == 0, -11.0, -9.0)
        for k, length in enumerate(PERIODS):
            value = jnp.where(period == length, -3.0 - k, value)
        if not self.periodic:
            value = jnp.full_like(value, -11.0)
        rests = (self.periodic & (period == 1)) | (tally.last <= ARRIVED * tally.first)
        value = jnp.where(rests, jnp.where(tally.rose, -2.0, -1.0), value)
        value = jnp.where((growth > CHAOS) & ~rests, -10.0, value)
        return jnp.where(failed(cycle), 1.0, value)


@final
@dataclass(frozen=True)
class Period(Measure):
    """The period of a run: minus the steps after which its tracked numbers come back.

    Minus the number of steps if they never did, or if steps differ, as with batches; the step at
    which it left if it diverged.
    """

    periodic: bool = True  # whether a run that comes back repeats itself

    sides: ClassVar[tuple[str, str]] = ("bounded", "diverged")
    sizes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("with a short period", "long or none"), ("fast", "slowly")
    )  # fmt: skip
    about: ClassVar[str] = "the period"

    def suited(self, system: System) -> "Period":
        """Return the measure as it is for this system."""
        return Period(system.autonomous)

    def init(self, like: Tracked) -> Recurrence:
        """Return the tally of a run before its first step."""
        del like
        return Recurrence.none()

    def update(
        self, tally: Recurrence, tracked: Tracked, t: jax.Array, steps: jax.Array
    ) -> Recurrence:
        """Return the tally with one more step included."""
        del steps
        return tally.seen(tracked, t)

    def finish(
        self, tally: Recurrence, cycle: Tracked, t: jax.Array, steps: jax.Array
    ) -> jax.Array:
        """Return the period."""
        period = tally.period(cycle, t < steps)
        returns = (period > 0) & self.periodic
        bounded = -jnp.where(returns, period, steps).astype(jnp.float64)
        return jnp.where(failed(cycle), escaped(t), bounded)


@final
class EscapeTime(Measure):
    """How long a run takes to escape, or to arrive.

    The number of steps after which its loss is no longer finite; for the others minus the number
    of steps from which on it stays below a millionth of the first, or minus all of them.
    """

    sides: ClassVar[tuple[str, str]] = ("bounded", "escaped")
    sizes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("and arrived fast", "slowly or never"), ("fast", "slowly")
    )  # fmt: skip
    about: ClassVar[str] = "the time of escape or arrival"

    def init(self, like: Tracked) -> tuple[jax.Array, jax.Array]:
        """Return the first loss, and steps up to the last loss that was not small."""
        del like
        return jnp.zeros(()), jnp.zeros((), jnp.int32)

    def update(
        self, tally: tuple[jax.Array, jax.Array], tracked: Tracked, t: jax.Array, steps: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """Return the tally with one more step included."""
        del steps
        loss = leading(tracked)
        first = jnp.where(t == 0, loss, tally[0])
        return first, jnp.where(loss > SMALL * first, t + 1, tally[1])

    def finish(
        self, tally: tuple[jax.Array, jax.Array], cycle: Tracked, t: jax.Array, steps: jax.Array
    ) -> jax.Array:
        """Return the time."""
        first, arrived = tally
        restless = (t < steps) & jnp.any(leading(cycle) > SMALL * first)
        time = jnp.maximum(jnp.where(restless, steps, arrived), 1).astype(jnp.float64)
        return jnp.where(failed(cycle), escaped(t), -time)


def escaped(t: jax.Array) -> jax.Array:
    """Return the value of a run that escaped at step `t`."""
    return jnp.maximum(t, 1).astype(jnp.float64)
