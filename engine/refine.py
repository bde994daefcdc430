"""This module is refinement: the field of a viewport, computed coarse to fine, each run once.

The pixels of a viewport form nested lattices of pitch 32, 16, … 1; the runs of a coarser lattice
are trained first and are part of every finer one. Work is taken a slice of time at a time, so that
whoever shows the picture decides when to look, when to yield to others and when to stop.
"""

import functools
import time
from dataclasses import dataclass

import numpy as np

from engine.plane import Size, Window, float_spacings
from engine.spec import Spec
from engine.train import Trainer

COARSEST = 32  # pixels between the runs of the first picture


@dataclass(frozen=True)
class Snapshot:
    """A field on its way: every `stride`-th pixel, what is missing filled from the level before.

    Attributes:
        values: shape (ceil(height / stride), ceil(width / stride)); NaN where nothing is known.
        stride: pixels between neighbouring samples; the first sample is pixel (0, 0).
        complete: the stride of the finest level that has all its runs.
    """

    values: np.ndarray
    stride: int
    complete: int


class Refinement:
    """The runs of one viewport, nearest the centre first within each level."""

    def __init__(self, spec: Spec, window: Window, size: Size) -> None:
        self.spec, self.window, self.size = spec, window, size
        x, y = spec.x.values(window.columns(size)), spec.y.values(window.rows(size))
        self.spacings = min(float_spacings(x), float_spacings(y))
        self._order, self._ends = _coarse_to_fine(size)
        self._left = self._ends.copy()
        self._left[1:] -= self._ends[:-1]
        rows, columns = np.divmod(self._order, size.width)
        self._stream = Trainer(spec).stream(x[columns], y[rows])
        self._values = np.full(size.pixels, np.nan)
        self._finished = False
        self._stopped = False
        self.runs = 0
        self.trained = 0
        self.seconds = 0.0

    @property
    def finished(self) -> bool:
        """Whether every run has been trained."""
        return self._finished

    @property
    def done(self) -> float:
        """The share of runs that are trained, 0 to 1."""
        return self.runs / self.size.pixels

    @property
    def complete(self) -> int | None:
        """The stride of the finest level that has all its runs; None before the first has."""
        levels = int(np.argmax(self._left > 0)) if self._left.any() else len(self._left)
        return COARSEST >> (levels - 1) if levels else None

    def advance(self, seconds: float) -> None:
        """Train for about this long, a chunk at least, or until a level is complete."""
        before, started = self.complete, time.perf_counter()
        while self.complete == before and not self._stopped:
            batch = next(self._stream, None)
            if batch is None:
                self._finished = True
                break
            self._values[self._order[batch.index]] = batch.value
            self._left -= np.bincount(
                np.searchsorted(self._ends, batch.index, side="right"), minlength=len(self._left)
            )
            self.runs += len(batch.index)
            self.trained += batch.trained
            if time.perf_counter() - started >= seconds:
                break
        self.seconds += time.perf_counter() - started

    def stop(self) -> None:
        """End the slice being trained, after its present chunk; any thread may ask for it."""
        self._stopped = True

    def close(self) -> None:
        """Let go of the runs in progress: none is trained further."""
        self._stopped = self._finished = True
        self._stream.close()

    def field(self) -> np.ndarray:
        """Return the values so far, shape (height, width), row 0 at the bottom; NaN = unknown."""
        return self._values.reshape(self.size.height, self.size.width)

    def snapshot(self) -> Snapshot | None:
        """Return what can be shown now; None before the first level is complete."""
        complete = self.complete
        if complete is None:
            return None
        stride = max(complete // 2, 1)
        field = self.field()
        values = field[::stride, ::stride].copy()
        if stride < complete:
            rows, columns = (np.arange(n) // 2 for n in values.shape)
            parent = field[::complete, ::complete][np.ix_(rows, columns)]
            values = np.where(np.isnan(values), parent, values)
        return Snapshot(values, stride, complete)


# Kept: a screen keeps its size, and sorting its pixels takes as long as training a first picture.
@functools.lru_cache(maxsize=4)
def _coarse_to_fine(size: Size) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixel numbers, coarse levels first, and where each level ends, shape (levels,)."""
    rows, columns = np.indices((size.height, size.width))
    distance = (rows - size.height / 2) ** 2 + (columns - size.width / 2) ** 2
    together = rows | columns  # divisible by a power of two iff both are
    level = np.zeros((size.height, size.width), np.int64)
    stride = COARSEST
    while stride > 1:
        level += together % stride != 0
        stride //= 2
    order = np.lexsort((distance.ravel(), level.ravel()))
    counts = np.bincount(level.ravel(), minlength=COARSEST.bit_length())
    return order, np.cumsum(counts)
