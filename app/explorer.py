"""This module is the explorer: what one visitor looks at, and the work that draws it.

A session has one viewport at a time, which the engine's jobs train. Whenever there is news of it,
but not more often than the eye needs, the tiles that have changed are shaded and sent.
"""

import asyncio
import contextlib
import functools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import panel as pn
import param

from app.mosaic import Changes, Mosaic
from app.views.landscape import Landscape
from engine import links
from engine.devices import backend
from engine.errors import InputError
from engine.jobs import Jobs
from engine.plane import Size, Window, float_spacings
from engine.presets import preset, presets
from engine.pyramid import Archive
from engine.run import Run, inspect
from engine.spec import Spec
from engine.viewport import News, Viewport

VIEW = ThreadPoolExecutor(1, "view")  # in order: the last view of a session has to win
SHADE = ThreadPoolExecutor(1, "shade")
INSPECT = ThreadPoolExecutor(1, "inspect")  # runs looked at closely, beside the pictures
PICTURE_EVERY = 0.08  # seconds between two pictures, so that training gets its share of the machine
SHARE = 0.03  # seconds between two pictures for each session that waits for some
LOOK_EVERY = 1.0  # seconds between two looks at whether the visitor is still there
SETTLE = 0.03  # seconds to wait for a first layout, which comes in two or three sizes
MOST_IN_FLIGHT = 2  # pictures the browser has not drawn yet
PATIENCE = 2.0  # seconds to wait for a browser to draw them

log = logging.getLogger(__name__)


_archive: list[Archive] = []


@functools.cache
def jobs() -> Jobs:
    """Return the engine of this server, which all sessions share."""
    return Jobs(_archive.pop() if _archive else Archive())


def keep_runs_in(archive: Archive) -> None:
    """Have the engine keep its runs there; to be called before the first session."""
    _archive.append(archive)


def default_preset() -> str:
    """Return the preset that a page opens with: the published one where a GPU can keep up."""
    return "tanh" if backend() == "gpu" else "tanh-single"


