"""The exports of one visitor, and how far they have come."""

import asyncio
import functools
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Executor
from typing import Any, TypeVar

import param

from app.shared.page import Page
from app.shared.progress import Progress
from app.shared.queue import check_size
from app.shared.server import Server
from app.visitor.wishes import Wish
from engine.errors import InputError
from engine.exports.export import Export
from engine.words import duration

T = TypeVar("T")

EVERY = 0.5  # seconds between two looks at what is being made
MOST_LISTED = 6  # exports that a visitor sees; older ones give way
MOST_READ = 50  # names from a browser that are looked up, some of which may be long gone


class Exporter(param.Parameterized):
    """The exports of one visitor.

    Attributes:
        tasks: what has been begun for the visitor and is not done.
    """

    listed = param.List([], item_type=Progress, doc="the exports, the latest first")
    names = param.List([], item_type=str, doc="their names, which the browser keeps")
    problem = param.String("", doc="why the last one asked for is not made")

    def __init__(self, server: Server, page: Page) -> None:
        super().__init__()
        self._server, self._page = server, page
        self._following: asyncio.Task[None] | None = None
        self.tasks: set[asyncio.Task[None]] = set()

    def restore(self, names: Sequence[str]) -> None:
        """Take up the exports whose names the browser has kept."""
        self._begin(self._take_up(names))

    def make(self, wish: Callable[[], Wish]) -> None:
        """Have what somebody wishes made, or say why it cannot be."""
        self._begin(self._submit(wish))

    async def estimate(self, wish: Callable[[], Wish]) -> tuple[str, str]:
        """Return what a wish would take, in words, and what is wrong with it."""
        try:
            return await self._beside(lambda: _cost(self._server, *wish())), ""
        except InputError as error:
            return "", str(error)

    def remove(self, name: str) -> None:
        """Give an export up, or throw away what was made."""
        self.names = [other for other in self.names if other != name]
        self.listed = [progress for progress in self.listed if progress.id != name]
        remove = functools.partial(self._server.exports.remove, name)
        self._begin(self._beside(remove, self._server.threads.files))

    def stop(self) -> None:
        """Look no longer; what is being made goes on."""
        if self._following is not None:
            self._following.cancel()

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def _submit(self, wish: Callable[[], Wish]) -> None:
        try:
            name = await self._beside(lambda: self._server.exports.submit(*wish()))
        except InputError as error:
            problem = str(error)
            await self._page.commit(lambda: setattr(self, "problem", problem))
            return

        def show() -> None:
            self.param.update(problem="", names=[name, *self.names][:MOST_LISTED])
            self._follow()

        await self._page.commit(show)

    async def _take_up(self, names: Sequence[str]) -> None:
        await self._page.until_rendered()
        asked = list(dict.fromkeys([*self.names, *names]))[:MOST_READ]
        there = [progress.id for progress in await self._progress(asked)]

        def show() -> None:
            others = [name for name in self.names if name not in asked]  # asked for meanwhile
            self.names = [*others, *there][:MOST_LISTED]
            self._follow()

        await self._page.commit(show)

    async def _beside(self, work: Callable[[], T], worker: Executor | None = None) -> T:
        worker = worker or self._server.threads.measure
        return await asyncio.get_running_loop().run_in_executor(worker, work)

    async def _progress(self, names: Sequence[str]) -> list[Progress]:
        """Return how far exports have come; those that there are no more are left out."""

        def read() -> list[Progress]:
            of_all = map(self._server.exports.progress, names)
            return [progress for progress in of_all if progress is not None]

        return await self._beside(read, self._server.threads.files)

    def _follow(self) -> None:
        self.stop()
        self._following = self._begin(self._watch())

    async def _watch(self) -> None:
        while True:
            listed = await self._progress(self.names)

            def show(listed: list[Progress] = listed) -> None:
                self.listed = [progress for progress in listed if progress.id in self.names]

            await self._page.commit(show)
            if all(progress.ended for progress in listed):
                return
            await asyncio.sleep(EVERY)


def _cost(server: Server, export: Export, file: str) -> str:
    """Return what an export takes, in words, by what runs of its spec have taken so far; InputError
    if it is too large to be made here.
    """
    del file
    check_size(export, server.limits)
    pace = server.scheduler.seconds_per_run(export.spec)
    return export.about if pace is None else f"{export.about}, about {duration(pace * export.runs)}"
