"""The plan of a request: which points of which tiles, at which level, in which order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.tiles.lattice import TILE, Region, TileIndex, points_of_level
from engine.tiles.memory import Tile
from engine.tiles.partial import PartialPicture
from engine.tiles.pyramid import Pyramid


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


# Asked when a level begins, with what is known of the picture then and the parts of that level. It
# yields points by number, part by part or as it likes, in the order in which they are trained.
Order = Callable[[PartialPicture, int, Sequence[Part]], Iterable[tuple[Part, np.ndarray]]]


class Plan:
    """The points that a request wants, level by level. The lock of the tiles is held.

    Args:
        pyramid: where the tiles are.
        region: the points that are wanted in the end.
        first: the coarsest level that is shown; points of coarser levels are wanted with its own.
        order: the order of the points within a level.
    """

    def __init__(self, pyramid: Pyramid, region: Region, first: int, order: Order) -> None:
        self._order, self._shown = order, range(first, region.level + 1)
        self._parts = {part.tile.index: part for part in _divide(pyramid, region, first)}
        self._levels = deque(self._shown)
        self._rest: Iterator[tuple[Part, np.ndarray]] = iter(())
        self._next: deque[tuple[Part, np.ndarray]] = deque()  # before the rest
        self.unread = sum(not part.tile.loaded for part in self._parts.values())
        self.points = sum(int(part.inside.sum()) for part in self._parts.values())

    def unknown(self) -> np.ndarray:
        """Return how many points are unknown on each level from the first on, shape (levels,)."""
        unknown = np.zeros(len(self._shown), np.int64)
        for part in self._parts.values():
            unknown[part.level - self._shown.start] += part.missing
        return unknown

    def part(self, index: TileIndex) -> Part | None:
        """Return the part of a tile; None if nothing of it is wanted."""
        return self._parts.get(index)

    def take(
        self, picture: PartialPicture, most: int, *, patient: bool
    ) -> Iterator[tuple[Tile, np.ndarray]]:
        """Yield points to be trained next, by tile and number in it; they count as in training.

        Args:
            picture: what is known.
            most: how many points at most.
            patient: whether tiles that are still being read are left for later.
        """
        unread = []
        while most and (following := self._following(picture)) is not None:
            part, points = following
            if patient and not part.tile.loaded:
                unread.append(following)
                continue
            now, later = points[:most], points[most:]
            if len(later):
                self._next.appendleft((part, later))
            now = _untrained(part.tile, now)
            if len(now):
                part.tile.training.flat[now] = True
                most -= len(now)
                yield part.tile, now
        self._next.extendleft(reversed(unread))

    def _following(self, picture: PartialPicture) -> tuple[Part, np.ndarray] | None:
        """Return what comes next; a level begins once all points of those before were taken."""
        while not self._next:
            following = next(self._rest, None)
            if following is not None:
                return following
            if not self._levels:
                return None
            level = self._levels.popleft()
            parts = [part for part in self._parts.values() if part.level == level]
            self._rest = iter(self._order(picture, level, parts))
        return self._next.popleft()


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
