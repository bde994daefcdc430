"""Predictions: what the unknown runs of a rectangle of points will be, by those that are known.

Coarse to fine, a point between others is interpolated: along rows, then along columns, by a cubic
through four points where these end alike, else by a line, or by the nearer of two that differ.
Quantities are interpolated as ranks among those of their side, which is what the published colours
show, and categories not at all: a point takes that of its neighbours where these agree.
"""

from typing import NamedTuple

import numpy as np

from engine.places.scale import GAP

RANKS = 128  # quantiles of a side, at most; of a small sample fewer, or chance would show in them
NEAREST = 4096  # known points among which the nearest is looked for
UNEVEN = 1.5  # the ratio of decision steps from which a point between has one of them, no mean
DIFFERS = 1.0  # the doubt about a point whose neighbours end differently


class Prediction(NamedTuple):
    """What is known of points, and predicted of the others; shape (height, width) each.

    Attributes:
        values: the measure of each run.
        decided: the step at which each was decided, int32.
        trained: which are known, bool.
    """

    values: np.ndarray
    decided: np.ndarray
    trained: np.ndarray


class Ranks:
    """Quantities as ranks among those of their side, from 0 to 1, and back.

    Args:
        values: a fair sample of the quantities, of any shape; NaN = unknown.
    """

    def __init__(self, values: np.ndarray) -> None:
        values = values[~np.isnan(values)]
        self._sides = [
            _quantiles(sizes) for sizes in (-values[values < 0], values[values >= 0])
        ]  # fmt: skip

    def of(self, values: np.ndarray) -> np.ndarray:
        """Return the rank of each value, float32."""
        ranks = np.full(values.shape, 0.5, np.float32)
        for quantiles, here in zip(self._sides, (values < 0, values >= 0), strict=True):
            if quantiles.size > 1:
                steps = np.linspace(0, 1, quantiles.size)
                ranks[here] = np.interp(_logarithm(np.abs(values[here])), quantiles, steps)
        return ranks

    def values(self, sides: np.ndarray, ranks: np.ndarray) -> np.ndarray:
        """Return the values that have these ranks on these sides, -1 or 1; float64."""
        values = sides.astype(float)
        for quantiles, side in zip(self._sides, (-1, 1), strict=True):
            if quantiles.size:
                here = sides == side
                steps = np.linspace(0, 1, quantiles.size)
                values[here] = side * np.exp(np.interp(ranks[here], steps, quantiles))
        return values


class Surface(NamedTuple):
    """Points of a lattice, each known or interpolated; shape (height, width) each.

    Attributes:
        sides: -1 or 1, or the category of outcome, int16.
        ranks: on its side, float32.
        doubt: how far a rank may be off, 0 where it is known, `DIFFERS` where neighbours differ.
        decided: the step at which it was decided, float32; none unless asked for.
    """

    sides: np.ndarray
    ranks: np.ndarray
    doubt: np.ndarray
    decided: np.ndarray | None = None


