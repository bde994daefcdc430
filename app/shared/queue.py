"""This module is the exports of the server: what visitors want made, one after the other.

It is made in a thread of its own, which waits while anybody's view is being trained. Each export
has a folder of its own: what it is, its work until that is done, and whether it failed. So what was
waiting or half made when the server ended goes on when it starts again. The name of an export is
random, and known only to the browser that asked for it. Of those that are done little is kept in
memory: what is told of them is read from their folders.
"""

import contextlib
import io
import json
import logging
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from cachetools import LRUCache
from filelock import FileLock, Timeout

from app.shared.limits import Limits
from engine import words
from engine.atomic import whole
from engine.errors import InputError, read_json
from engine.exports import export as exports
from engine.exports.export import Export, Hooks
from engine.exports.kinds import made_from
from engine.machine import memory
from engine.tiles.store import Store

MOST_ENDED = 64  # exports that are done or have failed of which is known without reading a file
MOST_SERVERS = 100  # that share a folder
PAUSE = 0.05  # seconds between two looks whether somebody's view is being trained
PACE_AFTER = 1.0  # seconds of work before its pace says anything
WAITING, TRAINING, WRITING, DONE, FAILED = "waiting", "training", "writing", "done", "failed"
RUNNING = (TRAINING, WRITING)
_ABOUT, _PREVIEW = "about.json", "preview.png"
_ID = re.compile(r"[A-Za-z0-9_-]{1,60}")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}(\.[a-z0-9]{2,4}){0,2}")

log = logging.getLogger(__name__)


class StoppedError(Exception):
    """The export is no longer wanted, or the server ends."""


@dataclass(frozen=True)
class Progress:
    """How far an export has come.

    Attributes:
        id: its name, which nobody can guess.
        file: the name of the file that is made.
        about: what that is, in words.
        state: WAITING, TRAINING, WRITING, DONE or FAILED.
        runs, known: how many runs it takes, and how many are known.
        frames, written: of how many pictures it consists, and how many are written.
        left: seconds until it is made, None if nobody can tell.
        paused: whether it waits for somebody's view.
        error: why it failed.
        size: of the finished file, in bytes.
        preview: a small picture of it as the bytes of a PNG; empty before there is one.
    """

    id: str
    file: str
    about: str
    state: str
    runs: int
    frames: int
    known: int = 0
    written: int = 0
    left: float | None = None
    paused: bool = False
    error: str = ""
    size: int = 0
    preview: bytes = b""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in (DONE, FAILED)

    @property
    def path(self) -> str:
        """Where the finished file is, below the folder of all."""
        return f"{self.id}/{self.file}"

    @property
    def share(self) -> float:
        """How much of it is made, from 0 to 1."""
        if self.state == DONE:
            return 1.0
        return 0.9 * self.known / self.runs + 0.1 * self.written / self.frames


class Chosen(NamedTuple):
    """An export whose turn it is."""

    name: str
    made: Export
    file: str


