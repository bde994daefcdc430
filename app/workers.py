"""This module is the workers: the engine that all visitors share, and the threads beside it."""

import functools
from concurrent.futures import ThreadPoolExecutor

from engine.devices import backend
from engine.jobs import Jobs
from engine.pyramid import Archive

VIEW = ThreadPoolExecutor(1, "view")  # in order: the last view of a session has to win
SHADE = ThreadPoolExecutor(1, "shade")
INSPECT = ThreadPoolExecutor(1, "inspect")  # runs looked at closely, beside the pictures
MEASURE = ThreadPoolExecutor(1, "measure")  # statistics and estimates, which can wait

_archive: list[Archive] = []


@functools.cache
def jobs() -> Jobs:
    """Return the engine of this server, which all sessions share."""
    return Jobs(_archive.pop() if _archive else Archive())


def keep_runs_in(archive: Archive) -> None:
    """Have the engine keep its runs there; to be called before the first session."""
    _archive.append(archive)


def default_preset() -> str:
    """Return the preset that a page opens with: the published one where a GPU can keep up."""
    return "tanh" if backend() == "gpu" else "tanh-single"
