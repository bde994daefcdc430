"""This module is the pyramid: every run that is known of one spec, in tiles, level upon level.

Tiles come from memory, which is bounded by bytes and forgets the least recently used, then from the
store, and are empty otherwise. A tile that somebody still works on is never forgotten.
"""

import contextlib
import functools
import logging
import threading
import time
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from typing import Any

import cachetools
import numpy as np

from engine.inputs import Grid
from engine.spec import Spec
from engine.tiles.lattice import TILE, Lattice, Region, TileIndex
from engine.tiles.store import Store

MEMORY = 2**28  # bytes of tiles kept in memory, beside those in use
READERS = 8  # tiles read from a store at a time
MOST_UNWRITTEN = 4096  # tiles that wait for a slow store; beyond, the oldest is lost
PATIENCE = 15.0  # seconds that the end of a process waits for the store

log = logging.getLogger(__name__)


class Tile:
    """What is known of the points of one tile that belong to its level.

    Attributes:
        index: which tile.
        values: the measure of each run, shape (TILE, TILE), row 0 at the bottom; NaN = not
            computed, or a point that belongs to a coarser level.
        decided: the step at which each run was decided, shape (TILE, TILE), int32.
        training: whether a run is being trained, shape (TILE, TILE).
        loaded: whether the store has been asked.
    """

    __slots__ = ("__weakref__", "decided", "index", "loaded", "training", "values")

    def __init__(self, index: TileIndex, *, loaded: bool) -> None:
        self.index = index
        self.values = np.full((TILE, TILE), np.nan)
        self.decided = np.zeros((TILE, TILE), np.int32)
        self.training = np.zeros((TILE, TILE), bool)
        self.loaded = loaded

    @property
    def nbytes(self) -> int:
        """The size in memory."""
        return self.values.nbytes + self.decided.nbytes + self.training.nbytes

    def put(self, points: np.ndarray, values: np.ndarray, decided: np.ndarray) -> None:
        """Enter finished runs by their number in the tile, row by row; shape (n,) each."""
        self.values.flat[points] = values
        self.decided.flat[points] = decided
        self.training.flat[points] = False

    def fill(self, values: np.ndarray, decided: np.ndarray) -> None:
        """Enter what a store knows, where nothing is known yet; shape (TILE, TILE) each."""
        missing = np.isnan(self.values)
        self.decided[missing] = decided[missing]
        self.values[missing] = values[missing]


class Memory:
    """The tiles of all specs: those in use, and the least recently used up to a size in bytes."""

    def __init__(self, size: int = MEMORY) -> None:
        self._kept: cachetools.LRUCache[Any, Tile] = cachetools.LRUCache(
            size, getsizeof=lambda tile: tile.nbytes
        )
        self._used: weakref.WeakValueDictionary[Any, Tile] = weakref.WeakValueDictionary()

    @property
    def nbytes(self) -> int:
        """The size of the tiles that are kept."""
        return int(self._kept.currsize)

    def get(self, key: Any) -> Tile | None:
        """Return the tile, which then is the most recently used; None if there is none."""
        tile: Tile | None = self._kept.get(key)
        if tile is None and (tile := self._used.get(key)) is not None:
            self.put(key, tile)
        return tile

    def put(self, key: Any, tile: Tile) -> None:
        """Keep a tile, at the cost of the least recently used."""
        self._used[key] = tile
        if tile.nbytes <= self._kept.maxsize:
            self._kept[key] = tile


class TileCache:
    """Memory and store of all specs, and the threads that read and write tiles.

    `lock` guards every tile. Nothing that is done with it held waits for the store. The threads are
    daemons: a store that hangs holds up neither training nor the end of the process.

    Args:
        store: where tiles outlive the process; None for nowhere.
        memory: bytes of tiles kept in memory.
    """

    def __init__(self, store: Store | None = None, memory: int = MEMORY) -> None:
        self.store = store
        self.memory = Memory(memory)
        self.lock = threading.Condition(threading.RLock())
        self._unread: deque[tuple[Pyramid, Tile]] = deque()
        self._unwritten: OrderedDict[Any, tuple[Pyramid, Tile]] = OrderedDict()
        self._writing = 0
        self._closed = False
        works = [] if store is None else [self._write_all, *[self._read_all] * READERS]
        self._threads = [
            threading.Thread(target=work, args=(store,), name="store", daemon=True)
            for work in works
        ]
        for thread in self._threads:
            thread.start()

    def read(self, pyramid: "Pyramid", tile: Tile) -> None:
        """Start to read a tile from the store; waiters on `lock` are told once it is loaded."""
        if self.store is None or not self.store.has(pyramid.spec, pyramid.lattice, tile.index):
            tile.loaded = True
            return
        self._unread.append((pyramid, tile))
        self.lock.notify_all()

    def write(self, pyramid: "Pyramid", tile: Tile) -> None:
        """Have a tile written before long; the lock is held."""
        if self.store is None:
            return
        self._unwritten[pyramid.key(tile.index)] = pyramid, tile
        if len(self._unwritten) > MOST_UNWRITTEN:
            self._unwritten.popitem(last=False)
            log.warning("the store is too slow: a tile is not kept")
        self.lock.notify_all()

    def close(self) -> None:
        """Write what is left, unless that takes too long, and end the threads."""
        until = time.monotonic() + PATIENCE
        with self.lock:
            while (self._unwritten or self._writing) and time.monotonic() < until:
                self.lock.wait(until - time.monotonic())
            if lost := len(self._unwritten) + self._writing:
                log.warning("the store does not answer: %d tiles are not kept", lost)
            self._closed = True
            self.lock.notify_all()
        for thread in self._threads:
            thread.join(max(until - time.monotonic(), 0.0))

    def _next(self, queue: Callable[[], Any]) -> Any | None:
        """Wait for something in a queue and return it; None at the end. The lock is held."""
        while not self._closed:
            with contextlib.suppress(IndexError, KeyError):
                return queue()
            self.lock.wait()
        return None

    def _read_all(self, store: Store) -> None:
        while True:
            with self.lock:
                if (wanted := self._next(self._unread.popleft)) is None:
                    return
            pyramid, tile = wanted
            found = None
            with _logged():
                found = store.load(pyramid.spec, pyramid.lattice, tile.index)
            with self.lock, _logged():
                if found is not None:
                    tile.fill(*found)
                tile.loaded = True
                pyramid.loaded(tile)
                self.lock.notify_all()

    def _write_all(self, store: Store) -> None:
        while True:
            with self.lock:
                if (wanted := self._next(lambda: self._unwritten.popitem(last=False))) is None:
                    return
                _, (pyramid, tile) = wanted
                values, decided = tile.values.copy(), tile.decided.copy()
                self._writing += 1
            with _logged():
                store.save(pyramid.spec, pyramid.lattice, tile.index, values, decided)
            with self.lock:
                self._writing -= 1
                self.lock.notify_all()


