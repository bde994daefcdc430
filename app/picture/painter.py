"""The painter draws what one visitor looks at, and measures it.

Whenever another level of the view is complete, its statistics are computed anew; those of all its
pixels once an audit says that few labels are wrong, and again once it is sharp. Then, or once most
of it is known, a sample is trained longer, to tell whether the labels hold.
"""

import asyncio
import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from app.picture.drawing import LOOK_EVERY, Bell, Drawing, level_of
from app.picture.landscape import Landscape
from app.shared.page import Page
from app.shared.server import Server
from app.visitor.findings import Overview
from engine.analysis.curves import chosen, curves
from engine.analysis.tracing import Traced, trace
from engine.pictures.colour import shade, suited
from engine.places.look import Look
from engine.plane import WIDEST, Size, Window
from engine.spec import Spec
from engine.statistics.settling import FEW, Settling, settling
from engine.statistics.summary import Statistics, statistics
from engine.tiles.lattice import Region
from engine.tiles.news import News
from engine.tiles.pyramid import Pyramid
from engine.tiles.request import Request
from engine.tiles.scheduler import Training
from engine.tiles.tally import Tally

SETTLE = 0.03  # seconds to wait for a first layout, which comes in two or three sizes
REST = 0.3  # seconds that a view has to rest before it is measured
MEASURED_FROM = 0.99  # the share of predicted labels that are right, from which they are measured
FEWEST_POINTS = 24  # along the shorter side of a level that is worth measuring
COARSE = 2  # levels above that of the view, after which the whole plane has its turn
MARGIN = 1.5  # how far curves are drawn, in extents of the view, so that they follow a drag
# Runs of the small picture of the whole plane, and of what is shown until they are known.
OVERVIEWS = (Size(72, 72), Size(36, 36), Size(18, 18))


@dataclass(frozen=True)
class Hooks:
    """Who hears, under the document's lock, of what has been drawn and measured."""

    arrived: Callable[[Window], None]  # the browser is at this window
    news: Callable[[News, Request], None]
    statistics: Callable[[Statistics], None]
    settling: Callable[[Settling | None], None]  # None: few runs are undecided
    overview: Callable[[Overview], None]
    traced: Callable[[tuple[Traced, ...]], None]  # the curves that are drawn
    failed: Callable[[BaseException], None]


