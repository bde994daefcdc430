"""The fractal dimension of a boundary: three estimates, each beside its controls.

All take labels, shape (height, width) bool, True = converged, or the set itself, and pixels are
square. Sizes are in pixels.
"""

import functools
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from engine.statistics.boundary import edges_of, shuffled, smooth
from engine.statistics.scaling import (
    FEWEST,
    NO_RANGE,
    NOTHING,
    RESOLVED,
    SPAN,
    TOO_FEW,
    TOO_SMALL,
    Estimate,
    power_law,
)

PUBLISHED_SIZES = 10  # how many the published recipe asks for, from SMALLEST_PUBLISHED px up
SMALLEST_PUBLISHED = 10
SMALLEST_BOX = 4  # pixels; see `box_counting`
BLOCKS = 5  # of the partition, along the shorter side, at least


def published(labels: np.ndarray) -> Estimate:
    """Return the dimension by the published recipe (see `published_of_set`)."""
    return published_of_set(edges_of(labels))


def published_of_set(members: np.ndarray) -> Estimate:
    """Return the dimension of a set, shape (height, width) bool, by the published recipe.

    Sohl-Dickstein 2024 (arXiv:2402.06184) counts with `boxcount(bins=10)` of porespy (Gostick et
    al. 2019, doi:10.21105/joss.01296): at ten sizes D between 10 pixels and the shorter side, N is
    the number of boxes, cut off ones included, that hold some of the set but are not full of it;
    the local dimensions are -d ln N / d ln D by second-order differences. Their median is the
    value. Slopes that are not finite, where no box is counted, are left out of it.

    `fit_error` is the standard error of the median of as many independent slopes of that spread,
    1.2533 s / sqrt(n); it knows nothing of bias.
    """
    shorter = min(members.shape)
    if shorter < 2:
        return Estimate("published", float("nan"), flags=(TOO_SMALL, TOO_FEW))
    sizes = np.unique(
        np.logspace(np.log10(SMALLEST_PUBLISHED), np.log10(shorter), PUBLISHED_SIZES).astype(int)
    )
    cells = members.astype(np.uint8)
    counts = np.array([_partly_filled(cells, size) for size in sizes])
    if len(sizes) < 2:
        return Estimate(
            "published", float("nan"), sizes=sizes, counts=counts, flags=(TOO_SMALL, TOO_FEW)
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = -np.gradient(np.log(counts), np.log(sizes))
    value, error = median_of(slopes)
    nothing = not members.any()
    few = counts[counts > 0].size < len(counts) or counts[0] < FEWEST
    return Estimate(
        "published",
        value,
        error,
        range=None if np.isnan(value) else (int(sizes[0]), int(sizes[-1])),
        sizes=sizes,
        counts=counts,
        slopes=slopes,
        flags=(NOTHING,) if nothing else (TOO_FEW,) if few else (RESOLVED,),
    )


def median_of(slopes: np.ndarray) -> tuple[float, float]:
    """Return the median of the finite slopes, and its standard error were they independent.

    NaN where there are none, or for the error where all are the same.
    """
    finite = slopes[np.isfinite(slopes)]
    if not finite.size:
        return float("nan"), float("nan")
    spread = finite.std(ddof=1) if finite.size > 1 else 0.0
    error = 1.2533 * spread / np.sqrt(finite.size) if spread else float("nan")
    return float(np.median(finite)), float(error)


def box_counting(labels: np.ndarray, *, offsets: bool = True) -> Estimate:
    """Return the box-counting dimension of the boundary (see `box_counting_of_set`).

    A boundary is known at sampled points alone: boxes of a few pixels miss what passes between the
    samples, so a rough boundary counts too few small boxes and its estimate tends to be low. The
    range therefore begins at `SMALLEST_BOX` pixels or beyond; where too few boxes leave no such
    range, the estimate is flagged. What other ranges would have given is in the error.
    """
    return box_counting_of_set(edges_of(labels), offsets=offsets, smallest=SMALLEST_BOX)


def box_counting_of_set(
    members: np.ndarray, *, offsets: bool = True, smallest: int = 1
) -> Estimate:
    """Return the box-counting dimension of a set, shape (height, width) bool.

    N(s) boxes of side s hold some of the set; N(s) ~ s^-D (Minkowski-Bouligand; Falconer,
    doi:10.1002/0470013850, ch. 3). The sizes are s = 2^k and 3 * 2^k pixels that divide a largest
    one of which at least `BLOCKS` fit along the shorter side, so that at every size the boxes cover
    exactly the same part of the picture, whole boxes alone. The range, the fit and the error are
    those of `power_law`.

    Args:
        members: the set.
        offsets: whether to average over the four corners of the picture into which the boxes can
            be pushed; that lessens the dependence on where the grid lies.
        smallest: the size in pixels at which the range should begin.
    """
    largest = _largest_box(members.shape)
    if largest is None:
        return Estimate("box counting", float("nan"), flags=(TOO_SMALL, TOO_FEW))
    height, width = (n // largest * largest for n in members.shape)
    corners = [
        members[top : top + height, left : left + width]
        for top in sorted({0, members.shape[0] - height})
        for left in sorted({0, members.shape[1] - width})
    ]
    counts = [_boxes_per_block(part, largest) for part in (corners if offsets else corners[:1])]
    sizes = np.array(_dividing(largest))
    return power_law("box counting", sizes, np.mean(counts, axis=0), sign=-1, lowest=smallest)


def uncertainty(labels: np.ndarray) -> Estimate:
    """Return the dimension of the boundary from its uncertainty exponent.

    The fraction f of pairs of runs, eps apart along x or y, that end differently goes as
    f ~ eps^alpha, and D = 2 - alpha (McDonald, Grebogi, Ott & Yorke 1985,
    doi:10.1016/0167-2789(85)90001-6). Unlike box counting it asks only what two samples say, so it
    does not depend on how densely the plane is sampled, and it is nearly unbiased from one pixel
    on, where its range begins. It ends before f reaches half of what it is for noise, 2 p (1 - p)
    with p the fraction that converged, where it begins to level off; a boundary that rough within
    `SPAN` pixels has no scaling range. The fit and the error are those of `power_law`.
    """
    largest = _largest_box(labels.shape)
    if largest is None:
        return Estimate("uncertainty exponent", float("nan"), flags=(TOO_SMALL, TOO_FEW))
    sizes = np.array(_dividing(largest))
    differing = np.stack([_differing(labels, size, largest) for size in sizes], axis=1)
    share = labels.mean()
    below_half = differing.sum(axis=0) < share * (1 - share) * 2 * labels.size
    below = int(np.append(below_half, False).argmin())
    least = int(np.searchsorted(sizes, SPAN)) + 1
    part = slice(max(below, least))
    estimate = power_law(
        "uncertainty exponent",
        sizes[part],
        differing[:, part],
        sign=-1,
        offset=2.0,
        highest=1,
    )
    if estimate.resolved and below < least:
        return replace(estimate, flags=(NO_RANGE,))
    return estimate


def correlation(labels: np.ndarray, wrong: np.ndarray | None = None) -> Estimate:
    """Return the correlation of the labels of runs one pixel apart along x or y.

    1 - f / (2 p (1 - p)), with f the fraction of neighbours that end differently and p the fraction
    that converged: 1 in a picture without a boundary, 0 for labels in random places. Below about a
    half, the picture is mostly finer than its pixels. Arguments as of `dimensions`.
    """
    estimate = _correlation(labels)
    return estimate if wrong is None else estimate.despite(_correlation(wrong))


def _correlation(labels: np.ndarray) -> Estimate:
    share = labels.mean()
    if not 0 < share < 1:
        return Estimate("neighbour correlation", float("nan"), flags=(NOTHING,))
    beside, above = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    pairs = beside.size + above.size
    fraction = (beside.sum() + above.sum()) / pairs
    level = 2 * share * (1 - share)
    return Estimate(
        "neighbour correlation",
        float(1 - fraction / level),
        fit_error=float(np.sqrt(fraction * (1 - fraction) / pairs) / level),
        range=(1, 1),
        sizes=np.array([1]),
        counts=np.array([beside.sum() + above.sum()]),
        flags=(RESOLVED,),
    )


METHODS: dict[str, Callable[[np.ndarray], Estimate]] = {
    "published": published,
    "box counting": box_counting,
    "uncertainty exponent": uncertainty,
}


def dimensions(labels: np.ndarray, wrong: np.ndarray | None = None) -> Iterator[Estimate]:
    """Yield every estimate of the dimension, with what noise and a smooth curve give beside it.

    Args:
        labels: of the picture.
        wrong: the same with as many flipped as may be wrong; None where none are.
    """
    noise = shuffled(labels)
    for name, method in METHODS.items():
        estimate = method(labels)
        if wrong is not None:
            estimate = estimate.despite(method(wrong))
        yield estimate.against(method(noise), _of_smooth(name, labels.shape))


@functools.lru_cache(maxsize=64)
def _of_smooth(method: str, shape: tuple[int, int]) -> Estimate:
    return METHODS[method](smooth(shape))


def _partly_filled(cells: np.ndarray, size: int) -> int:
    """Return how many boxes hold some of the cells (1 or 0), but are not full of them."""
    rows, columns = (np.arange(0, n, size) for n in cells.shape)
    some = np.maximum.reduceat(np.maximum.reduceat(cells, rows, axis=0), columns, axis=1)
    every = np.minimum.reduceat(np.minimum.reduceat(cells, rows, axis=0), columns, axis=1)
    return int(np.count_nonzero(some != every))


def _largest_box(shape: tuple[int, ...]) -> int | None:
    """Return the largest 3 * 2^k pixels, from 12 on, that fit `BLOCKS` times along a side."""
    largest = None
    size = 12
    while BLOCKS * size <= min(shape):
        largest, size = size, 2 * size
    return largest


def _dividing(largest: int) -> list[int]:
    """Return the divisors of 3 * 2^k, ascending: 1, 2, 3, 4, 6, 8, 12 …"""
    return [size for size in range(1, largest + 1) if largest % size == 0]


def _boxes_per_block(members: np.ndarray, largest: int) -> np.ndarray:
    """Return in how many boxes of each size there is a member, by block of the largest size.

    The shape of the set is a multiple of `largest`. Returns shape (blocks, sizes).
    """
    filled, counts = {1: members}, []
    for size in _dividing(largest):
        if size > 1:
            factor = 3 if size == 3 else 2
            filled[size] = _merged(filled[size // factor], factor)
        counts.append(_per_block(filled[size], largest // size))
    return np.stack(counts, axis=1)


def _merged(boxes: np.ndarray, factor: int) -> np.ndarray:
    """Return which boxes `factor` times as large hold one that is filled."""
    rows = functools.reduce(np.logical_or, (boxes[i::factor] for i in range(factor)))
    return functools.reduce(np.logical_or, (rows[:, i::factor] for i in range(factor)))


def _per_block(cells: np.ndarray, side: int) -> np.ndarray:
    """Return how many cells are set in each block of that side, shape (blocks,)."""
    height, width = (n // side for n in cells.shape)
    rows = cells.reshape(height, side, width * side).sum(axis=1, dtype=np.uint32)
    return rows.reshape(height, width, side).sum(axis=2).ravel().astype(float)


def _differing(labels: np.ndarray, apart: int, largest: int) -> np.ndarray:
    """Return how many pairs of runs end differently, by the block of their first, shape (blocks,).

    Pairs lie along x and y; both are scaled to one pair for each pixel. The blocks at the upper and
    right rim take what is left over.
    """
    bounds = [[*range(0, n - largest + 1, largest), n] for n in labels.shape]
    counts = np.zeros([len(limits) - 1 for limits in bounds])
    for ahead in ((slice(apart, None), slice(None)), (slice(None), slice(apart, None))):
        behind = tuple(slice(None, -apart if part.start else None) for part in ahead)
        differing = labels[ahead] != labels[behind]
        scale = labels.size / differing.size
        for i, rows in enumerate(itertools.pairwise(bounds[0])):
            for j, columns in enumerate(itertools.pairwise(bounds[1])):
                block = differing[slice(*rows), slice(*columns)]
                counts[i, j] += scale * np.count_nonzero(block)
    return counts.ravel()
