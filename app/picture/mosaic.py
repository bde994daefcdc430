"""Which tiles a page shows, one over another, and in what colours.

A finer tile lies over a coarser one and is transparent where nothing is known, so a picture only
ever gets sharper; what has been covered goes. The colours are fixed by a coarse level of the view,
and change once a view is looked at that they no longer suit.
"""

import time
from dataclasses import dataclass

import numpy as np

from engine.pictures.colour import shade, suited
from engine.places.look import PUBLISHED, Look, Scale
from engine.tiles.lattice import TILE, TileIndex
from engine.tiles.request import News, Overlap, Request

REFERENCE_STRIDE = 16  # points between those that make the colour scale
FEWEST_REFERENCES = 1000  # or nearer to one another, if they are fewer
TOLERANCE = 0.06  # of a scale 2 long: colours that are off by less are kept until all is known
RESCALE_AFTER = 0.3  # seconds that a view has to rest before its colours may change
MOST_UNSEEN = 32  # tiles out of view that are sent at once, when those in view have been
COARSEST = 12  # levels above that of the view; what is coarser is one colour all over it
MOST_SPARE = 800  # tiles on a page beside those of the view's own level; the least useful go first


@dataclass
class _Row:
    """One tile that is shown."""

    values: np.ndarray  # (TILE, TILE) float64
    decided: np.ndarray  # (TILE, TILE) int32
    holes: bool
    pictured: bool = False  # whether the page has its present picture
    valued: bool = False  # whether the page has its present values


@dataclass(frozen=True)
class Shown:
    """What a page has to be told: pictures that are new, and all tiles that are to be shown.

    Attributes:
        pictured: tiles with a new picture.
        rgba: their packed colours, shape (tiles, TILE, TILE) uint32.
        valued: tiles with new values, some of those with a new picture.
        values: the values as they are told under the pointer, shape (tiles, TILE, TILE): float32
            where that keeps sign and size of each, else float64.
        shown: all tiles that are shown from now on, coarser ones first.
    """

    pictured: tuple[TileIndex, ...]
    rgba: np.ndarray
    valued: tuple[TileIndex, ...]
    values: np.ndarray
    shown: tuple[TileIndex, ...]


@dataclass(frozen=True)
class Changes(Shown):
    """What of a request has to be shown.

    Attributes:
        more: whether there is more to be told that can wait.
        news: how far the request has come.
    """

    more: bool
    news: News


