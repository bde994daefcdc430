"""The memory of this machine: how much is free, and what would take more."""

import contextlib
from pathlib import Path

from engine.errors import InputError

RUN = 48  # bytes that a run takes while all of a field is in memory
_MACHINE = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")  # of the container, if this is one


def free() -> int | None:
    """Return how many bytes are free; None where the system does not say."""
    found = [size for size in (_of_the_machine(), _of_the_group()) if size is not None]
    return min(found, default=None)


def check(needed: int, what: str, instead: str) -> None:
    """Raise InputError if something takes more memory than is free.

    Args:
        needed: how many bytes it takes, about.
        what: it is.
        instead: what one may do about it, in words.
    """
    available = free()
    if available is not None and needed > available:
        raise InputError(
            f"{what} takes about {in_words(needed)} of memory, and {in_words(available)} are free; "
            f"{instead}"
        )


def in_words(size: int) -> str:
    """Return a number of bytes as one says it."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def _of_the_machine() -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in _MACHINE.read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return 1024 * int(line.split()[1])
    return None


def _of_the_group() -> int | None:
    """Return what is left of the limit of a container; files that are only cached count as free."""
    with contextlib.suppress(OSError, ValueError):
        limit, used = ((_GROUP / f"memory.{name}").read_text() for name in ("max", "current"))
        told = dict(line.split() for line in (_GROUP / "memory.stat").read_text().splitlines())
        return max(int(limit) - int(used) + int(told.get("inactive_file", 0)), 0)
    return None
