"""This module is the mosaic: which tiles a page shows, one over another, and in what colours.

A finer tile lies over a coarser one and is transparent where nothing is known, so a picture only
ever gets sharper; what has been covered goes. The colours are fixed by a coarse level of the view,
and change once a view is looked at that they no longer suit.
"""

from dataclasses import dataclass

import numpy as np

from engine.colour import Scale, shade
from engine.lattice import TileIndex
from engine.viewport import News, Viewport

REFERENCE_STRIDE = 16  # points between those that make the colour scale
FEWEST_REFERENCES = 1000  # or nearer to one another, if they are fewer
TOLERANCE = 0.06  # of a scale 2 long: colours that are off by less are kept until all is known
COARSEST = 12  # levels above that of the view; what is coarser is one colour all over it
MOST_ROWS = 900  # tiles on a page; the least useful go first


@dataclass
class _Row:
    """One tile that is shown."""

    values: np.ndarray  # (TILE, TILE) float32
    holes: bool
    version: int = 0  # counts the times its picture has changed
    sent: int = -1


@dataclass(frozen=True)
class Changes:
    """What the page has to be told: pictures that are new, and all tiles that are to be shown.

    Attributes:
        rgba: packed colours, shape (tiles, TILE, TILE) uint32, one for each of `changed`.
        values: the values, shape (tiles, TILE, TILE) float32.
        changed: which tiles they are.
        shown: all tiles that are shown from now on, coarser ones first.
        news: how far the viewport has come.
    """

    rgba: np.ndarray
    values: np.ndarray
    changed: tuple[TileIndex, ...]
    shown: tuple[TileIndex, ...]
    news: News
    versions: tuple[int, ...]


class Mosaic:
    """The tiles of one page. Used by one thread at a time."""

    def __init__(self) -> None:
        self._rows: dict[TileIndex, _Row] = {}
        self._scale: Scale | None = None
        self._complete: int | None = None

    def update(self, viewport: Viewport) -> Changes:
        """Take over what has become known of a viewport, and return what has to be shown."""
        news = self._news(viewport)
        for index, values in news.tiles.items():
            row = self._rows.setdefault(index, _Row(np.empty(0), holes=True))
            row.values, row.holes = values.astype(np.float32), bool(np.isnan(values).any())
            row.version += 1
        self._choose_scale(viewport, news)
        self._prune(viewport)
        if self._scale is None:
            return Changes(*_nothing(), (), (), news, ())
        changed = [i for i, row in self._rows.items() if row.sent != row.version]
        values = np.array([self._rows[i].values for i in changed], np.float32)
        rgba = shade(values, self._scale) if changed else np.empty((0, 1, 1), np.uint32)
        return Changes(
            rgba,
            values,
            tuple(changed),
            tuple(sorted(self._rows)),
            news,
            tuple(self._rows[i].version for i in changed),
        )

    def sent(self, changes: Changes) -> None:
        """Take note that the page has been told."""
        for index, version in zip(changes.changed, changes.versions, strict=True):
            if index in self._rows:
                self._rows[index].sent = version

    def _news(self, viewport: Viewport) -> News:
        """Return what is new; once another level is complete, also what fills its holes."""
        with viewport.pyramid.archive.lock:
            level = viewport.complete
            also: tuple[TileIndex, ...] = ()
            if level is not None and level != self._complete:
                also = tuple(
                    i for i, row in self._rows.items()
                    if row.holes and i.level <= viewport.region.level and viewport.overlap(i).seen
                )  # fmt: skip
            self._complete = level
            return viewport.news(also)

    def _choose_scale(self, viewport: Viewport, news: News) -> None:
        if news.complete is None:
            return
        level = viewport.region.level
        stride = REFERENCE_STRIDE
        while stride > 1 and viewport.region.width * viewport.region.height < (
            FEWEST_REFERENCES * stride**2
        ):
            stride //= 2
        wanted = max(level - stride.bit_length() + 1, 0)
        scale = Scale.of(viewport.level(min(news.complete, wanted)))
        tolerance = 0.0 if news.finished else TOLERANCE
        if self._scale is None or scale.distance(self._scale) > tolerance:
            self._scale = scale
            for row in self._rows.values():
                row.version += 1

    def _prune(self, viewport: Viewport) -> None:
        """Forget the tiles that are covered, far away, or too coarse or fine to be of use."""
        level = viewport.region.level
        for index in list(self._rows):
            if not self._useful(viewport, index, level):
                del self._rows[index]
        if len(self._rows) > MOST_ROWS:
            by_use = sorted(
                self._rows, key=lambda i: (not viewport.overlap(i).seen, abs(i.level - level))
            )
            for index in by_use[MOST_ROWS:]:
                del self._rows[index]

    def _useful(self, viewport: Viewport, index: TileIndex, level: int) -> bool:
        if index.level < level - COARSEST:
            return False
        overlap = viewport.overlap(index)
        if index.level > level:
            return overlap.seen and not overlap.known
        if index.level == level or not overlap.seen:
            return overlap.near
        return not (overlap.known and overlap.inside)


def _nothing() -> tuple[np.ndarray, np.ndarray]:
    return np.empty((0, 1, 1), np.uint32), np.empty((0, 1, 1), np.float32)
