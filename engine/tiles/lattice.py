"""Nested sampling grids anchored in a plane, cut into square tiles.

The pitch halves from level to level, and the points of a level are among those of the next. So a
point trained at one depth serves every other. A point belongs to the coarsest level that has it,
and is kept there alone. Indices are Python integers, exact at any depth.
"""

import decimal
import functools
import hashlib
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from engine.plane import MOST_PIXELS, Size, Window

TILE = 64  # points along the side of a tile
_GUARD_DIGITS = 30  # digits kept below the pitch: enough to round correctly to float64


class TileIndex(NamedTuple):
    """Which tile: it holds columns column * TILE … of its level, and rows likewise."""

    level: int
    column: int
    row: int


@dataclass(frozen=True)
class Lattice:
    """Nested grids: level l has the points (x, y) + (column * across, row * up) / 2**l.

    Attributes:
        x, y: the point of index (0, 0), in axis units.
        across, up: the pitch of level 0 along x and y, in axis units.
        stretch: of the windows that show it with square pixels (see `Window`).
    """

    x: Fraction
    y: Fraction
    across: Fraction
    up: Fraction
    stretch: int = 0

    def stretched(self, stretch: int) -> "Lattice":
        """Return the lattice with y in units 2**stretch times as long."""
        unit = Fraction(2) ** stretch
        return replace(self, y=self.y * unit, up=self.up * unit, stretch=self.stretch + stretch)

    @functools.cached_property
    def name(self) -> str:
        """A short name, the same in every process: `plane`, or 16 hexadecimal digits."""
        if self == PLANE:
            return "plane"
        text = ",".join(map(str, (self.x, self.y, self.across, self.up)))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def columns(
        self, level: int, first: int, count: int, which: Iterable[int] | None = None
    ) -> list[Decimal]:
        """Return the x coordinates of columns of a level, in axis units.

        Args:
            level: the level.
            first, count: the number of the first column, and how many there are.
            which: some of them, counted from the first; None for all.
        """
        return _coordinates(self.x, self.across / 2**level, first, count, which)

    def rows(
        self, level: int, first: int, count: int, which: Iterable[int] | None = None
    ) -> list[Decimal]:
        """Return the y coordinates of rows of a level, as `columns` does those of columns."""
        return _coordinates(self.y, self.up / 2**level, first, count, which)


# The lattice that every zoomable picture of a plane shares, unless that is stretched: then it is
# `PLANE.stretched`, whose levels are nested as these are. Level 0 has one point within bounds.
PLANE = Lattice(Fraction(0), Fraction(0), Fraction(1024), Fraction(1024))