class Predictor:
    """Predicts the runs of a rectangle of points.

    Args:
        base: the stride of the coarsest points, a power of two; the sides of the rectangle are one
            more than a multiple of it.
        categories: whether values are categories of outcome, and not quantities.
    """

    def __init__(self, base: int, *, categories: bool) -> None:
        self._base, self._categories = base, categories
        self._ranks = Ranks(np.empty(0))
        self._sampled = -1  # how many values the ranks are of

    def anew(self) -> "Predictor":
        """Return another one, which knows nothing yet."""
        return Predictor(self._base, categories=self._categories)

    def rank(self, values: np.ndarray) -> None:
        """Have ranks be those among what is known: of the finest lattice that is, or of all."""
        sample = values
        for stride in (self._base >> k for k in range(self._base.bit_length())):
            finer = values[::stride, ::stride]
            if np.isnan(finer).mean() > 0.2 * (stride < self._base):
                break
            sample = finer
        count = int(sample.size - np.isnan(sample).sum())
        if count >= 1.5 * self._sampled:
            self._ranks, self._sampled = Ranks(sample), count

    def surface(
        self, values: np.ndarray, decided: np.ndarray | None = None, stride: int = 1
    ) -> Surface:
        """Return every point of a stride, known or interpolated.

        Args:
            values: what is known, NaN = unknown; shape (height, width).
            decided: the step at which each was decided, of the same shape, if that is wanted.
            stride: of the points that are wanted.
        """
        values = values[::stride, ::stride]
        known = ~np.isnan(values)
        given = _given(values, known, None if decided is None else decided[::stride, ::stride],
                       self._ranks, categories=self._categories)  # fmt: skip
        step = max(self._base // stride, 1)
        surface = _coarsest(given, known, step)
        while step > 1:
            half = step // 2
            for axis, at in ((1, (step, half)), (0, (half, half))):
                surface = _doubled(surface, axis)
                here = slice(None, None, at[0]), slice(None, None, at[1])
                surface = _corrected(surface, given, known, here)
            step = half
        return surface

    def predict(self, values: np.ndarray, decided: np.ndarray, stride: int = 1) -> Prediction:
        """Return every point of a stride, known or predicted; arguments as of `surface`."""
        ranks, surface = self._ranks, self.surface(values, decided, stride)
        values, decided = values[::stride, ::stride], decided[::stride, ::stride]
        trained = ~np.isnan(values)
        if self._categories:
            predicted = surface.sides.astype(float)
        else:
            predicted = ranks.values(surface.sides, surface.ranks)
        assert surface.decided is not None
        return Prediction(
            np.where(trained, values, predicted),
            np.where(trained, decided, surface.decided.round().astype(np.int32)),
            trained,
        )

    def distance(self, values: np.ndarray, sides: np.ndarray, ranks: np.ndarray) -> np.ndarray:
        """Return how far the colour coordinates of values are from what was predicted.

        Where a side or category differs that is `DIFFERS` at the least. Shape (n,) each.
        """
        away = 0.0
        if not self._categories:
            away = np.abs(self._ranks.of(values) - ranks) * (1 - GAP)
        return np.where(_sides(values, categories=self._categories) == sides, away, DIFFERS)


def _quantiles(sizes: np.ndarray) -> np.ndarray:
    ascending = np.sort(_logarithm(sizes))
    count = min(int(np.sqrt(ascending.size)) + 1, RANKS)
    return (
        ascending[np.linspace(0, ascending.size - 1, count).astype(int)] if count > 1 else ascending
    )


def _logarithm(sizes: np.ndarray) -> np.ndarray:
    """Return the natural logarithm, between quantiles of which sizes are more even."""
    return np.log(np.clip(sizes, np.finfo(float).tiny, np.finfo(float).max))


def _sides(values: np.ndarray, *, categories: bool) -> np.ndarray:
    """Return the side of each value, or its category, int16."""
    if categories:
        return np.nan_to_num(values).astype(np.int16)
    return np.where(values < 0, np.int16(-1), np.int16(1))


def _given(
    values: np.ndarray,
    known: np.ndarray,
    decided: np.ndarray | None,
    ranks: Ranks,
    *,
    categories: bool,
) -> Surface:
    """Return what is known as a surface; what is not has any entry."""
    ranked = np.full(values.shape, 0.5, np.float32)
    if not categories:
        ranked[known] = ranks.of(values[known])
    steps = None if decided is None else decided.astype(np.float32)
    return Surface(_sides(values, categories=categories), ranked, ranked[:0], steps)


def _coarsest(given: Surface, known: np.ndarray, stride: int) -> Surface:
    """Return the points of the coarsest lattice; an unknown one is as the nearest known."""
    height, width = known[::stride, ::stride].shape
    rows, columns = (i * stride for i in np.mgrid[:height, :width])
    missing = ~known[::stride, ::stride]
    if missing.any() and known.any():
        y, x = np.nonzero(known[::stride, ::stride])
        y, x = y * stride, x * stride
        if len(y) < missing.size // 2:
            y, x = np.nonzero(known)
            thin = slice(None, None, -(-len(y) // NEAREST))
            y, x = y[thin], x[thin]
        far = np.hypot(rows[missing][:, None] - y, columns[missing][:, None] - x)
        nearest = far.argmin(axis=1)
        rows[missing], columns[missing] = y[nearest], x[nearest]
    here = rows, columns
    return Surface(
        given.sides[here],
        given.ranks[here],
        np.where(missing, np.float32(DIFFERS / 2), np.float32(0)),
        None if given.decided is None else given.decided[here],
    )


def _corrected(
    surface: Surface, given: Surface, known: np.ndarray, here: tuple[slice, slice]
) -> Surface:
    """Return a surface with what is known of its points in place."""
    known = known[here]
    np.copyto(surface.sides, given.sides[here], where=known)
    np.copyto(surface.ranks, given.ranks[here], where=known)
    surface.doubt[known] = 0
    if surface.decided is not None and given.decided is not None:
        np.copyto(surface.decided, given.decided[here], where=known)
    return surface


def _doubled(surface: Surface, axis: int) -> Surface:
    """Return a surface with another point between any two along an axis."""
    sides, ranks, doubt = (np.swapaxes(part, 0, axis) for part in surface[:3])
    below, above = sides[:-1], sides[1:]
    before, after = np.concatenate([sides[:1], sides[:-2]]), np.concatenate([sides[2:], sides[-1:]])
    alike = below == above
    smooth = alike & (before == below) & (after == below)
    low, high = ranks[:-1], ranks[1:]
    line = (low + high) / 2
    reached = np.concatenate([2 * ranks[:1] - ranks[1:2], ranks, 2 * ranks[-1:] - ranks[-2:-1]])
    bend = np.where(smooth, line / 8 - (reached[:-3] + reached[3:]) / 16, np.float32(0))
    chosen = np.where(alike | (before != after), below, before)  # two of three neighbours
    between = np.where(alike, np.clip(line + bend, 0, 1), np.where(chosen == below, low, high))
    unsure = np.where(smooth, np.abs(bend), np.abs(low - high) / 4)
    unsure = np.where(alike, np.maximum(unsure, np.maximum(doubt[:-1], doubt[1:]) / 2), DIFFERS)
    decided = None
    if surface.decided is not None:
        steps = np.swapaxes(surface.decided, 0, axis)
        early, late = np.minimum(steps[:-1], steps[1:]), np.maximum(steps[:-1], steps[1:])
        near = np.where(chosen == below, steps[:-1], steps[1:])
        even = alike & (late <= UNEVEN * early)
        decided = _woven(steps, np.where(even, (early + late) / 2, near), axis)
    return Surface(
        _woven(sides, chosen, axis),
        _woven(ranks, between, axis),
        _woven(doubt, unsure.astype(np.float32), axis),
        decided,
    )


def _woven(points: np.ndarray, between: np.ndarray, axis: int) -> np.ndarray:
    """Return points with those between them in their places, along an axis that is first here."""
    woven = np.empty((2 * len(points) - 1, *points.shape[1:]), points.dtype)
    woven[::2], woven[1::2] = points, between
    return np.ascontiguousarray(np.swapaxes(woven, 0, axis))
