"""This module is the exports of the server: what visitors want made, one after the other.

It is made in a thread of its own, which waits while anybody's view is being trained. Each export
has a folder of its own: what it is, its work until that is done, and whether it failed. So what was
waiting or half made when the server ended goes on when it starts again. The name of an export is
random, and known only to the browser that asked for it.
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
from typing import Any

from filelock import FileLock, Timeout

from engine.errors import InputError, read_json
from engine.exports import export as exports
from engine.exports.export import Export, Told
from engine.exports.kinds import made_from
from engine.files import whole
from engine.store import Store

MOST_RUNS = 2**28  # of an export
MOST_SERVERS = 100  # that share a folder
MOST_WAITING = 20  # exports that are not made yet
KEPT = 7 * 24 * 3600.0  # seconds for which a finished file can be fetched
PAUSE = 0.05  # seconds between two looks whether somebody's view is being trained
PACE_AFTER = 1.0  # seconds of work before its pace says anything
WAITING, TRAINING, WRITING, DONE, FAILED = "waiting", "training", "writing", "done", "failed"
RUNNING = (TRAINING, WRITING)
_ABOUT, _PREVIEW = "about.json", "preview.png"
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


class Exports:
    """What this server makes. All of it may be used from any thread.

    Args:
        folder: where exports are kept; made if it is not there. Where another server has it, a
            folder within it is taken.
        store: where runs are taken from if they are known, and kept.
        busy: whether anybody's view is being trained, so that exports wait.
    """

    def __init__(
        self, folder: Path, store: Store | None, busy: Callable[[], bool] = lambda: False
    ) -> None:
        folder, self._claim = _claimed(folder)
        self.files, self._work = folder / "files", folder / "work"
        for place in (self.files, self._work):
            place.mkdir(exist_ok=True)
        self._store = store
        self._busy = busy
        self._lock = threading.Condition()
        self._known: dict[str, Progress] = {}
        self._made: dict[str, Export] = {}
        self._unwanted: set[str] = set()
        self._closed = False
        self._forget_old()
        for about in sorted(self._work.glob(f"*/{_ABOUT}"), key=lambda path: path.stat().st_mtime):
            self._take_up(about)
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
        if made.runs > MOST_RUNS:
            raise InputError(
                f"this takes {made.runs:,} runs, and the page makes what takes up to "
                f"{MOST_RUNS:,}; the command line makes more"
            )
        name = secrets.token_urlsafe(16)
        folder = self._work / name
        with self._lock:
            waiting = sum(not progress.ended for progress in self._known.values())
            if waiting >= MOST_WAITING:
                raise InputError(f"{waiting} exports are waiting already; try again later")
            self._forget_old()
            folder.mkdir()
            try:
                made.check(folder / file)
            except (InputError, OSError) as error:
                shutil.rmtree(folder)
                raise InputError(str(error)) from None
            self._write_about(name, {"file": file, "export": made.origin()})
            self._made[name] = made
            self._known[name] = _waiting(name, file, made)
            self._lock.notify_all()
        return name

    def progress(self, name: str) -> Progress | None:
        """Return how far an export has come; None if there is none of that name."""
        with self._lock:
            return self._known.get(name)

    def remove(self, name: str) -> None:
        """Give an export up, or throw away what was made."""
        with self._lock:
            found = self._known.pop(name, None)
            self._made.pop(name, None)
            if found is None:
                return
            if found.state in RUNNING:
                self._unwanted.add(name)  # whoever works on it cleans up
            else:
                self._clear(name)

    def close(self) -> None:
        """Stop; what is not finished goes on when the server starts again."""
        with self._lock:
            self._closed = True
            self._lock.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        self._claim.release()

    def _take_up(self, path: Path) -> None:
        """Take up an export that is in the folder from before the server was started."""
        name = path.parent.name
        try:
            about = read_json(path.read_text("utf-8"), "an export")
            made, file = made_from(about["export"]), str(about["file"])
            error = str(about.get("error", ""))
        except (InputError, OSError, ValueError, KeyError, TypeError, AttributeError) as failure:
            log.warning("an export cannot be taken up again: %s", failure)
            return
        progress = _waiting(name, file, made)
        finished = next((self.files / name).glob("*"), None)
        if finished is not None:
            self._known[name] = replace(
                progress, state=DONE, file=finished.name, size=finished.stat().st_size,
                known=made.runs, written=made.frames, preview=_bytes(path.with_name(_PREVIEW)),
            )  # fmt: skip
        elif error:
            self._known[name] = replace(progress, state=FAILED, error=error)
        else:
            self._known[name], self._made[name] = progress, made

    def _forget_old(self) -> None:
        """Remove what nobody has fetched for long."""
        limit = time.time() - KEPT
        for folder in self.files.iterdir():
            with contextlib.suppress(OSError):
                if folder.stat().st_mtime < limit:
                    self._known.pop(folder.name, None)
                    self._clear(folder.name)

    def _clear(self, name: str) -> None:
        for place in (self.files, self._work):
            shutil.rmtree(place / name, ignore_errors=True)

    def _write_about(self, name: str, about: dict[str, Any]) -> None:
        with whole(self._work / name / _ABOUT) as made:
            made.write_text(json.dumps(about), "utf-8")

    def _run(self) -> None:
        while (name := self._next()) is not None:
            made, file = self._made[name], self._known[name].file
            work = _Work(self, name, made)
            try:
                self._make(name, made, file, work)
            except StoppedError:
                pass
            except Exception as error:  # told to whoever asked for it
                log.exception("an export failed")
                with contextlib.suppress(OSError):
                    about = {"file": file, "export": made.origin(), "error": _line(error)}
                    self._write_about(name, about)
                self.tell(name, state=FAILED, error=_line(error))
            with self._lock:
                if name in self._unwanted:
                    self._unwanted.discard(name)
                    self._clear(name)

    def _next(self) -> str | None:
        """Wait for an export that is to be made; None once the server ends."""
        with self._lock:
            while not self._closed:
                for name, progress in self._known.items():
                    if progress.state == WAITING:
                        return name
                self._lock.wait()
        return None

    def _make(self, name: str, made: Export, file: str, work: "_Work") -> None:
        folder = self._work / name / "runs"
        exports.begin(made, folder, resume=True)
        self.tell(name, state=TRAINING)
        told = Told(work.trained, work.wrote, work.preview)
        made.train(folder, self._store, told)
        self.tell(name, state=WRITING, known=made.runs, left=None)
        path = self._work / name / file
        made.write(path, told)
        if path.is_dir():
            path = Path(shutil.make_archive(str(path), "zip", root_dir=path))
        work.stop_if_unwanted()
        (self.files / name).mkdir(exist_ok=True)
        finished = path.replace(self.files / name / path.name)
        exports.end(folder)
        (self._work / name / _PREVIEW).write_bytes(work.last_preview)
        self.tell(
            name, state=DONE, file=finished.name, size=finished.stat().st_size, left=None,
            paused=False, known=made.runs, written=made.frames,
        )  # fmt: skip

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