class Mosaic:
    """The tiles of one page. Used by one thread at a time."""

    def __init__(self) -> None:
        self._rows: dict[TileIndex, _Row] = {}
        self._look = PUBLISHED
        self._scale: Scale | None = None
        self._complete: int | None = None
        self._request: Request | None = None
        self._since = 0.0  # when it was first looked at
        self._hooks: Changes | None = None
        self._offered: dict[TileIndex, _Row] = {}

    def update(self, request: Request, look: Look = PUBLISHED) -> Changes:
        """Take over what has become known of a request, and return what has to be shown.

        What an earlier call returned and nobody has said is `sent` is returned again. A new look
        changes the colours of everything at once, and nothing else.
        """
        look = suited(look, request.pyramid.spec).bare
        # Together, or a tile could be taken for covered by what is not here yet.
        with request.pyramid.cache.lock:
            news = self._news(request)
            for index, (values, decided) in news.tiles.items():
                self._enter(index, values, decided)
            seen = self._prune(request)
        settled = self._choose_scale(request, news, look)
        stale = [i for i, row in self._rows.items() if not row.pictured]
        wanted = [i for i in stale if i in seen]
        unseen = [i for i in stale if i not in seen]
        pictured = tuple(wanted or unseen[:MOST_UNSEEN]) if self._scale else ()
        valued = tuple(i for i in pictured if not self._rows[i].valued)
        self._hooks = Changes(
            pictured,
            self._pictures(pictured),
            valued,
            for_the_pointer(self.values(valued)),
            tuple(sorted(self._rows)) if self._scale else (),
            0 < len(pictured) < len(stale) or (news.finished and not settled),
            news,
        )
        self._offered = {index: self._rows[index] for index in pictured}
        return self._hooks

    def sent(self, changes: Changes) -> None:
        """Take note that the page has been told; only of what `update` returned last."""
        if changes is self._hooks:
            for row in self._offered.values():
                row.pictured = row.valued = True

    def _enter(self, index: TileIndex, values: np.ndarray, decided: np.ndarray) -> None:
        """Take over what is known of a tile, if that has changed."""
        row = self._rows.get(index)
        if row is not None and np.array_equal(row.values, values, equal_nan=True):
            return
        self._rows[index] = _Row(values, decided, bool(np.isnan(values).any()))
        if self._look.needs_neighbours:
            for left, below in ((1, 0), (0, 1), (1, 1)):
                beside = TileIndex(index.level, index.column - left, index.row - below)
                if beside in self._rows:
                    self._rows[beside].pictured = False

    def _pictures(self, tiles: tuple[TileIndex, ...]) -> np.ndarray:
        """Return the packed colours of tiles, shape (tiles, TILE, TILE) uint32."""
        if not tiles:
            return np.empty((0, TILE, TILE), np.uint32)
        assert self._scale is not None
        values = self.values(tiles)
        decided = np.array([self._rows[index].decided for index in tiles])
        if self._look.needs_neighbours:
            values = np.array([self._with_neighbours(index) for index in tiles])
            decided = np.pad(decided, ((0, 0), (0, 1), (0, 1)))
        return shade(values, decided, self._scale, self._look)[:, :TILE, :TILE]

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

    @property
    def scale(self) -> Scale | None:
        """The colours that are in force; None before there are any."""
        return self._scale

    def values(self, tiles: tuple[TileIndex, ...]) -> np.ndarray:
        """Return the values of tiles that are shown, shape (tiles, TILE, TILE)."""
        if not tiles:
            return np.empty((0, TILE, TILE))
        return np.array([self._rows[index].values for index in tiles])

    def _news(self, request: Request) -> News:
        """Return what is new; once another level is complete, also what fills its holes."""
        level = request.complete
        also: tuple[TileIndex, ...] = ()
        if level is not None and level != self._complete:
            also = tuple(
                index
                for index, row in self._rows.items()
                if row.holes and index.level <= request.region.level and request.overlap(index).seen
            )
        self._complete = level
        return request.news(also)

    def _choose_scale(self, request: Request, news: News, look: Look) -> bool:
        """Choose the colours of a view, once it rests; return whether it has those it ends with."""
        if request is not self._request:
            self._request, self._since = request, time.monotonic()
        if news.complete is None:
            return False
        if look != self._look:
            self._look, self._scale = look, None
        level = request.region.level
        stride = REFERENCE_STRIDE
        while stride > 1 and request.region.width * request.region.height < (
            FEWEST_REFERENCES * stride**2
        ):
            stride //= 2
        wanted = max(level - stride.bit_length() + 1, 0)
        scale = look.scale(*request.level(min(news.complete, wanted)))
        change = 2.0 if self._scale is None else scale.distance(self._scale)
        rests = self._scale is None or time.monotonic() - self._since >= RESCALE_AFTER
        if rests and change > (0.0 if news.finished else TOLERANCE):
            self._scale, change = scale, 0.0
            for row in self._rows.values():
                row.pictured = False
        return news.finished and not change

    def _prune(self, request: Request) -> set[TileIndex]:
        """Forget the tiles that are covered, far away, or too coarse or fine to be of use.

        Returns those that are in view.
        """
        level = request.region.level
        overlaps = {index: request.overlap(index) for index in self._rows}
        useful = {i for i, overlap in overlaps.items() if _useful(i, overlap, request)}
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


def _useful(index: TileIndex, overlap: Overlap, request: Request) -> bool:
    """Return whether a tile shows, or may show before long, what no better one does."""
    level = request.region.level
    if index.level < level - COARSEST:
        return False
    if index.level > level:
        return overlap.seen and not request.knows(index)
    if index.level == level or not overlap.seen:
        return overlap.near
    return not (overlap.inside and request.knows(index))
