"""Files that somebody names, read whole: regular ones, of a bounded size."""

import os
import stat
from pathlib import Path

from engine.errors import InputError, shown

LARGEST = 2**30  # bytes of any file that is read whole


def read_bytes(path: str | Path, most: int = LARGEST) -> bytes:
    """Return the bytes of a file.

    Args:
        path: of the file.
        most: how many bytes that may be, also of a file that grows while it is read.

    Raises:
        InputError: if it is not there, no regular file, too large, or cannot be read.
    """
    check_regular(path)
    try:
        # Not waited for: what was a file a moment ago may have become something else.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(handle, "rb") as file:
            about = os.fstat(handle)
            _check(path, about)
            if about.st_size > most:
                raise InputError(f"{path} has {about.st_size:,} bytes; at most {most:,} are taken")
            content = file.read(most + 1)
    except OSError as error:
        raise _unreadable(path, error) from None
    if (
        content is None
    ):  # how a file says that it would keep its reader waiting, as some of /proc do
        raise InputError(f"{path} cannot be read: nothing is there yet")
    if len(content) > most:
        raise InputError(f"{path} goes on beyond {most:,} bytes; no more are taken")
    return content


def check_regular(path: str | Path) -> None:
    """Raise InputError unless there is a regular file, which ends and keeps nobody waiting."""
    try:
        about = os.stat(path)
    except OSError as error:
        raise _unreadable(path, error) from None
    except ValueError:  # a zero byte within
        raise InputError(f"no such file: {shown(str(path))}") from None
    _check(path, about)


def _check(path: str | Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise InputError(f"{path} cannot be read: it is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{path} cannot be read: it is no regular file")


def _unreadable(path: str | Path, error: OSError) -> InputError:
    if isinstance(error, FileNotFoundError):
        return InputError(f"{path} cannot be read: no such file")
    return InputError(f"{path} cannot be read: {error.strerror or error}")
