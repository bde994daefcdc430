"""The exports of a server: what visitors want made, one after the other.

They are made in a thread of their own, which waits while anybody's view is being trained. Each has
folders of its own (see `app.shared.folders`), so that what was waiting or half made when the server
ended goes on when it starts again. The name of an export is random, and known only to the browser
that asked for it. Little is kept in memory of those that are done: it is read from their folders.
"""

import contextlib
import functools
import logging
import secrets
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from cachetools import LRUCache

from app.shared.folders import FILE_NAME, ID, UNREADABLE, Folders
from app.shared.limits import Limits
from app.shared.making import Hooks, Making, StoppedError
from app.shared.progress import DONE, FAILED, RUNNING, TRAINING, WAITING, WRITING, Progress
from engine import words
from engine.errors import InputError
from engine.exports import export as exports
from engine.exports.export import Export
from engine.machine import memory
from engine.tiles.store import Store

MOST_ENDED = 64  # exports that are done or have failed of which is known without reading a file

log = logging.getLogger(__name__)


class Chosen(NamedTuple):
    """An export whose turn it is."""

    name: str
    export: Export
    file: str


class Exports:
    """The exports of a server. All of it may be used from any thread.

    Args:
        folder: where they are kept; see `Folders`.
        store: where runs are taken from if they are known, and kept.
        busy: whether anybody's view is being trained, so that exports wait.
        limits: of what is made.
    """

    def __init__(
        self, folder: Path, store: Store | None, busy: Callable[[], bool], limits: Limits
    ) -> None:
        self._folders, self._store = Folders(folder), store
        self._busy, self._limits = busy, limits
        self._lock = threading.Condition()
        self._unfinished: dict[str, Progress] = {}
        self._ended: LRUCache[str, Progress] = LRUCache(MOST_ENDED)
        self._waiting: dict[str, Export] = {}
        self._unwanted: set[str] = set()
        self._closed = False
        for name in self._folders.names():
            self._take_up(name)
        self._forget_old()
        self._thread = threading.Thread(target=self._run, name="exports", daemon=True)

    @property
    def files(self) -> Path:
        """The folder in which `Progress.path` lies."""
        return self._folders.files

    @property
    def unfinished(self) -> list[str]:
        """The names of those that wait or are being made, the oldest first."""
        with self._lock:
            return list(self._unfinished)

    def start(self) -> None:
        """Begin to make what is asked for, and what was left unfinished."""
        self._thread.start()

    def submit(self, export: Export, file: str) -> str:
        """Have something made, and return the name of its export.

        Args:
            export: what.
            file: the name of the file.

        Raises:
            InputError: if it cannot be made, or there is too much to be made already.
        """
        if not FILE_NAME.fullmatch(file):
            raise InputError(f"the name of a file has letters, digits, - and _, not {file!r}")
        check_size(export, self._limits)
        self._check_room()
        self._forget_old()
        name = secrets.token_urlsafe(16)
        folder = self._folders.begin(name)
        try:
            export.check(folder / file)
            self._folders.write(name, export, file)
            with self._lock:
                self._check_room()  # others may have been faster
                self._enter(name, export, file)
                self._lock.notify_all()
        except (InputError, OSError) as error:
            self._folders.remove(name)
            raise InputError(str(error)) from None
        return name

    def progress(self, name: str) -> Progress | None:
        """Return how far an export has come; None if there is none of that name.

        It may have to be read from a file.
        """
        with self._lock:
            progress = self._unfinished.get(name) or self._ended.get(name)
        if progress is not None or not ID.fullmatch(name):
            return progress
        progress = self._folders.progress(name)
        if progress is not None:
            with self._lock:
                self._ended[name] = progress
        return progress

    def remove(self, name: str) -> None:
        """Give an export up, or throw away what was made."""
        with self._lock:
            progress = self._unfinished.pop(name, None)
            self._ended.pop(name, None)
            self._waiting.pop(name, None)
            if progress is not None and progress.state in RUNNING:
                self._unwanted.add(name)  # whoever works on it cleans up
                return
        if ID.fullmatch(name):
            self._folders.remove(name)

    def tell(self, name: str, **changes: Any) -> None:
        """Take note of how far an export has come."""
        with self._lock:
            if name in self._unfinished:
                self._unfinished[name] = replace(self._unfinished[name], **changes)

    def close(self) -> None:
        """Stop; what is not finished goes on when the server starts again."""
        with self._lock:
            self._closed = True
            self._lock.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        self._folders.release()

    def _check_room(self) -> None:
        """Raise InputError if as many exports wait as may."""
        with self._lock:
            waiting = len(self._unfinished)
        if waiting >= self._limits.exports_waiting:
            raise InputError(f"{waiting} exports are waiting already; try again later")

    def _enter(self, name: str, export: Export, file: str) -> None:
        self._waiting[name] = export
        self._unfinished[name] = Progress.waiting(name, file, export)

    def _take_up(self, name: str) -> None:
        """Take up an export that the server before has not done."""
        if self._folders.is_finished(name):
            return
        try:
            export, file, error = self._folders.read(name)
        except UNREADABLE as failure:
            log.warning("an export cannot be taken up again: %s", failure)
            return
        if not error:
            self._enter(name, export, file)

    def _forget_old(self) -> None:
        """Remove what nobody has fetched for long, and what was left of what failed long ago."""
        for name in self._folders.older_than(self._limits.exports_kept):
            with self._lock:
                old = name not in self._unfinished
                if old:
                    self._ended.pop(name, None)
            if old:
                self._folders.remove(name)

    def _run(self) -> None:
        while (chosen := self._next()) is not None:
            name, export, file = chosen
            try:
                self._make(name, export, file)
            except StoppedError:
                pass
            except Exception as error:  # told to whoever asked for it
                log.exception("an export failed")
                self._fail(name, export, file, words.line(error))
            with self._lock:
                unwanted = name in self._unwanted
                self._unwanted.discard(name)
            if unwanted:
                self._folders.remove(name)
            del chosen, export  # nor what it holds, while nothing is made

    def _next(self) -> Chosen | None:
        """Wait for an export that is to be made, and begin with it; None once the server ends.

        From here on it is not waiting: whoever gives it up leaves it to the one who makes it.
        """
        with self._lock:
            while not self._closed:
                for name, progress in self._unfinished.items():
                    if progress.state == WAITING:
                        self._unfinished[name] = replace(progress, state=TRAINING)
                        return Chosen(name, self._waiting.pop(name), progress.file)
                self._lock.wait()
        return None

    def _make(self, name: str, export: Export, file: str) -> None:
        hooks = Hooks(
            lambda: not self._closed and name not in self._unwanted, self._busy,
            functools.partial(self.tell, name),
        )  # fmt: skip
        making = Making(export, hooks)
        making.stop_if_unwanted()
        runs = self._folders.runs(name)
        exports.begin(export, runs, resume=True)
        export.train(runs, self._store, making.hooks)
        self.tell(name, state=WRITING, known=export.runs, left=None)
        path = self._folders.work(name) / file
        export.write(path, making.hooks)
        making.stop_if_unwanted()
        finished = self._folders.finish(name, path, making.preview)
        exports.end(runs)
        self._end(
            name, state=DONE, file=finished.name, size=finished.stat().st_size, left=None,
            paused=False, known=export.runs, written=export.frames,
        )  # fmt: skip

    def _fail(self, name: str, export: Export, file: str, error: str) -> None:
        """Take note that an export has failed; its runs will not be asked for again."""
        with contextlib.suppress(OSError):
            self._folders.write(name, export, file, error)
        shutil.rmtree(self._folders.runs(name), ignore_errors=True)
        self._end(name, state=FAILED, error=error)

    def _end(self, name: str, **changes: Any) -> None:
        """Take note that nothing more will happen to an export."""
        with self._lock:
            if (progress := self._unfinished.pop(name, None)) is not None:
                self._ended[name] = replace(progress, **changes)


def check_size(export: Export, limits: Limits) -> None:
    """Raise InputError, with the bound in words, if something is too large to be made here."""
    if export.runs > limits.export_runs:
        raise InputError(
            f"this takes {export.runs:,} runs, and the page makes what takes up to "
            f"{limits.export_runs:,}; the command line makes more"
        )
    most = min(limits.export_memory, memory.free() or limits.export_memory)
    if export.memory > most:
        raise InputError(
            f"this takes about {words.size(export.memory)} of memory, and the page makes what "
            f"takes up to {words.size(most)}: choose a smaller size"
        )
