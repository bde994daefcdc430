"""This module is the one interface between the engine and everything that can be iterated.

A system is an iterated map: what is given (`problem`), where a run starts (`initial`) and one step
(`step`). It is written for a single run, in JAX, and knows nothing of grids, batches or devices;
the trainer maps it over runs in exactly one place.
"""

import abc
import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

import jax

from engine import settings
from engine.settings import Setting

Problem = Any  # a pytree of arrays: all that is random or given, the same for every run
State = Any  # a pytree of arrays: what one step changes
Hyperparameters = dict[str, jax.Array]  # float64 scalars, by name


@dataclass(frozen=True)
class System(abc.ABC):
    """A family of iterated maps; its fields are its settings and hyperparameters.

    Subclasses are frozen dataclasses whose fields come from `engine.settings`, and define the
    three methods below. Their arithmetic runs in the precision of the problem's arrays, while
    hyperparameters stay float64: add or multiply in float64 and cast the result back.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    axes: ClassVar[tuple[str, str]]  # the hyperparameters drawn unless others are asked for

    def __post_init__(self) -> None:
        settings.check(self)

    @property
    def autonomous(self) -> bool:
        """Whether a step depends on the state alone, so that a state seen twice means a cycle."""
        return True

    @abc.abstractmethod
    def problem(self, seed: int, steps: int) -> Problem:
        """Return what all runs share, as float64 (or integer) NumPy arrays."""

    def continued(self, problem: Problem, seed: int, steps: int, more: int) -> Problem:
        """Return what runs share that go on for `more` steps after those of `problem`.

        A system whose problem holds something for each step must keep that of the first `steps`.
        """
        del problem
        return self.problem(seed, steps + more)

    @abc.abstractmethod
    def initial(self, problem: Problem, hyper: Hyperparameters) -> State:
        """Return the state before the first step."""

    @abc.abstractmethod
    def step(
        self, problem: Problem, state: State, hyper: Hyperparameters, t: jax.Array
    ) -> tuple[State, jax.Array]:
        """Return the state after step `t` (from 0), and the tracked loss before it."""

    def hyperparameters(self) -> dict[str, Setting]:
        """Return the hyperparameters that matter under these settings, by name."""
        return {k: v for k, v in settings.table(self).items() if v.is_hyperparameter}

    def static_settings(self) -> dict[str, Setting]:
        """Return the settings, hyperparameters apart, that matter beside the others, by name."""
        return {k: v for k, v in settings.table(self).items() if not v.is_hyperparameter}

    @property
    def parts(self) -> tuple[str, ...]:
        """What a state is made of: a name for each of its leaves, or none that say anything."""
        return ()

    def base_values(self) -> dict[str, float]:
        """Return the value of every hyperparameter where it is not an axis, by name."""
        return {k: getattr(self, k) for k, v in settings.table(self).items() if v.is_hyperparameter}

    def static(self) -> "System":
        """Return the system with default hyperparameters: equal ones share a compiled program."""
        defaults = {f.name: f.default for f in dataclasses.fields(self)}
        return dataclasses.replace(self, **{k: defaults[k] for k in self.base_values()})
