"""Folders in which the program keeps things for itself, and what stands in for them.

All are the user's. Where one cannot be written, a command does without, and prints a line.
"""

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.machine import process

COMPILED = 5 * 10**8  # bytes of compiled programs that are kept, beyond which the oldest go
TEXTS = 10**8  # bytes of texts to learn from that are kept, beyond which the oldest go


def cache() -> Path:
    """Return the user's cache folder, which need not be there; ModuleNotFoundError without
    platformdirs.
    """
    import platformdirs

    return Path(platformdirs.user_cache_dir("trainscape"))


def data() -> Path:
    """Return the user's data folder, as `cache` does."""
    import platformdirs

    return Path(platformdirs.user_data_dir("trainscape"))


def compiled() -> Path:
    """Return the folder of compiled programs; removes those of earlier versions."""
    for old in cache().glob("compiled-*"):
        shutil.rmtree(old, ignore_errors=True)
    return cache() / "compiled"


def exports() -> Path:
    """Return the folder of the exports that visitors of a server have asked for."""
    return data() / "exports"


def writable(folder: Path) -> Path:
    """Return a folder that can be written, made if it is not there; OSError, naming it, if not."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise OSError(f"cannot write to {folder}: {error.strerror or error}") from None


def say_nothing_is_kept(error: object) -> None:
    """Print, once in a command, that it keeps nothing for another time."""
    process.warn("kept", f"nothing is kept: {error}")


def lend() -> None:
    """Set a temporary folder for libraries that have none, and would fail or complain at length.

    Numba and Matplotlib keep things there; it also stands in for a user's home that is unknown.
    """
    rooms = {}
    if not os.path.isabs(os.path.expanduser("~")):
        rooms["HOME"] = "home"
        say_nothing_is_kept("nobody knows of a home folder")
    if not _numba_has_one():
        rooms["NUMBA_CACHE_DIR"] = "numba"
    if not _matplotlib_has_one():
        rooms["MPLCONFIGDIR"] = "matplotlib"
    if not rooms:
        return
    try:
        room = Path(tempfile.mkdtemp(prefix="trainscape-"))
    except OSError as error:
        say_nothing_is_kept(error)
        return
    process.remove_at_end(room)
    for variable, name in rooms.items():
        (room / name).mkdir()
        os.environ[variable] = str(room / name)


@dataclass(frozen=True)
class Folders:
    """Files of one kind that the program keeps beside the runs in its store.

    Attributes:
        what: its name.
        folders: where.
        limit: bytes of it at most; None where that depends on the visitors of a server.
    """

    what: str
    folders: tuple[Path, ...]
    limit: int | None = None

    @property
    def nbytes(self) -> int:
        """The bytes that they take."""
        return sum(map(_size, self._files()))

    def clear(self) -> list[Path]:
        """Remove them, and return the folders that are left because a server is at work there;
        OSError if they cannot be removed.
        """
        left = [folder for folder in self.folders if _claimed(folder)]
        for folder in self.folders:
            if folder not in left:
                shutil.rmtree(folder)
        return left

    def _files(self) -> Iterator[Path]:
        for folder in self.folders:
            within = [other for other in self.folders if folder in other.parents]
            for path in folder.rglob("*"):  # a folder within another is counted once
                if not any(other in path.parents for other in within):
                    yield path


def holdings() -> list[Folders]:
    """Return all that the program keeps beside the runs in its store, of every version."""
    caches, lasting = cache(), data()
    return [
        Folders("compiled programs", tuple(sorted(caches.glob("compiled*"))), COMPILED),
        Folders("texts to learn from", tuple(lasting.glob("texts")), TEXTS),
        Folders("exports of the page", tuple(_rooms(lasting / "exports"))),
    ]


def forget_oldest(folder: Path, limit: int, spared: Path) -> None:
    """Remove the files of a folder that were used least recently, down to so many bytes.

    Args:
        folder: what is in its folders is left alone.
        limit: bytes.
        spared: is never removed.
    """
    files = [(path.stat(), path) for path in folder.iterdir() if path.is_file()]
    size = sum(about.st_size for about, _ in files)
    for about, path in sorted(files, key=lambda file: file[0].st_mtime):
        if size <= limit:
            return
        if path != spared:
            path.unlink(missing_ok=True)
            size -= about.st_size


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size if not path.is_dir() else 0
    except OSError:  # removed meanwhile
        return 0


def _rooms(folder: Path) -> Iterator[Path]:
    """Yield the folders in which servers make their exports, the common one last."""
    if folder.is_dir():
        yield from sorted(folder.glob("server*"))
        yield folder


def _claimed(folder: Path) -> bool:
    """Whether a server makes its exports in a folder, or in one within it."""
    from filelock import FileLock, Timeout

    for lock in folder.rglob("lock"):
        try:
            with FileLock(lock, timeout=0):
                pass
        except (Timeout, OSError):
            return True
    return False


def _numba_has_one() -> bool:
    """Whether Numba can keep the programs of Datashader."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    if named:
        return _writable(Path(named))
    library = importlib.util.find_spec("datashader")
    if library is None or not library.submodule_search_locations:
        return True  # nothing to be kept
    package = Path(library.submodule_search_locations[0])
    return _writable(package / "__pycache__") or _writable(_of_user("XDG_CACHE_HOME", ".cache"))


def _matplotlib_has_one() -> bool:
    """Whether matplotlib can keep what it knows of the fonts."""
    named = os.environ.get("MPLCONFIGDIR")
    if named:
        return _writable(Path(named))
    users = (("XDG_CONFIG_HOME", ".config"), ("XDG_CACHE_HOME", ".cache"))
    return all(_writable(_of_user(*of) / "matplotlib") for of in users)


def _of_user(variable: str, usual: str) -> Path:
    return Path(os.environ.get(variable) or os.path.join(os.path.expanduser("~"), usual))


def _writable(folder: Path) -> bool:
    """Whether a folder can be written, or made; nothing is made."""
    if not folder.is_absolute():
        return False
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
