"""This module is the edits: what somebody types is applied together, once nothing more follows."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

EDIT = 0.35  # seconds to wait for more edits before any is applied


class Edits:
    """The edits of the settings that have not been applied yet, as texts by name.

    Args:
        apply: is given all of them, once no further one has followed. One that follows while it
            is at work has it cancelled, and begun again with all.
        failed: who is told if that fails.
    """

    def __init__(
        self,
        apply: Callable[[Mapping[str, str]], Awaitable[None]],
        failed: Callable[[BaseException], None],
    ) -> None:
        self._apply, self._failed = apply, failed
        self._waiting: dict[str, str] = {}
        self.task: asyncio.Task[None] | None = None

    def add(self, edits: Mapping[str, str]) -> None:
        """Have these applied, with the others."""
        self._waiting.update(edits)
        self._stop()
        self.task = asyncio.ensure_future(self._after_a_while())
        self.task.add_done_callback(self._ended)

    def take_back(self, name: str) -> None:
        """Forget one."""
        self._waiting.pop(name, None)

    def clear(self) -> None:
        """Forget all."""
        self._waiting = {}
        self._stop()

    def _stop(self) -> None:
        if self.task is not None and self.task is not asyncio.current_task():
            self.task.cancel()

    async def _after_a_while(self) -> None:
        await asyncio.sleep(EDIT)
        applied = dict(self._waiting)
        await self._apply(applied)
        self._waiting = {k: v for k, v in self._waiting.items() if applied.get(k) != v}

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failed(error)
