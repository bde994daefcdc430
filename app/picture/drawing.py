"""Drawings: each shows one view of one spec, as it becomes known.

A drawing has one request at a time, which the scheduler trains. Whenever there is news of it,
but not more often than the eye needs, the tiles that have changed are shaded and sent; words about
it follow less often.
"""

import asyncio
import contextlib
import functools
import time
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import replace
from typing import Any, Protocol

from app.picture.mosaic import Changes, Mosaic, TileUpdate
from app.shared.page import Page
from app.shared.server import Server
from engine.places.look import PUBLISHED, Look
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.news import News
from engine.tiles.request import Request
from engine.tiles.scheduler import Training

PICTURE_EVERY = 0.08  # seconds from one picture to the next, so that training gets its share
WORDS_EVERY = 0.25  # seconds between two texts on how far a view has come
PAUSE = 0.03  # seconds between two pictures at the least
SHARE = 0.03  # seconds between two pictures for each session that waits for some
REST = 4  # times what a picture took, until the next is made, but no longer than between words
LOOK_EVERY = 1.0  # seconds between two looks at whether the visitor is still there
MOST_IN_FLIGHT = 2  # pictures the browser has not drawn yet
PATIENCE = 2.0  # seconds to wait for a browser to draw them


class Canvas(Protocol):
    """Where tiles are shown."""

    @property
    def in_flight(self) -> int:
        """How many pictures were sent that the browser has not drawn yet."""

    def show(self, update: TileUpdate) -> None:
        """Show these tiles from now on, some of them with new pictures."""


