"""Tiles in training: points of tiles in, their values out."""

import functools
from collections.abc import Callable, Hashable, Iterable
from typing import Any, NamedTuple

import numpy as np

from engine.inputs import Grid, Inputs
from engine.spec import Spec
from engine.tiles.lattice import TILE, Lattice, Region, TileIndex, points_of_level
from engine.training.trainer import Runs, Stream, Trainer

POINTS = TILE * TILE


class Points(NamedTuple):
    """Points of one tile that are to be trained.

    Attributes:
        name: what whoever wants them calls the tile.
        lattice, tile: where they are.
        points: their numbers in the tile, row by row, shape (n,).
    """

    name: Hashable
    lattice: Lattice
    tile: TileIndex
    points: np.ndarray


class Outcome(NamedTuple):
    """Points of one tile that have been trained: numbers, values and decision steps, (n,) each."""

    name: Any
    points: np.ndarray
    values: np.ndarray
    decided: np.ndarray


class Chunk(NamedTuple):
    """What one chunk of steps brought.

    Attributes:
        outcomes: of the runs that it finished, by tile.
        finished: how many runs these are.
        begun: how many runs' worth of steps were computed.
    """

    outcomes: list[Outcome]
    finished: int
    begun: float


class TileStream:
    """Points of the tiles of one spec in training, which share the lanes of the devices.

    Args:
        spec: what is trained. Problems that cannot be set up raise here, as InputError or whatever
            the machine says.
    """

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._trainer = Trainer(spec)
        self._stream = Stream(self._trainer)
        self._numbers: dict[Hashable, int] = {}
        self._names: dict[int, Hashable] = {}
        self._next_number = 0

    @property
    def busy(self) -> bool:
        """Whether anything is in training."""
        return self._stream.busy

    @property
    def names(self) -> tuple[Any, ...]:
        """The names of the tiles that have been taken and not been forgotten since."""
        return tuple(self._numbers)

    def compile(self) -> None:
        """Compile what training needs, which takes a second or more the first time."""
        self._trainer.compile()

    def step(self, take: Callable[[int], Iterable[Points]]) -> Chunk | None:
        """Train for one chunk of steps; None if there is nothing to be trained.

        Args:
            take: gives what is to be trained next, at most so many points in all. A tile may be
                given again with other points.
        """
        batch = self._stream.step(lambda most: self._runs(take(most)))
        if batch is None:
            return None
        outcomes = [
            Outcome(name, batch.index[runs] % POINTS, batch.value[runs], batch.decided[runs])
            for runs, name in self._by_tile(batch.index)
        ]
        return Chunk(outcomes, len(batch.index), batch.trained / self.spec.steps)

    def drop(self, wanted: Callable[[Any, np.ndarray], np.ndarray]) -> None:
        """Give up points: `wanted` takes the name and points of a tile; says which go on, (n,)."""

        def of_runs(numbers: np.ndarray) -> np.ndarray:
            goes_on = np.zeros(len(numbers), bool)
            for runs, name in self._by_tile(numbers):
                goes_on[runs] = wanted(name, numbers[runs] % POINTS)
            return goes_on

        self._stream.drop(of_runs)

    def forget(self, name: Hashable) -> None:
        """Forget a tile of which nothing is in training any more."""
        del self._names[self._numbers.pop(name)]

    def _runs(self, taken: Iterable[Points]) -> Runs:
        numbers, inputs = [np.empty(0, np.int64)], []
        for name, lattice, tile, points in taken:
            numbers.append(self._number(name) * POINTS + points)
            inputs.append(grid(self.spec, lattice, tile).runs(points))
        return Runs(np.concatenate(numbers), Inputs.joined(inputs))

    def _number(self, name: Hashable) -> int:
        if name not in self._numbers:
            self._next_number += 1
            self._numbers[name], self._names[self._next_number] = self._next_number, name
        return self._numbers[name]

    def _by_tile(self, numbers: np.ndarray) -> list[tuple[np.ndarray, Any]]:
        """Return which of the runs are of which tile, as positions among `numbers`."""
        tiles = numbers // POINTS
        return [(np.flatnonzero(tiles == t), self._names[int(t)]) for t in np.unique(tiles)]


def train_tile(
    spec: Spec, lattice: Lattice, tile: TileIndex, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Train those points of a tile that belong to its level and are not known.

    A pure function of plain values, which can be pickled: the same arguments give the same bits
    in any process on the same kind of machine, whatever else is trained beside.

    Args:
        spec: what is trained.
        lattice, tile: where.
        known: which points are known, and not trained, shape (TILE, TILE) bool.

    Returns:
        The values, NaN where nothing was trained, and the steps at which the runs were decided, 0
        there; shape (TILE, TILE) each, float64 and int32, row 0 at the bottom.

    Raises:
        InputError: if the problem of the spec cannot be set up.
    """
    values, decided = np.full((TILE, TILE), np.nan), np.zeros((TILE, TILE), np.int32)
    left = np.flatnonzero(points_of_level(tile.level) & ~known)
    stream = TileStream(spec)

    def take(most: int) -> list[Points]:
        nonlocal left
        now, left = left[:most], left[most:]
        return [Points(tile, lattice, tile, now)]

    while (chunk := stream.step(take)) is not None:
        for outcome in chunk.outcomes:
            values.flat[outcome.points] = outcome.values
            decided.flat[outcome.points] = outcome.decided
    return values, decided


def grid(spec: Spec, lattice: Lattice, tile: TileIndex) -> Grid:
    """Return what the runs at the points of a tile are given."""
    columns = _columns(spec, lattice, tile.level, tile.column)
    return columns.crossed(_rows(spec, lattice, tile.level, tile.row))


@functools.lru_cache(maxsize=2048)
def _columns(spec: Spec, lattice: Lattice, level: int, column: int) -> Grid:
    """Return what all tiles of a column have in common."""
    return spec.at(Region.of_tile(lattice, TileIndex(level, column, 0)).columns(), ())


@functools.lru_cache(maxsize=2048)
def _rows(spec: Spec, lattice: Lattice, level: int, row: int) -> Grid:
    """Return what all tiles of a row have in common."""
    return spec.at((), Region.of_tile(lattice, TileIndex(level, 0, row)).rows())
