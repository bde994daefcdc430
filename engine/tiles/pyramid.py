"""Pyramids: every run that is known of one spec, in tiles, level upon level.

A tile comes from memory, else from the store, and else is empty. Memory is bounded by bytes and
forgets the tiles that were used least recently, but never one that somebody still works on.
"""

import contextlib
import logging
import threading
import time
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from typing import Any, Protocol

import numpy as np

from engine.spec import Spec
from engine.tiles.lattice import TILE, Lattice, Region, TileIndex
from engine.tiles.memory import MEMORY, Memory, Tile
from engine.tiles.store import Store

READERS = 8  # tiles read from a store at a time
MOST_UNWRITTEN = 4096  # tiles that wait for a slow store; beyond, the oldest is lost
LOOK_EVERY = 0.01  # seconds between two looks at what is waited for
PATIENCE = 15.0  # seconds that the end of a process waits for the store

log = logging.getLogger(__name__)


class TileCache:
    """Memory and store of all specs, and the threads that read and write tiles.

    `lock` guards every tile, and is taken in this package alone. Nobody waits for the store while
    holding it. The threads are daemons: a store that hangs holds up neither training nor the end
    of the process.

    Args:
        store: where tiles outlive the process; None for nowhere.
        memory: bytes of tiles kept in memory.
    """

    def __init__(self, store: Store | None = None, memory: int = MEMORY) -> None:
        self.store = store
        self.memory = Memory(memory)
        self.lock = threading.Condition(threading.RLock())
        self._unread: deque[tuple[Pyramid, Tile]] = deque()
        self._unwritten: OrderedDict[Hashable, tuple[Pyramid, Tile]] = OrderedDict()
        self._writing = 0
        self._closed = False
        loops = [] if store is None else [self._write_all, *[self._read_all] * READERS]
        self._threads = [
            threading.Thread(target=loop, args=(store,), name="store", daemon=True)
            for loop in loops
        ]
        for thread in self._threads:
            thread.start()

    def wait(self, condition: Callable[[], bool], most: float, every: float = LOOK_EVERY) -> bool:
        """Wait until a condition holds, and return whether it does.

        It is looked at with the lock held, whenever somebody tells of a change.

        Args:
            condition: what is waited for.
            most: seconds to wait at most.
            every: seconds after which it is looked at in any case.
        """
        until = time.monotonic() + most
        with self.lock:
            while not condition():
                left = until - time.monotonic()
                if left <= 0:
                    return False
                self.lock.wait(min(every, left))
        return True

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
            stored = None
            with _logged():
                stored = store.load(pyramid.spec, pyramid.lattice, tile.index)
            with self.lock, _logged():
                if stored is not None:
                    tile.fill(*stored)
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


class Watcher(Protocol):
    """Whoever wants to know when tiles have been read."""

    def loaded(self, tile: Tile) -> None:
        """Take note of what a store knew of a tile."""


class Pyramid:
    """The tiles of one spec on one lattice.

    Its cache's lock is held whenever it is used, except for `assemble`.
    """

    def __init__(self, spec: Spec, lattice: Lattice, cache: TileCache) -> None:
        self.spec, self.lattice, self.cache = spec, lattice, cache
        self._digest = spec.digest()
        self._watchers: weakref.WeakSet[Watcher] = weakref.WeakSet()

    def key(self, index: TileIndex) -> Hashable:
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

    def assemble(self, region: Region) -> tuple[np.ndarray, np.ndarray]:
        """Return what memory knows of a region: values, NaN = unknown, and decision steps.

        Nothing is interpolated: every entry is the run at its own point. The lock need not be held.

        Returns:
            Arrays of shape (height, width), float64 and int32, row 0 at the bottom.
        """
        values = np.full((region.height, region.width), np.nan)
        decided = np.zeros((region.height, region.width), np.int32)
        with self.cache.lock:
            for tile, within in self._known_tiles(region):
                here = slices_in(region, tile.index, within)
                values[here] = tile.values[within]
                decided[here] = tile.decided[within]
        return values, decided

    def _known_tiles(self, region: Region) -> Iterator[tuple[Tile, tuple[slice, slice]]]:
        """Yield the tiles in memory that hold points of a region, and where in them these lie."""
        for level in range(region.level, -1, -1):
            part = region.coarser(level)
            if not part.width or not part.height:
                return
            for index in part.tiles():
                tile = self.cache.memory.get(self.key(index))
                if tile is not None:
                    yield tile, part.slices(index)

    def watch(self, watcher: Watcher) -> None:
        """Have `watcher.loaded(tile)` called whenever a tile has been read; held weakly."""
        self._watchers.add(watcher)

    def loaded(self, tile: Tile) -> None:
        """Tell the watchers that a tile has been read."""
        for watcher in list(self._watchers):
            watcher.loaded(tile)


def slices_in(region: Region, tile: TileIndex, part: tuple[slice, slice]) -> tuple[slice, slice]:
    """Return where the rows and columns `part` of a tile lie in an array over a region.

    The tile is of the level of the region or a coarser one.
    """
    stride = 2 ** (region.level - tile.level)
    rows, columns = part
    top = (tile.row * TILE + rows.start) * stride - region.row
    left = (tile.column * TILE + columns.start) * stride - region.column
    return (
        slice(top, top + (rows.stop - rows.start - 1) * stride + 1, stride),
        slice(left, left + (columns.stop - columns.start - 1) * stride + 1, stride),
    )
