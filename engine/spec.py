"""One experiment as plain, frozen, hashable, JSON-able values."""

import dataclasses
import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import jax
import numpy as np

from engine import settings
from engine.errors import InputError, read_json, shown, unknown
from engine.inputs import Grid
from engine.measures import MEASURES
from engine.plane import Axis, Window
from engine.settings import SCALES, Setting, setting
from engine.systems import Problem, System, system_class

PRECISIONS = ("float64", "float32")
MOST_STEPS = 1_000_000
UNEVEN = 2.0  # octaves between the default ranges of two axes, from which a plane is stretched
SMALLEST_RANGE, LARGEST_RANGE = 1e-12, 1000.0  # of an axis, where nothing says what is usual


@dataclass(frozen=True)
class Spec:
    """One experiment: a system, the plane it is drawn on, and how long and how its runs are judged.

    Two specs are equal iff they describe the same field. Every value is checked when the spec is
    made; InputError names the value that is wrong and the choices.
    """

    system: System
    x: Axis
    y: Axis
    measure: str = setting(
        "convergence", "what a run is reduced to", choices=tuple(MEASURES), group="runs"
    )
    steps: int = setting(
        500, "training steps of every run", low=1, high=MOST_STEPS, unit="steps", group="runs"
    )
    seed: int = setting(
        0, "seed of all random draws; 0 as published", low=0, high=2**31 - 100, group="runs"
    )
    precision: str = setting("float64", "arithmetic of the runs", choices=PRECISIONS, group="runs")

    def __post_init__(self) -> None:
        settings.check(self)
        if self.measure not in self.system.measures:
            raise unknown(f"measure of {self.system.name}", self.measure, self.system.measures)
        hyperparameters = self.system.hyperparameters()
        for axis in (self.x, self.y):
            if axis.name not in hyperparameters:
                raise unknown(f"axis for {self.system.name}", axis.name, hyperparameters)
        if self.x.name == self.y.name:
            raise InputError(f"the axes must be two hyperparameters, not {self.x.name!r} twice")

    @staticmethod
    def make(system: str, values: dict[str, Any] | None = None) -> "Spec":
        """Return the spec of a system with its defaults, changed by `values` (see `replace`)."""
        kind = system_class(system)
        default = kind()
        taken = {"x", "y", "x_scale", "y_scale", *settings.table(Spec)} & set(settings.table(kind))
        if taken:
            raise InputError(f"{system} calls settings as every spec does: {', '.join(taken)}")
        x, y = (_axis(default, name, None) for name in kind.axes)
        return Spec(default, x, y, default.measures[0]).replace(values or {})

    def replace(self, values: dict[str, Any]) -> "Spec":
        """Return the spec with some of its flat values changed.

        The names are the system's settings and hyperparameters, the spec's own settings, and `x`,
        `y`, `x_scale` and `y_scale`. An axis set without a scale takes its hyperparameter's own. An
        axis or a measure that does not go with the new settings gives way to the system's own.
        """
        choices = self.choices()
        for name in values:
            if name not in choices:
                raise unknown(f"setting of {self.system.name}", name, choices)
        of_system = {k: v for k, v in values.items() if k in settings.table(self.system)}
        own = {k: v for k, v in values.items() if k in settings.table(self)}
        system = dataclasses.replace(self.system, **of_system)
        if self.measure not in system.measures:
            own.setdefault("measure", system.measures[0])
        axes = self._axes(system, values)
        x, y = (_axis(system, *axes[which]) for which in ("x", "y"))
        return dataclasses.replace(self, system=system, x=x, y=y, **own)

    def set(self, assignments: Iterable[str]) -> "Spec":
        """Return the spec with `key=value` texts applied, as a command line gives them."""
        values: dict[str, Any] = {}
        current = self.flat()
        for assignment in assignments:
            name, equals, text = assignment.partition("=")
            name = name.strip().replace("-", "_")
            if not equals:
                raise InputError(f"a setting is written key=value, not {shown(assignment)}")
            if name not in current:
                raise unknown(f"setting of {self.system.name}", name, current)
            values[name] = settings.parse(name, text.strip(), current[name])
        return self.replace(values)

    def choices(self) -> dict[str, Setting]:
        """Return every setting that `replace` and `set` take, by name."""
        names = tuple(self.system.hyperparameters())
        axes = {
            "x": Setting("hyperparameter along x", choices=names, group="axes"),
            "x_scale": Setting("scale of x", choices=SCALES, group="axes"),
            "y": Setting("hyperparameter along y", choices=names, group="axes"),
            "y_scale": Setting("scale of y", choices=SCALES, group="axes"),
        }
        own = settings.table(self)
        own["measure"] = dataclasses.replace(own["measure"], choices=self.system.measures)
        return {**settings.table(self.system), **axes, **own}

    def applicable(self) -> dict[str, Setting]:
        """Return those of `choices` that make a difference to this spec, by name.

        A hyperparameter along an axis is left out: it has no value of its own.
        """
        matter = {**self.system.static_settings(), **self.system.hyperparameters()}
        of_system = settings.table(self.system)
        along = (self.x.name, self.y.name)
        return {
            name: about
            for name, about in self.choices().items()
            if (name in matter or name not in of_system) and name not in along
        }

    @property
    def stretch(self) -> int:
        """How the plane is drawn: one axis unit of x is as long as 2**stretch of y.

        0 where the default ranges of both axes are about as long; else the power of two that makes
        them so.
        """
        (x0, x1), (y0, y1) = (self.default_range(axis) for axis in (self.x, self.y))
        octaves = math.log2((y1 - y0) / (x1 - x0))
        return round(octaves) if abs(octaves) >= UNEVEN else 0

    def on_plane(self, window: Window) -> Window:
        """Return a window with the stretch of the spec's plane; it may come from outside."""
        return dataclasses.replace(window, stretch=self.stretch)

    def home(self) -> Window:
        """Return the window that shows the default range of both axes."""
        (x0, x1), (y0, y1) = (self.default_range(axis) for axis in (self.x, self.y))
        x, y = (Decimal(repr((low + high) / 2)) for low, high in ((x0, x1), (y0, y1)))
        width = max(x1 - x0, (y1 - y0) / 2.0**self.stretch)
        return Window(x, y, width / 2, stretch=self.stretch)

    def default_range(self, axis: Axis) -> tuple[float, float]:
        """Return the extent that an axis has unless somebody says otherwise, in axis units.

        On a scale that is not its own a hyperparameter gets what is near its usual values.
        """
        about = self.axis_setting(axis)
        if axis.scale == about.scale:
            return about.range
        if axis.scale == "linear":
            value = abs(getattr(self.system, axis.name)) or 1.0
            largest = 10.0 ** min(about.range[1], math.log10(LARGEST_RANGE))
            return 0.0, min(max(10 * value, SMALLEST_RANGE), largest)
        largest = max(map(abs, about.range))
        top = math.log10(largest) if largest else 0.0
        return top - 4, top

    def at(self, columns: Sequence[Decimal], rows: Sequence[Decimal]) -> Grid:
        """Return what the runs at the points of a grid are given.

        Nothing else turns coordinates into the floats of a run.

        Args:
            columns: coordinates along x, exact, in axis units.
            rows: the same along y.
        """
        return Grid.of((self.x, self.y), columns, rows)

    def flat(self) -> dict[str, Any]:
        """Return every value of the spec but the system's name, by the names of `choices`."""
        of_system = {k: getattr(self.system, k) for k in settings.table(self.system)}
        own = {k: getattr(self, k) for k in settings.table(self)}
        axes = {
            "x": self.x.name,
            "x_scale": self.x.scale,
            "y": self.y.name,
            "y_scale": self.y.scale,
        }
        return {**of_system, **axes, **own}

    def problem(self) -> Problem:
        """Return what all runs share, its floating arrays in the precision of the runs."""
        return self._cast(self.system.problem(self.seed, self.steps))

    def continued_problem(self, more: int) -> Problem:
        """Return what runs share that go on for `more` steps after those of the spec."""
        problem = self.system.problem(self.seed, self.steps)
        return self._cast(self.system.continued(problem, self.seed, self.steps, more))

    def _cast(self, problem: Problem) -> Problem:
        def cast(array: Any) -> np.ndarray:
            array = np.asarray(array)
            return array.astype(self.precision) if array.dtype.kind == "f" else array

        return jax.tree.map(cast, problem)

    def to_dict(self) -> dict[str, Any]:
        """Return the spec as JSON-able values that `from_dict` reads back exactly."""
        flat = self.flat()
        of_system = {k: flat.pop(k) for k in settings.table(self.system)}
        return {"system": self.system.name, "settings": of_system, **flat}

    @staticmethod
    def from_dict(data: dict[str, Any]) -> "Spec":
        """Return the spec that `to_dict` of this version wrote; InputError if it is not one.

        What other versions wrote is read by `engine.places.versions`.
        """
        return Spec.make(*flattened(data))

    def to_json(self) -> str:
        """Return the spec as one line of JSON, the same for equal specs."""
        return json.dumps(self.to_dict(), sort_keys=True)

    @staticmethod
    def from_json(text: str) -> "Spec":
        """Return the spec that `to_json` wrote; InputError if it is not one."""
        return Spec.from_dict(read_json(text, "a spec"))

    def digest(self) -> str:
        """Return a short name for the spec, the same in every process: 16 hexadecimal digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    def axis_setting(self, axis: Axis) -> Setting:
        """Return what is known of the hyperparameter along `axis`."""
        return self.system.hyperparameters()[axis.name]

    def axis_label(self, axis: Axis) -> str:
        """Return the label of an axis: the hyperparameter in words, its scale and symbol."""
        about = self.axis_setting(axis)
        symbol = f"log₁₀ {about.symbol}" if axis.scale == "log10" else about.symbol
        return f"{about.help.partition(',')[0]}, {symbol}"

    def _axes(self, system: System, values: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
        """Return the name and scale (None for its own) of either axis once values are changed."""
        hyperparameters = system.hyperparameters()
        names = {
            which: values.get(which, axis.name if axis.name in hyperparameters else None)
            for which, axis in (("x", self.x), ("y", self.y))
        }
        free = [name for name in system.plane if name not in names.values()]
        axes = {}
        for which, usual in zip(("x", "y"), system.plane, strict=True):
            if names[which] is None:
                names[which] = usual if usual in free else free[0]
            axis: Axis = getattr(self, which)
            scale = axis.scale if names[which] == axis.name else None
            axes[which] = names[which], values.get(f"{which}_scale", scale)
        return axes


def flattened(data: Any) -> tuple[str, dict[str, Any]]:
    """Return the system's name and the flat values of what `Spec.to_dict` wrote.

    Only the form is checked, not the names or the values.

    Raises:
        InputError: if it has not the form of a spec.
    """
    if not isinstance(data, dict) or not isinstance(data.get("system"), str):
        raise InputError(f"not a spec: {shown(data)}")
    of_system = data.get("settings", {})
    if not isinstance(of_system, dict):
        raise InputError(f"the settings of a spec must be an object, not {shown(of_system)}")
    others = {k: v for k, v in data.items() if k not in ("system", "settings")}
    return data["system"], {**of_system, **others}


def _axis(system: System, name: str, scale: Any) -> Axis:
    hyperparameters = system.hyperparameters()
    if not isinstance(name, str) or name not in hyperparameters:
        raise unknown(f"axis for {system.name}", name, hyperparameters)
    if scale is None:
        scale = hyperparameters[name].scale
    return Axis(name, scale)
