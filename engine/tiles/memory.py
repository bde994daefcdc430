"""Tiles in memory: what is known of their points, and which are kept."""

import weakref
from collections.abc import Hashable

import cachetools
import numpy as np

from engine.tiles.lattice import TILE, TileIndex

MEMORY = 2**28  # bytes of tiles kept in memory, beside those in use


class Tile:
    """What is known of the points of one tile that belong to its level.

    Attributes:
        index: which tile.
        values: the measure of each run, shape (TILE, TILE), row 0 at the bottom; NaN = not
            computed, or a point that belongs to a coarser level.
        decided: the step at which each run was decided, shape (TILE, TILE), int32.
        training: which runs are in training, shape (TILE, TILE) bool.
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
    """The tiles of all specs: those in use, and the most recently used up to a size in bytes."""

    def __init__(self, size: int = MEMORY) -> None:
        self._kept: cachetools.LRUCache[Hashable, Tile] = cachetools.LRUCache(
            size, getsizeof=lambda tile: tile.nbytes
        )
        self._used: weakref.WeakValueDictionary[Hashable, Tile] = weakref.WeakValueDictionary()

    @property
    def nbytes(self) -> int:
        """The size of the tiles that are kept."""
        return int(self._kept.currsize)

    def get(self, key: Hashable) -> Tile | None:
        """Return the tile, which then is the most recently used; None if there is none."""
        tile: Tile | None = self._kept.get(key)
        if tile is None and (tile := self._used.get(key)) is not None:
            self.put(key, tile)
        return tile

    def put(self, key: Hashable, tile: Tile) -> None:
        """Keep a tile, at the cost of the least recently used."""
        self._used[key] = tile
        if tile.nbytes <= self._kept.maxsize:
            self._kept[key] = tile
