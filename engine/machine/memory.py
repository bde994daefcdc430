"""The memory of this machine: how much is free, what would take more, and what is given back."""

import contextlib
import ctypes
from pathlib import Path

from engine import words
from engine.errors import InputError

RUN = 52  # bytes that a run takes at most while all of a field is in memory
REFINED = 180  # and where it is decided meanwhile which are trained and which predicted
MACHINE = Path("/proc/meminfo")
GROUP = Path("/sys/fs/cgroup")  # of the container, if this is one


def free() -> int | None:
    """Return the bytes that are free; None where the system does not say."""
    sizes = [size for size in (_of_the_machine(), _of_the_group()) if size is not None]
    return min(sizes, default=None)


def check(needed: int, what: str, instead: str) -> None:
    """Raise InputError if something takes more memory than is free.

    Args:
        needed: the bytes that it takes, about.
        what: its name, in the error.
        instead: what one may do about it, in the error.
    """
    available = free()
    if available is not None and needed > available:
        raise InputError(
            f"{what} takes about {words.size(needed)} of memory, and {words.size(available)} are "
            f"free; {instead}"
        )


def run(*, refined: bool) -> int:
    """Return the bytes that a run of a field takes, where all are trained or some predicted."""
    return REFINED if refined else RUN


def trim() -> None:
    """Give back to the system what this process has freed, which the C library would keep.

    Glibc keeps what lies between pieces that are still in use, in as many pools as there are
    threads. Other C libraries have nothing of the kind, and this does nothing.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _of_the_machine() -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in MACHINE.read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return 1024 * int(line.split()[1])
    return None


def _of_the_group() -> int | None:
    """Return the bytes left of a container's limit; files that are only cached count as free."""
    with contextlib.suppress(OSError, ValueError):
        limit, used = ((GROUP / f"memory.{name}").read_text() for name in ("max", "current"))
        uses = dict(line.split() for line in (GROUP / "memory.stat").read_text().splitlines())
        return max(int(limit) - int(used) + int(uses.get("inactive_file", 0)), 0)
    return None