class Explorer(param.Parameterized):
    """The state of one visitor's page."""

    preset = param.Selector(objects=[], doc="what is explored")
    progress = param.Integer(0, bounds=(0, 100), doc="share of the runs on screen trained, %")
    status = param.String("starting", doc="what is on screen, in words")
    depth = param.String("", doc="how deep the view is, in words")
    link = param.String("", doc="the query string that brings one back here")
    screen = param.Integer(0, doc="width of the browser window in pixels; 0 before it is known")
    run = param.ClassSelector(class_=Run, default=None, doc="the run last clicked")
    notice = param.String("", doc="what was wrong with the link that was opened")

    def __init__(self, query: str = "", start: str | None = None) -> None:
        name, spec, window, problem = _opening(query, start or default_preset())
        names = list(presets())
        self.param.preset.objects = names
        super().__init__(preset=name)
        self.spec: Spec = spec
        fit = "view=" not in query or bool(problem)
        self.landscape = Landscape(spec, window, self._look, self._clicked, fit=fit)
        self._mosaic = Mosaic()
        self._task: asyncio.Task[None] | None = None
        self._examining: asyncio.Task[None] | None = None
        self._document = pn.state.curdoc
        self._rendered = asyncio.Event()
        if self._document is None:
            self._rendered.set()
        self.notice = problem

    def rendered(self) -> None:
        """Begin to show things: before the browser has rendered the page, they are lost on it."""
        self._rendered.set()

    def home(self) -> None:
        """Go to the window that the preset opens with; whatever is being drawn is stale."""
        self._soon(self._go_home)

    def _go_home(self) -> None:
        _cancel(self._task)
        self.landscape.jump(preset(self.preset).window("home"))

    def stop(self) -> None:
        """Stop all work for this visitor."""
        _cancel(self._task)
        _cancel(self._examining)
        VIEW.submit(jobs().leave, self)

    @param.depends("preset", watch=True)
    def _start_preset(self) -> None:
        self.stop()
        self.spec = preset(self.preset).spec
        self.run, self.notice = None, ""

        def start() -> None:
            self._mosaic = Mosaic()
            self.landscape.clear()
            self.landscape.relabel(self.spec)
            self._go_home()

        self._soon(start)

    def _soon(self, change: Callable[[], None]) -> None:
        """Change the page under its document's lock, which Panel does not hold for its events."""
        if self._document is None:
            change()
        else:
            self._document.add_next_tick_callback(change)

    def _look(self, window: Window, size: Size) -> None:
        """Start to draw a new viewport; whatever was being drawn is stale."""
        _cancel(self._task)
        self._task = asyncio.ensure_future(self._draw(self.spec, window, size))
        self._task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("drawing failed", exc_info=error)
            self.status = f"failed: {error}"

    async def _draw(self, spec: Spec, window: Window, size: Size) -> None:
        loop, mosaic = asyncio.get_running_loop(), self._mosaic
        if not self.screen:
            await asyncio.sleep(SETTLE)
        bell = _Bell(loop)
        training = loop.run_in_executor(VIEW, jobs().view, self, spec, window, size, bell.ring)

        def arrive() -> None:
            self.landscape.settle(window)
            self.link = links.query(self.preset, spec, window)
            self.screen = self.landscape.screen

        try:
            await self._rendered.wait()
            await self._commit(arrive)
            viewport = await training
        finally:
            training.cancel()  # if it has not begun and the view is stale already
        depth = _depth(window, viewport)
        while True:
            changes = await loop.run_in_executor(SHADE, mosaic.update, viewport)
            await self._commit(functools.partial(self._publish, mosaic, changes, viewport, depth))
            if (changes.news.finished and not changes.more) or viewport.error:
                return
            await asyncio.sleep(max(PICTURE_EVERY, SHARE * jobs().active()))
            if not changes.more:
                await bell.wait(LOOK_EVERY)
            if not self._connected():
                self.stop()
                return
            await self._drawn()

    def _publish(self, mosaic: Mosaic, changes: Changes, viewport: Viewport, depth: str) -> None:
        """Show what has become known; the last picture stays until then."""
        mosaic.sent(changes)
        if changes.shown:
            self.landscape.show(changes)
        self.progress = int(100 * changes.news.done)
        self.status = _status(changes.news, viewport)
        self.depth = depth

    async def _drawn(self) -> None:
        """Wait until the browser has drawn most of what it was sent."""
        until = time.monotonic() + PATIENCE
        while self.landscape.in_flight >= MOST_IN_FLIGHT and time.monotonic() < until:
            await asyncio.sleep(PICTURE_EVERY / 4)

    async def _commit(self, change: Callable[[], None]) -> None:
        """Change the page under its document's lock; every change in `change` arrives together."""
        done = asyncio.get_running_loop().create_future()

        def locked() -> None:
            if done.done():
                return  # the view has become stale meanwhile
            try:
                change()
                done.set_result(None)
            except Exception as error:  # handed to whoever awaits it
                done.set_exception(error)

        self._soon(locked)
        await done

    def _connected(self) -> bool:
        if self._document is None or self._document.session_context is None:
            return self._document is None
        return bool(self._document.session_context.session.connection_count)

    def _clicked(self, x: Decimal, y: Decimal) -> None:
        """Start to look at one run; whichever was being looked at is stale."""
        _cancel(self._examining)
        self._examining = asyncio.ensure_future(self._examine(self.spec, x, y))
        self._examining.add_done_callback(self._ended)

    async def _examine(self, spec: Spec, x: Decimal, y: Decimal) -> None:
        stale = threading.Event()

        def check() -> None:
            if stale.is_set():
                raise InterruptedError

        try:
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(INSPECT, inspect, spec, x, y, check)
            await self._commit(lambda: self.param.update(run=found))
        finally:
            stale.set()


def _cancel(task: asyncio.Task[None] | None) -> None:
    if task:
        task.cancel()


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


def _opening(query: str, start: str) -> tuple[str, Spec, Window, str]:
    """Return preset, spec and window of a link, or the start and what is wrong with the link."""
    problem = ""
    if "preset=" in query:
        try:
            return *links.parse(query), ""
        except InputError as error:
            problem = f"this link does not work: {error}"
    chosen = preset(start)
    return chosen.name, chosen.spec, chosen.window("home"), problem


def _status(news: News, viewport: Viewport) -> str:
    """Return what is on screen, in words: how sharp it is, and what it took or will take."""
    region = viewport.region
    if news.error is not None:
        return f"failed: {news.error}"
    if news.finished:
        trained = f"{news.trained:,} trained now in {news.seconds:.1f} s on {backend().upper()}"
        return f"settled · {region.size} runs, " + (trained if news.trained else "all known before")
    level = "first picture"
    if news.complete is not None:
        pitch = 2 ** (region.level - news.complete)
        level = f"every {pitch} pixels" if pitch > 1 else "every pixel"
    left = "" if news.left is None else f" · {_duration(news.left)} left"
    return f"{level} · {news.known:,} of {news.points:,} runs{left}"


def _depth(window: Window, viewport: Viewport) -> str:
    """Return how deep the view is, in words, and where float64 begins to show."""
    region, spec = viewport.region, viewport.pyramid.spec
    across = spec.x.values(region.columns()[:_NEIGHBOURS])
    up = spec.y.values(region.rows()[:_NEIGHBOURS])
    spacings = min(float_spacings(across), float_spacings(up))
    text = f"width {2 * window.half_width:.3g}"
    if spacings < 1:
        return text + " · beyond float64: neighbouring pixels share values"
    if spacings < 100:
        return text + f" · a pixel is {spacings:.0f} float64 spacings"
    return text


_NEIGHBOURS = 8  # points that show how far apart neighbours are


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
