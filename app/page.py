"""This module is the page: the document of one visitor, and when it may be changed."""

import asyncio
import functools
from collections.abc import Callable

import panel as pn


class Page:
    """The document in which a visitor's explorer lives; in tests there may be none."""

    def __init__(self) -> None:
        self._document = pn.state.curdoc
        self._rendered = asyncio.Event()
        if self._document is None:
            self._rendered.set()

    @property
    def connected(self) -> bool:
        """Whether the visitor is still there."""
        if self._document is None or self._document.session_context is None:
            return self._document is None
        return bool(self._document.session_context.session.connection_count)

    def rendered(self) -> None:
        """Begin to show things: before the browser has rendered the page, they are lost on it."""
        self._rendered.set()

    async def until_rendered(self) -> None:
        """Wait until things can be shown."""
        await self._rendered.wait()

    def soon(self, change: Callable[[], None]) -> None:
        """Change the page under its document's lock, which Panel does not hold for its events.

        Everything that `change` changes reaches the browser as one message.
        """
        if self._document is None:
            change()
        else:
            self._document.add_next_tick_callback(functools.partial(_together, change))

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
