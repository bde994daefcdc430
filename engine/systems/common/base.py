"""The interface of a system, which is anything that can be iterated.

A system is an iterated map: what is given (`problem`), where a run starts (`initial`) and one step
(`step`). It is written for a single run, in JAX, and knows nothing of grids, batches or devices.
`engine.training.program` is the one place that maps it over runs.
"""

import abc
import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import jax

from engine import settings
from engine.errors import InputError
from engine.settings import Setting

Problem = Any  # a pytree of arrays: all that is random or given, the same for every run
State = Any  # a pytree of arrays: what one step changes
Array = Any  # a NumPy array, or what JAX traces in its place
Tracked = Any  # the loss, or a NamedTuple of scalars of which it is the first
Hyperparameters = dict[str, jax.Array]  # float64 scalars, by name

MOST_DRAWN = 2**27  # numbers that all runs share: 1 GiB


@dataclass(frozen=True)
class Curve:
    """Something known of a system that can be drawn over its pictures: where a number is zero.

    Attributes:
        name: by which it is asked for.
        about: what it is, in words.
        function: the number, from the problem and all hyperparameters by name, which are floats or
            float64 arrays that broadcast; NaN where it means nothing. None for a curve without a
            closed form: where the values of another field of the same plane change sign.
        system: that other field is one of; None for the system itself.
        settings: what is set in that field; what it shares with the system is taken over.
    """

    name: str
    about: str
    function: Callable[[Problem, dict[str, Any]], Any] | None = None
    system: str | None = None
    settings: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Sweep:
    """A line through the hyperparameters along which the attractor of a system is drawn.

    Attributes:
        along: the hyperparameter that changes.
        range: from where to where, in axis units.
        quantity: the name of the tracked number whose last values are drawn; "" for the first.
        settings: what is set for it; all else is the system's own.
        marks: values of the hyperparameter that mean something, by name.
    """

    along: str
    range: tuple[float, float]
    quantity: str = ""
    settings: tuple[tuple[str, Any], ...] = ()
    marks: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Scatter:
    """How far two other fields explain the values of a plane.

    Attributes:
        about: who explains, in words.
        by: the names of the curves along which those fields vanish (see `Curve`).
    """

    about: str
    by: tuple[str, str]


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
    def plane(self) -> tuple[str, str]:
        """The hyperparameters drawn where those asked for do not matter."""
        return self.axes

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the measures that say something of its runs, the usual one first."""
        return (
            "convergence", "capped_convergence", "lyapunov", "outcome", "escape_time", "period"
        )  # fmt: skip

    @property
    def autonomous(self) -> bool:
        """Whether a step depends on the state alone, so that a state seen twice means a cycle."""
        return True

    @abc.abstractmethod
    def problem(self, seed: int, steps: int) -> Problem:
        """Return what all runs share, as float64 (or integer) NumPy arrays."""

    def continued(self, problem: Problem, seed: int, steps: int, more: int) -> Problem:
        """Return what runs share that go on for `more` steps after those of `problem`.

        The first `steps` of a problem that holds something for each step must stay as they are.
        """
        del problem
        return self.problem(seed, steps + more)

    @abc.abstractmethod
    def initial(self, problem: Problem, hyper: Hyperparameters) -> State:
        """Return the state before the first step."""

    @abc.abstractmethod
    def step(
        self, problem: Problem, state: State, hyper: Hyperparameters, t: jax.Array
    ) -> tuple[State, Tracked]:
        """Return the state after step `t` (from 0), and the numbers tracked before it.

        That is the loss, or a NamedTuple of scalars: the loss, and whatever else measures know by
        name. A run has failed once one of them is not finite. Where a step is a layer, and not an
        update, it is what is tracked after it that counts.
        """

    def hyperparameters(self) -> dict[str, Setting]:
        """Return the hyperparameters that matter under these settings, by name."""
        return {k: v for k, v in settings.table(self).items() if v.is_hyperparameter}

    def static_settings(self) -> dict[str, Setting]:
        """Return the settings, hyperparameters apart, that matter beside the others, by name."""
        return {k: v for k, v in settings.table(self).items() if not v.is_hyperparameter}

    @property
    def tracks(self) -> str:
        """What the first of the tracked numbers is called."""
        return "loss"

    @property
    def orbit(self) -> tuple[str, ...]:
        """The names of two tracked numbers in whose plane a run is drawn, or none."""
        return ()

    @property
    def orbit_start(self) -> tuple[tuple[str, Any], ...]:
        """The settings with which that plane is one of hyperparameters, or none."""
        return ()

    @property
    def parts(self) -> tuple[str, ...]:
        """What a state is made of: a name for each of its parts, or none that say anything."""
        return ()

    def split(self, state: State) -> Sequence[Any]:
        """Return the parts of a state, in the order of `parts`: pytrees of arrays."""
        return jax.tree.leaves(state)

    @property
    def parameters(self) -> int | None:
        """How many weights are trained; None where the state is no network's."""
        return None

    def curves(self) -> tuple[Curve, ...]:
        """Return what is known of the system that can be drawn over its pictures."""
        return ()

    def sweep(self) -> Sweep | None:
        """Return the line along which its attractor is drawn; None for the one through the view."""
        return None

    def scatters(self) -> tuple[Scatter, ...]:
        """Return the pairs of other fields that its values are compared with."""
        return ()

    def base_values(self) -> dict[str, float]:
        """Return the value of every hyperparameter where it is not an axis, by name."""
        return {k: getattr(self, k) for k, v in settings.table(self).items() if v.is_hyperparameter}

    def static(self) -> "System":
        """Return the system with default hyperparameters: equal ones share a compiled program."""
        defaults = {f.name: f.default for f in dataclasses.fields(self)}
        return dataclasses.replace(self, **{k: defaults[k] for k in self.base_values()})


def check_drawn(numbers: int, **because: int) -> None:
    """Raise InputError if a problem would have too many numbers to be drawn.

    Args:
        numbers: how many it would have.
        because: the settings that make it so many.
    """
    if numbers > MOST_DRAWN:
        named = ", ".join(f"{name} {value}" for name, value in because.items())
        raise InputError(
            f"{named} ask for {numbers:,} random numbers, more than {MOST_DRAWN:,}; lower one of "
            "them"
        )
