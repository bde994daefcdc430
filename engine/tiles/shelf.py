"""The files of a store: how many bytes they take, and which go when they are too many."""

import contextlib
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

KEPT = 0.9  # of the limit, once it has been passed
ABANDONED = 3600.0  # seconds after which a half-written file has no writer any more
TOUCH_AFTER = 3600.0  # seconds after which reading a file counts as using it again
_CODE = re.compile(r"trainscape-[0-9][^/-]*-[a-z]+-[0-9a-f]{8}")  # what `code_version` returns


class _File(NamedTuple):
    """A file of a store.

    Attributes:
        path: from the root of the store.
        nbytes: its size.
        used: when it was last written or read, in seconds of the file system's clock.
    """

    path: str
    nbytes: int
    used: float


class Shelf:
    """The chunks of a store as files, in folders by version of the code and by spec.

    Every method but `touch` raises what the disk or the network say.

    Args:
        place: a folder, or an fsspec URL.

    Attributes:
        files: the file system, as fsspec has it.
        root: where in it the store is.
        local: whether that is a folder of this machine.
    """

    def __init__(self, place: str) -> None:
        import fsspec

        self.files, self.root = fsspec.core.url_to_fs(place)
        protocol = self.files.protocol
        self.local = "file" in ((protocol,) if isinstance(protocol, str) else tuple(protocol))

    def probe(self) -> None:
        """Write something and remove it again."""
        self.files.makedirs(self.root, exist_ok=True)
        probe = f"{self.root}/.writable-{time.time_ns():x}"
        self.files.pipe_file(probe, b"")
        self.files.rm_file(probe)

    def touch(self, path: str) -> None:
        """Note that a file was read, where the file system can keep that."""
        if not self.local:
            return
        file = Path(self.root, path)
        with contextlib.suppress(OSError):  # removed meanwhile
            if time.time() - file.stat().st_mtime > TOUCH_AFTER:
                file.touch()

    def sizes(self) -> dict[tuple[str, str], list[int]]:
        """Return the bytes of every chunk, by version of the code and digest of the spec."""
        sizes: dict[tuple[str, str], list[int]] = {}
        for chunk in filter(_is_chunk, self._listing()):
            code, digest = chunk.path.split("/")[:2]
            sizes.setdefault((code, digest), []).append(chunk.nbytes)
        return sizes

    def clear(self) -> None:
        """Remove the chunks of every version; what others keep in the same place stays."""
        for folder in self._folders():
            self.files.rm(folder, recursive=True)

    def shrink(self, limit: int) -> int:
        """Remove the chunks used least recently until all fit a limit; return how many went.

        Also remove what writers that were killed have left.
        """
        files = list(self._listing())
        self._remove(file for file in files if _is_abandoned(file))
        chunks = sorted(filter(_is_chunk, files), key=lambda chunk: chunk.used)
        nbytes, removed = sum(chunk.nbytes for chunk in chunks), 0
        if nbytes <= limit:
            return 0
        for chunk in chunks:
            self._remove([chunk])
            nbytes -= chunk.nbytes
            removed += 1
            if nbytes <= KEPT * limit:
                break
        return removed

    def _folders(self) -> list[str]:
        """Return the folder of every version of the code."""
        if not self.files.exists(self.root):
            return []
        return [
            about["name"]
            for about in self.files.ls(self.root, detail=True)
            if about["type"] == "directory"
            and _CODE.fullmatch(about["name"].rstrip("/").rpartition("/")[2])
        ]

    def _listing(self) -> Iterator[_File]:
        """Yield every file of the store."""
        for folder in self._folders():
            for name, about in self.files.find(folder, detail=True).items():
                path = name[len(str(self.root).rstrip("/")) + 1 :]
                yield _File(path, about["size"] or 0, _seconds(about))

    def _remove(self, files: Iterable[_File]) -> None:
        for file in files:
            with contextlib.suppress(FileNotFoundError):  # another process was quicker
                self.files.rm_file(f"{self.root}/{file.path}")


def _is_chunk(file: _File) -> bool:
    return "/c/0/" in file.path and not _is_partial(file)


def _is_partial(file: _File) -> bool:
    """Return whether a file is being written, or was when its writer was killed."""
    return file.path.endswith(".partial")


def _is_abandoned(file: _File) -> bool:
    return _is_partial(file) and time.time() - file.used > ABANDONED


def _seconds(about: dict[str, Any]) -> float:
    """Return when a file was last written or used, as its file system tells it."""
    for name in ("mtime", "LastModified", "last_modified", "updated", "created"):
        when = about.get(name)
        if when is not None:
            return float(when.timestamp() if hasattr(when, "timestamp") else when)
    return 0.0
