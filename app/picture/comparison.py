"""A second picture beside the first, and a third that shows where the two disagree.

The page's own picture comes first: the other is begun once there is something to see of it. What is
compared is the finest level that is complete in both.
"""

import asyncio
import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.picture.drawing import Canvas, Drawing, level_of
from app.picture.mosaic import TileUpdate, for_the_pointer
from app.picture.painter import Painter
from app.shared.page import Page
from app.shared.server import Server
from engine.analysis.comparison import UNKNOWN, Comparison, compared, shade
from engine.places.look import Look
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.lattice import TILE, TileIndex
from engine.tiles.news import News
from engine.tiles.pyramid import slices_in
from engine.tiles.request import Request
from engine.tiles.scheduler import Training

COARSE = 3  # levels above that of the view, from which on the other picture has its turn


@dataclass(frozen=True)
class Hooks:
    """Who hears, under the document's lock, of what has been drawn and compared."""

    stale: Callable[[], None]  # what is on screen is of another spec
    compared: Callable[[Comparison], None]  # of the view
    failed: Callable[[BaseException], None]


class Differences:
    """The tiles of the third picture: where two specs agree, and where they do not.

    A finer tile stays over a coarser one until the finest level of the view is complete; the
    relation at a point stays true however one moves.
    """

    def __init__(self) -> None:
        self._tiles: dict[TileIndex, np.ndarray] = {}  # (TILE, TILE) uint8 each

    def update(self, request: Request, level: int, relations: np.ndarray) -> TileUpdate:
        """Take over a level that has been compared, and return what has to be shown.

        Args:
            request: what is looked at.
            level: which has been compared.
            relations: at its points in view, as `compared` returns them; shape (rows, columns).
        """
        part, changed = request.region.coarser(level), []
        for index in part.tiles():
            within = part.slices(index)
            tile = self._tiles.get(index, _NOTHING).copy()
            tile[within] = relations[slices_in(part, index, within)]
            if index not in self._tiles or not np.array_equal(tile, self._tiles[index]):
                self._tiles[index] = tile
                changed.append(index)
        last = level == request.region.level
        self._tiles = {
            index: tile
            for index, tile in self._tiles.items()
            if (index.level == level or (index.level > level and not last))
            and request.overlap(index).near
        }
        tiles = np.array([self._tiles[index] for index in changed], np.uint8).reshape(
            -1, TILE, TILE
        )
        values = for_the_pointer(np.where(tiles == UNKNOWN, np.nan, tiles))
        new = tuple(changed)
        return TileUpdate(new, shade(tiles), new, values, tuple(sorted(self._tiles)))


_NOTHING = np.full((TILE, TILE), UNKNOWN, np.uint8)


class Comparer:
    """Draws the other picture, and where it disagrees with the one that a painter draws.

    Args:
        server: whose engine and threads do the work.
        page: under whose lock things are shown.
        painter: of the first picture.
        canvases: of the other picture, and of where they disagree.
        hooks: who hears of it.
    """

    def __init__(
        self,
        server: Server,
        page: Page,
        painter: Painter,
        canvases: tuple[Canvas, Canvas],
        hooks: Hooks,
    ) -> None:
        other, self._third = canvases
        self._server, self._page, self._painter, self._hooks = server, page, painter, hooks
        self.drawing = Drawing(server, page, other, self._heard, hooks.failed)
        self._differences = Differences()
        self._wanted: tuple[Spec, Spec, Window, Size, Training] | None = None

    def compare(self, other: Spec) -> None:
        """Compare what the painter draws now with another spec, unless that is being done."""
        at = self._painter.drawn_at
        wanted = None if at is None else (other, *at)
        if wanted == self._wanted:
            return
        before, self._wanted = self._wanted, wanted
        if at is not None and self.drawing.shorten(other, *at[1:]):
            return
        self.drawing.stop()  # or it would take its share from the first
        if wanted is None:
            return
        if before is None or before[:2] != wanted[:2]:
            self._differences = Differences()
            self.drawing.forget()
            self._page.soon(self._hooks.stale)
            self._server.scheduler.prepare(other)
        self.drawing.start("begin", self._begin(*wanted))

    def recolour(self, look: Look) -> None:
        """Show the other picture in another look."""
        self.drawing.recolour(look)

    def stop(self) -> None:
        """Compare no more."""
        if self._wanted is not None:
            self._wanted = None
            self.drawing.stop()

    async def _begin(
        self, other: Spec, spec: Spec, window: Window, size: Size, training: Training
    ) -> None:
        """Draw the other picture once there is something to see of the first, and compare them."""
        await self._painter.more(
            lambda v: v.finished or v.sharp or level_of(v) >= v.region.level - COARSE
        )  # of this view
        self.drawing.draw(other, window, size, training)
        loop, last = asyncio.get_running_loop(), -1
        while True:
            before = last
            pair = [
                await drawing.more(lambda v: level_of(v) > before)  # noqa: B023 awaited at once
                for drawing in (self._painter, self.drawing)
            ]
            first, second = pair
            if first.region != second.region:  # the painter is at another view, and says so soon
                return
            last = min(map(level_of, pair))
            work = functools.partial(self._at_level, spec, other, first, second, last)
            update, comparison = await loop.run_in_executor(self._server.threads.shade, work)
            await self._page.commit(functools.partial(self._publish, update, comparison))
            if last == first.region.level:
                return

    def _at_level(
        self, spec: Spec, other: Spec, first: Request, second: Request, level: int
    ) -> tuple[TileUpdate, Comparison]:
        values, others = (request.snapshot(level).values for request in (first, second))
        relations = compared(spec, other, values, others)
        update = self._differences.update(first, level, relations)
        return update, Comparison(spec, other, relations)

    def _publish(self, update: TileUpdate, comparison: Comparison) -> None:
        self._third.show(update)
        self._hooks.compared(comparison)

    def _heard(self, news: News, request: Request) -> None:
        """Say nothing but what has failed: the line above the picture is about the first."""
        if news.error is not None:
            self._hooks.failed(news.error)