class Painter(Drawing):
    """Draws and measures one view at a time; a new one makes whatever is being drawn stale.

    Args:
        server, page: what all visitors share, and this one's page.
        landscape: the figure.
        hooks: who hears of what is found.
        kept: returns where the picture of the whole plane is that is kept; empty if there is none.
    """

    def __init__(
        self, server: Server, page: Page, landscape: Landscape, hooks: Hooks,
        kept: Callable[[], str],
    ) -> None:  # fmt: skip
        super().__init__(server, page, landscape, hooks.news, hooks.failed)
        self._threads = server.threads
        self._landscape, self._hooks, self._kept = landscape, hooks, kept
        self._home: Window | None = None
        self.drawn_at: tuple[Spec, Window, Size, Training] | None = None
        self._traced: dict[str, Traced] = {}  # around the view

    def look(
        self, spec: Spec, window: Window, size: Size, home: Window, training: Training
    ) -> None:
        """Start to draw a new view, `home` being the whole plane."""
        if self.shorten(spec, window, size, training):
            self.drawn_at = spec, window, size, training
            return
        self.give_up()
        self._home, self.drawn_at, self._traced = home, (spec, window, size, training), {}
        self.start("curves", self._trace())
        self.draw(spec, window, size, training)
        self.start("measure", self._measure(spec))
        self.start("settling", self._settle(spec, window, size))
        self.start("overview", self._survey(spec, home))

    def forget(self) -> None:
        """Begin a new picture: the tiles of the present one are of something else."""
        super().forget()
        self.drawn_at = None

    def recolour(self, look: Look) -> None:
        """Show what is known in another look; nothing is trained for it."""
        curves_change = look.overlays != self._look.overlays
        super().recolour(look)
        if self.drawn_at is not None and self._home is not None:
            if curves_change:
                self.start("curves", self._trace())
            self.start("overview", self._survey(self.drawn_at[0], self._home))

    def stop(self) -> None:
        """Stop all work for this visitor."""
        super().stop()
        self.leave((self, "overview"))

    async def prepare(self) -> None:
        """Wait for the first layout, which comes in several sizes."""
        if not self._landscape.screen:
            await asyncio.sleep(SETTLE)

    async def arrive(self, window: Window) -> None:
        """Change to the coordinates of a window, and tell that the browser is there."""

        def arrive() -> None:
            self._landscape.settle(window)
            self._hooks.arrived(window)

        await self._page.commit(arrive)

    async def _measure(self, spec: Spec) -> None:
        """Publish the statistics of every level, once it is complete and the view rests.

        Once most labels that are predicted are right, they are of all its pixels, with what its
        audit says in their errors, and are measured anew when it is sharp and with every level.
        """
        await asyncio.sleep(REST)
        loop, reached = asyncio.get_running_loop(), (0, -1)
        while True:
            last = reached
            request = await self.more(lambda v: _reached(v) > last)  # noqa: B023 awaited at once
            reached, numbers = await loop.run_in_executor(
                self._threads.measure, _measured, spec, request
            )
            if numbers is not None:
                await self._page.commit(functools.partial(self._hooks.statistics, numbers))
            if reached[1] == request.region.level:
                return

    async def _settle(self, spec: Spec, window: Window, size: Size) -> None:
        """Publish whether the labels hold, once there is something to see and the view rests."""
        await asyncio.sleep(REST)
        request = await self.more(_is_near)
        if request.error is not None:
            return
        undecided = np.mean(request.snapshot(level_of(request)).decided >= spec.steps)
        if undecided <= FEW:
            await self._page.commit(functools.partial(self._hooks.settling, None))
            return
        stale = threading.Event()

        def check(done: int) -> None:
            if stale.is_set():
                raise InterruptedError

        loop, work = asyncio.get_running_loop(), functools.partial(settling, spec, window, size)
        try:
            labels = await loop.run_in_executor(self._threads.longer, work, check)
            await self._page.commit(functools.partial(self._hooks.settling, labels))
        finally:
            stale.set()

    async def _survey(self, spec: Spec, home: Window) -> None:
        """Publish the small picture of the whole plane: the one that is kept, or one of runs.

        It is as sharp as what is known; the runs that are missing are trained once there is
        something to see of the view.
        """
        if url := self._kept():
            kept = Overview(home, url=url)
            await self._page.commit(functools.partial(self._hooks.overview, kept))
            return
        loop, level, near = asyncio.get_running_loop(), -1, False
        whole = Region.of_view(home, OVERVIEWS[0])
        while not near:
            last = level
            request = await self.more(lambda v: _is_near(v) or level_of(v) > last)  # noqa: B023
            level = level_of(request)
            near = _is_near(request)
            known = await loop.run_in_executor(self._threads.shade, sharpest, request.pyramid, home)
            if known is not None:
                await self._show_overview(spec, *known)
                if known[0] == whole:
                    return
        await self._show_overview(spec, whole, *await self._train_overview(spec, home))

    async def _train_overview(self, spec: Spec, home: Window) -> tuple[np.ndarray, np.ndarray]:
        """Return the values and decision steps of the small picture of the whole plane."""
        loop, session = asyncio.get_running_loop(), (self, "overview")
        bell = Bell(loop)
        try:
            request = await loop.run_in_executor(
                self._threads.view, self._server.scheduler.request,
                session, spec, home, OVERVIEWS[0], bell.ring,
            )  # fmt: skip
            while not request.finished and self._page.connected:
                await bell.wait(LOOK_EVERY)
        finally:
            self.leave(session)
        _, values, decided = request.snapshot()
        return values, decided

    async def _show_overview(
        self, spec: Spec, region: Region, values: np.ndarray, decided: np.ndarray
    ) -> None:
        look = replace(suited(self._look, spec), muted_from=None)
        rgba = await asyncio.get_running_loop().run_in_executor(
            self._threads.shade, _shade, values, decided, look
        )
        overview = Overview(region.window(), rgba)
        await self._page.commit(functools.partial(self._hooks.overview, overview))

    async def _trace(self) -> None:
        """Draw the curves over the view: those in closed form at once, others once it rests."""
        assert self.drawn_at is not None
        spec, window, size, _ = self.drawn_at
        loop, traced = asyncio.get_running_loop(), self._traced
        wide = around(window, size)
        every, names = curves(spec), chosen(spec, self._look.overlays)
        stale = threading.Event()

        def check(done: int) -> None:
            if stale.is_set():
                raise InterruptedError

        def draw() -> None:
            ready = tuple(traced[name] for name in names if name in traced)
            self._landscape.draw(wide, ready)
            self._hooks.traced(ready)

        try:
            await self._page.until_rendered()
            if traced or not names:  # or those of the last view stay until there are new ones
                await self._page.commit(draw)
            missing = [name for name in names if name not in traced]
            for name in sorted(missing, key=lambda name: every[name].function is None):
                worker = self._threads.shade
                if every[name].function is None:
                    worker = self._threads.inspect
                    await asyncio.sleep(REST)
                    await self.more(lambda request: level_of(request) >= 0)
                work = functools.partial(trace, spec, wide, size, name, progress=check)
                traced[name] = await loop.run_in_executor(worker, work)
                await self._page.commit(draw)
        finally:
            stale.set()


