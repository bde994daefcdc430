"""The partial picture of a request: what is known of its points, and which levels are complete."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from engine.tiles.lattice import TILE, Region, TileIndex, points_of_level
from engine.tiles.memory import Tile
from engine.tiles.overlap import shadow
from engine.tiles.pyramid import slices_in

FIRST_PICTURE = 0.03  # seconds that the first level may take to train, by what is known of a run
FEWEST_SAMPLES = 6  # along the shorter side of a first level, however much a run costs
_LARGEST = 2**40  # strides beyond which products with a number of a point may overflow


class Snapshot(NamedTuple):
    """What was known of the points of one level in view, at one moment.

    Attributes:
        region: the points.
        values: the measure of each run, shape (height, width), row 0 at the bottom; NaN = unknown.
        decided: the step at which each run was decided, of the same shape, int32; 0 = unknown.
    """

    region: Region
    values: np.ndarray
    decided: np.ndarray


class Hull(NamedTuple):
    """The rectangle around a region whose corners are among its coarsest points.

    Attributes:
        region: all points in the rectangle.
        view: the rows and columns of it that are in the region it lies around.
        base: the stride of the coarsest points, a power of two.
    """

    region: Region
    view: tuple[slice, slice]
    base: int

    @staticmethod
    def of(region: Region) -> "Hull":
        """Return the hull of a region."""
        base = coarsest_stride(region)
        (column, width), (row, height) = (
            (start // base * base, (-(-(start + count - 1) // base) - start // base) * base + 1)
            for start, count in ((region.column, region.width), (region.row, region.height))
        )
        bottom, left = region.row - row, region.column - column
        view = slice(bottom, bottom + region.height), slice(left, left + region.width)
        around = replace(region, column=column, row=row, width=width, height=height)
        return Hull(around, view, base)


@dataclass(frozen=True)
class Known:
    """What was known of the hull of a region at one moment; arrays of shape (height, width).

    Attributes:
        hull: where.
        first: the stride of the points that make the first picture, at most the base.
        values: the measure of each run, row 0 at the bottom; NaN = unknown.
        decided: the step at which each run was decided, int32.
        wanted: which points are wanted, bool: those of the region, and coarse ones around it.
    """

    hull: Hull
    first: int
    values: np.ndarray
    decided: np.ndarray
    wanted: np.ndarray

    @property
    def points(self) -> int:
        """How many points the region has."""
        rows, columns = self.hull.view
        return int((rows.stop - rows.start) * (columns.stop - columns.start))

    def place(self, rows: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return where points are, x and y in half-widths of the region from its centre."""
        up, across = self.hull.view
        half = (across.stop - across.start) / 2
        x = (columns - across.start + 0.5) / half - 1
        y = (rows - (up.start + up.stop) / 2 + 0.5) / half
        return x, y

    def beyond(self, stride: int) -> np.ndarray:
        """Return which points of a stride lie beyond the coarsest known ones, (height, width) bool.

        That is where a corner of the square of coarsest points around them is in the region, and
        unknown.
        """
        base = self.hull.base
        unknown = np.zeros(self.values.shape, bool)
        unknown[self.hull.view] = np.isnan(self.values[self.hull.view])
        corners = unknown[::base, ::base]
        squares = corners[1:, 1:] | corners[1:, :-1] | corners[:-1, 1:] | corners[:-1, :-1]
        times = max(base // stride, 1)
        inside = squares.repeat(times, axis=0).repeat(times, axis=1)
        return np.pad(inside, ((0, 1), (0, 1)))


class PartialPicture:
    """What is known of a region, coarse to fine.

    The arrays are written in place while the lock of the tiles is held. `snapshot` and `copy` copy
    them.

    Args:
        hull: the rectangle around the region that is wanted in the end.
        region: that region.
        first: the coarsest level that is shown; points of coarser levels count as its own.
        values: what is known of the hull from the beginning, shape (height, width); NaN = unknown.
        decided: the step at which each run was decided, of the same shape.
    """

    def __init__(
        self, hull: Hull, region: Region, first: int, values: np.ndarray, decided: np.ndarray
    ) -> None:
        self.hull, self.region, self.first, self.points = hull, region, first, 0
        self._values, self._decided = values, decided
        self._wanted = np.zeros(values.shape, bool)
        self._unknown = np.zeros(region.level - first + 1, np.int64)

    def want(self, tile: TileIndex, points: np.ndarray, level: int, unknown: int) -> None:
        """Take note of points of a tile that are wanted.

        Args:
            tile: which.
            points: their numbers in it, shape (n,).
            level: the level that they count as, the first or a finer one.
            unknown: how many of them are unknown.
        """
        self._wanted[self._places(tile, points)[:2]] = True
        self._unknown[level - self.first] += unknown
        self.points += len(points)

    @property
    def known(self) -> int:
        """How many of the points are known."""
        return self.points - int(self._unknown.sum())

    @property
    def whole(self) -> bool:
        """Whether every point is known."""
        return not self._unknown.any()

    @property
    def complete(self) -> int | None:
        """The finest level of which everything is known; None before the first is."""
        incomplete = np.flatnonzero(self._unknown)
        levels = int(incomplete[0]) if len(incomplete) else len(self._unknown)
        return self.first + levels - 1 if levels else None

    def snapshot(self, level: int | None = None) -> Snapshot:
        """Return a copy of what is known in view at a level; None for the finest."""
        level = self.region.level if level is None else level
        here, view = every_point_of(self.region, level), self.hull.view
        return Snapshot(
            self.region.coarser(level),
            self._values[view][here].copy(),
            self._decided[view][here].copy(),
        )

    def copy(self, first: int) -> Known:
        """Return a copy of all that is known, of which points with a stride come first."""
        return Known(self.hull, first, self._values.copy(), self._decided.copy(), self._wanted)

    def knows(self, points: np.ndarray) -> bool:
        """Return whether all these points of the hull are known, given by number, row by row."""
        return not np.isnan(self._values.flat[points]).any()

    def unknown(self) -> np.ndarray:
        """Return which points in view are unknown, shape (height, width) bool."""
        return np.isnan(self._values[self.hull.view])

    def enter(self, tile: Tile, points: np.ndarray, level: int, new: int) -> set[TileIndex]:
        """Enter known points of a tile, and return the tiles that look different for it.

        Args:
            tile: whose values are taken.
            points: numbers of points in it, shape (n,).
            level: the level that they count as, the first or a finer one.
            new: how many of them were unknown until now.
        """
        self._unknown[level - self.first] -= new
        y, x, inside = self._places(tile.index, points)
        self._values[y, x] = tile.values.flat[points[inside]]
        self._decided[y, x] = tile.decided.flat[points[inside]]
        return self._tiles_that_show(tile.index, points)

    def _places(
        self, tile: TileIndex, points: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the rows and columns of points of a tile in the hull, and which lie in it."""
        around = self.hull.region
        stride = 2 ** (around.level - tile.level)
        rows, columns = _divided(points, stride)
        y = (rows * stride + (tile.row * TILE * stride - around.row)).astype(np.int64)
        x = (columns * stride + (tile.column * TILE * stride - around.column)).astype(np.int64)
        inside = (y >= 0) & (y < around.height) & (x >= 0) & (x < around.width)
        return y[inside], x[inside], inside

    def visible_tiles(self) -> set[TileIndex]:
        """Return the tiles that show what is known, at each place the finest of them alone."""
        unknown, tiles = self.unknown(), set()
        for level in range(self.region.level, self.first - 1, -1):
            points = self.region.coarser(level)
            for index in points.tiles():
                if level < self.region.level and covered(self.region, unknown, index):
                    continue
                within = points.slices(index)
                known = ~unknown[slices_in(self.region, index, within)]
                # Points of coarser levels alone would show nothing that a coarser tile does not.
                if (known & (points_of_level(level)[within] | (level == self.first))).any():
                    tiles.add(index)
        return tiles

    def _tiles_that_show(self, index: TileIndex, points: np.ndarray) -> set[TileIndex]:
        """Return the tiles, of the first level or finer, that show points of a tile."""
        if index.level >= self.first:
            return {index}
        finer = 2 ** (self.first - index.level)
        rows, columns = _divided(points, finer)
        blocks = zip((rows * finer) // TILE, (columns * finer) // TILE, strict=True)
        return {
            TileIndex(self.first, index.column * finer + column, index.row * finer + row)
            for row, column in {(int(r), int(c)) for r, c in blocks}
        }


def _divided(points: np.ndarray, stride: int) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of points of a tile, to be multiplied by a stride.

    Points of a level so much coarser are few, and their indices need not fit 64 bits.
    """
    rows, columns = np.divmod(points, TILE)
    if stride > _LARGEST:
        return rows.astype(object), columns.astype(object)
    return rows, columns


def every_point_of(region: Region, level: int) -> tuple[slice, slice]:
    """Return where the points that a coarser level has too lie in an array over a region."""
    part, stride = region.coarser(level), 2 ** (region.level - level)
    top, left = part.row * stride - region.row, part.column * stride - region.column
    return slice(max(top, 0), None, stride), slice(max(left, 0), None, stride)


def covered(region: Region, unknown: np.ndarray, tile: TileIndex) -> bool:
    """Return whether everything in view of a tile, of any level, is known at the region's level.

    Args:
        region: what is in view.
        unknown: which of its points are unknown, shape (height, width) bool.
        tile: which tile.
    """
    return not unknown[shadow(region, tile).within()].any()


def first_level(region: Region, values: np.ndarray, pace: float | None) -> int:
    """Return the level that is to be the first picture of a region.

    That is the finest level that can be trained in `FIRST_PICTURE`, given what is known already,
    and the coarsest one where the time that a run takes is not known yet.

    Args:
        region: the points that are wanted in the end.
        values: what is known of them, shape (height, width); NaN = unknown.
        pace: seconds that a run takes, or None.
    """
    if not np.isnan(values).any():
        return region.level
    level = _coarsest(region)
    chosen = level
    for finer in range(level, region.level + 1):
        unknown = int(np.isnan(values[every_point_of(region, finer)]).sum())
        in_time = pace is not None and unknown * pace <= FIRST_PICTURE
        if unknown and not in_time:
            break
        chosen = finer
    return chosen


def coarsest_stride(region: Region) -> int:
    """Return the largest stride, a power of two, that leaves `FEWEST_SAMPLES` points along the
    shorter side of a region.
    """
    stride = 1
    while min(region.width, region.height) >= 2 * stride * FEWEST_SAMPLES:
        stride *= 2
    return stride


def _coarsest(region: Region) -> int:
    """Return the level of the coarsest points of a region."""
    return max(region.level - coarsest_stride(region).bit_length() + 1, 0)
