"""Requests: what somebody looks at, known coarse to fine.

A request is a plan (which runs are wanted, in which order), a partial picture (what is known), and
a journal (what has changed since one last looked). Whoever trains asks it for runs and tells it
what has finished.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np

from engine.measures import MEASURES
from engine.tiles.audit import Audit
from engine.tiles.lattice import Region, TileIndex
from engine.tiles.memory import Tile
from engine.tiles.news import Journal, News
from engine.tiles.order import NearestFirst, Order
from engine.tiles.overlap import Overlap, overlap
from engine.tiles.partial import Hull, Known, PartialPicture, Snapshot, first_level
from engine.tiles.plan import Plan
from engine.tiles.prediction import Prediction, Predictor
from engine.tiles.pyramid import Pyramid

READ_PATIENCE = 5.0  # seconds to wait for a store, before runs that it may know are trained


class Request:
    """A region, coarse to fine.

    Whoever looks asks for `snapshot` and `news` from any thread. Whoever makes a request, or trains
    for it, holds the lock of the pyramid's cache meanwhile.

    Args:
        pyramid: where runs are kept.
        region: the points that are wanted in the end.
        order: the order of the points.
        pace: seconds that a run takes; None if that is not known. Whoever trains keeps it up to
            date.
        levels: how many levels coarser the first may be; 0 has the region trained at once. None
            has it follow from the pace.
        on_news: called from any thread, with the lock held, when there is something new.
        until_sharp: whether no more is trained once the picture is sharp.

    Attributes:
        until_sharp: whether no more is trained once the picture is sharp.
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
        *,
        until_sharp: bool = False,
    ) -> None:
        self.pyramid, self.region, self.pace = pyramid, region, pace
        self.used = self.trained = 0
        self.error: Exception | None = None
        self._order, self.until_sharp = order or NearestFirst(), until_sharp
        hull = Hull.of(region)
        values, decided = pyramid.assemble(hull.region)
        first = region.level - (levels or 0)
        if levels is None:
            first = first_level(region, values[hull.view], pace)
        self._first_stride = 2 ** (region.level - first)
        if self._order.steady or (levels is None and hull.base > 2**region.level):
            self._first_stride = hull.base  # on a lattice of too few levels
        self._plan = Plan(pyramid, region, hull, first)
        self._picture = PartialPicture(hull, region, first, values, decided)
        for part in self._plan.parts:
            self._picture.want(
                part.tile.index, np.flatnonzero(part.inside), part.level, part.missing
            )
        self._journal = Journal(self._picture, on_news)
        self._ended = False  # as it is sharp
        self._most = 0  # how many runs were asked for at a time
        self._round: np.ndarray | None = None  # points of the last one; none once all had a turn
        measure = MEASURES[pyramid.spec.measure]
        self._predictor = Predictor(hull.base, categories=bool(measure.categories))
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
    def sharp(self) -> bool:
        """Whether labels and colours that are predicted are right but for a few."""
        return self._order.sharp or self._picture.whole

    @property
    def audit(self) -> Audit | None:
        """What a random sample says of what is predicted; None before there is any."""
        return self._order.audit

    @property
    def finished(self) -> bool:
        """Whether everything is known, or nothing more will be."""
        if self.error is not None:
            return True
        if self._order.steady:  # whatever is known, it has to come to its end
            return self._round is not None and not len(self._round)
        return self._picture.whole or self._ended

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

    @property
    def predicts(self) -> bool:
        """Whether what is unknown is predicted meanwhile."""
        return self._order.predicts

    def prediction(self, level: int | None = None) -> tuple[Region, Prediction]:
        """Return the points of a level that fill the view, and what is known of them, or predicted.

        Nothing is predicted, NaN, beyond the coarsest points that are known.

        Args:
            level: of the points, or a finer one where these would be too few; None for that of
                the view.
        """
        base = self._picture.hull.base.bit_length() - 1
        level = self.region.level if level is None else max(level, self.region.level - base)
        with self.pyramid.cache.lock:
            if self._picture.whole and level == self.region.level:
                region, values, decided = self._picture.snapshot()
                return region, Prediction(values, decided, ~np.isnan(values))
            known = self._picture.copy(self._first_stride)
        shown = self.region.cover(level)
        return shown, _predicted(self._predictor, known, shown)

    def refined(self, trained: np.ndarray) -> Prediction:
        """Return the points in view, of which those that are not among the trained are predicted.

        Args:
            trained: of the hull, shape (height, width) bool; what else is known has no effect.
        """
        with self.pyramid.cache.lock:
            known = self._picture.copy(self._first_stride)
        known = replace(known, values=np.where(trained, known.values, np.nan))
        return _predicted(self._predictor.anew(), known, self.region)

    def news(
        self,
        gaps: Iterable[TileIndex] = (),
        complete: int | None = None,
        *,
        tiles: bool = True,
    ) -> News:
        """Return what is new since this was last asked.

        Args:
            gaps: tiles that are shown with gaps. They come again once another level is complete,
                which may have filled these; with the lock held they are gone through only then.
            complete: the finest complete level that whoever asks knows of.
            tiles: whether tiles are wanted, which `prediction` may take the place of.
        """
        with self.pyramid.cache.lock:
            another = self.complete not in (None, complete)
            return self._journal.news(
                lambda index: self.pyramid.assemble(Region.of_tile(self.region.lattice, index)),
                gaps if another else (),
                self.trained,
                self.pace,
                self.error,
                self.audit,
                sharp=self.sharp,
                ended=self.finished,
                pictured=tiles,
            )

    def overlap(self, tile: TileIndex) -> Overlap:
        """Return how a tile, of any level, lies in the view."""
        return overlap(self.region, tile)

    def plan(self) -> None:
        """Plan the next round of training, if it is time. The lock need not be held."""
        with self.pyramid.cache.lock:
            if self.finished or not self._is_time():
                return
            known = self._picture.copy(self._first_stride)
        points = self._order.following(known, self.pace, self._most)
        with self.pyramid.cache.lock:
            self._round = points
            self._plan.add(points)
            self._end()
            if self.finished:
                self._journal.ring(ended=True)

    def shorten(self) -> None:
        """Train no more once the picture is sharp; what is in training comes to its end."""
        with self.pyramid.cache.lock:
            self.until_sharp = True
            self._end()
            self._journal.ring(ended=self.finished)

    def trust(self, audit: Audit) -> None:
        """Take an earlier audit of this view for true, if no more is predicted than was then."""
        if self._order.predicts and int(self._picture.unknown().sum()) <= audit.predicted:
            self._order.audit, self._order.sharp = audit, True
            self._end()

    def _end(self) -> None:
        """End a request whose picture is sharp, if it is to, unless some of it is in training."""
        if self.until_sharp and self._order.sharp:
            self._round = np.empty(0, np.int64)
            self._plan.clear()
            self._ended = not self._plan.in_training

    def _is_time(self) -> bool:
        """Return whether another round is to be planned now."""
        if self._round is None:
            return True
        if not len(self._round):
            return False
        if self._order.steady:
            return self._picture.knows(self._round)
        # What a store knows is waited for, or else the first picture would be all that is planned.
        return self._plan.queued <= self._most and not (self._order.predicts and self.waiting)

    def take(self, most: int) -> Iterator[tuple[Tile, np.ndarray]]:
        """Yield runs to be trained next, by tile and number in it; they count as in training."""
        self._most = max(self._most, most)
        for tile, points in self._plan.take(most, patient=self.waiting):
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
            self._end()
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


def _predicted(predictor: Predictor, known: Known, shown: Region) -> Prediction:
    """Return points of the hull, of a level, known or predicted; NaN beyond what is predicted."""
    around = known.hull.region
    stride = 2 ** (around.level - shown.level)
    predictor.rank(known.values)
    values, decided, trained = predictor.predict(known.values, known.decided, stride)
    values[known.beyond(stride) & ~trained] = np.nan
    rows, columns = (
        slice(first - start // stride, first - start // stride + count)
        for first, start, count in (
            (shown.row, around.row, shown.height), (shown.column, around.column, shown.width),
        )
    )  # fmt: skip
    return Prediction(values[rows, columns], decided[rows, columns], trained[rows, columns])
