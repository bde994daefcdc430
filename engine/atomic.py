"""Files that appear whole or not at all."""

import contextlib
import glob
import importlib.util
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from engine.machine import process

ABANDONED = 24 * 3600.0  # seconds after which nobody writes any more to a file that is not whole
LONGEST_NAME = 100  # characters of a file's name that that of its temporary folder repeats


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yield a path to write a file or folder to, which appears at `path` once all of it is there.

    A folder there is replaced by a folder, and never by a file. A symbolic link stays, and what it
    points to is written.
    """
    target = _target(path)
    with _room(target) as room:
        file = room / path.name
        yield file
        if target.is_dir() and file.is_dir():
            os.replace(target, room / "replaced")
        os.replace(file, target)
    process.note_written(path)


def ending(path: Path) -> str:
    """Return the ending of a name, which says the format, in small letters: `.png` of `A.PNG`."""
    return path.suffix.lower()


def check_file(path: Path, packages: Sequence[str] = ()) -> None:
    """Raise OSError or ModuleNotFoundError if no file could be written to `path`."""
    if path.is_dir():
        raise IsADirectoryError(f"is a folder: {path}")
    check_place(path, packages)


def check_place(path: Path, packages: Sequence[str]) -> None:
    """Raise OSError or ModuleNotFoundError if no file or folder could be written to `path`."""
    for package in packages:
        if importlib.util.find_spec(package) is None:
            raise ModuleNotFoundError(f"{ending(path)} files need the package {package}")
    with _room(_target(path)):
        pass


def _target(path: Path) -> Path:
    """Return the path behind links at `path`; OSError if it is neither file nor folder."""
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(f"is a link that leads nowhere but in a circle: {path}")
    if target.exists() and not (target.is_file() or target.is_dir()):
        raise OSError(f"is no regular file, and is not replaced: {path}")
    return target


@contextmanager
def _room(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside `path`, which is removed at the end."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise FileNotFoundError(f"no such folder: {folder}")
    _forget_abandoned(folder, path.name)
    with tempfile.TemporaryDirectory(dir=folder, prefix=_prefix(path.name)) as room:
        yield Path(room)


def _prefix(name: str) -> str:
    """Return the beginning of the name of a folder in which a file of this name is made."""
    return f".{name[-LONGEST_NAME:]}-"


def _forget_abandoned(folder: Path, name: str) -> None:
    """Remove the folders in which a file of this name was being made by what was killed."""
    for left in folder.glob(f"{glob.escape(_prefix(name))}{8 * '?'}"):
        with contextlib.suppress(OSError):
            if time.time() - max(p.stat().st_mtime for p in (left, *left.rglob("*"))) > ABANDONED:
                shutil.rmtree(left)
