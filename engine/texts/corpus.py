"""Texts to learn from, by name: our own, and those of users.

A text that somebody gives is kept in the user's data folder under the digest of its bytes. A spec
names it by that digest, so whoever has the same text gets the same field.
"""

import functools
import hashlib
import os
import re
import threading
from pathlib import Path

from engine.errors import InputError, shown
from engine.machine import folders
from engine.machine.reading import read_bytes
from engine.texts import language

SYNTHETIC = "synthetic"  # the name of our own (see `engine.texts.language`)
LARGEST = 4_000_000  # bytes of a text: four Shakespeares
FEWEST = 1000  # characters
MOST_HELD = 4  # texts that are in memory alone, where no folder can be written
held: dict[str, bytes] = {}  # these
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
    try:
        _write(name, data)
    except OSError as error:
        folders.say_nothing_is_kept(error)
        held[name] = data
        while len(held) > MOST_HELD:
            del held[next(iter(held))]
    return name


def keep_file(path: str | Path) -> str:
    """Keep the text of a file, and return its name; InputError if it cannot be read."""
    return keep(read_bytes(path, LARGEST), str(path))


def check(name: str) -> None:
    """Raise InputError unless there is a text of this name."""
    if name == SYNTHETIC:
        return
    if not _NAME.fullmatch(name):
        raise InputError(
            f"corpus must be {SYNTHETIC!r} or the 16 digits of a text that --corpus FILE or the "
            f"page has taken, not {shown(name)}"
        )
    if _bytes_of(name) is None:
        raise InputError(f"the text {name} is not known here; give it with --corpus FILE")


@functools.lru_cache(maxsize=8)
def text(name: str) -> str:
    """Return the text of this name; InputError if there is none."""
    check(name)
    if name == SYNTHETIC:
        return language.text()
    data = _bytes_of(name)
    assert data is not None  # as has been checked
    return data.decode("utf-8-sig")


def _write(name: str, data: bytes) -> None:
    """Write a text where later processes find it, and forget the oldest beyond what is kept."""
    folder = folders.writable(folder_of_texts())
    path = folder / f"{name}.txt"
    if path.exists():
        path.touch()
    else:
        part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
        part.write_bytes(data)
        part.replace(path)
        folders.forget_oldest(folder, folders.TEXTS, path)


def _bytes_of(name: str) -> bytes | None:
    """Return the bytes of a text; None where it is not known."""
    if name in held:
        return held[name]
    try:
        return (folder_of_texts() / f"{name}.txt").read_bytes()
    except OSError:
        return None


@functools.lru_cache(maxsize=64)
def counts(name: str) -> tuple[int, int]:
    """Return how many characters the text of this name has, and how many different ones."""
    content = text(name)
    return len(content), len(set(content))


def _check_size(size: int, what: str) -> None:
    if size > LARGEST:
        raise InputError(f"{what} has {size:,} bytes; at most {LARGEST:,} are taken")


def folder_of_texts() -> Path:
    """Return where texts are kept, in the user's data folder."""
    return folders.data() / "texts"
