"""This module is the diagrammer: it trains what the diagrams beside a picture need."""

import asyncio
import functools
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from app.page import Page
from app.workers import INSPECT
from engine.diagrams import Attractors, Explained, attractors, explained, line_of
from engine.plane import Window
from engine.spec import Spec

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Told:
    """Who is told, under the document's lock, of what has been found."""

    attractors: Callable[[Attractors], None]
    explained: Callable[[list[Explained]], None]
    failed: Callable[[Exception], None]


class Diagrammer:
    """Makes the diagrams of one view at a time, for one visitor; those that still hold stay."""

    def __init__(self, page: Page, told: Told) -> None:
        self._page, self._told = page, told
        self._known: dict[str, object] = {}  # what the diagrams that are shown are of
        self.task: asyncio.Task[None] | None = None

    def draw(self, spec: Spec, window: Window) -> None:
        """Make the diagrams of a view, and no others any more."""
        self.stop()
        self.task = asyncio.ensure_future(self._draw(spec, window))

    def stop(self) -> None:
        """Make none any more."""
        if self.task is not None:
            self.task.cancel()

    async def _draw(self, spec: Spec, window: Window) -> None:
        loop, stale = asyncio.get_running_loop(), threading.Event()

        def check() -> None:
            if stale.is_set():
                raise InterruptedError

        try:
            line = line_of(spec, window)
            if self._known.get("line") != line:
                work = functools.partial(attractors, spec, window, check)
                found = await loop.run_in_executor(INSPECT, work)
                await self._page.commit(functools.partial(self._told.attractors, found))
                self._known["line"] = line
            if self._known.get("view") != (spec, window):
                fits: list[Explained] = []
                await self._page.commit(functools.partial(self._told.explained, []))
                for scatter in spec.system.scatters():
                    fit = functools.partial(explained, spec, window, scatter, None, check)
                    fits.append(await loop.run_in_executor(INSPECT, fit))
                    await self._page.commit(functools.partial(self._told.explained, list(fits)))
                self._known["view"] = (spec, window)
        except Exception as error:  # of the diagrams alone; the page goes on
            log.error("a diagram failed", exc_info=error)
            await self._page.commit(functools.partial(self._told.failed, error))
        finally:
            stale.set()
