"""This module is the work: the runs of one spec in training, for every request that wants them."""

import time

import numpy as np

from engine.inputs import Inputs
from engine.spec import Spec
from engine.tiles.lattice import TILE, points_of_level
from engine.tiles.pyramid import Pyramid, Tile, TileCache
from engine.tiles.request import Request
from engine.training.program import Batch
from engine.training.trainer import Runs, Stream, Trainer

POINTS = TILE * TILE
WRITE_AFTER = 5.0  # seconds after which an incomplete tile is written all the same
PACE_OVER = 4000  # runs over which the time a run takes is averaged


class Pace:
    """The time that a run takes, averaged over the last few thousand."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._runs = 0.0
        self._begun = 0.0

    def add(self, seconds: float, runs: int, begun: float = 0.0) -> None:
        """Enter some time, how many runs finished in it, and which share of runs was trained."""
        fading = 0.5 ** (runs / PACE_OVER)
        self._seconds = fading * self._seconds + seconds
        self._runs = fading * self._runs + runs
        self._begun += begun

    @property
    def seconds(self) -> float | None:
        """Seconds per run; None before anything has been trained."""
        return self._seconds / self._runs if self._runs else None

    @property
    def expected(self) -> float | None:
        """The same, from what has been trained of runs while none has finished."""
        if self._runs or not self._begun:
            return self.seconds
        return self._seconds / self._begun


class SpecRunner:
    """The runs of one spec in training. Made and stepped in any one thread.

    Args:
        spec: what is trained. Problems that cannot be set up raise here, as InputError or whatever
            the machine says.
        cache: where finished runs go.
        pace: what is known of the time a run takes; kept up to date.
    """

    def __init__(self, spec: Spec, cache: TileCache, pace: Pace | None = None) -> None:
        self.spec, self.cache = spec, cache
        self.pace = pace or Pace()
        trainer = Trainer(spec)
        trainer.compile()
        self._stream = Stream(trainer)
        self.requests: list[Request] = []
        self.used = 0.0  # seconds of training for each request; whoever has had least is next
        self.stale = False  # set, with the lock held, when a request has been taken away
        self._numbers: dict[Tile, int] = {}
        self._tiles: dict[int, tuple[Pyramid, Tile]] = {}
        self._next_number = 0
        self._touched: dict[Tile, tuple[Pyramid, float]] = {}

    @property
    def idle(self) -> bool:
        """Whether nobody wants anything and nothing is left to be cleared away."""
        return not (self.requests or self.stale or self._stream.busy or self._touched)

    def step(self) -> Batch | None:
        """Train for one chunk of steps; None if there is nothing to be trained at present."""
        if self.stale:
            self._drop()
        started = time.perf_counter()
        batch = self._stream.step(self._take)
        if batch is None:
            self._write(everything=True)
            return None
        seconds = time.perf_counter() - started
        self.used += seconds / max(len(self.requests), 1)
        self.pace.add(seconds, len(batch.index), batch.trained / self.spec.steps)
        for request in list(self.requests):
            request.pace = self.pace.expected
        if len(batch.index):
            self._deliver(batch)
        return batch

    def close(self) -> None:
        """Give up whatever is in training, and have what is known written."""
        self.requests = []
        with self.cache.lock:
            # Also what an error has lost between being taken and being trained.
            for _, tile in self._tiles.values():
                tile.training[:] = False
            self._tiles.clear()
            self._numbers.clear()
        self._write(everything=True)

    def _take(self, most: int) -> Runs:
        numbers, inputs = [np.empty(0, np.int64)], []
        with self.cache.lock:
            for request in sorted(self.requests, key=lambda v: v.used):
                for tile, points in request.take(most):
                    numbers.append(self._number(request.pyramid, tile) * POINTS + points)
                    inputs.append(request.pyramid.grid(tile.index).runs(points))
                    request.used += len(points)
                    most -= len(points)
                if not most:
                    break
        return Runs(np.concatenate(numbers), Inputs.joined(inputs))

    def _number(self, pyramid: Pyramid, tile: Tile) -> int:
        number = self._numbers.get(tile)
        if number is None:
            number = self._next_number = self._next_number + 1
            self._numbers[tile], self._tiles[number] = number, (pyramid, tile)
        return number

    def _deliver(self, batch: Batch) -> None:
        now = time.monotonic()
        with self.cache.lock:
            for chosen, pyramid, tile in self._by_tile(batch.index):
                points = batch.index[chosen] % POINTS
                news = points[np.isnan(tile.values.flat[points])]  # a slow store may know some
                tile.put(points, batch.value[chosen], batch.decided[chosen])
                self._touched.setdefault(tile, (pyramid, now))
                for request in self.requests:
                    if request.pyramid is pyramid:
                        request.put(tile, news)
                self._forget_if_idle(tile)
        self._write()

    def _drop(self) -> None:
        """Stop training what no request wants any more."""
        with self.cache.lock:
            self.stale = False
            self._stream.drop(self._wanted)
            for tile in list(self._numbers):
                self._forget_if_idle(tile)

    def _wanted(self, numbers: np.ndarray) -> np.ndarray:
        wanted = np.zeros(len(numbers), bool)
        for chosen, pyramid, tile in self._by_tile(numbers):
            points = numbers[chosen] % POINTS
            for request in self.requests:
                if request.pyramid is pyramid:
                    wanted[chosen] |= request.wants(tile, points)
            tile.training.flat[points[~wanted[chosen]]] = False
        return wanted

    def _by_tile(self, numbers: np.ndarray) -> list[tuple[np.ndarray, Pyramid, Tile]]:
        """Return which of the runs are of which tile, as positions among `numbers`."""
        tiles = numbers // POINTS
        return [(np.flatnonzero(tiles == t), *self._tiles[int(t)]) for t in np.unique(tiles)]

    def _forget_if_idle(self, tile: Tile) -> None:
        if not tile.training.any():
            del self._tiles[self._numbers.pop(tile)]

    def _write(self, *, everything: bool = False) -> None:
        """Have tiles written that are complete, or have waited long; or all that have changed."""
        now = time.monotonic()
        with self.cache.lock:
            for tile, (pyramid, since) in list(self._touched.items()):
                complete = not (np.isnan(tile.values) & points_of_level(tile.index.level)).any()
                if everything or complete or now - since > WRITE_AFTER:
                    self.cache.write(pyramid, tile)
                    del self._touched[tile]
