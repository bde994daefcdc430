"""This module is the explorer: what one visitor looks at, and the work that draws it.

A session has one viewport at a time. A new one makes the old one's work stop at the next slice;
slices of all sessions take turns in one engine thread, so that nobody waits for a whole picture.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import panel as pn
import param

from app.views.landscape import Landscape, Layer
from engine import links
from engine.devices import backend
from engine.errors import InputError
from engine.plane import Size, Window
from engine.presets import preset, presets
from engine.refine import Refinement
from engine.run import Run, inspect
from engine.spec import Spec

ENGINE = ThreadPoolExecutor(1, "engine")  # first come, first served: slices of sessions take turns
SHADE = ThreadPoolExecutor(1, "shade")
INSPECT = ThreadPoolExecutor(1, "inspect")  # runs looked at closely, beside the pictures
SLICE = 0.1  # seconds of training between looks at what the visitor wants now
SETTLE = 0.03  # seconds to wait for a first layout, which comes in two or three sizes
MOST_IN_FLIGHT = 2  # pictures the browser has not drawn yet

log = logging.getLogger(__name__)


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
        self._task: asyncio.Task[None] | None = None
        self._examining: asyncio.Task[None] | None = None
        self._document = pn.state.curdoc
        self.notice = problem

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

    @param.depends("preset", watch=True)
    def _start_preset(self) -> None:
        self.stop()
        self.spec = preset(self.preset).spec
        self.run, self.notice = None, ""

        def start() -> None:
            self.landscape.show(None)
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
        loop = asyncio.get_running_loop()
        if not self.screen:
            await asyncio.sleep(SETTLE)

        def arrive() -> None:
            self.landscape.settle(window)
            self.link = links.query(self.preset, spec, window)
            self.screen = self.landscape.screen

        await self._commit(arrive)
        refinement = await loop.run_in_executor(ENGINE, Refinement, spec, window, size)
        try:
            while not refinement.finished:
                await loop.run_in_executor(ENGINE, refinement.advance, SLICE)
                if not self._connected():
                    return
                await self._publish(refinement)
        finally:
            refinement.stop()
            ENGINE.submit(refinement.close)  # in the engine's thread: a slice may still be running

    async def _publish(self, refinement: Refinement) -> None:
        """Show how far the picture has come; the last one stays until a first level is complete."""
        layer = None
        if self.landscape.in_flight < MOST_IN_FLIGHT or refinement.finished:
            loop = asyncio.get_running_loop()
            layer = await loop.run_in_executor(SHADE, _layer, refinement)

        def update() -> None:
            if layer is not None:
                self.landscape.show(layer)
            self.progress = int(100 * refinement.done)
            self.status = _status(refinement)
            self.depth = _depth(refinement)

        await self._commit(update)

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


def _layer(refinement: Refinement) -> Layer | None:
    snapshot = refinement.snapshot()
    if snapshot is None:
        return None
    return Layer.of(snapshot, refinement.window, refinement.size)


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


def _status(refinement: Refinement) -> str:
    runs, size = refinement.runs, refinement.size
    if refinement.finished:
        return f"{size} runs trained in {refinement.seconds:.1f} s on {backend().upper()}"
    stride = refinement.complete
    level = f"every {stride} pixels" if stride else "first picture"
    if runs:
        left = refinement.seconds * (size.pixels - runs) / runs
        return f"{level} · {runs:,} of {size.pixels:,} runs · {_duration(left)} left"
    return f"{level} · {size.pixels:,} runs"


def _depth(refinement: Refinement) -> str:
    width = 2 * refinement.window.half_width
    text = f"width {width:.3g}"
    if refinement.spacings < 1:
        return text + " · beyond float64: neighbouring pixels share values"
    if refinement.spacings < 100:
        return text + f" · a pixel is {refinement.spacings:.0f} float64 spacings"
    return text


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
