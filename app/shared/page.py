"""The document of one visitor, and when it may be changed."""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

import panel as pn

from engine.errors import InputError

T = TypeVar("T")


class Page:
    """The document in which a visitor's explorer lives; in tests there may be none."""

    def __init__(self) -> None:
        self._document = pn.state.curdoc
        self._rendered = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        if self._document is None:
            self._rendered.set()

    @property
    def connected(self) -> bool:
        """Whether the visitor is still there."""
        if self._document is None or self._document.session_context is None:
            return self._document is None
        return bool(self._document.session_context.session.connection_count)

    def rendered(self) -> None:
        """Take note that the browser shows the page; what is sent to it earlier is lost."""
        self._rendered.set()

    async def until_rendered(self) -> None:
        """Wait until the browser shows the page."""
        await self._rendered.wait()

    def soon(self, change: Callable[[], None]) -> None:
        """Change the page under its document's lock, which Panel does not hold for its events.

        Everything that `change` changes reaches the browser as one message.
        """
        if self._document is None:
            change()
        else:
            self._document.add_next_tick_callback(functools.partial(_together, change))

    def beside(
        self,
        worker: Executor,
        work: Callable[[], T],
        done: Callable[[T], None],
        wrong: Callable[[InputError], None] | None = None,
    ) -> None:
        """Do work in a thread: the event loop belongs to all visitors.

        Args:
            worker: the thread.
            work: what is done there.
            done: is given the result, under the document's lock.
            wrong: is given an InputError that `work` raises instead; None if it raises none.
        """

        async def carry_out() -> None:
            try:
                result = await asyncio.get_running_loop().run_in_executor(worker, work)
            except InputError as error:
                if wrong is None:
                    raise
                await self.commit(functools.partial(wrong, error))
            else:
                await self.commit(functools.partial(done, result))

        task = asyncio.ensure_future(carry_out())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def leave(self) -> None:
        """Give up what was begun `beside`: nobody waits for it any more."""
        for task in self._tasks:
            task.cancel()

    async def at_rest(self) -> None:
        """Wait until everything that was begun `beside` is done."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def commit(self, change: Callable[[], None]) -> None:
        """Change the page as `soon` does, and wait until that is done."""
        done = asyncio.get_running_loop().create_future()

        def locked() -> None:
            if done.done():
                return  # whoever asked for it has been cancelled meanwhile
            try:
                change()
            except Exception as error:  # handed to whoever awaits it
                if done.done():  # nobody does any more: the change has cancelled them
                    raise
                done.set_exception(error)
                return
            if not done.done():
                done.set_result(None)

        self.soon(locked)
        await done


def _together(change: Callable[[], None]) -> None:
    """Send what changes as one message: Panel's own, one for each widget, would cost several
    milliseconds apiece.
    """
    with pn.io.unlocked():
        change()
