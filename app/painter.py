"""This module is the painter: it draws what one visitor looks at, and measures it.

A session has one viewport at a time, which the engine's jobs train. Whenever there is news of it,
but not more often than the eye needs, the tiles that have changed are shaded and sent; words about
it follow less often. Whenever another level of it is complete, its statistics are computed anew.
"""

import asyncio
import contextlib
import functools
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.mosaic import Changes, Mosaic
from app.page import Page
from app.views.landscape import Landscape
from app.workers import INSPECT, MEASURE, SHADE, VIEW, jobs
from engine.colour import shade, suited
from engine.curves import Traced, chosen, curves, trace
from engine.lattice import Region
from engine.look import PUBLISHED, Look
from engine.plane import Size, Window
from engine.spec import Spec
from engine.statistics.view import Statistics, statistics
from engine.viewport import News, Viewport

PICTURE_EVERY = 0.08  # seconds from one picture to the next, so that training gets its share
WORDS_EVERY = 0.25  # seconds between two texts on how far a view has come
PAUSE = 0.03  # seconds between two pictures at the least
SHARE = 0.03  # seconds between two pictures for each session that waits for some
LOOK_EVERY = 1.0  # seconds between two looks at whether the visitor is still there
SETTLE = 0.03  # seconds to wait for a first layout, which comes in two or three sizes
MOST_IN_FLIGHT = 2  # pictures the browser has not drawn yet
PATIENCE = 2.0  # seconds to wait for a browser to draw them
REST = 0.3  # seconds that a view has to rest before it is measured
FEWEST_POINTS = 24  # along the shorter side of a level that is worth measuring
COARSE = 2  # levels above that of the view, after which the whole plane has its turn
MARGIN = 1.5  # how far curves are drawn, in extents of the view, so that they follow a drag
OVERVIEW = Size(72, 72)  # runs of the small picture of the whole plane


@dataclass(frozen=True)
class Overview:
    """A small picture of the whole plane: packed colours, row 0 at the bottom, and its window."""

    rgba: np.ndarray
    window: Window


@dataclass(frozen=True)
class Told:
    """Who is told, under the document's lock, of what has been drawn and measured."""

    arrived: Callable[[Window], None]  # the browser is at this window
    news: Callable[[News, Viewport], None]
    statistics: Callable[[Statistics], None]
    overview: Callable[[Overview], None]
    traced: Callable[[tuple[Traced, ...]], None]  # the curves that are drawn
    failed: Callable[[BaseException], None]


