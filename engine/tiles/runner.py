"""The runs of one spec in training, for every request that wants them, and the time they take."""

import time
from collections.abc import Iterator

import numpy as np

from engine.spec import Spec
from engine.tiles.lattice import points_of_level
from engine.tiles.memory import Tile
from engine.tiles.pyramid import Pyramid, TileCache
from engine.tiles.request import Request
from engine.tiles.stream import Chunk, Points, TileStream

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

    Attributes:
        requests: for whom runs are trained.
        used: seconds of training for each request; whoever has had least is next.
        stale: whether a request has been taken away; set with the lock held.
    """

    def __init__(self, spec: Spec, cache: TileCache, pace: Pace | None = None) -> None:
        self.spec, self.cache = spec, cache
        self.pace = pace or Pace()
        self.requests: list[Request] = []
        self.used = 0.0
        self.stale = False
        self._stream = TileStream(spec)
        self._stream.compile()
        self._changed: dict[Tile, tuple[Pyramid, float]] = {}  # since when it has to be written

    @property
    def sharp(self) -> bool:
        """Whether everybody's picture is sharp; what is left may be trained last."""
        return all(request.sharp for request in self.requests)

    @property
    def idle(self) -> bool:
        """Whether nobody wants anything and nothing is left to be cleared away."""
        return not (self.requests or self.stale or self._stream.busy or self._changed)

    def step(self) -> Chunk | None:
        """Train for one chunk of steps; None if there is nothing to be trained at present."""
        if self.stale:
            self._drop()
        for request in list(self.requests):
            request.plan()
        started = time.perf_counter()
        chunk = self._stream.step(self._take)
        if chunk is None:
            self._write(everything=True)
            return None
        seconds = time.perf_counter() - started
        self.used += seconds / max(len(self.requests), 1)
        self.pace.add(seconds, chunk.finished, chunk.begun)
        for request in list(self.requests):
            request.pace = self.pace.expected
        if chunk.finished:
            self._deliver(chunk)
        return chunk

    def close(self) -> None:
        """Give up whatever is in training, and have what is known written."""
        self.requests = []
        with self.cache.lock:
            # Also what an error has lost between being taken and being trained.
            for pyramid, tile in self._stream.names:
                tile.training[:] = False
                self._stream.forget((pyramid, tile))
        self._write(everything=True)

    def _take(self, most: int) -> Iterator[Points]:
        """Yield what is trained next: of requests that are not sharp first, and had least."""
        with self.cache.lock:
            for request in sorted(self.requests, key=lambda r: (r.sharp, r.used)):
                pyramid = request.pyramid
                for tile, points in request.take(most):
                    request.used += len(points)
                    most -= len(points)
                    yield Points((pyramid, tile), pyramid.lattice, tile.index, points)
                if not most:
                    return

    def _deliver(self, chunk: Chunk) -> None:
        """Enter what has finished into tiles and requests."""
        now = time.monotonic()
        with self.cache.lock:
            for (pyramid, tile), points, values, decided in chunk.outcomes:
                new = points[np.isnan(tile.values.flat[points])]  # a slow store may know some
                tile.put(points, values, decided)
                self._changed.setdefault(tile, (pyramid, now))
                for request in self._requests_of(pyramid):
                    request.put(tile, new)
                self._forget_if_idle(pyramid, tile)
        self._write()

    def _drop(self) -> None:
        """Stop training what no request wants any more."""
        with self.cache.lock:
            self.stale = False
            self._stream.drop(self._wanted)
            for pyramid, tile in self._stream.names:
                self._forget_if_idle(pyramid, tile)

    def _wanted(self, of: tuple[Pyramid, Tile], points: np.ndarray) -> np.ndarray:
        pyramid, tile = of
        wanted = np.zeros(len(points), bool)
        for request in self._requests_of(pyramid):
            wanted |= request.wants(tile, points)
        tile.training.flat[points[~wanted]] = False
        return wanted

    def _requests_of(self, pyramid: Pyramid) -> list[Request]:
        return [request for request in self.requests if request.pyramid is pyramid]

    def _forget_if_idle(self, pyramid: Pyramid, tile: Tile) -> None:
        if not tile.training.any():
            self._stream.forget((pyramid, tile))

    def _write(self, *, everything: bool = False) -> None:
        """Have tiles written that are complete, or have waited long; or all that have changed."""
        now = time.monotonic()
        with self.cache.lock:
            for tile, (pyramid, since) in list(self._changed.items()):
                complete = not (np.isnan(tile.values) & points_of_level(tile.index.level)).any()
                if everything or complete or now - since > WRITE_AFTER:
                    self.cache.write(pyramid, tile)
                    del self._changed[tile]
