"""One run looked at closely: its losses, its outcome, and how chaotic it is."""

from dataclasses import dataclass
from decimal import Decimal

import jax
import numpy as np

from engine.analysis.curves import curves
from engine.analysis.tracing import Traced, trace
from engine.measures import MEASURES
from engine.plane import Size, Window, coordinate, decimal_from
from engine.spec import Spec
from engine.systems import Tracked
from engine.systems.common.tangent import Stretched
from engine.training.trainer import Cancel, Trainer

FARTHEST = 100.0  # of a coordinate of an orbit; what lies beyond is on its way to infinity
LEAST = 1.0  # width of the window around an orbit
SQUARE = Size(256, 256)


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        x, y: the values of the two hyperparameters, as float64.
        losses: the loss before each update, shape (steps,); what follows the first non-finite one
            does not count.
        value: the measure, as in a field.
        outcome: what became of the run, by the measure that is usual for its system: "converged" or
            "diverged", say, or a kind of outcome.
        decided: the step at which the run was decided, or None if it never was.
        lyapunov: the finite-time largest Lyapunov exponent, in nats per step, up to the first loss
            that is not finite (see `engine.measures.lyapunov`); NaN for systems that have none.
        parts: the names of what the state is made of, such as layers; none where they say nothing.
        updates: the Euclidean norm of the update of each part at each step, (steps, parts).
        orbit: where the run went in the plane of `System.orbit`, up to where it left, (points, 2);
            no points where the system has none.
    """

    x: float
    y: float
    losses: np.ndarray
    value: float
    outcome: str
    decided: int | None
    lyapunov: float
    parts: tuple[str, ...]
    updates: np.ndarray
    orbit: np.ndarray


@dataclass(frozen=True)
class Backdrop:
    """What lies beneath the orbit of a run: a window, and the curves in closed form in it."""

    window: Window
    curves: tuple[Traced, ...]


def inspect(spec: Spec, x: Decimal, y: Decimal, cancel: Cancel | None = None) -> Run:
    """Train the run at a point of the plane, given in axis units, and look at it.

    Its outcome and losses are those of the spec's steps whatever the spec measures; `value` is that
    of the spec's own measure.

    Raises:
        InputError: if the point lies out of bounds.
    """
    x, y = coordinate(spec.x.name, x), coordinate(spec.y.name, y)
    inputs = spec.at([x], [y]).runs()
    usual = spec.replace({"measure": spec.system.measures[0]})
    trainer = Trainer(usual)
    tracked, trained = trainer.tracked(inputs, cancel)
    if isinstance(tracked, Stretched):
        tracked = tracked.of
    value, lyapunov = trained.value[0], np.nan
    if "lyapunov" in spec.system.measures:
        by_stretch = spec.replace({"measure": "lyapunov"})
        # A run for itself is much quicker; the pixel of a plane of exponents has to be the pixel's.
        alone = None if spec == by_stretch else 1
        _, stretched = Trainer(by_stretch, lanes=alone).losses(inputs, cancel)
        lyapunov = stretched.value[0]
    if spec.measure == "lyapunov":
        value = lyapunov
    elif spec != usual:
        value = Trainer(spec).losses(inputs, cancel)[1].value[0]
    parts = spec.system.parts
    updates = trainer.updates(inputs, cancel) if parts else np.empty((spec.steps, 0))
    decided = int(trained.decided[0])
    return Run(
        float(inputs.x[0]),
        float(inputs.y[0]),
        np.asarray(jax.tree.leaves(tracked)[0]),
        float(value),
        _outcome(usual.measure, trained.value[0]),
        decided if decided < spec.steps else None,
        float(lyapunov),
        parts,
        updates,
        _orbit(tracked, spec.system.orbit),
    )


def _outcome(measure: str, value: float) -> str:
    """Return what a value is called: its kind, or the side that it is on."""
    judge = MEASURES[measure]
    return (
        judge.category_names[int(value)]
        if judge.category_names
        else judge.sides[0 if value < 0 else 1]
    )


def _orbit(tracked: Tracked, plane: tuple[str, ...]) -> np.ndarray:
    """Return the points of a run in the plane of two tracked numbers, while they are finite."""
    if not plane:
        return np.empty((0, 2))
    points = np.column_stack([getattr(tracked, name) for name in plane])
    gone = ~np.all(np.abs(points) < FARTHEST, axis=1)
    return points[: np.argmax(gone)] if gone.any() else points


def backdrop(spec: Spec, run: Run) -> Backdrop:
    """Return the curves in closed form beneath the orbit of a run, and the window they are in.

    They are those of the system where its orbit's plane is one of hyperparameters too, at the
    run's own; none elsewhere.
    """
    points = run.orbit if len(run.orbit) else np.zeros((1, 2))
    low, high = points.min(axis=0), points.max(axis=0)
    half = 0.6 * max(*(high - low), LEAST)
    x, y = (decimal_from("orbit", repr(round(float(c), 6))) for c in (low + high) / 2)
    window = Window(x, y, half, half)
    if not spec.system.orbit_start:
        return Backdrop(window, ())
    first, second = spec.system.orbit
    of_run = {spec.x.name: run.x, spec.y.name: run.y}
    plane = spec.replace({**of_run, **dict(spec.system.orbit_start), "x": first, "y": second})
    names = [name for name, curve in curves(plane).items() if curve.function is not None]
    return Backdrop(window, tuple(trace(plane, window, SQUARE, name) for name in names))
