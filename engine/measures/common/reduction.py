"""Reductions: a run in, a number or a few out, step by step.

A reduction is a triple of pure functions for one run. `init` is the tally before any step, `update`
takes the numbers that a step tracks, and `finish` is the value of the whole run, given that the
numbers still to come repeat a known cycle: a run that failed repeats infinity, and a run whose
state has come back to where it was repeats what lay between. Nothing grows with the number of
steps. The tracked numbers are those of a system, and `watched` says of which.
"""

import abc
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from engine.systems import System, Tracked

Tally = Any


class Reduction(abc.ABC):
    """What the trainer asks for. Arguments are those of one run; reductions are hashable."""

    def suited(self, system: System) -> "Reduction":
        """Return the reduction as it is for this system."""
        del system
        return self

    def watched(self, system: System) -> System:
        """Return what is iterated, so that its tracked numbers are those that are reduced."""
        return system

    @abc.abstractmethod
    def init(self, like: Tracked) -> Tally:
        """Return the tally of a run before its first step; what steps track is like `like`."""

    @abc.abstractmethod
    def update(self, tally: Tally, tracked: Tracked, t: jax.Array, steps: jax.Array) -> Tally:
        """Return the tally with what step `t` (from 0) of `steps` tracks, all finite, included."""

    @abc.abstractmethod
    def finish(self, tally: Tally, cycle: Tracked, t: jax.Array, steps: jax.Array) -> jax.Array:
        """Return the value if step t + i, up to `steps`, tracks `cycle[i % length]`.

        Each number of the cycle has shape (length,).
        """


def leading(tracked: Tracked) -> jax.Array:
    """Return the first of the tracked numbers: the loss, where a system tracks it."""
    first: jax.Array = jax.tree.leaves(tracked)[0]
    return first


def failed(cycle: Tracked) -> jax.Array:
    """Return whether the run ended in numbers that are not finite."""
    return ~jnp.isfinite(leading(cycle)[0])


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


def occurrences(length: int, start: jax.Array | int, stop: jax.Array) -> jax.Array:
    """Return how often each phase of a cycle falls in steps start to stop - 1, shape (length,)."""
    phase = jnp.arange(length)
    count = (stop - 1 - phase) // length - (start - 1 - phase) // length
    return jnp.maximum(count, 0).astype(jnp.float64)
