"""Requests: what somebody looks at, known coarse to fine.

A request is a plan (which runs are wanted, in which order), a partial picture (what is known), and
a journal (what has changed since one last looked). Whoever trains asks it for runs and tells it
what has finished.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from engine.tiles.lattice import Region, TileIndex
from engine.tiles.memory import Tile
from engine.tiles.news import Journal, News
from engine.tiles.order import NearestFirst
from engine.tiles.overlap import Overlap, overlap
from engine.tiles.partial import PartialPicture, Snapshot, first_level
from engine.tiles.plan import Order, Plan
from engine.tiles.pyramid import Pyramid

READ_PATIENCE = 5.0  # seconds to wait for a store, before runs that it may know are trained


class Request:
    """A region, coarse to fine.

    Whoever looks asks for `snapshot` and `news` from any thread. Whoever makes a request, or trains
    for it, holds the lock of the pyramid's cache meanwhile.

    Args:
        pyramid: where runs are kept.
        region: the points that are wanted in the end.
        order: the order of the points within a level, asked for when the level begins.
        pace: seconds that a run takes; None if that is not known. Whoever trains keeps it up to
            date.
        levels: how many levels coarser the first may be; 0 has the region trained at once. None
            has it follow from the pace.
        on_news: called from any thread, with the lock held, when there is something new.

    Attributes:
        used: runs taken for whoever looks, in this view and before.
        trained: runs taken to be trained for this request.
        error: what ended the work, if anything did.
    """

    def __init__(
        self,
        pyramid: Pyramid,
        region: Region,
        order: Order | None = None,
        pace: float | None = None,
        levels: int | None = None,
        on_news: Callable[[], None] = lambda: None,
    ) -> None:
        self.pyramid, self.region, self.pace = pyramid, region, pace
        self.used = self.trained = 0
        self.error: Exception | None = None
        values, decided = pyramid.assemble(region)
        first = first_level(region, values, pace) if levels is None else region.level - levels
        self._plan = Plan(pyramid, region, first, order or NearestFirst())
        self._picture = PartialPicture(
            region, first, values, decided, self._plan.unknown(), self._plan.points
        )
        self._journal = Journal(self._picture, on_news)
        pyramid.watch(self)

    @property
    def first(self) -> int:
        """The coarsest level that is shown."""
        return self._picture.first

    @property
    def points(self) -> int:
        """How many points are wanted."""
        return self._picture.points

    @property
    def known(self) -> int:
        """How many of the points are known."""
        return self._picture.known

    @property
    def finished(self) -> bool:
        """Whether everything is known, or nothing more will be."""
        return self.error is not None or self._picture.whole

    @property
    def complete(self) -> int | None:
        """The finest level of which everything is known; None before the first is."""
        return self._picture.complete

    @property
    def waiting(self) -> bool:
        """Whether tiles are still being read; a store that takes too long is not waited for."""
        return self._plan.unread > 0 and self._journal.seconds < READ_PATIENCE

    def snapshot(self, level: int | None = None) -> Snapshot:
        """Return a copy of what is known in view at a level; None for that of the view."""
        with self.pyramid.cache.lock:
            return self._picture.snapshot(level)

    def news(self, gaps: Iterable[TileIndex] = (), complete: int | None = None) -> News:
        """Return what is new since this was last asked.

        Args:
            gaps: tiles that are shown with gaps. They come again once another level is complete,
                which may have filled these; with the lock held they are gone through only then.
            complete: the finest complete level that whoever asks knows of.
        """
        with self.pyramid.cache.lock:
            another = self.complete not in (None, complete)
            return self._journal.news(
                lambda index: self.pyramid.assemble(Region.of_tile(self.region.lattice, index)),
                gaps if another else (),
                self.trained,
                self.pace,
                self.error,
            )

    def overlap(self, tile: TileIndex) -> Overlap:
        """Return how a tile, of any level, lies in the view."""
        return overlap(self.region, tile)

    def take(self, most: int) -> Iterator[tuple[Tile, np.ndarray]]:
        """Yield runs to be trained next, by tile and number in it; they count as in training."""
        for tile, points in self._plan.take(self._picture, most, patient=self.waiting):
            self.trained += len(points)
            yield tile, points

    def wants(self, tile: Tile, points: np.ndarray) -> np.ndarray:
        """Return which points of a tile are of this request, shape (n,) bool."""
        part = self._plan.part(tile.index)
        return np.zeros(len(points), bool) if part is None else part.inside[points]

    def put(self, tile: Tile, points: np.ndarray) -> None:
        """Take note of points of a tile, by number, that have become known just now."""
        part = self._plan.part(tile.index)
        points = points[:0] if part is None else part.put(points)
        if part is not None and len(points):
            changed = self._picture.enter(tile, points, part.level, len(points))
            self._journal.enter(changed)
            self._journal.ring(ended=self.finished)

    def loaded(self, tile: Tile) -> None:
        """Take note of what a store knew of a tile."""
        part = self._plan.part(tile.index)
        if part is None or part.tile is not tile:
            return
        self._plan.unread -= 1
        points, new = part.load()
        if new:
            changed = self._picture.enter(tile, points, part.level, new)
            self._journal.enter(changed, read=new)
        self._journal.ring(ended=self.finished)

    def fail(self, error: Exception) -> None:
        """End the request because of an error."""
        self.error = error
        self._journal.ring(ended=True)
