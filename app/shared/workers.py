"""This module is the workers: the engine that all visitors share, and the threads beside it."""

import functools
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.shared.queue import Exports
from engine.tiles.pyramid import TileCache
from engine.tiles.scheduler import Scheduler
from engine.tiles.store import Store
from engine.training.devices import backend

VIEW = ThreadPoolExecutor(1, "view")  # in order: the last view of a session has to win
SHADE = ThreadPoolExecutor(1, "shade")
INSPECT = ThreadPoolExecutor(1, "inspect")  # runs looked at closely, beside the pictures
LONGER = ThreadPoolExecutor(1, "longer")  # samples of a view, trained longer
DIAGRAM = ThreadPoolExecutor(1, "diagram")  # all that Matplotlib draws: it knows one thread
MEASURE = ThreadPoolExecutor(1, "measure")  # statistics and estimates, which can wait
FILES = ThreadPoolExecutor(1, "files")  # what is read, written, counted and removed

_cache: list[TileCache] = []
_places: list[tuple[Path, Store | None]] = []


@functools.cache
def scheduler() -> Scheduler:
    """Return the engine of this server, which all sessions share."""
    return Scheduler(_cache.pop() if _cache else TileCache())


@functools.cache
def exports() -> Exports:
    """Return what this server makes for its visitors to take away."""
    folder, store = _places.pop() if _places else (Path(tempfile.mkdtemp()), None)
    return Exports(folder, store, lambda: bool(scheduler().active()))


def keep_exports_in(folder: Path, store: Store | None) -> None:
    """Have exports kept in a folder, and their runs in a store; before the first session."""
    _places.append((folder, store))


def keep_runs_in(cache: TileCache) -> None:
    """Have the engine keep its runs there; to be called before the first session."""
    _cache.append(cache)


def default_preset() -> str:
    """Return the preset that a page opens with: the published one where a GPU can keep up."""
    return "tanh" if backend() == "gpu" else "tanh-single"
