"""Local coordinates: the small numbers that a plot is drawn with at any depth.

Bokeh, say, computes in float64 and loses the picture below a width of about 1e-13. So it is given
u = (x - base) / 10**exponent, numbers of order one, while the server keeps the exact window. The
base is a rounded decimal and the unit a power of ten, so round ticks in u are round decimals. So
that they are on a plane that is stretched too, y has a power of ten of its own.
"""

import decimal
import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from engine.plane import FARTHEST, NARROWEST, WIDEST, Size, Window
from engine.spec import Spec
from engine.tiles.lattice import TILE, Lattice, TileIndex

SHALLOW = -3  # windows wider than 10**SHALLOW are drawn in their own coordinates
KEPT_DIGITS = 6  # digits of a centre kept below the width of the window: thousandths of a pixel
_PRECISION = 400  # digits; holds any window that `engine.plane` lets through, exactly


@dataclass(frozen=True)
class LocalCoordinates:
    """An origin and units for the browser's coordinates.

    Attributes:
        x, y: the origin, in axis units.
        exponent: the unit of x is 10**exponent axis units.
        epoch: tells those of one page apart.
        exponent_y: the same as `exponent`, of y.
        stretch: of the windows that are drawn (see `Window`).
    """

    x: Decimal = Decimal(0)
    y: Decimal = Decimal(0)
    exponent: int = 0
    epoch: int = 0
    exponent_y: int = 0
    stretch: int = 0

    @staticmethod
    def around(window: Window, epoch: int = 0) -> "LocalCoordinates":
        """Return the coordinates in which the window has a width of order one."""
        width = 2 * window.half_width
        x, exponent = _origin(window.x, width)
        y, exponent_y = _origin(window.y, width * 2.0**window.stretch)
        return LocalCoordinates(x, y, exponent, epoch, exponent_y, window.stretch)

    def fits(self, window: Window) -> bool:
        """Whether the window can still be drawn in these without losing precision."""
        x, y = self.to_local(window.x, window.y)
        width = 2 * window.half_width
        return (
            self.stretch == window.stretch
            and _fits(self.exponent, width, x)
            and _fits(self.exponent_y, width * 2.0**self.stretch, y)
        )

    @property
    def shape(self) -> float:
        """How many of the browser's units of y are as long as one of x."""
        return 2.0**self.stretch * 10.0 ** (self.exponent - self.exponent_y)

    def to_local(self, x: Decimal, y: Decimal) -> tuple[float, float]:
        """Return a point in the browser's coordinates."""
        with decimal.localcontext(prec=_PRECISION):
            return _units(x - self.x, self.exponent), _units(y - self.y, self.exponent_y)

    def extent(self, window: Window, size: Size) -> tuple[float, float, float, float]:
        """Return the x0, x1, y0, y1 of a window in the browser's coordinates."""
        x, y = self.to_local(window.x, window.y)
        across = _units(Decimal(window.half_width), self.exponent)
        up = _units(Decimal(window.height_for(size) / 2), self.exponent_y)
        return x - across, x + across, y - up, y + up

    def labels(self, spec: Spec) -> tuple[str, str]:
        """Return the labels of both axes of a spec's plane in this local."""
        across, up = (
            spec.axis_label(axis)
            + (f" = {base:f} + Δ·10{_superscript(exponent)}" if exponent else "")
            for axis, base, exponent in (
                (spec.x, self.x, self.exponent),
                (spec.y, self.y, self.exponent_y),
            )
        )
        return across, up

    def tiles(self, lattice: Lattice, tiles: Sequence[TileIndex]) -> np.ndarray:
        """Return the x, y, width and height of tiles in the browser's coordinates, (tiles, 4).

        A tile reaches half a pitch beyond its outermost points.
        """
        return np.array([_of_tile(self, lattice, tile) for tile in tiles]).reshape(-1, 4)

    def window(self, x0: float, x1: float, y0: float, y1: float) -> Window:
        """Return the square-pixel window that the browser shows.

        It is kept within bounds, and its extent to twelve digits and centre to thousandths of a
        pixel, so that a link stays short; the window returned is what is computed and drawn.
        """
        with decimal.localcontext(prec=_PRECISION):
            half = float(abs(Decimal(x1) - Decimal(x0)).scaleb(self.exponent) / 2)
            half = float(f"{min(max(half, NARROWEST), WIDEST):.12g}")
            x = self.x + (Decimal(x0) + Decimal(x1)).scaleb(self.exponent) / 2
            y = self.y + (Decimal(y0) + Decimal(y1)).scaleb(self.exponent_y) / 2
            x, y = _short(x, half), _short(y, half * 2.0**self.stretch)
            return Window(x, y, half, stretch=self.stretch)


@functools.lru_cache(maxsize=2**14)
def _of_tile(
    local: LocalCoordinates, lattice: Lattice, tile: TileIndex
) -> tuple[float, float, float, float]:
    unit_x, unit_y = Fraction(10) ** local.exponent, Fraction(10) ** local.exponent_y
    across, up = lattice.across / 2**tile.level, lattice.up / 2**tile.level
    x = lattice.x + (tile.column * TILE - Fraction(1, 2)) * across - Fraction(local.x)
    y = lattice.y + (tile.row * TILE - Fraction(1, 2)) * up - Fraction(local.y)
    corner = float(x / unit_x), float(y / unit_y)
    return *corner, float(TILE * across / unit_x), float(TILE * up / unit_y)


def _superscript(number: int) -> str:
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _origin(centre: Decimal, extent: float) -> tuple[Decimal, int]:
    """Return the base and exponent of an axis of which so much is drawn."""
    exponent = math.floor(math.log10(extent))
    if exponent >= SHALLOW:
        return Decimal(0), 0
    with decimal.localcontext(prec=_PRECISION):
        return centre.quantize(Decimal(1).scaleb(exponent - 1)), exponent


def _fits(exponent: int, extent: float, at: float) -> bool:
    """Whether so much of an axis, around a place in units, can be drawn in units of an exponent."""
    if exponent == 0:
        return extent >= 10.0**SHALLOW
    units = _units(Decimal(extent), exponent)
    return 0.02 < units < 50 and abs(at) < 1e5 * units


def _units(extent: Decimal, exponent: int) -> float:
    return float(extent.scaleb(-exponent))


def _short(number: Decimal, half: float) -> Decimal:
    """Return a centre within bounds, to the digits kept for a half-extent, written without trailing
    zeros or an exponent.
    """
    grain = Decimal(1).scaleb(math.floor(math.log10(half)) - KEPT_DIGITS)
    rounded = max(-FARTHEST, min(number, FARTHEST)).quantize(grain).normalize() + 0  # never -0
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral() else rounded