class Drawing:
    """Draws one view at a time; a new one makes whatever is being drawn stale.

    Args:
        server: whose engine and threads do the work.
        page: under whose lock things are shown.
        canvas: where.
        heard: is given, under the lock, how far the view has come.
        failed: is given what goes wrong.
    """

    def __init__(
        self,
        server: Server,
        page: Page,
        canvas: Canvas,
        heard: Callable[[News, Request], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self._server, self._page, self._canvas = server, page, canvas
        self._heard, self._failed = heard, failed
        self._mosaic = Mosaic()
        self._look = PUBLISHED
        self._request: Request | None = None
        self._asked: tuple[Spec, Window, Size, Training] | None = None
        self._bell: Bell | None = None
        self._grown = asyncio.Event()  # more has become known
        self.tasks: dict[str, asyncio.Task[None]] = {}  # at most one of each kind

    def draw(self, spec: Spec, window: Window, size: Size, training: Training) -> None:
        """Start to draw a new view."""
        if self._asked is not None and self._asked[3].by_level != training.by_level:
            self._mosaic = Mosaic()  # what is predicted has no place among what is known alone
        self._request, self._asked = None, (spec, window, size, training)
        self.start("draw", self._draw(spec, window, size, training))

    def shorten(self, spec: Spec, window: Window, size: Size, training: Training) -> bool:
        """End training at a sharp picture, if this view is drawn and that is all that is new.

        What its audit has found so far holds. Returns whether it was all.
        """
        asked = spec, window, size, replace(training, until_sharp=False)
        if self._request is None or not training.until_sharp or self._asked != asked:
            return False
        self._asked = spec, window, size, training
        self._request.shorten()
        if self._bell is not None:
            self._bell.ring()
        return True

    def forget(self) -> None:
        """Begin a new picture: the tiles of the present one are of something else."""
        self.give_up()
        self._mosaic = Mosaic()
        self._request = self._bell = None

    def recolour(self, look: Look) -> None:
        """Show what is known in another look; nothing is trained for it."""
        self._look = look
        drawing = self.tasks.get("draw")
        if drawing and not drawing.done() and self._bell:
            self._bell.ring()
        elif self._request is not None and self._bell is not None:
            self.start("draw", self._paint(self._request, self._bell))

    def give_up(self) -> None:
        """Stop drawing, and whatever else was started."""
        for task in self.tasks.values():
            task.cancel()

    def stop(self) -> None:
        """Stop all work for this visitor."""
        self.give_up()
        self.leave(self)

    def leave(self, session: Hashable) -> None:
        """Have nothing more trained for a session, after all that was asked for it before."""
        self._server.threads.view.submit(self._server.scheduler.leave, session)

    def start(self, kind: str, work: Coroutine[Any, Any, None]) -> None:
        """Start some work, in place of any of its kind that is not done yet."""
        if (before := self.tasks.get(kind)) is not None:
            before.cancel()
        task = self.tasks[kind] = asyncio.ensure_future(work)
        task.add_done_callback(self._ended)

    async def more(self, enough: Callable[[Request], bool]) -> Request:
        """Wait until enough is known of the request that is being drawn, and return it."""
        while self._request is None or not enough(self._request):
            self._grown.clear()
            await self._grown.wait()
        return self._request

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failed(error)

    async def _draw(self, spec: Spec, window: Window, size: Size, training: Training) -> None:
        await self.prepare()
        loop = asyncio.get_running_loop()
        bell = self._bell = Bell(loop)
        coming = loop.run_in_executor(
            self._server.threads.view, self._server.scheduler.request,
            self, spec, window, size, bell.ring, training,
        )  # fmt: skip
        try:
            await self._page.until_rendered()
            await self.arrive(window)
            self._request = await coming
        finally:
            coming.cancel()  # if it has not begun and the view is stale already
        await self._paint(self._request, bell)

    async def prepare(self) -> None:
        """Do what has to be done before a view is asked for."""

    async def arrive(self, window: Window) -> None:
        """Do what has to be done before a window is drawn."""

    async def _paint(self, request: Request, bell: "Bell") -> None:
        """Show what is known of a request, and what becomes known, until that is everything."""
        loop, mosaic, server = asyncio.get_running_loop(), self._mosaic, self._server
        words = _Words(self._heard, request)
        publish = functools.partial(self._publish, mosaic, words)
        while True:
            look, began = self._look, time.monotonic()
            changes = await loop.run_in_executor(server.threads.shade, mosaic.update, request, look)
            await self._page.commit(functools.partial(publish, changes))
            self._grown.set()
            if changes.news.error:
                return
            if changes.news.ended and not changes.more and look == self._look:
                return
            took = time.monotonic() - began
            share = SHARE * server.scheduler.active()
            await asyncio.sleep(
                max(PICTURE_EVERY - took, PAUSE, share, min(REST * took, WORDS_EVERY))
            )
            if not changes.more:
                await bell.wait(LOOK_EVERY)
            if not self._page.connected:
                self.stop()
                return
            await self._until_drawn()

    def _publish(self, mosaic: Mosaic, words: "_Words", changes: Changes) -> None:
        """Show what has become known; the last picture stays until then."""
        mosaic.sent(changes)
        if changes.tiles:
            self._canvas.show(changes)
        words.say(changes.news)

    async def _until_drawn(self) -> None:
        """Wait until the browser has drawn most of what it was sent."""
        until = time.monotonic() + PATIENCE
        while self._canvas.in_flight >= MOST_IN_FLIGHT and time.monotonic() < until:
            await asyncio.sleep(PICTURE_EVERY / 4)


def level_of(request: Request) -> int:
    """Return the finest level that is complete, -1 before any is."""
    return -1 if request.complete is None else request.complete


class _Words:
    """Words about a request: at once when a level is complete, and else not too often."""

    def __init__(self, tell: Callable[[News, Request], None], request: Request) -> None:
        self._tell, self._request = tell, request
        self._about: object = None
        self._at = 0.0

    def say(self, news: News) -> None:
        about = (news.complete, news.sharp, news.ended, news.error)
        now = time.monotonic()
        if about != self._about or now - self._at >= WORDS_EVERY:
            self._about, self._at = about, now
            self._tell(news, self._request)


class Bell:
    """What any thread may ring, and one task waits for; it hears several rings as one."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._event = asyncio.Event()
        self._rung = False

    def ring(self) -> None:
        """Wake whoever waits."""
        if not self._rung:
            self._rung = True
            with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
                self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, most: float) -> None:
        """Wait until it is rung, for at most so many seconds."""
        # Not `wait_for`: before Python 3.12 it loses a cancellation that comes as the bell rings.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(most):
                await self._event.wait()
        self._event.clear()
        self._rung = False
