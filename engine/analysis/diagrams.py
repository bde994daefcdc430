"""Diagrams beside a picture: the attractors along a line of runs, and fits by other fields.

A system names its diagrams (see `System.sweep` and `System.scatters`). Without a line of its own,
the line is the horizontal one through the middle of the view.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from engine.analysis.curves import curves, other
from engine.measures import MEASURES
from engine.measures.common.tail import Tail
from engine.plane import Size, Window, decimal_from
from engine.spec import Spec
from engine.systems import Scatter
from engine.tiles.field import compute_field
from engine.tiles.lattice import Region
from engine.tiles.store import Store
from engine.training.cost import operations
from engine.training.trainer import Cancel, Trainer

POINTS, FEWEST = 400, 64  # runs along a line
AFFORDED = 8e10  # operations for a line, which has fewer runs where each takes many
LAST = 64  # values drawn of each
SAMPLES = Size(16, 16)  # runs that a field is explained at


@dataclass(frozen=True)
class Attractors:
    """The attractors of the runs along a line.

    Attributes:
        label: of the line, with symbol and scale.
        quantity: what the last values are of.
        at: where the runs are, in axis units, (runs,).
        last: the last values of each, (runs, LAST); NaN if it diverged.
        exponents: the finite-time Lyapunov exponent of each, (runs,); empty where there is none.
        marks: what is known along the line: name and place.
    """

    label: str
    quantity: str
    at: np.ndarray
    last: np.ndarray
    exponents: np.ndarray
    marks: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Explained:
    """How far two fields explain a third: a quadratic polynomial in both, by least squares.

    Attributes:
        about: who explains, in words.
        of: what is explained, in words.
        names: of the two fields.
        by: their values, (runs, 2).
        values: of the third, (runs,).
        fitted: what the polynomial makes of the two, (runs,).
        r_squared: the share of the variance that is explained.
    """

    about: str
    of: str
    names: tuple[str, str]
    by: np.ndarray
    values: np.ndarray
    fitted: np.ndarray
    r_squared: float


@dataclass(frozen=True)
class Line:
    """A line of runs: along x of the spec, through the middle of a window.

    Attributes:
        spec, window: which.
        quantity: the tracked number whose last values are drawn; "" for the first.
        marks: what is known along it, by name.
    """

    spec: Spec
    window: Window
    quantity: str = ""
    marks: tuple[tuple[str, float], ...] = ()


def line_of(spec: Spec, window: Window) -> Line:
    """Return the line that the attractors of a view are drawn along.

    Two views with the same line have the same diagram.
    """
    sweep = spec.system.sweep()
    usual = spec.system.measures[0]
    if sweep is None:
        (y,) = spec.at((), [window.y]).y
        along = Window(window.x, window.y, window.half_width)
        return Line(spec.replace({"measure": usual, spec.y.name: float(y)}), along)
    first = spec.replace({**dict(sweep.settings), "measure": usual})
    across = next(name for name in first.system.hyperparameters() if name != sweep.along)
    low, high = (decimal_from(sweep.along, repr(end)) for end in sweep.range)
    middle = Window((low + high) / 2, Decimal(0), float(high - low) / 2)
    return Line(first.replace({"x": sweep.along, "y": across}), middle, sweep.quantity, sweep.marks)


def attractors(spec: Spec, window: Window, cancel: Cancel | None = None) -> Attractors:
    """Return the attractors of the runs along the line of a view.

    Args:
        spec, window: the view.
        cancel: called after every chunk of steps; what it raises stops the work.
    """
    line = line_of(spec, window)
    runs = int(np.clip(AFFORDED / operations(line.spec), FEWEST, POINTS))
    points = Region.of_pixels(line.window, Size(runs, 1)).columns()
    inputs = line.spec.at(points, ()).line(line.spec.system.base_values()[line.spec.y.name])

    def trained(trainer: Trainer, values: np.ndarray) -> np.ndarray:
        for batch in trainer.stream(inputs):
            values[batch.index] = batch.value
            if cancel:
                cancel()
        return values

    tail = Trainer(line.spec, reduction=Tail(line.quantity, LAST))
    last = trained(tail, np.full((runs, LAST), np.nan))
    exponents = np.empty(0)
    if "lyapunov" in line.spec.system.measures:
        stretched = Trainer(line.spec.replace({"measure": "lyapunov"}))
        exponents = trained(stretched, np.full(runs, np.nan))
        exponents[np.isnan(last).all(axis=1)] = np.nan  # of an escape it says nothing
    return Attractors(
        line.spec.axis_label(line.spec.x), line.quantity or line.spec.system.tracks,
        np.array([float(c) for c in points]), last, exponents, line.marks,
    )  # fmt: skip


def explained(
    spec: Spec,
    window: Window,
    scatter: Scatter,
    store: Store | None = None,
    cancel: Cancel | None = None,
) -> Explained:
    """Return how far two fields explain that of a spec, over a window.

    The paper's own fit is not known here (arXiv:2403.02579); ours is a quadratic polynomial. Values
    that are not finite are left out.

    Args:
        spec, window, scatter: what is explained, where, and by which fields.
        store: where runs are taken from and kept.
        cancel: called after every chunk of steps; what it raises stops the work.
    """
    fields = curves(spec)
    window = replace(window, half_height=window.height_for(Size(1, 1)) / 2)

    def values(of: Spec) -> np.ndarray:
        progress = (lambda runs: cancel()) if cancel else None
        return compute_field(of, window, SAMPLES, progress, store).values.ravel()

    target = values(spec)
    by = np.column_stack([values(other(spec, fields[name])) for name in scatter.by])
    finite = np.isfinite(target) & np.isfinite(by).all(axis=1)
    target, by = target[finite], by[finite]
    names = tuple(MEASURES[dict(fields[name].settings)["measure"]].about for name in scatter.by)
    first, second = by.T
    powers = [np.ones_like(first), first, second, first**2, first * second, second**2]
    terms = np.column_stack(powers)
    fitted = terms @ np.linalg.lstsq(terms, target)[0] if len(target) else target
    spread = np.sum((target - target.mean()) ** 2) if len(target) else 0.0
    r_squared = 1 - float(np.sum((target - fitted) ** 2) / spread) if spread else np.nan
    about = MEASURES[spec.measure].about
    return Explained(scatter.about, about, (names[0], names[1]), by, target, fitted, r_squared)
