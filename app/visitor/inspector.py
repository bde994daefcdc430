"""Trains single runs again, step by step, to look at them closely."""

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
        page: under whose lock `trained` and `failed` are called.
        thread: in which runs are trained.
        trained: is given a run, and what its orbit is drawn over.
        failed: is given the error of a run that cannot be trained, perhaps for want of memory.
    """

    def __init__(
        self,
        page: Page,
        thread: Executor,
        trained: Callable[[Pin, Run, Backdrop], None],
        failed: Callable[[Pin, Exception], None],
    ) -> None:
        self._page, self._thread, self._trained, self._failed = page, thread, trained, failed
        self.task: asyncio.Task[None] | None = None

    def inspect(self, spec: Spec, pins: Sequence[Pin]) -> None:
        """Train these runs, the last one first, instead of all others."""
        self.stop()
        if pins:
            self.task = asyncio.ensure_future(self._inspect(spec, pins[::-1]))

    def stop(self) -> None:
        """Train no more runs."""
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
                    run = await loop.run_in_executor(self._thread, _inspected, spec, pin, check)
                except Exception as error:  # of this run; others go on
                    log.error("a run failed", exc_info=error)
                    tell = functools.partial(self._failed, pin, error)
                else:
                    tell = functools.partial(self._trained, pin, *run)
                await self._page.commit(tell)
        finally:
            stale.set()


def _inspected(spec: Spec, pin: Pin, check: Callable[[], None]) -> tuple[Run, Backdrop]:
    run = inspect(spec, *pin, check)
    return run, backdrop(spec, run)
