"""The plan of a request: which points of which tiles are wanted, and which come next."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.tiles.lattice import TILE, Region, TileIndex, points_of_level
from engine.tiles.memory import Tile
from engine.tiles.partial import Hull
from engine.tiles.pyramid import Pyramid

TOGETHER = 2**16  # points that are sorted by tile at a time, so that they take little memory
_EXACT = 2**62  # indices are looked at modulo this, where they may not fit 64 bits
_LARGEST = 2**40  # strides beyond which few points are, and products may overflow


@dataclass
class Part:
    """The points of one tile that a request wants.

    Attributes:
        tile: which tile.
        level: the level that its points count as, which is the first one if its own is coarser.
        inside: which of its points are wanted, shape (TILE * TILE,) bool.
        missing: how many of these are unknown.
    """

    tile: Tile
    level: int
    inside: np.ndarray
    missing: int

    def unknown(self) -> np.ndarray:
        """Return the numbers of the points that are wanted and unknown, ascending."""
        return np.flatnonzero(self.inside & np.isnan(self.tile.values.ravel()))

    def put(self, points: np.ndarray) -> np.ndarray:
        """Take note of points that have become known, and return those that are wanted."""
        points = points[self.inside[points]]
        self.missing -= len(points)
        return points

    def load(self) -> tuple[np.ndarray, int]:
        """Take note of all that is known of the tile.

        Returns the numbers of the wanted points that are known, and how many of them are new.
        """
        known = np.flatnonzero(self.inside & ~np.isnan(self.tile.values.ravel()))
        new = self.missing - (int(self.inside.sum()) - len(known))
        self.missing -= new
        return known, new


class Plan:
    """The points that a request wants, and a queue of those to be trained next.

    The lock of the tiles is held.

    Args:
        pyramid: where the tiles are.
        region: the points that are wanted in the end.
        hull: the rectangle around them.
        first: the coarsest level that is shown; points of coarser levels are wanted with its own.
    """

    def __init__(self, pyramid: Pyramid, region: Region, hull: Hull, first: int) -> None:
        self._parts = {part.tile.index: part for part in _divide(pyramid, region, first)}
        self._hull = hull
        self._later: deque[np.ndarray] = deque()  # points of the hull, which come after the queue
        self._queue: deque[tuple[Part, np.ndarray]] = deque()
        self.unread = sum(not part.tile.loaded for part in self._parts.values())
        self.queued = 0  # points in the queue

    @property
    def parts(self) -> Iterator[Part]:
        """What is wanted, tile by tile."""
        yield from self._parts.values()

    def part(self, index: TileIndex) -> Part | None:
        """Return the part of a tile; None if nothing of it is wanted."""
        return self._parts.get(index)

    @property
    def in_training(self) -> bool:
        """Whether any point that is wanted is in training, for whomever."""
        return any(
            (part.tile.training.ravel() & part.inside).any() for part in self._parts.values()
        )

    def clear(self) -> None:
        """Forget what comes next."""
        self._later.clear()
        self._queue.clear()
        self.queued = 0

    def add(self, points: np.ndarray) -> None:
        """Have points come next that are numbered as in the hull, row by row; the first first."""
        self._later.extend(points[first : first + TOGETHER]
                           for first in range(0, len(points), TOGETHER))  # fmt: skip
        self.queued += len(points)

    def _following(self) -> tuple[Part, np.ndarray] | None:
        """Return what comes next; None if there is nothing."""
        while not self._queue:
            if not self._later:
                return None
            points = self._later.popleft()
            self.queued -= len(points)
            points = points[np.sort(np.unique(points, return_index=True)[1])]
            for index, numbers in _by_tile(self._hull, points):
                part = self._parts.get(index)
                if part is not None:
                    wanted = numbers[part.inside[numbers]]
                    self._queue.append((part, wanted))
                    self.queued += len(wanted)
        return self._queue.popleft()

    def take(self, most: int, *, patient: bool) -> Iterator[tuple[Tile, np.ndarray]]:
        """Yield points to be trained next, by tile and number in it; they count as in training.

        Args:
            most: how many points at most.
            patient: whether tiles that are still being read are left for later.
        """
        unread = []
        while most and (following := self._following()) is not None:
            part, points = following
            if patient and not part.tile.loaded:
                unread.append((part, points))
                continue
            now, later = points[:most], points[most:]
            if len(later):
                self._queue.appendleft((part, later))
            self.queued -= len(now)
            now = _untrained(part.tile, now)
            if len(now):
                part.tile.training.flat[now] = True
                most -= len(now)
                yield part.tile, now
        self._queue.extendleft(reversed(unread))


def _by_tile(hull: Hull, points: np.ndarray) -> Iterator[tuple[TileIndex, np.ndarray]]:
    """Yield points by the tile that holds them, as their numbers in it.

    The tile of the first point comes first, and so on; those of a tile keep their order.
    """
    region = hull.region
    rows, columns = np.divmod(points, region.width)
    above = np.minimum(
        _levels_above(region.row, rows, region.level),
        _levels_above(region.column, columns, region.level),
    )
    tiles: list[tuple[int, TileIndex, np.ndarray]] = []
    for up in np.unique(above).tolist():
        here = np.flatnonzero(above == up)
        (row, rows_in), (column, columns_in) = (
            _indices(start, offsets[here], 2**up)
            for start, offsets in ((region.row, rows), (region.column, columns))
        )
        tile = np.stack([rows_in // TILE, columns_in // TILE])
        number = rows_in % TILE * TILE + columns_in % TILE
        each, inverse = np.unique(tile, axis=1, return_inverse=True)
        order = np.argsort(inverse, kind="stable")
        bounds = np.cumsum(np.bincount(inverse))[:-1]
        for (y, x), of_tile in zip(each.T.tolist(), np.split(order, bounds), strict=True):
            index = TileIndex(region.level - up, column + x, row + y)
            tiles.append((int(here[of_tile[0]]), index, number[of_tile]))
    for _, index, numbers in sorted(tiles, key=lambda tile: tile[0]):
        yield index, numbers


def _levels_above(start: int, offsets: np.ndarray, most: int) -> np.ndarray:
    """Return how many levels above their own points `start + offsets` are found, at most `most`."""
    low = start % _EXACT + offsets
    above = np.minimum(np.bitwise_count((low & -low) - 1).astype(np.int64), most)
    for k in np.flatnonzero(low % _EXACT == 0):  # one of a row at most
        index = start + int(offsets[k])
        above[k] = min((index & -index).bit_length() - 1, most) if index else most
    return above


def _indices(start: int, offsets: np.ndarray, stride: int) -> tuple[int, np.ndarray]:
    """Return the indices of points on a coarser level, from the first of a tile on, and that tile.

    Args:
        start: the index of what the offsets are counted from.
        offsets: of the points, all of which are on the level; shape (n,).
        stride: of its points.
    """
    tile = start // stride // TILE
    beyond = start - tile * TILE * stride
    if stride > _LARGEST:
        return tile, np.array([(beyond + offset) // stride for offset in offsets.tolist()], int)
    return tile, (beyond + offsets) // stride


def _untrained(tile: Tile, points: np.ndarray) -> np.ndarray:
    """Return those of the points that are neither known nor in training."""
    return points[np.isnan(tile.values.flat[points]) & ~tile.training.flat[points]]


def _divide(pyramid: Pyramid, region: Region, first: int) -> Iterator[Part]:
    """Yield the points of every level that are wanted, tile by tile, from the finest level on."""
    for level in range(region.level, -1, -1):
        cover = region.cover(max(level, first))
        wanted = cover.coarser(level) if level < first else cover
        if not wanted.width or not wanted.height:
            break
        for index in wanted.tiles():
            inside = np.zeros((TILE, TILE), bool)
            here = wanted.slices(index)
            inside[here] = points_of_level(level)[here]
            if inside.any():
                tile = pyramid.tile(index)
                missing = int((inside & np.isnan(tile.values)).sum())
                yield Part(tile, max(level, first), inside.ravel(), missing)