@contextlib.contextmanager
def _logged() -> Iterator[None]:
    """Log what nobody expects, so that the thread goes on."""
    try:
        yield
    except Exception:
        log.exception("a tile of the store is passed over")


class Pyramid:
    """The tiles of one spec on one lattice. Its cache's lock is held whenever it is used."""

    def __init__(self, spec: Spec, lattice: Lattice, cache: TileCache) -> None:
        self.spec, self.lattice, self.cache = spec, lattice, cache
        self._digest = spec.digest()
        self._watchers: weakref.WeakSet[Any] = weakref.WeakSet()

    def key(self, index: TileIndex) -> Any:
        """Return what names a tile among those of all specs."""
        return self._digest, self.lattice.name, index

    def tile(self, index: TileIndex) -> Tile:
        """Return a tile; one that is not in memory is read from the store meanwhile."""
        tile = self.cache.memory.get(self.key(index))
        if tile is None:
            tile = Tile(index, loaded=False)
            self.cache.memory.put(self.key(index), tile)
            self.cache.read(self, tile)
        return tile

    def grid(self, index: TileIndex) -> Grid:
        """Return what the runs at the points of a tile are given."""
        columns = _columns(self.spec, self.lattice, index.level, index.column)
        return columns.crossed(_rows(self.spec, self.lattice, index.level, index.row))

    def assemble(self, region: Region) -> tuple[np.ndarray, np.ndarray]:
        """Return what memory knows of a region: values, NaN = unknown, and decided steps.

        Nothing is interpolated: every entry is the run at its own point. Shape (height, width)
        each, row 0 at the bottom.
        """
        values = np.full((region.height, region.width), np.nan)
        decided = np.zeros((region.height, region.width), np.int32)
        for level in range(region.level, -1, -1):
            part = region.coarser(level)
            if not part.width or not part.height:
                break
            for index in part.tiles():
                tile = self.cache.memory.get(self.key(index))
                if tile is not None:
                    within = part.slices(index)
                    here = slices_in(region, index, within)
                    values[here] = tile.values[within]
                    decided[here] = tile.decided[within]
        return values, decided

    def watch(self, watcher: Any) -> None:
        """Have `watcher.loaded(tile)` called whenever a tile has been read; held weakly."""
        self._watchers.add(watcher)

    def loaded(self, tile: Tile) -> None:
        """Tell the watchers that a tile has been read."""
        for watcher in list(self._watchers):
            watcher.loaded(tile)


def slices_in(region: Region, tile: TileIndex, part: tuple[slice, slice]) -> tuple[slice, slice]:
    """Return where the rows and columns `part` of a tile go in an array over the region."""
    stride = 2 ** (region.level - tile.level)
    rows, columns = part
    top = (tile.row * TILE + rows.start) * stride - region.row
    left = (tile.column * TILE + columns.start) * stride - region.column
    return (
        slice(top, top + (rows.stop - rows.start - 1) * stride + 1, stride),
        slice(left, left + (columns.stop - columns.start - 1) * stride + 1, stride),
    )


@functools.lru_cache(maxsize=2048)
def _columns(spec: Spec, lattice: Lattice, level: int, column: int) -> Grid:
    """Return what all tiles of a column have in common."""
    return spec.at(Region.of_tile(lattice, TileIndex(level, column, 0)).columns(), ())


@functools.lru_cache(maxsize=2048)
def _rows(spec: Spec, lattice: Lattice, level: int, row: int) -> Grid:
    """Return what all tiles of a row have in common."""
    return spec.at((), Region.of_tile(lattice, TileIndex(level, 0, row)).rows())
