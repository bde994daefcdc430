"""The partial picture of a request: what is known of its points, and which levels are complete."""

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


class PartialPicture:
    """What is known of a region, coarse to fine.

    The arrays are written in place while the lock of the tiles is held. `snapshot` copies them.

    Args:
        region: the points that are wanted in the end.
        first: the coarsest level that is shown; points of coarser levels count as its own.
        values: what is known from the beginning, shape (height, width); NaN = unknown.
        decided: the step at which each run was decided, of the same shape.
        unknown: how many wanted points are unknown on each level from the first on, (levels,).
        points: how many points are wanted. Some lie up to one block of their level out of view.
    """

    def __init__(
        self,
        region: Region,
        first: int,
        values: np.ndarray,
        decided: np.ndarray,
        unknown: np.ndarray,
        points: int,
    ) -> None:
        self.region, self.first, self.points = region, first, points
        self._values, self._decided, self._unknown = values, decided, unknown.copy()

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
        here = every_point_of(self.region, level)
        return Snapshot(
            self.region.coarser(level), self._values[here].copy(), self._decided[here].copy()
        )

    def unknown(self) -> np.ndarray:
        """Return which points in view are unknown, shape (height, width) bool."""
        return np.isnan(self._values)

    def enter(self, tile: Tile, points: np.ndarray, level: int, new: int) -> set[TileIndex]:
        """Enter known points of a tile, and return the tiles that look different for it.

        Args:
            tile: whose values are taken.
            points: numbers of points in it, shape (n,).
            level: the level that they count as, the first or a finer one.
            new: how many of them were unknown until now.
        """
        index, region = tile.index, self.region
        self._unknown[level - self.first] -= new
        stride = 2 ** (region.level - index.level)
        # Points of a level so much coarser are few, and their indices need not fit 64 bits.
        rows, columns = np.divmod(points, TILE)
        if stride > _LARGEST:
            rows, columns = rows.astype(object), columns.astype(object)
        y = (rows * stride + (index.row * TILE * stride - region.row)).astype(np.int64)
        x = (columns * stride + (index.column * TILE * stride - region.column)).astype(np.int64)
        inside = (y >= 0) & (y < region.height) & (x >= 0) & (x < region.width)
        self._values[y[inside], x[inside]] = tile.values.flat[points[inside]]
        self._decided[y[inside], x[inside]] = tile.decided.flat[points[inside]]
        return self._tiles_that_show(index, rows, columns)

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

    def _tiles_that_show(
        self, index: TileIndex, rows: np.ndarray, columns: np.ndarray
    ) -> set[TileIndex]:
        """Return the tiles, of the first level or finer, that show points of a tile."""
        if index.level >= self.first:
            return {index}
        finer = 2 ** (self.first - index.level)
        blocks = zip((rows * finer) // TILE, (columns * finer) // TILE, strict=True)
        return {
            TileIndex(self.first, index.column * finer + column, index.row * finer + row)
            for row, column in {(int(r), int(c)) for r, c in blocks}
        }


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


def _coarsest(region: Region) -> int:
    """Return the coarsest level that has `FEWEST_SAMPLES` along the shorter side of a region."""
    level = region.level
    while level:
        cover = region.cover(level - 1)
        if min(cover.width, cover.height) < FEWEST_SAMPLES:
            break
        level -= 1
    return level
