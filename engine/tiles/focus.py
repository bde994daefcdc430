"""Where one looks first in a view, by the gesture that led there."""

from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from engine.plane import Window

PAN = 1e-3  # relative change of width below which a gesture is a pan

Focus = tuple["Box", ...]  # what is nearest to one of these is wanted first


class Box(NamedTuple):
    """Part of a view, in half-widths on the screen from its centre."""

    x0: float
    x1: float
    y0: float
    y1: float

    def distance(self, x: Any, y: Any) -> Any:
        """Return how far points are from the box, 0 inside; numbers, or arrays of one shape."""
        across = np.maximum(np.maximum(self.x0 - x, x - self.x1), 0)
        return np.hypot(across, np.maximum(np.maximum(self.y0 - y, y - self.y1), 0))


def distance(focus: Focus, x: Any, y: Any) -> Any:
    """Return how far a point is from where one looks; of equals, the inner one is nearer.

    Args:
        focus: where one looks.
        x, y: of the point, in half-widths from the centre; numbers, or arrays of one shape.
    """
    return np.min([box.distance(x, y) for box in focus], axis=0) + 1e-3 * np.hypot(x, y)


CENTRE: Focus = (Box(0.0, 0.0, 0.0, 0.0),)


def focus_of(old: Window | None, new: Window, aspect: float) -> Focus:
    """Return where one looks after a gesture: its fixed point, or the edges it has exposed.

    Args:
        old, new: the windows before and after; None if there was none.
        aspect: the height of the view over its width.
    """
    if old is None:
        return CENTRE
    half = Fraction(new.half_width)
    dx = _small((Fraction(old.x) - Fraction(new.x)) / half)
    dy = _small((Fraction(old.y) - Fraction(new.y)) / half / Fraction(2) ** new.stretch)
    ratio = old.half_width / new.half_width
    if max(abs(dx), abs(dy)) > 2 * max(ratio, 1):
        return CENTRE  # a jump elsewhere
    if abs(ratio - 1) > PAN:
        x, y = dx / (1 - ratio), dy / (1 - ratio)
        x, y = min(max(x, -1.0), 1.0), min(max(y, -aspect), aspect)
        return (Box(x, x, y, y),)
    strips = [
        Box(1 + dx, 1.0, -aspect, aspect) if dx < 0 else Box(-1.0, -1 + dx, -aspect, aspect),
        Box(-1.0, 1.0, aspect + dy, aspect) if dy < 0 else Box(-1.0, 1.0, -aspect, -aspect + dy),
    ]
    exposed = [strip for strip, moved in zip(strips, (dx, dy), strict=True) if abs(moved) > 1e-9]
    return tuple(exposed) or CENTRE


def _small(number: Fraction) -> float:
    """Return a number as a float, which a large one may not fit, cut off at a million."""
    return float(max(min(number, Fraction(10**6)), -Fraction(10**6)))
