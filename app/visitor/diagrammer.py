"""Trains and draws the diagrams of a view."""

import asyncio
import functools
import io
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from app.shared.page import Page
from engine.analysis.diagrams import Attractors, Explained, Line, attractors, explained, line_of
from engine.plane import Window
from engine.reports import plot
from engine.spec import Spec

INK = "#000000"  # what matplotlib draws axes in
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DiagramSheet:
    """The diagrams of a view, as far as they are made.

    Attributes:
        line: attractors and exponents along a line.
        fits: what explains the values of the view, as far as that is trained.
        svg: all of them, one below the other, in the colour of the text around where it is neutral.
    """

    line: Attractors
    fits: tuple[Explained, ...]
    svg: str


class Diagrammer:
    """Makes the diagrams of one view at a time; attractors that still hold are kept."""

    def __init__(
        self,
        page: Page,
        thread: Executor,
        show: Callable[[DiagramSheet], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._page, self._thread, self._show, self._failed = page, thread, show, failed
        self._line: tuple[Line, Attractors] | None = None
        self._view: tuple[Spec, Window] | None = None  # whose are shown or being made
        self.task: asyncio.Task[None] | None = None

    def draw(self, spec: Spec, window: Window) -> None:
        """Make the diagrams of a view, instead of any other."""
        if self._view != (spec, window):
            self.stop()
            self._view = spec, window
            self.task = asyncio.ensure_future(self._draw(spec, window))

    def stop(self) -> None:
        """Make no more diagrams."""
        if self.task is not None and not self.task.done():
            self.task.cancel()
            self._view = None

    async def _draw(self, spec: Spec, window: Window) -> None:
        loop, stale = asyncio.get_running_loop(), threading.Event()

        def check() -> None:
            if stale.is_set():
                raise InterruptedError

        try:
            line = line_of(spec, window)
            if self._line is None or self._line[0] != line:
                work = functools.partial(attractors, spec, window, check)
                self._line = line, await loop.run_in_executor(self._thread, work)
            fits: list[Explained] = []
            scatters = spec.system.scatters()
            for number in range(len(scatters) + 1):
                svg = await loop.run_in_executor(self._thread, _svg, self._line[1], list(fits))
                sheet = DiagramSheet(self._line[1], tuple(fits), svg)
                await self._page.commit(functools.partial(self._show, sheet))
                if number < len(scatters):
                    fit = functools.partial(explained, spec, window, scatters[number], None, check)
                    fits.append(await loop.run_in_executor(self._thread, fit))
        except Exception as error:  # of the diagrams alone; the page goes on
            log.error("a diagram failed", exc_info=error)
            await self._page.commit(functools.partial(self._failed, error))
        finally:
            stale.set()


def _svg(line: Attractors, fits: list[Explained]) -> str:
    from matplotlib import rc_context

    file = io.StringIO()
    with rc_context({"svg.fonttype": "none", "font.family": "sans-serif"}):
        plot.diagrams(line, fits, stacked=True).savefig(file, format="svg", transparent=True)
    drawing = file.getvalue()
    return drawing[drawing.index("<svg") :].replace(INK, "currentColor")
