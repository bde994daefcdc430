"""This module is the inspector: it trains single runs again, step by step, beside the pictures."""

import asyncio
import functools
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from app.shared.page import Page
from engine.analysis.run import Backdrop, Run, backdrop, inspect
from engine.places.links import Pin
from engine.spec import Spec

log = logging.getLogger(__name__)


class Inspector:
    """Trains the runs that are pinned, one at a time.

    Args:
        page: under whose lock is told what was found.
        thread: in which runs are trained.
        found: who is told of a run, and of what lies beneath its orbit.
        failed: who is told of one that cannot be trained, perhaps for want of memory.
    """

    def __init__(
        self,
        page: Page,
        thread: Executor,
        found: Callable[[Pin, Run, Backdrop], None],
        failed: Callable[[Pin, Exception], None],
    ) -> None:
        self._page, self._thread, self._found, self._failed = page, thread, found, failed
        self.task: asyncio.Task[None] | None = None

    def inspect(self, spec: Spec, pins: Sequence[Pin]) -> None:
        """Train these runs, the last one first, and no others any more."""
        self.stop()
        if pins:
            self.task = asyncio.ensure_future(self._inspect(spec, pins[::-1]))

    def stop(self) -> None:
        """Train none any more."""
        if self.task is not None:
            self.task.cancel()

    async def _inspect(self, spec: Spec, pins: Sequence[Pin]) -> None:
        loop, stale = asyncio.get_running_loop(), threading.Event()

        def check() -> None:
            if stale.is_set():
                raise InterruptedError

        try:
            await self._page.until_rendered()
            for pin in pins:
                try:
                    found = await loop.run_in_executor(self._thread, _looked_at, spec, pin, check)
                except Exception as error:  # of this run; others go on
                    log.error("a run failed", exc_info=error)
                    tell = functools.partial(self._failed, pin, error)
                else:
                    tell = functools.partial(self._found, pin, *found)
                await self._page.commit(tell)
        finally:
            stale.set()


def _looked_at(spec: Spec, pin: Pin, check: Callable[[], None]) -> tuple[Run, Backdrop]:
    run = inspect(spec, *pin, check)
    return run, backdrop(spec, run)
