"""A window as the four ends of its axes, and back."""

import decimal
import math
from collections.abc import Sequence
from decimal import Decimal

from engine.errors import InputError
from engine.numbers import pair
from engine.plane import Window, decimal_from

NAMES = ("x from", "x to", "y from", "y to")
DIGITS = 3  # that an end has below the width of the window
_PRECISION = 1400  # digits; more than an end that is typed can have


def ends_of(window: Window, aspect: float) -> list[str]:
    """Return the ends of a window `aspect` times as high as wide on the screen, by `NAMES`, in axis
    units.
    """
    half, unit = window.half_width, 2.0**window.stretch
    axes = ((window.x, half, half), (window.y, half * aspect * unit, half * unit))
    with decimal.localcontext(prec=_PRECISION):
        return [
            _shortly(centre + sign * Decimal(by), size) for centre, by, size in axes
            for sign in (-1, 1)
        ]  # fmt: skip


def between(ends: Sequence[str], along: str, aspect: float, stretch: int = 0) -> Window:
    """Return the window between four ends, by `NAMES`, each a decimal number as text; or both ends
    of an axis as a pair, in the place of one of them.

    Pixels are square on a plane of that stretch: the scale is that of the axis `along`, "x" or "y",
    and of the other the middle stays.

    Raises:
        InputError: if an end is no number, lies out of bounds, or comes before the other.
    """
    pairs = (pair(ends[n]) or pair(ends[n + 1]) or (ends[n], ends[n + 1]) for n in (0, 2))
    ends = [end for both in pairs for end in both]
    with decimal.localcontext(prec=_PRECISION):
        x0, x1, y0, y1 = (decimal_from(n, text) for n, text in zip(NAMES, ends, strict=True))
        if not (x0 < x1 and y0 < y1):
            raise InputError("an axis must end beyond where it begins")
        width = float(x1 - x0) if along == "x" else float(y1 - y0) / aspect / 2.0**stretch
        return Window((x0 + x1) / 2, (y0 + y1) / 2, width / 2, stretch=stretch)


def _shortly(end: Decimal, half: float) -> str:
    digits = DIGITS + max(0, -math.floor(math.log10(2 * half)))
    return str(round(end, digits).normalize() + 0)