def _is_near(request: Request) -> bool:
    """Return whether a view is nearly as sharp as it will be."""
    return request.finished or request.sharp or level_of(request) >= request.region.level - COARSE


def _reached(request: Request) -> tuple[int, int]:
    """Return how far a view is.

    Returns:
        0 before its prediction is worth measuring, 1 from then on, and 2 once it is sharp; and the
        finest level that is complete, -1 before any is.
    """
    audit = request.audit
    told = audit is not None and audit.labels >= MEASURED_FROM
    return 2 if request.sharp else int(told), level_of(request)


def _measured(spec: Spec, request: Request) -> tuple[tuple[int, int], Statistics | None]:
    """Return how far a view is by now (see `_reached`), and its statistics if worth measuring."""
    reached, audit, last = _reached(request), request.audit, request.region.level
    told, level = reached
    if told and level < last and audit is not None:
        _, (values, decided, trained) = request.prediction()
        if not np.isnan(values).any():
            tally = Tally.of(audit, int(np.count_nonzero(~trained)))
            return reached, statistics(spec, 1, values, decided, tally, ~trained)
    if level < 0:
        return reached, None
    _, values, decided = request.snapshot(level)
    if min(values.shape) < FEWEST_POINTS and level != last:
        return reached, None
    return reached, statistics(spec, 2 ** (last - level), values, decided)


def sharpest(pyramid: Pyramid, home: Window) -> tuple[Region, np.ndarray, np.ndarray] | None:
    """Return the sharpest small picture of the whole plane that is known; None if there is none."""
    for size in OVERVIEWS:
        region = Region.of_view(home, size)
        values, decided = pyramid.assemble(region)
        if not np.isnan(values).any():
            return region, values, decided
    return None


def _shade(values: np.ndarray, decided: np.ndarray, look: Look) -> np.ndarray:
    return shade(values, decided, look.scale(values, decided), look)


def around(window: Window, size: Size) -> Window:
    """Return the window in which curves are traced: some way beyond the view, on the plane."""
    halves = window.half_width, window.height_for(size) / 2
    half_width, half_height = (min(MARGIN * half, WIDEST) for half in halves)
    return Window(window.x, window.y, half_width, half_height)