class Exports:
    """What this server makes. All of it may be used from any thread.

    Args:
        folder: where exports are kept; made if it is not there. Where another server has it, a
            folder within it is taken.
        store: where runs are taken from if they are known, and kept.
        busy: whether anybody's view is being trained, so that exports wait.
        limits: of what is made.
    """

    def __init__(
        self, folder: Path, store: Store | None, busy: Callable[[], bool], limits: Limits
    ) -> None:
        folder, self._claim = _claimed(folder)
        self.files, self._work = folder / "files", folder / "work"
        for place in (self.files, self._work):
            place.mkdir(exist_ok=True)
        self._store = store
        self._busy, self._limits = busy, limits
        self._lock = threading.Condition()
        self._known: dict[str, Progress] = {}  # those that are not done
        self._ended: LRUCache[str, Progress] = LRUCache(MOST_ENDED)
        self._made: dict[str, Export] = {}  # those that wait
        self._unwanted: set[str] = set()
        self._closed = False
        for about in sorted(self._work.glob(f"*/{_ABOUT}"), key=lambda path: path.stat().st_mtime):
            self._take_up(about)
        self._forget_old()
        self._thread = threading.Thread(target=self._run, name="exports", daemon=True)

    def start(self) -> None:
        """Begin to make what is asked for, and what was left unfinished."""
        self._thread.start()

    def submit(self, made: Export, file: str) -> str:
        """Have something made, and return the name of its export.

        Args:
            made: what.
            file: the name of the file.

        Raises:
            InputError: if it cannot be made, or there is too much to be made already.
        """
        if not _NAME.fullmatch(file):
            raise InputError(f"the name of a file has letters, digits, - and _, not {file!r}")
        check_size(made, self._limits)
        self._check_room()
        self._forget_old()
        name = secrets.token_urlsafe(16)
        folder = self._work / name
        folder.mkdir()
        try:
            made.check(folder / file)
            self._write_about(name, {"file": file, "export": made.origin()})
            with self._lock:
                self._check_room()  # others may have been faster
                self._made[name] = made
                self._known[name] = _waiting(name, file, made)
                self._lock.notify_all()
        except (InputError, OSError) as error:
            shutil.rmtree(folder)
            raise InputError(str(error)) from None
        return name

    def progress(self, name: str) -> Progress | None:
        """Return how far an export has come; None if there is none of that name.

        It may have to be read from a file.
        """
        with self._lock:
            found = self._known.get(name) or self._ended.get(name)
        if found is not None or not _ID.fullmatch(name):
            return found
        found = self._read(name)
        if found is not None:
            with self._lock:
                self._ended[name] = found
        return found

    def remove(self, name: str) -> None:
        """Give an export up, or throw away what was made."""
        with self._lock:
            found = self._known.pop(name, None)
            self._ended.pop(name, None)
            self._made.pop(name, None)
            if found is not None and found.state in RUNNING:
                self._unwanted.add(name)  # whoever works on it cleans up
                return
        if _ID.fullmatch(name):
            self._clear(name)

    def close(self) -> None:
        """Stop; what is not finished goes on when the server starts again."""
        with self._lock:
            self._closed = True
            self._lock.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        self._claim.release()

    def _check_room(self) -> None:
        """Raise InputError if as many exports wait as may."""
        with self._lock:
            waiting = len(self._known)
        if waiting >= self._limits.exports_waiting:
            raise InputError(f"{waiting} exports are waiting already; try again later")

    def _take_up(self, path: Path) -> None:
        """Take up an export that the server before has not done."""
        name = path.parent.name
        if any((self.files / name).glob("*")):
            return
        try:
            made, file, error = _read_about(path)
        except _UNREADABLE as failure:
            log.warning("an export cannot be taken up again: %s", failure)
            return
        if not error:
            self._known[name], self._made[name] = _waiting(name, file, made), made

    def _read(self, name: str) -> Progress | None:
        """Return what is told of an export that is done or has failed, from its folder."""
        path = self._work / name / _ABOUT
        try:
            made, file, error = _read_about(path)
            finished = next((self.files / name).glob("*"), None)
            size = 0 if finished is None else finished.stat().st_size
        except _UNREADABLE:
            return None
        progress = _waiting(name, file, made)
        if finished is not None:
            return replace(
                progress, state=DONE, file=finished.name, size=size,
                known=made.runs, written=made.frames, preview=_bytes(path.with_name(_PREVIEW)),
            )  # fmt: skip
        return replace(progress, state=FAILED, error=error) if error else None

    def _forget_old(self) -> None:
        """Remove what nobody has fetched for long, and what was left of what failed long ago."""
        limit = time.time() - self._limits.exports_kept
        for folder in (*self.files.iterdir(), *self._work.iterdir()):
            with contextlib.suppress(OSError):
                old = folder.stat().st_mtime < limit
                with self._lock:
                    old = old and folder.name not in self._known
                    if old:
                        self._ended.pop(folder.name, None)
                if old:
                    self._clear(folder.name)

    def _clear(self, name: str) -> None:
        for place in (self.files, self._work):
            shutil.rmtree(place / name, ignore_errors=True)

    def _write_about(self, name: str, about: dict[str, Any]) -> None:
        with whole(self._work / name / _ABOUT) as made:
            made.write_text(json.dumps(about), "utf-8")

    def _run(self) -> None:
        while (chosen := self._next()) is not None:
            name, made, file = chosen
            try:
                self._make(name, made, file, _Work(self, name, made))
            except StoppedError:
                pass
            except Exception as error:  # told to whoever asked for it
                log.exception("an export failed")
                self._fail(name, made, file, _line(error))
            with self._lock:
                unwanted = name in self._unwanted
                self._unwanted.discard(name)
            if unwanted:
                self._clear(name)
            del chosen, made  # nor what it holds, while nothing is made

    def _next(self) -> Chosen | None:
        """Wait for an export that is to be made, and begin with it; None once the server ends.

        From here on it is not waiting: whoever gives it up leaves it to the one who makes it.
        """
        with self._lock:
            while not self._closed:
                for name, progress in self._known.items():
                    if progress.state == WAITING:
                        self._known[name] = replace(progress, state=TRAINING)
                        return Chosen(name, self._made.pop(name), progress.file)
                self._lock.wait()
        return None

    def _make(self, name: str, made: Export, file: str, work: "_Work") -> None:
        work.stop_if_unwanted()
        folder = self._work / name / "runs"
        exports.begin(made, folder, resume=True)
        hooks = Hooks(work.trained, work.wrote, work.preview)
        made.train(folder, self._store, hooks)
        self.tell(name, state=WRITING, known=made.runs, left=None)
        path = self._work / name / file
        made.write(path, hooks)
        if path.is_dir():
            path = _packed(path)
        work.stop_if_unwanted()
        (self._work / name / _PREVIEW).write_bytes(work.last_preview)
        (self.files / name).mkdir(exist_ok=True)
        finished = path.replace(self.files / name / path.name)
        exports.end(folder)
        self._end(
            name, state=DONE, file=finished.name, size=finished.stat().st_size, left=None,
            paused=False, known=made.runs, written=made.frames,
        )  # fmt: skip

    def _fail(self, name: str, made: Export, file: str, error: str) -> None:
        """Take note that an export has failed; its runs will not be asked for again."""
        with contextlib.suppress(OSError):
            self._write_about(name, {"file": file, "export": made.origin(), "error": error})
        shutil.rmtree(self._work / name / "runs", ignore_errors=True)
        self._end(name, state=FAILED, error=error)

    def _end(self, name: str, **changes: Any) -> None:
        """Take note that nothing more will happen to an export."""
        with self._lock:
            if (progress := self._known.pop(name, None)) is not None:
                self._ended[name] = replace(progress, **changes)

    def tell(self, name: str, **changes: Any) -> None:
        """Take note of how far an export has come."""
        with self._lock:
            if name in self._known:
                self._known[name] = replace(self._known[name], **changes)

    def wanted(self, name: str) -> bool:
        """Whether work on an export should go on."""
        return not self._closed and name not in self._unwanted

    def busy(self) -> bool:
        """Whether exports have to wait for somebody's view."""
        return self._busy()