@dataclass(frozen=True)
class Region:
    """A rectangle of points of one level: `width` columns from `column` on, rows likewise.

    Each point stands for the block around it, half a pitch to every side.
    """

    lattice: Lattice
    level: int
    column: int
    row: int
    width: int
    height: int

    @staticmethod
    def of_pixels(window: Window, size: Size) -> "Region":
        """Return the points at the pixel centres of a window.

        They are points of the plane's lattice if they happen to lie on it, as those of
        `Region.window` do, and else a lattice of their own, level 0.
        """
        half, plane = Fraction(window.half_width), PLANE.stretched(window.stretch)
        across = 2 * half / size.width
        up = square = across * Fraction(2) ** window.stretch
        if window.half_height is not None:
            up = 2 * Fraction(window.half_height) / size.height
        x = Fraction(window.x) - half + across / 2
        y = Fraction(window.y) - up * (size.height - 1) / 2
        levels = plane.across / across
        level = levels.numerator.bit_length() - 1
        on_plane = levels == 2**level and up == square
        if on_plane and not x % across and not y % up:
            return Region(plane, level, int(x / across), int(y / up), size.width, size.height)
        own = Lattice(x, y, across, up, window.stretch)
        return Region(own, 0, 0, 0, size.width, size.height)

    @staticmethod
    def of_view(window: Window, size: Size) -> "Region":
        """Return the points of the plane whose blocks fill a window, one for each pixel or nearly.

        The level is the one whose pitch is nearest the pixel pitch: 0.71 to 1.41 pixels.
        """
        half, plane = Fraction(window.half_width), PLANE.stretched(window.stretch)
        up = half * size.height / size.width * Fraction(2) ** window.stretch
        pixel = 2 * half / size.width
        level = max(0, round(_log2(plane.across / pixel)))
        while True:
            x, y = Fraction(window.x), Fraction(window.y)
            column, width = _span(x - half, x + half, plane.across / 2**level)
            row, height = _span(y - up, y + up, plane.up / 2**level)
            if width * height <= MOST_PIXELS:
                return Region(plane, level, column, row, width, height)
            level -= 1

    @property
    def size(self) -> Size:
        """The size in points."""
        return Size(self.width, self.height)

    def window(self) -> Window:
        """Return the window whose pixels at `size` are the blocks of the points, exactly.

        Exactly on a plane's lattice; on one of its own to the rounding of a float64.
        """
        across, up = self.lattice.across / 2**self.level, self.lattice.up / 2**self.level
        x = self.lattice.x + (2 * self.column + self.width - 1) * across / 2
        y = self.lattice.y + (2 * self.row + self.height - 1) * up / 2
        stretch = self.lattice.stretch
        square = up == across * Fraction(2) ** stretch
        half_width, half_height = float(self.width * across / 2), float(self.height * up / 2)
        return Window(
            exact_decimal(x), exact_decimal(y), half_width, None if square else half_height, stretch
        )

    def columns(self, which: Iterable[int] | None = None) -> list[Decimal]:
        """Return the x coordinates of the points in axis units, ascending.

        Args:
            which: the columns that are wanted, counted from the first; None for all. Each costs the
                same, however many the region has.
        """
        return self.lattice.columns(self.level, self.column, self.width, which)

    def rows(self, which: Iterable[int] | None = None) -> list[Decimal]:
        """Return the y coordinates of the points, as `columns` does the x coordinates."""
        return self.lattice.rows(self.level, self.row, self.height, which)

    def cover(self, level: int) -> "Region":
        """Return the points of a coarser level whose blocks fill this region."""
        stride = 2 ** (self.level - level)
        column, width = _covering(self.column, self.width, stride)
        row, height = _covering(self.row, self.height, stride)
        return Region(self.lattice, level, column, row, width, height)

    def coarser(self, level: int) -> "Region":
        """Return those of the points that a coarser level has too; it may be empty."""
        stride = 2 ** (self.level - level)
        column, row = -(-self.column // stride), -(-self.row // stride)
        width = (self.column + self.width - 1) // stride - column + 1
        height = (self.row + self.height - 1) // stride - row + 1
        return Region(self.lattice, level, column, row, max(width, 0), max(height, 0))

    def tiles(self) -> Iterator[TileIndex]:
        """Yield the tiles that hold these points, row by row."""
        for row in _blocks(self.row, self.height):
            for column in _blocks(self.column, self.width):
                yield TileIndex(self.level, column, row)

    def slices(self, tile: TileIndex) -> tuple[slice, slice]:
        """Return which rows and columns of a tile of the same level lie in the region."""
        return (
            _overlap(self.row - tile.row * TILE, self.height, TILE),
            _overlap(self.column - tile.column * TILE, self.width, TILE),
        )

    @staticmethod
    def of_tile(lattice: Lattice, tile: TileIndex) -> "Region":
        """Return all points of a tile, whatever level they belong to."""
        return Region(lattice, tile.level, tile.column * TILE, tile.row * TILE, TILE, TILE)


def points_of_level(level: int) -> np.ndarray:
    """Return which points of a tile belong to its level, shape (TILE, TILE) bool.

    On level 0 these are all, and else those that are not on the level before, three of four.
    """
    return _ALL if level == 0 else _ODD


def exact_decimal(number: Fraction) -> Decimal:
    """Return a binary fraction as an exact decimal, any other rounded far below float64."""
    twos = number.denominator.bit_length() - 1
    digits = len(str(abs(number.numerator))) + twos + _GUARD_DIGITS
    with decimal.localcontext(prec=digits, Emax=10**6, Emin=-(10**6)):
        quotient = Decimal(number.numerator) / Decimal(number.denominator)
        return quotient.normalize() + 0


def _coordinates(
    origin: Fraction, pitch: Fraction, first: int, count: int, which: Iterable[int] | None = None
) -> list[Decimal]:
    largest = max(abs(origin + pitch * first), abs(origin + pitch * (first + count)), pitch)
    digits = math.ceil((_log2(largest) - _log2(pitch)) * math.log10(2)) + _GUARD_DIGITS
    with decimal.localcontext(prec=digits, Emax=10**6, Emin=-(10**6)):
        common = math.lcm(origin.denominator, pitch.denominator)
        start, step = int(origin * common), int(pitch * common)
        chosen = range(count) if which is None else map(int, which)  # NumPy's own would overflow
        return [Decimal(start + step * (first + i)) / common for i in chosen]


def _log2(number: Fraction) -> float:
    """Return the binary logarithm of a positive fraction, also of one too small for a float."""
    shift = number.numerator.bit_length() - number.denominator.bit_length()
    return shift + math.log2(number / Fraction(2) ** shift)


def _span(low: Fraction, high: Fraction, pitch: Fraction) -> tuple[int, int]:
    """Return the first of the points whose blocks fill an interval, and how many they are."""
    first = math.floor(low / pitch + Fraction(1, 2))
    return first, max(math.ceil(high / pitch - Fraction(1, 2)) - first + 1, 1)


def _covering(first: int, count: int, stride: int) -> tuple[int, int]:
    low = (2 * first - 1 + stride) // (2 * stride)
    high = -((stride + 1 - 2 * (first + count)) // (2 * stride))
    return low, high - low + 1


def _blocks(first: int, count: int) -> range:
    return range(first // TILE, (first + count - 1) // TILE + 1) if count > 0 else range(0)


def _overlap(first: int, count: int, length: int) -> slice:
    return slice(min(max(first, 0), length), max(min(first + count, length), 0))


_ALL = np.ones((TILE, TILE), bool)
_ODD = np.add.outer(2 * (np.arange(TILE) % 2), np.arange(TILE) % 2) > 0
