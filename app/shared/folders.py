"""The folders of exports: what each is, its work until that is done, and its finished file."""

import contextlib
import json
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from app.shared.progress import DONE, FAILED, Progress
from engine.atomic import whole
from engine.errors import InputError, read_json
from engine.exports.export import Export
from engine.exports.kinds import export_from

MOST_SERVERS = 100  # that share a folder
ID = re.compile(r"[A-Za-z0-9_-]{1,60}")
FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}(\.[a-z0-9]{2,4}){0,2}")
UNREADABLE = (InputError, OSError, ValueError, KeyError, TypeError, AttributeError)
_ABOUT, _PREVIEW = "about.json", "preview.png"


class Record(NamedTuple):
    """An export as its folder knows it: what is made, its file, and why it failed if it did."""

    export: Export
    file: str
    error: str


class Folders:
    """Two folders for each export: one of its file, which browsers fetch, and one of its work.

    Args:
        folder: where exports are kept; made if it is not there. Where another server has it, a
            folder within it is taken.

    Attributes:
        files: holds a folder for each finished file.
    """

    def __init__(self, folder: Path) -> None:
        folder, self._claim = _claimed(folder)
        self.files, self._work = folder / "files", folder / "work"
        for place in (self.files, self._work):
            place.mkdir(exist_ok=True)

    def release(self) -> None:
        """Leave the folder to other servers."""
        self._claim.release()

    def begin(self, name: str) -> Path:
        """Make the folder of an export's work, and return it."""
        folder = self._work / name
        folder.mkdir()
        return folder

    def work(self, name: str) -> Path:
        """Return the folder of an export's work."""
        return self._work / name

    def runs(self, name: str) -> Path:
        """Return the folder in which the runs of an export are while it is made."""
        return self._work / name / "runs"

    def names(self) -> Iterator[str]:
        """Yield the names of all exports, the oldest first."""
        places = self._work.glob(f"*/{_ABOUT}")
        for about in sorted(places, key=lambda path: path.stat().st_mtime):
            yield about.parent.name

    def write(self, name: str, export: Export, file: str, error: str = "") -> None:
        """Write down what an export is, and why it has failed if it has."""
        about = {"file": file, "export": export.origin()} | ({"error": error} if error else {})
        with whole(self._work / name / _ABOUT) as path:
            path.write_text(json.dumps(about), "utf-8")

    def read(self, name: str) -> Record:
        """Return what was written down; raise one of `UNREADABLE` if that is damaged."""
        about = read_json((self._work / name / _ABOUT).read_text("utf-8"), "an export")
        export, file = export_from(about["export"]), str(about["file"])
        return Record(export, file, str(about.get("error", "")))

    def is_finished(self, name: str) -> bool:
        """Return whether an export has its file."""
        return any((self.files / name).glob("*"))

    def finish(self, name: str, path: Path, preview: bytes) -> Path:
        """Hand the file of an export out, packed if it is a folder; return where it is then."""
        if path.is_dir():
            path = _packed(path)
        (self._work / name / _PREVIEW).write_bytes(preview)
        (self.files / name).mkdir(exist_ok=True)
        return path.replace(self.files / name / path.name)

    def progress(self, name: str) -> Progress | None:
        """Return what is known of an export that is done or has failed; None if there is none."""
        try:
            export, file, error = self.read(name)
            finished = next((self.files / name).glob("*"), None)
            size = 0 if finished is None else finished.stat().st_size
        except UNREADABLE:
            return None
        progress = Progress.waiting(name, file, export)
        if finished is not None:
            preview = self._work / name / _PREVIEW
            return replace(
                progress, state=DONE, file=finished.name, size=size, known=export.runs,
                written=export.frames, preview=preview.read_bytes() if preview.exists() else b"",
            )  # fmt: skip
        return replace(progress, state=FAILED, error=error) if error else None

    def older_than(self, seconds: float) -> Iterator[str]:
        """Yield the names of exports that nothing has happened to for so many seconds."""
        limit = time.time() - seconds
        for folder in (*self.files.iterdir(), *self._work.iterdir()):
            with contextlib.suppress(OSError):
                if folder.stat().st_mtime < limit:
                    yield folder.name

    def remove(self, name: str) -> None:
        """Remove all that is kept of an export."""
        for place in (self.files, self._work):
            shutil.rmtree(place / name, ignore_errors=True)


def _packed(folder: Path) -> Path:
    """Return an archive of a folder, which it takes the place of."""
    archive = Path(shutil.make_archive(str(folder), "zip", root_dir=folder))
    shutil.rmtree(folder)
    return archive


def _claimed(folder: Path) -> tuple[Path, FileLock]:
    """Return the folder, or one within it, that no other server makes its exports in."""
    for place in (folder, *(folder / f"server{number}" for number in range(2, MOST_SERVERS + 1))):
        place.mkdir(parents=True, exist_ok=True)
        claim = FileLock(place / "lock")
        with contextlib.suppress(Timeout):
            claim.acquire(timeout=0)
            return place, claim
    raise OSError(f"{MOST_SERVERS} servers make their exports in {folder} already")
