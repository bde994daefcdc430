"""This module is the frame: the small numbers that a plot is drawn with in place of coordinates.

Bokeh, say, computes in float64 and loses the picture below a width of about 1e-13. So it is given
u = (x - base) / 10**exponent, numbers of order one, while the server keeps the exact window. The
base is a rounded decimal and the unit a power of ten, so round ticks in u are round decimals.
"""

import decimal
import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from engine.lattice import TILE, Lattice, TileIndex
from engine.plane import FARTHEST, NARROWEST, WIDEST, Size, Window
from engine.spec import Spec

SHALLOW = -3  # windows wider than 10**SHALLOW are drawn in their own coordinates
KEPT_DIGITS = 6  # digits of a centre kept below the width of the window: thousandths of a pixel
_PRECISION = 400  # digits; holds any window that `engine.plane` lets through, exactly


@dataclass(frozen=True)
class Frame:
    """An origin and a unit for the browser's coordinates; `epoch` tells frames apart."""

    x: Decimal = Decimal(0)
    y: Decimal = Decimal(0)
    exponent: int = 0
    epoch: int = 0

    @staticmethod
    def around(window: Window, epoch: int = 0) -> "Frame":
        """Return the frame in which the window has a width of order one."""
        exponent = math.floor(math.log10(2 * window.half_width))
        if exponent >= SHALLOW:
            return Frame(epoch=epoch)
        grain = Decimal(1).scaleb(exponent - 1)
        with decimal.localcontext(prec=_PRECISION):
            return Frame(window.x.quantize(grain), window.y.quantize(grain), exponent, epoch)

    def fits(self, window: Window) -> bool:
        """Whether the window can still be drawn in this frame without losing precision."""
        if self.exponent == 0 and 2 * window.half_width >= 10.0**SHALLOW:
            return True
        width = 2 * self._to_units(Decimal(window.half_width))
        x, y = self.place(window.x, window.y)
        return self.exponent != 0 and 0.02 < width < 50 and max(abs(x), abs(y)) < 1e5 * width

    def place(self, x: Decimal, y: Decimal) -> tuple[float, float]:
        """Return a point in the browser's coordinates."""
        with decimal.localcontext(prec=_PRECISION):
            return self._to_units(x - self.x), self._to_units(y - self.y)

    def length(self, extent: float) -> float:
        """Return an extent in the browser's coordinates."""
        return self._to_units(Decimal(extent))

    def extent(self, window: Window, size: Size) -> tuple[float, float, float, float]:
        """Return the x0, x1, y0, y1 of a window in the browser's coordinates."""
        x, y = self.place(window.x, window.y)
        across, up = self.length(window.half_width), self.length(window.height_for(size) / 2)
        return x - across, x + across, y - up, y + up

    def labels(self, spec: Spec) -> tuple[str, str]:
        """Return the labels of both axes of a spec's plane in this frame."""
        across, up = (
            spec.axis_label(axis)
            + (f" = {base:f} + Δ·10{_superscript(self.exponent)}" if self.exponent else "")
            for axis, base in ((spec.x, self.x), (spec.y, self.y))
        )
        return across, up

    def tiles(self, lattice: Lattice, tiles: Sequence[TileIndex]) -> np.ndarray:
        """Return the x, y, width and height of tiles in the browser's coordinates, (tiles, 4).

        A tile reaches half a pitch beyond its outermost points.
        """
        return np.array([_place(self, lattice, tile) for tile in tiles]).reshape(-1, 4)

    def window(self, x0: float, x1: float, y0: float, y1: float) -> Window:
        """Return the square-pixel window that the browser shows.

        It is kept within bounds, and its extent to twelve digits and centre to thousandths of a
        pixel, so that a link stays short; the window returned is what is computed and drawn.
        """
        with decimal.localcontext(prec=_PRECISION):
            unit = Decimal(1).scaleb(self.exponent)
            half = float(abs(Decimal(x1) - Decimal(x0)) / 2 * unit)
            half = float(f"{min(max(half, NARROWEST), WIDEST):.12g}")
            grain = Decimal(1).scaleb(math.floor(math.log10(half)) - KEPT_DIGITS)
            x = self.x + (Decimal(x0) + Decimal(x1)) / 2 * unit
            y = self.y + (Decimal(y0) + Decimal(y1)) / 2 * unit
            x, y = (_short(max(-FARTHEST, min(c, FARTHEST)), grain) for c in (x, y))
            return Window(x, y, half)

    def _to_units(self, extent: Decimal) -> float:
        return float(extent.scaleb(-self.exponent))


@functools.lru_cache(maxsize=2**14)
def _place(frame: Frame, lattice: Lattice, tile: TileIndex) -> tuple[float, float, float, float]:
    unit = Fraction(10) ** frame.exponent
    across, up = lattice.across / 2**tile.level, lattice.up / 2**tile.level
    x = lattice.x + (tile.column * TILE - Fraction(1, 2)) * across - Fraction(frame.x)
    y = lattice.y + (tile.row * TILE - Fraction(1, 2)) * up - Fraction(frame.y)
    return float(x / unit), float(y / unit), float(TILE * across / unit), float(TILE * up / unit)


def _superscript(number: int) -> str:
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _short(number: Decimal, grain: Decimal) -> Decimal:
    """Return the number rounded to the grain, written without trailing zeros or an exponent."""
    rounded = number.quantize(grain).normalize() + 0  # never the decimal -0
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral() else rounded
