"""The dimension over a zoom: frames that are each half as wide as the one before.

The frames lie on nested grids, so that a quarter of the runs of each is known from the one before,
and each is the field that `render` gives of its window.
"""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.errors import InputError
from engine.measures import MEASURES
from engine.plane import WIDEST, Size, Window
from engine.spec import Spec
from engine.statistics.boundary import labels_of
from engine.statistics.dimension import correlation, dimensions, median_of
from engine.statistics.mislabelled import mislabelled
from engine.statistics.outcomes import Outcomes, category_counts, outcomes
from engine.statistics.scaling import Estimate
from engine.tiles.audit import Refinement
from engine.tiles.field import Field, Progress, compute_region
from engine.tiles.lattice import Lattice, Region
from engine.tiles.pyramid import TileCache
from engine.tiles.store import Store
from engine.tiles.tally import Tally

DEPENDENT = 3  # frames of which one counts as independent: it shows 1/64 of the area three before


@dataclass(frozen=True)
class ZoomStep:
    """One picture of a zoom, and its statistics.

    Attributes:
        window, size: what was looked at.
        outcomes: what became of its runs.
        dimensions: an estimate for each method, with its controls.
        correlation: of the labels of neighbours.
        trained: how many runs were trained for it now; the others were known before, or are
            predicted.
        seconds: that this took, statistics included.
        audit: how many of its runs are predicted, and how far their labels are right; None where
            every one was trained.
    """

    window: Window
    size: Size
    outcomes: Outcomes
    dimensions: tuple[Estimate, ...]
    correlation: Estimate
    trained: int
    seconds: float
    audit: Tally | None = None


@dataclass(frozen=True)
class Combined:
    """One number for a zoom.

    Attributes:
        method: how its frames were measured.
        value: the published recipe's is the median over all slopes of all frames; of the others the
            mean over the frames that resolve it, or if none does over all that have one; NaN where
            there are none. Of a single frame, that frame's own.
        error: one standard error. The spread of the frames, or their own mean error if that is
            more, over the square root of how many of them count as independent: one in
            `DEPENDENT`, since each looks at part of the one before. Together with what more frames
            do not lessen: the mean of what labels that may be wrong leave open, and of a mean that
            of what the ranges do.
        frames: how many frames it rests on: those that resolve it, or for the published recipe
            those with a boundary.
        flags: those of a single frame, or of frames none of which resolves it.
    """

    method: str
    value: float
    error: float
    frames: int
    flags: tuple[str, ...] = ()


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
    lattice = Lattice(x, y, across * widest, up * widest, last.lattice.stretch)
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
    refinement: Refinement | None = None,
) -> Iterator[tuple[Field, ZoomStep]]:
    """Yield the field and the statistics of each frame, the widest first, as they are finished.

    Args:
        spec, window, size: what the last frame shows.
        frames: how many there are, each half as wide as the one before.
        store: where runs are taken from if they are known, and kept; a zoom that was interrupted
            goes on there.
        progress: called with the runs that have become known since the last call; what it raises
            stops the work.
        refinement: how few labels that are predicted may be wrong in each frame; None to train
            every run.

    Raises:
        InputError: if the widest frame reaches out of every plane.
    """
    most = 1 + int(math.log2(WIDEST / window.half_width))
    if frames > most:
        raise InputError(
            f"frames must be at most {most} here, not {frames}: each is twice as wide as the next"
        )
    cache = TileCache(store)
    try:
        for region in regions(window, size, frames):
            started = time.perf_counter()
            field, trained = compute_region(spec, region, cache, progress, refinement)
            if frames == 1:
                field = replace(field, window=window)
            yield field, measure(field, trained, started)
    finally:
        cache.close()


def measure(field: Field, trained: int = 0, started: float | None = None) -> ZoomStep:
    """Return the statistics of a field.

    Args:
        field: what is measured; ValueError if some of it is not known.
        trained: how many of its runs were trained for it.
        started: when that began, by `time.perf_counter`.
    """
    started = time.perf_counter() if started is None else started
    labels = labels_of(field.values)
    predicted = None if field.refined is None else ~field.refined.trained
    wrong = mislabelled(labels, field.tally, predicted)
    categories = category_counts(field.values, MEASURES[field.spec.measure].category_names)
    return ZoomStep(
        field.window,
        field.size,
        outcomes(labels, field.decided, field.spec.steps, categories),
        tuple(dimensions(labels, wrong)),
        correlation(labels, wrong),
        trained,
        time.perf_counter() - started,
        field.tally,
    )


def runs_needed(window: Window, size: Size, frames: int) -> int:
    """Return the number of runs that a zoom takes if none of them is known before."""
    all_regions = regions(window, size, frames)
    coarser = [region.coarser(region.level - 1) for region in all_regions[1:]]
    return frames * size.pixels - sum(region.width * region.height for region in coarser)


def combined(frames: Sequence[ZoomStep]) -> list[Combined]:
    """Return one number for each way to measure the dimension, over all frames of a zoom."""
    by_method = zip(*(frame.dimensions for frame in frames), strict=True)
    return [_combined(estimates) for estimates in by_method]


def _combined(estimates: Sequence[Estimate]) -> Combined:
    first = estimates[0]
    is_median = first.method == "published"
    counted = [e for e in estimates if (np.isfinite(e.value) if is_median else e.resolved)]
    used = counted or [e for e in estimates if np.isfinite(e.value)]
    flags: tuple[str, ...] = ()
    if not counted or len(estimates) == 1:
        flags = tuple(dict.fromkeys(flag for e in estimates for flag in e.flags))
    if not used:
        return Combined(first.method, float("nan"), float("nan"), 0, flags)
    if len(estimates) == 1:
        return Combined(first.method, first.value, first.error, len(counted), flags)
    labels = float(np.mean(np.nan_to_num([e.label_error for e in used])))
    if is_median:
        value, _ = median_of(np.concatenate([e.slopes for e in used]))
        return Combined(first.method, value, float(np.hypot(_spread(used), labels)), len(counted),
                        flags)  # fmt: skip
    value = float(np.mean([e.value for e in used]))
    ranges = np.mean([e.range_error for e in used])
    error = float(np.hypot(np.hypot(_spread(used), ranges), labels))
    return Combined(first.method, value, error, len(counted), flags)


def _spread(estimates: Sequence[Estimate]) -> float:
    """Return the standard error of a mean over frames that share part of what they show."""
    values = [e.value for e in estimates]
    parts = [[e.fit_error, e.sampling_error] for e in estimates]
    of_frames = np.sqrt(np.nansum(np.square(parts), axis=1)).mean()
    scatter = np.std(values, ddof=1) if len(values) > 1 else 0.0
    return float(max(scatter, of_frames) / np.sqrt(max(1.0, len(values) / DEPENDENT)))