class _Work:
    """What an export that is being made tells, and whether it may go on."""

    def __init__(self, owner: Exports, name: str, made: Export) -> None:
        self._owner, self._name, self._made = owner, name, made
        self._known = self._written = self._counted = 0
        self._since = time.monotonic()
        self._waited = 0.0
        self.last_preview = b""

    def trained(self, known: int) -> None:
        self._known += known
        if self._working < PACE_AFTER:
            self._counted = self._known  # what was known before takes no time
        self._yield()
        self._owner.tell(self._name, known=self._known, left=self._left())

    def wrote(self, frames: int) -> None:
        self._written += frames
        self._yield()
        self._owner.tell(self._name, written=self._written)

    def preview(self, image: Any) -> None:
        small = image.convert("RGB")
        small.thumbnail((320, 180))
        data = io.BytesIO()
        small.save(data, "PNG")
        self.last_preview = data.getvalue()
        self._owner.tell(self._name, preview=self.last_preview)

    def stop_if_unwanted(self) -> None:
        if not self._owner.wanted(self._name):
            raise StoppedError

    @property
    def _working(self) -> float:
        return time.monotonic() - self._since - self._waited

    def _left(self) -> float | None:
        """Return how many seconds of training are left at the pace so far."""
        done, worked = self._known - self._counted, self._working - PACE_AFTER
        if worked < PACE_AFTER or done <= 0:
            return None
        return (self._made.runs - self._known) / done * worked

    def _yield(self) -> None:
        """Wait as long as somebody's view is being trained."""
        started = time.monotonic()
        while self._owner.busy():
            self.stop_if_unwanted()
            self._owner.tell(self._name, paused=True)
            time.sleep(PAUSE)
        self._waited += time.monotonic() - started
        self._owner.tell(self._name, paused=False)
        self.stop_if_unwanted()


def check_size(made: Export, limits: Limits) -> None:
    """Raise InputError, with the bound in words, if something is too large to be made here."""
    if made.runs > limits.export_runs:
        raise InputError(
            f"this takes {made.runs:,} runs, and the page makes what takes up to "
            f"{limits.export_runs:,}; "
            "the command line makes more"
        )
    most = min(limits.export_memory, memory.free() or limits.export_memory)
    if made.memory > most:
        raise InputError(
            f"this takes about {words.size(made.memory)} of memory, and the page makes what "
            f"takes up to {words.size(most)}: choose a smaller size"
        )


def _packed(folder: Path) -> Path:
    """Return an archive of a folder, which it takes the place of."""
    archive = Path(shutil.make_archive(str(folder), "zip", root_dir=folder))
    shutil.rmtree(folder)
    return archive


_UNREADABLE = (InputError, OSError, ValueError, KeyError, TypeError, AttributeError)


def _read_about(path: Path) -> tuple[Export, str, str]:
    """Return what is made, the name of its file, and why it failed if it did."""
    about = read_json(path.read_text("utf-8"), "an export")
    return made_from(about["export"]), str(about["file"]), str(about.get("error", ""))


def _claimed(folder: Path) -> tuple[Path, FileLock]:
    """Return the folder, or one within it, that no other server makes its exports in."""
    for place in (folder, *(folder / f"server{number}" for number in range(2, MOST_SERVERS + 1))):
        place.mkdir(parents=True, exist_ok=True)
        claim = FileLock(place / "lock")
        with contextlib.suppress(Timeout):
            claim.acquire(timeout=0)
            return place, claim
    raise OSError(f"{MOST_SERVERS} servers make their exports in {folder} already")


def _waiting(name: str, file: str, made: Export) -> Progress:
    return Progress(name, file, made.about, WAITING, made.runs, made.frames)


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
