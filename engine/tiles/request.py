"""This module is the request: a region that somebody looks at, known coarse to fine.

It holds which runs are still wanted, in the order in which they are, and what has become known
since one last looked. Whoever trains asks it for runs and tells it what has finished.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.tiles.focus import CENTRE, Focus, distance
from engine.tiles.lattice import TILE, Region, TileIndex, points_of_level
from engine.tiles.pyramid import Pyramid, Tile, slices_in

FIRST_PICTURE = 0.03  # seconds that the first level may take to train, by what is known of a run
FEWEST_SAMPLES = 6  # along the shorter side of a first level, however much a run costs
READ_PATIENCE = 5.0  # seconds to wait for a store, before runs that it may know are trained

log = logging.getLogger(__name__)


@dataclass
class _Part:
    """The points of one tile that a request wants."""

    tile: Tile
    stage: int
    inside: np.ndarray  # (TILE * TILE,) bool
    distance: float
    order: np.ndarray | None = None  # numbers of the points not asked for yet, nearest first
    missing: int = 0


@dataclass(frozen=True)
class News:
    """What has become known since one last looked.

    Attributes:
        tiles: values and decision steps of the tiles that have changed, on their level, with the
            points of coarser levels in place, shape (TILE, TILE) each; NaN = not known.
        done: the share of the points that are known, 0 to 1.
        known, points: how many are, of how many.
        complete: the finest level of which everything in view is known; None before the first is.
        before: how many were known when the request began.
        trained: runs taken to be trained for this request.
        left: seconds until everything is known, or None where that cannot be said.
        seconds: since the request began, or until everything was known.
        error: what ended the work, if anything did.
    """

    tiles: dict[TileIndex, tuple[np.ndarray, np.ndarray]]
    done: float
    known: int
    points: int
    before: int
    complete: int | None
    trained: int
    left: float | None
    seconds: float
    error: Exception | None

    @property
    def finished(self) -> bool:
        """Whether everything is known."""
        return self.known == self.points


class Overlap(NamedTuple):
    """How a tile lies in a view."""

    seen: bool  # some of it is in view
    inside: bool  # all of it is in view
    near: bool  # it is within one width and height of the view


class Request:
    """A region, coarse to fine. The lock of the pyramid's cache is held whenever it is used.

    Args:
        pyramid: where runs are kept.
        region: the points that are wanted in the end.
        focus: what is wanted first within a level.
        pace: seconds that a run takes; None if that is not known. Whoever trains keeps it up to
            date.
        levels: how many levels coarser the first may be; 0 has the region trained at once.
        on_news: called from any thread, with the lock held, when there is something new.
    """

    def __init__(
        self,
        pyramid: Pyramid,
        region: Region,
        focus: Focus = CENTRE,
        pace: float | None = None,
        levels: int | None = None,
        on_news: Callable[[], None] = lambda: None,
    ) -> None:
        self.pyramid, self.region = pyramid, region
        self.used = 0  # runs taken for whoever looks, in this view and before
        self.trained = 0
        self.pace = pace
        self.unread = 0  # tiles that are still being read from a store
        self.error: Exception | None = None
        self._on_news = on_news
        self._began = time.perf_counter()
        self._ended: float | None = None
        self._focus = focus
        self.values, self.decided = pyramid.assemble(region)
        if levels is None:
            levels = self._first(pace) if np.isnan(self.values).any() else 0
        self.first = region.level - levels
        self._parts: dict[TileIndex, _Part] = {}
        self._left = np.zeros(region.level - self.first + 1, np.int64)
        self.points = 0
        self._queue = deque(sorted(self._divide(), key=lambda part: (part.stage, part.distance)))
        self._known_at_start = self.known
        self._fresh = self._shown_first()
        pyramid.watch(self)

    @property
    def known(self) -> int:
        """How many of the points are known."""
        return self.points - int(self._left.sum())

    @property
    def finished(self) -> bool:
        """Whether everything is known, or nothing more will be."""
        return self.error is not None or not self._left.any()

    @property
    def complete(self) -> int | None:
        """The finest level of which everything is known; None before the first is."""
        unknown = np.flatnonzero(self._left)
        stages = int(unknown[0]) if len(unknown) else len(self._left)
        return self.first + stages - 1 if stages else None

    @property
    def waiting(self) -> bool:
        """Whether tiles are still being read; a store that takes too long is not waited for."""
        return self.unread > 0 and time.perf_counter() - self._began < READ_PATIENCE

    def take(self, most: int) -> Iterator[tuple[Tile, np.ndarray]]:
        """Yield runs to be trained next, by tile and number in it; they count as in training."""
        waiting, patient = [], self.waiting
        while most and self._queue:
            part = self._queue[0]
            if patient and not part.tile.loaded:
                waiting.append(self._queue.popleft())
                continue
            points = self._next(part, most)
            if not len(points):
                self._queue.popleft()
                continue
            most -= len(points)
            self.trained += len(points)
            yield part.tile, points
        self._queue.extendleft(reversed(waiting))

    def put(self, tile: Tile, points: np.ndarray) -> None:
        """Take note of points of a tile, by number, that have become known just now."""
        part = self._parts.get(tile.index)
        if part is None:
            return
        points = points[part.inside[points]]
        if len(points):
            part.missing -= len(points)
            self._left[part.stage] -= len(points)
            self._enter(part.tile, points)
            self._news()

    def loaded(self, tile: Tile) -> None:
        """Take note of what a store knew of a tile."""
        part = self._parts.get(tile.index)
        if part is None or part.tile is not tile:
            return
        self.unread -= 1
        known = np.flatnonzero(part.inside & ~np.isnan(tile.values.ravel()))
        new = part.missing - (int(part.inside.sum()) - len(known))
        if new:
            part.missing -= new
            self._left[part.stage] -= new
            self._known_at_start += new
            self._enter(tile, known)
        self._news()

    def wants(self, tile: Tile, points: np.ndarray) -> np.ndarray:
        """Return which points of a tile are of this request, shape (n,) bool."""
        part = self._parts.get(tile.index)
        return np.zeros(len(points), bool) if part is None else part.inside[points]

    def fail(self, error: Exception) -> None:
        """End the request because of an error."""
        self.error = error
        self._news()

    def news(self, also: Iterator[TileIndex] | tuple[TileIndex, ...] = ()) -> News:
        """Return what is new since this was last asked, and the tiles of `also` in any case."""
        fresh, self._fresh = self._fresh | set(also), set()
        tiles = {}
        for index in fresh:
            tiles[index] = self.pyramid.assemble(Region.of_tile(self.region.lattice, index))
        seconds = (self._ended or time.perf_counter()) - self._began
        gained, missing = self.known - self._known_at_start, self.points - self.known
        left = None if self.pace is None else self.pace * missing
        if gained > 0:
            left = seconds * missing / gained
        return News(
            tiles,
            done=self.known / self.points,
            known=self.known,
            points=self.points,
            before=self._known_at_start,
            complete=self.complete,
            trained=self.trained,
            left=left,
            seconds=seconds,
            error=self.error,
        )

    def level(self, level: int) -> tuple[np.ndarray, np.ndarray]:
        """Return values and decision steps in view at a coarser level, shape (rows, columns) each;
        NaN = unknown.
        """
        part = self.region.coarser(level)
        stride = 2 ** (self.region.level - level)
        top, left = part.row * stride - self.region.row, part.column * stride - self.region.column
        here = slice(max(top, 0), None, stride), slice(max(left, 0), None, stride)
        return self.values[here], self.decided[here]

    def overlap(self, tile: TileIndex) -> Overlap:
        """Return how a tile, of any level, lies in the view."""
        (y0, y1), (x0, x1) = self._shadow(tile)
        height, width = self.values.shape
        return Overlap(
            seen=y0 < height and y1 > 0 and x0 < width and x1 > 0,
            inside=x0 >= 0 and x1 <= width and y0 >= 0 and y1 <= height,
            near=-width < x1 and x0 < 2 * width and -height < y1 and y0 < 2 * height,
        )

    def knows(self, tile: TileIndex) -> bool:
        """Whether everything that is in view of a tile is known at the level of the view."""
        (y0, y1), (x0, x1) = self._shadow(tile)
        seen = self.values[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
        return not np.isnan(seen).any()

    def _shadow(self, tile: TileIndex) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the rows and the columns of the view on which a tile falls, ends excluded.

        What it shows reaches half a pitch of its own level beyond its outermost points.
        """
        bottom, top = _shadow(tile.row * TILE, tile.level, self.region.level)
        left, right = _shadow(tile.column * TILE, tile.level, self.region.level)
        return (
            (bottom - self.region.row, top - self.region.row + 1),
            (left - self.region.column, right - self.region.column + 1),
        )

    def _first(self, pace: float | None) -> int:
        """Return how many levels coarser than the region the first picture is to be.

        The finest that can be trained in `FIRST_PICTURE`, given what is known already; the coarsest
        if what a run costs is not known yet.
        """
        level, coarsest = self.region.level, 0
        while coarsest < level:
            cover = self.region.cover(level - coarsest - 1)
            if min(cover.width, cover.height) < FEWEST_SAMPLES:
                break
            coarsest += 1
        chosen = coarsest
        for coarser in range(coarsest, -1, -1):
            unknown = int(np.isnan(self.level(level - coarser)[0]).sum())
            in_time = pace is not None and unknown * pace <= FIRST_PICTURE
            if unknown and not in_time:
                break
            chosen = coarser
        return chosen

    def _divide(self) -> Iterator[_Part]:
        """Yield the points of every level that are wanted, tile by tile."""
        for level in range(self.region.level, -1, -1):
            cover = self.region.cover(max(level, self.first))
            own = cover.coarser(level) if level < self.first else cover
            if not own.width or not own.height:
                break
            stage = max(level - self.first, 0)
            for index in own.tiles():
                part = self._part(own, index, stage)
                if part is not None:
                    yield part

    def _part(self, own: Region, index: TileIndex, stage: int) -> _Part | None:
        inside = np.zeros((TILE, TILE), bool)
        inside[own.slices(index)] = points_of_level(index.level)[own.slices(index)]
        points = int(inside.sum())
        if not points:
            return None
        tile = self.pyramid.tile(index)
        self.unread += not tile.loaded
        x, y = self._position(index, (TILE - 1) / 2)
        part = _Part(tile, stage, inside.ravel(), float(distance(self._focus, x, y)))
        part.missing = int((inside & np.isnan(tile.values)).sum())
        self._parts[index] = part
        self._left[stage] += part.missing
        self.points += points
        return part

    def _position(self, index: TileIndex, points: float) -> tuple[float, float]:
        """Return where in the view the point is that lies so many points, up and right, from the
        first of a tile, in half-widths from the centre.
        """
        stride = 2 ** (self.region.level - index.level)
        half = self.region.width / 2
        # Whole indices are subtracted as integers: at depth they do not fit a float.
        x = index.column * TILE * stride - self.region.column + points * stride
        y = index.row * TILE * stride - self.region.row + points * stride
        return (x + 0.5 - half) / half, (y + 0.5 - self.region.height / 2) / half

    def _next(self, part: _Part, most: int) -> np.ndarray:
        """Return the next points of a part that are neither known nor in training."""
        tile = part.tile
        if part.order is None:
            part.order = self._nearest_first(part)
        while len(part.order):
            points, part.order = part.order[:most], part.order[most:]
            points = points[np.isnan(tile.values.flat[points]) & ~tile.training.flat[points]]
            if len(points):
                tile.training.flat[points] = True
                return points
        return part.order

    def _nearest_first(self, part: _Part) -> np.ndarray:
        points = np.flatnonzero(part.inside & np.isnan(part.tile.values.ravel()))
        index = part.tile.index
        x0, y0 = self._position(index, 0.0)
        step = 2 ** (self.region.level - index.level) / (self.region.width / 2)
        x, y = x0 + (points % TILE) * step, y0 + (points // TILE) * step
        return points[np.argsort(distance(self._focus, x, y), kind="stable")]

    def _enter(self, tile: Tile, points: np.ndarray) -> None:
        """Enter known points of a tile into the view, and note which tiles now look different."""
        index, region = tile.index, self.region
        stride = 2 ** (region.level - index.level)
        # Points of a level so much coarser are few, and their indices need not fit 64 bits.
        rows, columns = np.divmod(points, TILE)
        if stride > _LARGEST:
            rows, columns = rows.astype(object), columns.astype(object)
        y = (rows * stride + (index.row * TILE * stride - region.row)).astype(np.int64)
        x = (columns * stride + (index.column * TILE * stride - region.column)).astype(np.int64)
        inside = (y >= 0) & (y < region.height) & (x >= 0) & (x < region.width)
        self.values[y[inside], x[inside]] = tile.values.flat[points[inside]]
        self.decided[y[inside], x[inside]] = tile.decided.flat[points[inside]]
        if index.level >= self.first:
            self._fresh.add(index)
            return
        finer = 2 ** (self.first - index.level)
        for row, column in {
            (int(r), int(c))
            for r, c in zip((rows * finer) // TILE, (columns * finer) // TILE, strict=True)
        }:
            self._fresh.add(
                TileIndex(self.first, index.column * finer + column, index.row * finer + row)
            )

    def _shown_first(self) -> set[TileIndex]:
        """Return the tiles that show what is known from the beginning, the finest alone of each."""
        shown = set()
        for level in range(self.region.level, self.first - 1, -1):
            points = self.region.coarser(level)
            for index in points.tiles():
                if level < self.region.level and self.knows(index):
                    continue
                within = points.slices(index)
                known = ~np.isnan(self.values[slices_in(self.region, index, within)])
                # Points of coarser levels alone would show nothing that a coarser tile does not.
                if (known & (points_of_level(level)[within] | (level == self.first))).any():
                    shown.add(index)
        return shown

    def _news(self) -> None:
        if self._ended is None and self.finished:
            self._ended = time.perf_counter()
        try:
            self._on_news()
        except Exception:  # whoever looks has gone; others wait for the same runs
            log.exception("news of a request were not heard")


_LARGEST = 2**40  # strides beyond which products with a number of a point may overflow


def _shadow(first: int, level: int, onto: int) -> tuple[int, int]:
    """Return the first and last point of a level on whose blocks a tile's blocks fall."""
    if level <= onto:
        stride = 2 ** (onto - level)
        return first * stride - stride // 2, (first + TILE - 1) * stride + stride // 2
    parts = 2 ** (level - onto)
    low = (2 * first - 1 + parts) // (2 * parts)
    return low, -((parts + 1 - 2 * (first + TILE)) // (2 * parts))
