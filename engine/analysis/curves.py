"""This module is the curves that are drawn over a picture: where something known passes zero.

A system brings its own (see `System.curves`): a function of the hyperparameters in closed form, or
another field of the same plane. Both are sampled over the window and traced by contourpy, so a
curve is right in any plane, of whichever hyperparameters, and at any depth.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.errors import InputError, shown, unknown
from engine.plane import Size, Window
from engine.spec import Spec
from engine.systems import Curve, Problem
from engine.tiles.field import Progress, compute_field
from engine.tiles.lattice import Region
from engine.tiles.store import Store

CLOSED_FORM = Size(256, 256)  # samples of a function over the window
THIN = 400  # a line is one pixel wide for so many pixels of the shorter side of a picture
HALO = "#000000"  # around a curve, which may cross any colour
TRAINED = 1024  # runs that a curve of another field is traced through
# The colours of curves, in turn: Okabe & Ito's, which the colour-blind can tell apart.
COLOURS = ("#ffffff", "#e69f00", "#56b4e9", "#f0e442", "#cc79a7", "#009e73", "#d55e00", "#0072b2")


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


def curves(spec: Spec) -> dict[str, Curve]:
    """Return the curves that can be drawn over the plane of a spec, by name."""
    return {curve.name: curve for curve in spec.system.curves() if _applies(spec, curve)}


def _applies(spec: Spec, curve: Curve) -> bool:
    try:
        return curve.function is not None or bool(other(spec, curve))
    except InputError:  # its field has no such plane
        return False


def chosen(spec: Spec, names: Sequence[str]) -> tuple[str, ...]:
    """Return those of the names that are curves of a spec."""
    return tuple(name for name in curves(spec) if name in names)


def colour_of(spec: Spec, name: str) -> str:
    """Return the colour of a curve; InputError, with the choices, if there is no such curve."""
    names = list(curves(spec))
    if not names:
        raise InputError(f"no curves are known of {spec.system.name}, so not {shown(name)}")
    if name not in names:
        raise unknown(f"curve of {spec.system.name}", name, names)
    return COLOURS[names.index(name) % len(COLOURS)]


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


def draw(image: Any, traced: Traced, size: Size, left: int = 0, top: int = 0) -> None:
    """Draw a curve on a PIL image.

    Args:
        image: on which there is a picture of the window that the curve was traced in.
        traced: the curve.
        size: of that picture in pixels.
        left, top: where its upper left corner is.
    """
    from PIL import ImageDraw

    pen = ImageDraw.Draw(image)
    width = max(round(min(size.width, size.height) / THIN), 1)
    points = [
        [(left + x * size.width - 0.5, top + (1 - y) * size.height - 0.5) for x, y in line.tolist()]
        for line in traced.lines
    ]
    for colour, wide in ((HALO, 3 * width), (traced.colour, width)):
        for line in points:
            pen.line(line, colour, wide, joint="curve")


def other(spec: Spec, curve: Curve) -> Spec:
    """Return the spec of the field whose sign changes at a curve that has no closed form.

    Raises:
        InputError: if that has no such plane.
    """
    start = Spec.make(curve.system or spec.system.name)
    shared = start.choices()
    values = {k: v for k, v in spec.flat().items() if k in shared and k != "measure"}
    if spec.x.name not in shared or spec.y.name not in shared:
        raise InputError(f"{start.system.name} has no {spec.x.name} or no {spec.y.name}")
    return start.replace({**values, **dict(curve.settings)})


def _values(
    spec: Spec, window: Window, samples: Size, function: Callable[[Problem, dict[str, Any]], Any]
) -> np.ndarray:
    """Return a function of the hyperparameters at so many samples of the window."""
    region = Region.of_pixels(window, samples)
    x, y = spec.x.values(region.columns()), spec.y.values(region.rows())
    hyper = {**spec.system.base_values(), spec.x.name: x[None, :], spec.y.name: y[:, None]}
    with np.errstate(all="ignore"):
        values = function(spec.problem(), hyper)
    return np.broadcast_to(values, (len(y), len(x)))
