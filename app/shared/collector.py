"""Collects what ended visits leave in cycles: the objects of a page all know each other.

Python looks for such cycles seldom (`engine.machine.process`), and Panel once no visit has ended
for five seconds, which in a lecture hall may be never.
"""

import asyncio
import gc
from concurrent.futures import Executor

from engine.machine import memory

AFTER = 4.0  # seconds after a visit has ended, for others that end with it
EVERY = 12.0  # seconds between two collections, each of which takes some 15 ms for each open page


class Collector:
    """Collects soon after visits have ended, however many do.

    Args:
        worker: the thread in which memory is given back to the system.
    """

    def __init__(self, worker: Executor) -> None:
        self._worker = worker
        self._due: asyncio.TimerHandle | None = None
        self._last = -EVERY

    def soon(self) -> None:
        """Have it done once what has ended is let go of; in a running loop."""
        if self._due is None:
            loop = asyncio.get_running_loop()
            self._due = loop.call_at(max(loop.time() + AFTER, self._last + EVERY), self._collect)

    def _collect(self) -> None:
        self._due = None
        gc.collect()
        self._worker.submit(memory.trim)
        self._last = asyncio.get_running_loop().time()
