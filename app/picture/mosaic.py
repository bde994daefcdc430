"""Which tiles a page shows, one over another, and in what colours.

A finer tile lies over a coarser one and is transparent where nothing is known, so a picture only
ever gets sharper; what has been covered goes. The colours are fixed by a coarse level of the view,
and change once a view is looked at that they no longer suit.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.pictures.colour import shade, suited
from engine.places.look import PUBLISHED, Look
from engine.places.scale import Scale
from engine.tiles.lattice import TILE, Region, TileIndex
from engine.tiles.news import News
from engine.tiles.overlap import Overlap
from engine.tiles.partial import covered, every_point_of
from engine.tiles.prediction import Prediction
from engine.tiles.pyramid import slices_in
from engine.tiles.request import Request

REFERENCE_STRIDE = 16  # points between those that make the colour scale
FEWEST_REFERENCES = 1000  # or nearer to one another, if they are fewer
TOLERANCE = 0.06  # of a scale 2 long: colours that are off by less are kept until all is known
RESCALE_AFTER = 0.3  # seconds that a view has to rest before its colours may change
MOST_UNSEEN = 32  # tiles out of view that are sent at once, when those in view have been
COARSEST = 12  # levels above that of the view; what is coarser is one colour all over it
PREDICTED = 254  # alpha of a pixel that is predicted, which the browser tells apart by it
DENSITY = 64  # points for each that is known, below which all are predicted; else fewer
MOST_UNKNOWN = 0.5  # of a view, as colours are chosen by what is known of it, or predicted
COARSEST_PREDICTION = 2  # levels above that of the view, at which points are predicted in any case
MOST_SPARE = 800  # tiles on a page beside those of the view's own level; the least useful go first


@dataclass
class _Row:
    """One tile that is shown."""

    values: np.ndarray  # (TILE, TILE) float64
    decided: np.ndarray  # (TILE, TILE) int32
    trained: np.ndarray  # (TILE, TILE) bool; what else has a value is predicted
    holes: bool
    pictured: bool = False  # whether the page has its present picture
    valued: bool = False  # whether the page has its present values


@dataclass(frozen=True)
class TileUpdate:
    """Tiles for a page: pictures that are new, and which tiles are to be shown.

    Attributes:
        pictured: tiles with a new picture.
        rgba: their packed colours, shape (tiles, TILE, TILE) uint32. The alpha of what is predicted
            is `PREDICTED`.
        valued: tiles with new values, some of those with a new picture.
        values: what the pointer tells of them, shape (tiles, TILE, TILE): float32
            where that keeps sign and size of each, else float64.
        tiles: all that are shown from now on, coarser ones first.
    """

    pictured: tuple[TileIndex, ...]
    rgba: np.ndarray
    valued: tuple[TileIndex, ...]
    values: np.ndarray
    tiles: tuple[TileIndex, ...]


@dataclass(frozen=True)
class Changes(TileUpdate):
    """What of a request has to be shown.

    Attributes:
        more: whether more has changed, which can wait.
        news: how far the request has come.
    """

    more: bool
    news: News


class Mosaic:
    """The tiles of one page. Used by one thread at a time.

    Attributes:
        scale: of the colours, None before any is chosen.
    """

    def __init__(self) -> None:
        self._rows: dict[TileIndex, _Row] = {}
        self._look = PUBLISHED
        self.scale: Scale | None = None
        self._complete: int | None = None
        self._request: Request | None = None
        self._since = 0.0  # when it was first looked at
        self._last: Changes | None = None
        self._offered: dict[TileIndex, _Row] = {}  # in it
        self._coarse: set[TileIndex] = set()  # tiles of predictions coarser than the view

    def update(self, request: Request, look: Look = PUBLISHED) -> Changes:
        """Take over what has become known of a request, and return what has to be shown.

        What an earlier call returned is returned again until `sent` takes note of it. A new look
        changes the colours of everything at once, and nothing else.
        """
        look = suited(look, request.pyramid.spec).bare
        news = request.news(self._gaps(request), self._complete, tiles=not request.predicts)
        self._complete = news.complete
        shown = self._predict(request, news) if request.predicts else _Shown.of(news)
        for index, (values, decided) in news.tiles.items():
            self._enter(index, values, decided, ~np.isnan(values))
        seen = self._prune(request, shown)
        settled = self._choose_scale(request, shown, news, look)
        stale = [i for i, row in self._rows.items() if not row.pictured]
        wanted = [i for i in stale if i in seen]
        unseen = [i for i in stale if i not in seen]
        pictured = tuple(wanted or unseen[:MOST_UNSEEN]) if self.scale else ()
        valued = tuple(i for i in pictured if not self._rows[i].valued)
        self._last = Changes(
            pictured,
            self._pictures(pictured),
            valued,
            for_the_pointer(self._stack(valued)),
            tuple(sorted(self._rows)) if self.scale else (),
            0 < len(pictured) < len(stale) or (news.ended and not settled),
            news,
        )
        self._offered = {index: self._rows[index] for index in pictured}
        return self._last

    def sent(self, changes: Changes) -> None:
        """Take note that the page has these changes; only of those that `update` returned last."""
        if changes is self._last:
            for row in self._offered.values():
                row.pictured = row.valued = True

    def values(self, index: TileIndex) -> np.ndarray:
        """Return what is known of a tile that is shown: shape (TILE, TILE), NaN = unknown."""
        return self._rows[index].values

    def _predict(self, request: Request, news: News) -> "_Shown":
        """Take over what is known of a view, and predicted."""
        level, known = request.region.level, news.known * DENSITY
        coarser = 0
        while known * 4**coarser < news.points and coarser < COARSEST_PREDICTION:
            coarser += 1
        region, predicted = request.prediction(max(level - coarser, 0))
        if not coarser:  # beyond the view they show nothing that is known
            for index in self._coarse:
                self._rows.pop(index, None)
            self._coarse.clear()
        for index in region.tiles():
            if coarser and index not in self._rows:
                self._coarse.add(index)
            within = region.slices(index)
            here = slices_in(region, index, within)
            if not np.isnan(predicted.values[here]).all():
                self._enter(index, *(_laid(part[here], within) for part in predicted))
        return _Shown(region, np.isnan(predicted.values), not coarser, predicted)

    def _enter(
        self, index: TileIndex, values: np.ndarray, decided: np.ndarray, trained: np.ndarray
    ) -> None:
        """Take over what is known of a tile, or predicted, if that has changed."""
        row = self._rows.get(index)
        if row is not None:
            unknown = np.isnan(values)  # may have come into view before, and left it
            values = np.where(unknown, row.values, values)
            decided = np.where(unknown, row.decided, decided)
            trained = np.where(unknown, row.trained, trained)
            if np.array_equal(row.values, values, equal_nan=True) and np.array_equal(
                row.trained, trained
            ):
                return
        self._rows[index] = _Row(values, decided, trained, bool(np.isnan(values).any()))
        if self._look.needs_neighbours:
            for left, below in ((1, 0), (0, 1), (1, 1)):
                beside = TileIndex(index.level, index.column - left, index.row - below)
                if beside in self._rows:
                    self._rows[beside].pictured = False

    def _pictures(self, tiles: tuple[TileIndex, ...]) -> np.ndarray:
        """Return the packed colours of tiles, shape (tiles, TILE, TILE) uint32."""
        if not tiles:
            return np.empty((0, TILE, TILE), np.uint32)
        assert self.scale is not None
        values = self._stack(tiles)
        decided = np.array([self._rows[index].decided for index in tiles])
        if self._look.needs_neighbours:
            values = np.array([self._with_neighbours(index) for index in tiles])
            decided = np.pad(decided, ((0, 0), (0, 1), (0, 1)))
        colours = shade(values, decided, self.scale, self._look)[:, :TILE, :TILE]
        trained = np.array([self._rows[index].trained for index in tiles])
        marked = (colours & np.uint32(0x00FFFFFF)) | np.uint32(PREDICTED << 24)
        return np.where(trained | (colours >> 24 == 0), colours, marked)

    def _with_neighbours(self, index: TileIndex) -> np.ndarray:
        """Return the values of a tile, with the row above and the column to the right."""
        extended = np.full((TILE + 1, TILE + 1), np.nan)
        for right, above in ((0, 0), (1, 0), (0, 1), (1, 1)):
            beside = self._rows.get(TileIndex(index.level, index.column + right, index.row + above))
            if beside is not None:
                rows, columns = (slice(TILE, None) if n else slice(TILE) for n in (above, right))
                part = beside.values[: 1 if above else TILE, : 1 if right else TILE]
                extended[rows, columns] = part
        return extended

    def _stack(self, tiles: tuple[TileIndex, ...]) -> np.ndarray:
        if not tiles:
            return np.empty((0, TILE, TILE))
        return np.array([self._rows[index].values for index in tiles])

    def _gaps(self, request: Request) -> Iterator[TileIndex]:
        """Yield the tiles in view that have holes, which another complete level may fill."""
        for index, row in self._rows.items():
            if row.holes and index.level <= request.region.level and request.overlap(index).seen:
                yield index

    def _choose_scale(self, request: Request, shown: "_Shown", news: News, look: Look) -> bool:
        """Choose the colours of a view, once it rests; return whether it has those it ends with."""
        if request is not self._request:
            self._request, self._since = request, time.monotonic()
        references = _references(request, shown, news.complete)
        if references is None:
            return False
        if look != self._look:
            self._look, self.scale = look, None
        scale = look.scale(*references)
        change = 2.0 if self.scale is None else scale.distance(self.scale)
        rests = self.scale is None or time.monotonic() - self._since >= RESCALE_AFTER
        if rests and change > (0.0 if news.ended else TOLERANCE):
            self.scale, change = scale, 0.0
            for row in self._rows.values():
                row.pictured = False
        return news.ended and not change

    def _prune(self, request: Request, shown: "_Shown") -> set[TileIndex]:
        """Forget the tiles that are covered, far away, or too coarse or fine to be of use.

        Returns those that are in view.
        """
        level = shown.region.level
        overlaps = {index: request.overlap(index) for index in self._rows}
        useful = {i for i, overlap in overlaps.items() if _useful(i, overlap, shown)}
        needed = {i for i in useful if i.level == level and overlaps[i].seen}
        spare = sorted(useful - needed, key=lambda i: (not overlaps[i].seen, abs(i.level - level)))
        useful = needed | set(spare[:MOST_SPARE])
        self._rows = {index: row for index, row in self._rows.items() if index in useful}
        return {index for index in useful if overlaps[index].seen}


def for_the_pointer(values: np.ndarray) -> np.ndarray:
    """Return values in half the bytes, float32, unless one of them would lose its sign or size.

    Args:
        values: of any shape, float64; NaN = unknown.
    """
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    if sizes.size and not _SINGLE.tiny <= sizes.min() <= sizes.max() <= _SINGLE.max:
        return values
    return values.astype(np.float32)


_SINGLE = np.finfo(np.float32)


class _Shown(NamedTuple):
    """How much of a view is shown.

    Attributes:
        region: the points that are shown.
        unknown: which of them are not, shape (height, width) bool.
        sharp: whether they are as dense as the view, so that finer ones are of no use.
        predicted: what is known of them, or predicted; None where what is known is shown alone.
    """

    region: Region
    unknown: np.ndarray
    sharp: bool
    predicted: Prediction | None = None

    @staticmethod
    def of(news: News) -> "_Shown":
        """Return what is shown of what is known alone."""
        return _Shown(news.region, news.unknown, sharp=True)

    def covers(self, tile: TileIndex) -> bool:
        """Return whether everything that is in view of a tile is shown."""
        return covered(self.region, self.unknown, tile)


def _references(
    request: Request, shown: _Shown, complete: int | None
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the values and decision steps that the colours of a view follow from, if any.

    They are those of a coarse level once that is complete, and predicted until then.
    """
    region, stride = request.region, REFERENCE_STRIDE
    while stride > 1 and region.width * region.height < FEWEST_REFERENCES * stride**2:
        stride //= 2
    wanted = max(region.level - stride.bit_length() + 1, 0)
    if complete is not None and (complete >= wanted or shown.predicted is None):
        _, values, decided = request.snapshot(min(complete, wanted))
        return values, decided
    if shown.predicted is None or shown.unknown.mean() > MOST_UNKNOWN:
        return None
    every = every_point_of(shown.region, min(wanted, shown.region.level))
    return shown.predicted.values[every], shown.predicted.decided[every]


def _laid(part: np.ndarray, within: tuple[slice, slice]) -> np.ndarray:
    """Return part of a tile in its place, on NaN, 0 or False."""
    tile = np.full((TILE, TILE), np.nan if part.dtype.kind == "f" else 0, part.dtype)
    tile[within] = part
    return tile


def _useful(index: TileIndex, overlap: Overlap, shown: _Shown) -> bool:
    """Return whether a tile shows what no better one does, or may before long."""
    level = shown.region.level
    if index.level < level - COARSEST:
        return False
    if index.level > level:
        return overlap.seen and not (shown.sharp and shown.covers(index))
    if index.level == level or not overlap.seen:
        return overlap.near
    return not (overlap.inside and shown.covers(index))