class Painter:
    """Draws one view at a time; starting a new one makes whatever is being drawn stale."""

    def __init__(self, page: Page, landscape: Landscape, told: Told) -> None:
        self._page, self._landscape, self._told = page, landscape, told
        self._mosaic = Mosaic()
        self._look = PUBLISHED
        self._viewport: Viewport | None = None
        self._seen: tuple[Spec, Window] | None = None
        self._drawn_at: tuple[Spec, Window, Size] | None = None
        self._traced: dict[str, Traced] = {}  # the curves that are known around the view
        self._bell: _Bell | None = None
        self._grown = asyncio.Event()  # more has become known
        self.tasks: dict[str, asyncio.Task[None]] = {}  # at most one of each kind

    def look(self, spec: Spec, window: Window, size: Size, home: Window) -> None:
        """Start to draw a new view, `home` being the whole plane."""
        self.give_up()
        self._viewport, self._seen = None, (spec, home)
        self._drawn_at, self._traced = (spec, window, size), {}
        self._start("curves", self._trace())
        self._start("draw", self._draw(spec, window, size))
        self._start("measure", self._measure(spec))
        self._start("overview", self._survey(spec, home))

    def forget(self) -> None:
        """Begin a new picture: the tiles of the present one are of something else."""
        self.give_up()
        self._mosaic = Mosaic()
        self._viewport = self._bell = self._seen = self._drawn_at = None

    def recolour(self, look: Look) -> None:
        """Show what is known in another look; nothing is trained for it."""
        curves_change = look.overlays != self._look.overlays
        self._look = look
        if curves_change and self._drawn_at is not None:
            self._start("curves", self._trace())
        drawing = self.tasks.get("draw")
        if drawing and not drawing.done() and self._bell:
            self._bell.ring()
        elif self._viewport is not None and self._bell is not None:
            self._start("draw", self._paint(self._viewport, self._bell))
        if self._seen is not None:
            self._start("overview", self._survey(*self._seen))

    def give_up(self) -> None:
        """Stop to draw and measure."""
        for task in self.tasks.values():
            task.cancel()

    def stop(self) -> None:
        """Stop all work for this visitor."""
        self.give_up()
        VIEW.submit(jobs().leave, self)
        VIEW.submit(jobs().leave, (self, "overview"))

    def _start(self, kind: str, work: Coroutine[Any, Any, None]) -> None:
        if (before := self.tasks.get(kind)) is not None:
            before.cancel()
        task = self.tasks[kind] = asyncio.ensure_future(work)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._told.failed(error)

    async def _draw(self, spec: Spec, window: Window, size: Size) -> None:
        loop = asyncio.get_running_loop()
        if not self._landscape.screen:
            await asyncio.sleep(SETTLE)
        bell = self._bell = _Bell(loop)
        training = loop.run_in_executor(VIEW, jobs().view, self, spec, window, size, bell.ring)

        def arrive() -> None:
            self._landscape.settle(window)
            self._told.arrived(window)

        try:
            await self._page.until_rendered()
            await self._page.commit(arrive)
            self._viewport = await training
        finally:
            training.cancel()  # if it has not begun and the view is stale already
        await self._paint(self._viewport, bell)

    async def _paint(self, viewport: Viewport, bell: "_Bell") -> None:
        """Show what is known of a viewport, and what becomes known, until that is everything."""
        loop, mosaic = asyncio.get_running_loop(), self._mosaic
        words = _Words(self._told.news, viewport)
        publish = functools.partial(self._publish, mosaic, words)
        while True:
            look, began = self._look, time.monotonic()
            changes = await loop.run_in_executor(SHADE, mosaic.update, viewport, look)
            await self._page.commit(functools.partial(publish, changes))
            self._grown.set()
            if changes.news.error:
                return
            if changes.news.finished and not changes.more and look == self._look:
                return
            took = time.monotonic() - began
            await asyncio.sleep(max(PICTURE_EVERY - took, PAUSE, SHARE * jobs().active()))
            if not changes.more:
                await bell.wait(LOOK_EVERY)
            if not self._page.connected:
                self.stop()
                return
            await self._drawn()

    def _publish(self, mosaic: Mosaic, words: "_Words", changes: Changes) -> None:
        """Show what has become known; the last picture stays until then."""
        mosaic.sent(changes)
        if changes.shown:
            self._landscape.show(changes)
        words.say(changes.news)

    async def _drawn(self) -> None:
        """Wait until the browser has drawn most of what it was sent."""
        until = time.monotonic() + PATIENCE
        while self._landscape.in_flight >= MOST_IN_FLIGHT and time.monotonic() < until:
            await asyncio.sleep(PICTURE_EVERY / 4)

    async def _measure(self, spec: Spec) -> None:
        """Publish the statistics of every level, once it is complete and the view rests."""
        await asyncio.sleep(REST)
        loop, measured = asyncio.get_running_loop(), -1
        while True:
            known = measured
            viewport = await self._more(lambda v: _level(v) > known)  # noqa: B023 awaited at once
            with viewport.pyramid.archive.lock:
                level, last = _level(viewport), viewport.region.level
                values, decided = (part.copy() for part in viewport.level(level))
            if min(values.shape) >= FEWEST_POINTS or level == last:
                stride = 2 ** (last - level)
                found = await loop.run_in_executor(
                    MEASURE, statistics, spec, stride, values, decided
                )
                await self._page.commit(functools.partial(self._told.statistics, found))
            measured = level
            if measured == last:
                return

    async def _survey(self, spec: Spec, home: Window) -> None:
        """Publish the small picture of the whole plane: at once if the runs for it are known, and
        else once there is something to see of the view itself.
        """
        loop, region = asyncio.get_running_loop(), Region.of_view(home, OVERVIEW)
        viewport = await self._more(lambda v: _level(v) >= 0)
        with viewport.pyramid.archive.lock:
            values, decided = viewport.pyramid.assemble(region)
        if np.isnan(values).any():
            await self._more(lambda v: v.finished or _level(v) >= v.region.level - COARSE)
            bell = _Bell(loop)
            session = (self, "overview")
            try:
                viewport = await loop.run_in_executor(
                    VIEW, jobs().view, session, spec, home, OVERVIEW, bell.ring
                )
                while not viewport.finished and self._page.connected:
                    await bell.wait(LOOK_EVERY)
            finally:
                VIEW.submit(jobs().leave, session)
            values, decided = viewport.values, viewport.decided
        look = suited(self._look, spec)
        rgba = shade(values, decided, look.scale(values, decided), look)
        overview = Overview(rgba, region.window())
        await self._page.commit(functools.partial(self._told.overview, overview))

    async def _trace(self) -> None:
        """Draw the curves over the view: those in closed form at once, others once it rests."""
        assert self._drawn_at is not None
        spec, window, size = self._drawn_at
        loop, traced = asyncio.get_running_loop(), self._traced
        around = Window(
            window.x, window.y, MARGIN * window.half_width, MARGIN * window.height_for(size) / 2
        )
        known, names = curves(spec), chosen(spec, self._look.overlays)
        stale = threading.Event()

        def check(known: int) -> None:
            if stale.is_set():
                raise InterruptedError

        def draw() -> None:
            found = tuple(traced[name] for name in names if name in traced)
            self._landscape.draw(around, found)
            self._told.traced(found)

        try:
            await self._page.until_rendered()
            if traced or not names:  # or those of the last view stay until there are new ones
                await self._page.commit(draw)
            missing = [name for name in names if name not in traced]
            for name in sorted(missing, key=lambda name: known[name].function is None):
                worker = SHADE
                if known[name].function is None:
                    worker = INSPECT
                    await asyncio.sleep(REST)
                    await self._more(lambda viewport: _level(viewport) >= 0)
                work = functools.partial(trace, spec, around, size, name, progress=check)
                traced[name] = await loop.run_in_executor(worker, work)
                await self._page.commit(draw)
        finally:
            stale.set()

    async def _more(self, enough: Callable[[Viewport], bool]) -> Viewport:
        """Wait until enough is known of the viewport that is being drawn, and return it."""
        while self._viewport is None or not enough(self._viewport):
            self._grown.clear()
            await self._grown.wait()
        return self._viewport


def _level(viewport: Viewport) -> int:
    """Return the finest level that is complete, -1 before any is."""
    return -1 if viewport.complete is None else viewport.complete


class _Words:
    """What is said of a viewport: at once when a level is complete, and else not too often."""

    def __init__(self, tell: Callable[[News, Viewport], None], viewport: Viewport) -> None:
        self._tell, self._viewport = tell, viewport
        self._about: object = None
        self._at = 0.0

    def say(self, news: News) -> None:
        about = (news.complete, news.finished, news.error)
        now = time.monotonic()
        if about != self._about or now - self._at >= WORDS_EVERY:
            self._about, self._at = about, now
            self._tell(news, self._viewport)


class _Bell:
    """Something that any thread may ring, and one task waits for; rung twice it is heard once."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._event = asyncio.Event()
        self._rung = False

    def ring(self) -> None:
        if not self._rung:
            self._rung = True
            with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
                self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, most: float) -> None:
        # Not `wait_for`: before Python 3.12 it loses a cancellation that comes as the bell rings.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(most):
                await self._event.wait()
        self._event.clear()
        self._rung = False
