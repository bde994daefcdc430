"""Curves traced through a window.

A function in closed form, or another field, is sampled over the window and traced by contourpy, so
a curve is right in the plane of any two hyperparameters, and at any depth.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.analysis.curves import colour_of, curves, other
from engine.plane import Size, Window
from engine.spec import Spec
from engine.systems import Curve, Problem
from engine.tiles.field import Progress, compute_field
from engine.tiles.lattice import Region
from engine.tiles.store import Store

CLOSED_FORM = Size(256, 256)  # samples of a function over the window
TRAINED = 1024  # runs that a curve of another field is traced through


@dataclass(frozen=True)
class Traced:
    """A curve in a window.

    Attributes:
        curve: which one.
        colour: hexadecimal.
        lines: its pieces, (points, 2) each: x and y as shares of the window, from 0 at its left and
            lower end to 1.
    """

    curve: Curve
    colour: str
    lines: tuple[np.ndarray, ...]


def trace(
    spec: Spec,
    window: Window,
    size: Size,
    name: str,
    store: Store | None = None,
    progress: Progress | None = None,
    finer: int = 1,
) -> Traced:
    """Return a curve in a window that is drawn at so many pixels.

    Args:
        spec, window, size: what is drawn, and where.
        name: of the curve; InputError, with the choices, if there is none.
        store: where runs are taken from and kept if it is a curve of another field.
        progress: called while these are trained; an exception that it raises stops the work.
        finer: times as many samples along either side, for parts of it that are drawn larger.
    """
    from contourpy import LineType, contour_generator

    colour, curve = colour_of(spec, name), curves(spec)[name]
    window = replace(window, half_height=window.height_for(size) / 2)
    if curve.function is not None:
        samples = Size(finer * CLOSED_FORM.width, finer * CLOSED_FORM.height)
        values = _values(spec, window, samples, curve.function)
    else:
        share = min(1.0, finer * (TRAINED / size.pixels) ** 0.5)
        samples = Size(max(2, round(size.width * share)), max(2, round(size.height * share)))
        values = compute_field(other(spec, curve), window, samples, progress, store).values
    across, up = ((np.arange(n) + 0.5) / n for n in (samples.width, samples.height))
    masked = np.ma.masked_invalid(values)
    traced: Any = contour_generator(across, up, masked, line_type=LineType.Separate).lines(0.0)
    return Traced(curve, colour, tuple(traced))


def _values(
    spec: Spec, window: Window, samples: Size, function: Callable[[Problem, dict[str, Any]], Any]
) -> np.ndarray:
    """Return a function of the hyperparameters at so many samples of the window."""
    region = Region.of_pixels(window, samples)
    grid = spec.at(region.columns(), region.rows())
    along = {spec.x.name: grid.x[None, :], spec.y.name: grid.y[:, None]}
    hyper = {**spec.system.base_values(), **along}
    with np.errstate(all="ignore"):
        values = function(spec.problem(), hyper)
    return np.broadcast_to(values, (len(grid.y), len(grid.x)))
