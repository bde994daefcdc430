"""Edits of the settings, applied together once nothing more is typed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

EDIT = 0.35  # seconds to wait for more edits before any is applied


class Edits:
    """Edits that have not been applied yet, as texts by the name of their setting.

    Args:
        apply: is given all of them once no further one follows. An edit that comes while it works
            cancels it; it is called again with all.
        failed: is given an error that nobody has foreseen.
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
        """Apply these, together with those that wait."""
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
