"""This module is the zoom: the dimension over a sequence of frames, each half as wide as the last.

The frames lie on nested grids, so that a quarter of the runs of each is known from the one before,
and each is the field that `render` gives of its window.
"""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.errors import InputError
from engine.field import Field, Progress, compute_region
from engine.lattice import Lattice, Region
from engine.plane import WIDEST, Size, Window
from engine.pyramid import Archive
from engine.spec import Spec
from engine.statistics.boundary import labels_of
from engine.statistics.dimension import correlation, dimensions, median_of
from engine.statistics.outcomes import Outcomes, outcomes
from engine.statistics.scaling import Estimate
from engine.store import Store

RESAMPLED = 1000  # times that frames are drawn anew for the error of the published median
SEED = 0  # of those draws


@dataclass(frozen=True)
class Frame:
    """One picture of a zoom, and its statistics.

    Attributes:
        window, size: what was looked at.
        outcomes: what became of its runs.
        dimensions: an estimate for each method, with its controls.
        correlation: of the labels of neighbours.
        trained: how many runs were trained for it now; the others were known before.
        seconds: that this took, statistics included.
    """

    window: Window
    size: Size
    outcomes: Outcomes
    dimensions: tuple[Estimate, ...]
    correlation: Estimate
    trained: int
    seconds: float


@dataclass(frozen=True)
class Combined:
    """One number for a zoom.

    Attributes:
        method: how its frames were measured.
        value: the published recipe's is the median over all slopes of all frames; of the others the
            mean over the frames that resolve it. NaN where there are none.
        error: one standard error: by drawing the frames anew (bootstrap) for the median; for a mean
            the scatter of its frames over the square root of their number, and what their ranges
            leave open, which more frames do not lessen.
        frames: how many frames it rests on.
    """

    method: str
    value: float
    error: float
    frames: int


def regions(window: Window, size: Size, frames: int) -> list[Region]:
    """Return the points of each frame, the widest first and the window itself last.

    A frame is twice as wide as the next and its points are among that one's grid continued, which
    moves its centre by less than half of its own pixels.
    """
    last = Region.of_pixels(window, size)
    if frames == 1:
        return [last]
    across, up = (p / 2**last.level for p in (last.lattice.across, last.lattice.up))
    x, y = last.lattice.x + last.column * across, last.lattice.y + last.row * up
    widest = 2 ** (frames - 1)
    lattice = Lattice(x, y, across * widest, up * widest)
    return [
        Region(
            lattice,
            level,
            _first(size.width, frames - 1 - level),
            _first(size.height, frames - 1 - level),
            size.width,
            size.height,
        )
        for level in range(frames)
    ]


def _first(length: int, doublings: int) -> int:
    """Return the first point of a side that is so much wider than that of points 0 to length - 1,
    in its own pitch.
    """
    return -(length * (2**doublings - 1) // 2 ** (doublings + 1))


def zoom(
    spec: Spec,
    window: Window,
    size: Size,
    frames: int = 1,
    store: Store | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[Field, Frame]]:
    """Yield the field and the statistics of each frame, the widest first, as they are finished.

    Args:
        spec, window, size: what the last frame shows.
        frames: how many there are, each half as wide as the one before.
        store: where runs are taken from if they are known, and kept; a zoom that was interrupted
            goes on there.
        progress: called with the runs that have become known since the last call; what it raises
            stops the work.

    Raises:
        InputError: if the widest frame reaches out of every plane.
    """
    most = 1 + int(math.log2(WIDEST / window.half_width))
    if frames > most:
        raise InputError(
            f"frames must be at most {most} here, not {frames}: each is twice as wide as the next"
        )
    archive = Archive(store)
    try:
        for region in regions(window, size, frames):
            started = time.perf_counter()
            field, trained = compute_region(spec, region, archive, progress)
            if frames == 1:
                field = replace(field, window=window)
            yield field, measure(field, trained, started)
    finally:
        archive.close()


def measure(field: Field, trained: int = 0, started: float | None = None) -> Frame:
    """Return the statistics of a field.

    Args:
        field: what is measured; ValueError if some of it is not known.
        trained: how many of its runs were trained for it.
        started: when that began, by `time.perf_counter`.
    """
    started = time.perf_counter() if started is None else started
    labels = labels_of(field.values)
    return Frame(
        field.window,
        field.size,
        outcomes(labels, field.decided, field.spec.steps),
        tuple(dimensions(labels)),
        correlation(labels),
        trained,
        time.perf_counter() - started,
    )


def combined(frames: Sequence[Frame]) -> list[Combined]:
    """Return one number for each way to measure the dimension, over all frames of a zoom."""
    by_method = zip(*(frame.dimensions for frame in frames), strict=True)
    return [
        _median(estimates) if estimates[0].method == "published" else _mean(estimates)
        for estimates in by_method
    ]


def _median(estimates: Sequence[Estimate]) -> Combined:
    """Return the median over all slopes of all frames, as published."""
    counted = [e for e in estimates if np.isfinite(e.slopes).any()]
    if not counted:
        return Combined("published", float("nan"), float("nan"), 0)
    value, error = median_of(np.concatenate([e.slopes for e in counted]))
    if len(counted) > 1:
        random = np.random.default_rng(SEED)
        drawn = random.integers(len(counted), size=(RESAMPLED, len(counted)))
        medians = [median_of(np.concatenate([counted[i].slopes for i in d]))[0] for d in drawn]
        error = float(np.std(medians))
    return Combined("published", value, error, len(counted))


def _mean(estimates: Sequence[Estimate]) -> Combined:
    """Return the mean over the frames that are resolved, or the one frame's own estimate."""
    method = estimates[0].method
    if len(estimates) == 1:
        return Combined(method, estimates[0].value, estimates[0].error, 1)
    counted = [e for e in estimates if e.resolved]
    if not counted:
        return Combined(method, float("nan"), float("nan"), 0)
    values = np.array([e.value for e in counted])
    open_range = np.mean([e.range_error for e in counted])
    scatter = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else counted[0].error
    return Combined(method, float(values.mean()), float(np.hypot(scatter, open_range)), len(values))
