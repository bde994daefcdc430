"""This module is the texts that there are to learn from, by name: our own, and those of users.

A text that somebody gives is kept in the user's data folder under the digest of its bytes, which is
what a spec says of it: whoever has the same text gets the same field.
"""

import functools
import hashlib
import re
from pathlib import Path

from engine import language
from engine.errors import InputError, shown

SYNTHETIC = "synthetic"  # the name of our own (see `engine.language`)
LARGEST = 4_000_000  # bytes of a text: four Shakespeares
FEWEST = 1000  # characters
_NAME = re.compile(r"[0-9a-f]{16}")


def keep(data: bytes, what: str = "the text") -> str:
    """Keep a text for this user, and return its name.

    Args:
        data: the text as UTF-8, at most `LARGEST` bytes and at least `FEWEST` characters.
        what: it is called in errors.

    Raises:
        InputError: if it is too large, too short, or no text in UTF-8.
    """
    _check_size(len(data), what)
    try:
        length = len(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(
            f"{what} is no text in UTF-8: byte {error.start:,} is {data[error.start]:#04x}"
        ) from None
    if b"\0" in data:
        raise InputError(f"{what} is no text: it has zero bytes")
    if length < FEWEST:
        raise InputError(f"{what} has {length:,} characters; at least {FEWEST:,} are needed")
    name = hashlib.sha256(data).hexdigest()[:16]
    path = _folder() / f"{name}.txt"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{hashlib.sha256(what.encode()).hexdigest()[:8]}.part")
        part.write_bytes(data)
        part.replace(path)
    return name


def keep_file(path: str | Path) -> str:
    """Keep the text of a file, and return its name; InputError if it cannot be read."""
    path = Path(path)
    try:
        _check_size(path.stat().st_size, str(path))  # before it is read
        return keep(path.read_bytes(), str(path))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None


def check(name: str) -> None:
    """Raise InputError unless there is a text of this name."""
    if name == SYNTHETIC:
        return
    if not _NAME.fullmatch(name):
        raise InputError(
            f"corpus must be {SYNTHETIC!r} or the 16 digits of a text that --corpus FILE or the "
            f"page has taken, not {shown(name)}"
        )
    if not (_folder() / f"{name}.txt").is_file():
        raise InputError(f"the text {name} is not known here; give it with --corpus FILE")


@functools.lru_cache(maxsize=8)
def text(name: str) -> str:
    """Return the text of this name; InputError if there is none."""
    check(name)
    if name == SYNTHETIC:
        return language.text()
    return (_folder() / f"{name}.txt").read_bytes().decode("utf-8-sig")


@functools.lru_cache(maxsize=64)
def counts(name: str) -> tuple[int, int]:
    """Return how many characters the text of this name has, and how many different ones."""
    found = text(name)
    return len(found), len(set(found))


def _check_size(size: int, what: str) -> None:
    if size > LARGEST:
        raise InputError(f"{what} has {size:,} bytes; at most {LARGEST:,} are taken")


def _folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("trainscape")) / "texts"
