"""The news of a request: what has become known since one last looked."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from engine.tiles.audit import Audit
from engine.tiles.lattice import Region, TileIndex
from engine.tiles.partial import PartialPicture

log = logging.getLogger(__name__)


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
        audit: what a random sample says of what is predicted meanwhile; None before there is any.
        sharp: whether all is known, or predicted with few errors.
        ended: whether nothing more will be trained.
        region: what is in view.
        unknown: which of its points were unknown, shape (height, width) bool.
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
    audit: Audit | None
    sharp: bool
    ended: bool
    region: Region
    unknown: np.ndarray = field(repr=False, compare=False)

    @property
    def finished(self) -> bool:
        """Whether everything is known."""
        return self.known == self.points


class Journal:
    """What has changed of a partial picture since one last looked. The lock of the tiles is held.

    Args:
        picture: of what.
        on_news: called whenever there is something new.
    """

    def __init__(self, picture: PartialPicture, on_news: Callable[[], None]) -> None:
        self._picture, self._on_news = picture, on_news
        self._changed = picture.visible_tiles()
        self._before = picture.known
        self._began = time.perf_counter()
        self._ended: float | None = None

    @property
    def seconds(self) -> float:
        """Seconds since the request began, or until it ended."""
        return (self._ended or time.perf_counter()) - self._began

    def enter(self, tiles: Iterable[TileIndex], read: int = 0) -> None:
        """Take note of tiles that look different, and of how many points were read for it."""
        self._changed.update(tiles)
        self._before += read

    def ring(self, *, ended: bool) -> None:
        """Tell whoever looks that there is something new, and stop the clock once it has ended."""
        if ended and self._ended is None:
            self._ended = time.perf_counter()
        try:
            self._on_news()
        except Exception:  # whoever looks has gone; others wait for the same runs
            log.exception("news of a request were not heard")

    def news(
        self,
        assemble: Callable[[TileIndex], tuple[np.ndarray, np.ndarray]],
        also: Iterable[TileIndex],
        trained: int,
        pace: float | None,
        error: Exception | None,
        audit: Audit | None,
        *,
        sharp: bool,
        ended: bool,
        pictured: bool,
    ) -> News:
        """Return what is new since this was last asked, and the tiles of `also` in any case.

        Args:
            assemble: gives values and decision steps of a tile.
            also: tiles that are wanted again.
            trained: runs taken to be trained.
            pace: seconds that a run takes, or None.
            error: what ended the work, or None.
            audit: of what is predicted, or None.
            sharp: whether that has few errors.
            ended: whether nothing more will be trained.
            pictured: whether tiles are wanted.
        """
        tiles, self._changed = self._changed.union(also), set()
        if not pictured:
            tiles = set()
        picture, seconds = self._picture, self.seconds
        return News(
            {index: assemble(index) for index in tiles},
            done=picture.known / picture.points,
            known=picture.known,
            points=picture.points,
            before=self._before,
            complete=picture.complete,
            trained=trained,
            left=self._left(seconds, pace),
            seconds=seconds,
            error=error,
            audit=audit,
            sharp=sharp,
            ended=ended,
            region=picture.region,
            unknown=picture.unknown(),
        )

    def _left(self, seconds: float, pace: float | None) -> float | None:
        """Return the seconds until everything is known, by what it took so far, or by the pace."""
        gained = self._picture.known - self._before
        missing = self._picture.points - self._picture.known
        if gained > 0:
            return seconds * missing / gained
        return None if pace is None else pace * missing
