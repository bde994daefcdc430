"""The exponent of a power law, with its range and its error.

A count is taken at several sizes, in every block of a partition of the picture. The exponent is the
slope of ln(count) over ln(size); the range of sizes is chosen by a rule that is the same for every
picture, and the error says how far the slope depends on the fit, on the part of the picture, and on
the choice of the range.
"""

from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

TOLERANCE = 0.05  # a range is one of scaling if every count lies within so much of the power law
SPAN = 8  # a range of sizes reaches over at least three doublings
FEWEST = 20  # counted in a whole picture at each size that is used
FEWEST_BLOCKS = 4  # in which there is something, for the jackknife to say anything

LEAST_APART = 0.02  # estimates that differ by less, or by two standard errors, do not differ

# What an estimate may be flagged with; `RESOLVED` where none of the next five applies.
RESOLVED = "resolved"
NOTHING = "no boundary"
TOO_FEW = "too few boundary boxes"
TOO_SMALL = "too small a picture"
NO_RANGE = "no scaling range"
NEAR_NOISE = "near noise ceiling"
NEAR_SMOOTH = "near smooth null"


@dataclass(frozen=True)
class Estimate:
    """A number of a picture, with what one needs to cite it.

    Attributes:
        method: how it was found.
        value: the number; NaN where there is none.
        fit_error: the standard error of the least-squares slope.
        sampling_error: how much it varies over the picture: delete-one-block jackknife.
        range_error: half the spread of the slopes of other ranges, and of the halves of this one.
        label_error: how much it may be off because labels that are predicted may be wrong; NaN
            where every run was trained.
        range: the smallest and the largest size used, in pixels; None where there is none.
        sizes, counts: what was counted at which sizes in pixels, shape (n,) each.
        slopes: the local estimates between neighbouring sizes, shape (n - 1,), or at each size.
        flags: what to know before citing it, out of the constants of this module.
        noise: the same of shuffled labels, the ceiling; `smooth`: of a smooth boundary at the same
            resolution. None where they were not asked for.
    """

    method: str
    value: float
    fit_error: float = float("nan")
    sampling_error: float = float("nan")
    range_error: float = float("nan")
    label_error: float = float("nan")
    range: tuple[int, int] | None = None
    sizes: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    counts: np.ndarray = field(default_factory=lambda: np.empty(0))
    slopes: np.ndarray = field(default_factory=lambda: np.empty(0))
    flags: tuple[str, ...] = ()
    noise: "Estimate | None" = None
    smooth: "Estimate | None" = None

    @property
    def error(self) -> float:
        """The root of the summed squares of the known parts of the error; NaN if none is known."""
        parts = np.array([self.fit_error, self.sampling_error, self.range_error, self.label_error])
        estimated = parts[~np.isnan(parts)]
        return float(np.sqrt((estimated**2).sum())) if estimated.size else float("nan")

    @property
    def resolved(self) -> bool:
        """Whether nothing speaks against the number."""
        return RESOLVED in self.flags

    def despite(self, other: "Estimate") -> "Estimate":
        """Return the estimate with its error from labels that may be wrong.

        Args:
            other: the same of the picture with as many of them flipped.
        """
        return replace(self, label_error=abs(self.value - other.value))

    def against(self, noise: "Estimate", smooth: "Estimate") -> "Estimate":
        """Return the estimate with its controls beside it, and the flags that follow from them."""
        flags = [flag for flag in self.flags if flag != RESOLVED]
        if np.isfinite(self.value):
            apart = max(np.nan_to_num(2 * self.error), LEAST_APART)
            # A control too small to be measured has the dimension that is known of it.
            if self.value >= np.nan_to_num(noise.value, nan=2.0) - apart:
                flags.append(NEAR_NOISE)
            if not flags:
                flags.append(RESOLVED)
            if abs(self.value - np.nan_to_num(smooth.value, nan=1.0)) <= apart:
                flags.append(NEAR_SMOOTH)
        return replace(self, flags=tuple(flags), noise=noise, smooth=smooth)


class Measured(Protocol):
    """A number of a picture or of several, with its error."""

    @property
    def value(self) -> float:
        """The number; NaN where there is none."""

    @property
    def error(self) -> float:
        """Its error; NaN where none is known."""

    @property
    def flags(self) -> tuple[str, ...]:
        """What to know before citing it."""


def value_and_error(number: Measured) -> str:
    """Return a number with its error as text, or why there is none."""
    if np.isnan(number.value):
        return f"none: {', '.join(number.flags) or 'nothing to measure'}"
    error = "" if np.isnan(number.error) else f" ± {number.error:.3f}"
    return f"{number.value:z.3f}{error}"


def power_law(
    method: str,
    sizes: np.ndarray,
    counts: np.ndarray,
    *,
    sign: int,
    offset: float = 0.0,
    lowest: int | None = None,
    highest: int | None = None,
) -> Estimate:
    """Return the estimate `offset + sign * slope` of ln(count) over ln(size).

    The range is the widest over which every count lies within `TOLERANCE` of the least-squares
    line, of equally wide ones that of the smallest sizes; it spans at least a factor of `SPAN`, and
    at least `FEWEST` are counted at each of its sizes. Where no range keeps the tolerance, the one
    that comes nearest is used, and flagged.

    Args:
        method: what the estimate is called.
        sizes: ascending, in pixels, shape (n,).
        counts: in each block of the picture at each size, shape (blocks, n).
        sign: of the slope in the estimate.
        offset: added to it.
        lowest: the size that a range should begin with or go beyond. Smaller ones are used only
            where no range that keeps the tolerance can do without them, and flagged. None: any.
        highest: the size that a range has to begin with at most. None: any.
    """
    total = counts.sum(axis=0)
    usable = total >= FEWEST
    x, y = np.log(sizes), np.log(np.where(total > 0, total, np.nan))
    slopes = offset + sign * np.diff(y) / np.diff(x)
    estimate = Estimate(method, float("nan"), sizes=sizes, counts=total, slopes=slopes)
    if not total.any():
        return replace(estimate, flags=(NOTHING,))
    ranges = _ranges(sizes, usable, highest)
    if not ranges:
        return replace(estimate, flags=(TOO_FEW,))
    part, holds = _choose(ranges, sizes, x, y, lowest or 0)
    slope, fit_error, _ = _line(x[part], y[part])
    middle = (part.start + part.stop) // 2
    halves = [slice(part.start, middle + 1), slice(middle, part.stop)]
    others = [_line(x[r], y[r])[0] for r in [*ranges, *halves]]
    flags = [] if holds else [NO_RANGE]
    blocks = np.count_nonzero(counts[:, part].any(axis=1))
    if blocks < FEWEST_BLOCKS or sizes[part.start] < (lowest or 0):
        flags.append(TOO_FEW)
    return replace(
        estimate,
        value=offset + sign * slope,
        fit_error=fit_error,
        sampling_error=_jackknife(x[part], counts[:, part]),
        range_error=(max(others) - min(others)) / 2,
        range=(int(sizes[part.start]), int(sizes[part.stop - 1])),
        flags=tuple(flags) or (RESOLVED,),
    )


def _ranges(sizes: np.ndarray, usable: np.ndarray, highest: int | None) -> list[slice]:
    """Return every range that is wide enough and in which enough is counted, lowest first."""
    return [
        slice(low, high + 1)
        for low in range(len(sizes))
        for high in range(low + 2, len(sizes))
        if sizes[high] >= SPAN * sizes[low]
        and usable[low : high + 1].all()
        and (highest is None or sizes[low] <= highest)
    ]


def _choose(
    ranges: list[slice], sizes: np.ndarray, x: np.ndarray, y: np.ndarray, lowest: int
) -> tuple[slice, bool]:
    """Return the range to fit, and whether the power law holds on it."""
    off = [_line(x[r], y[r])[2] for r in ranges]
    holding = [r for r, most in zip(ranges, off, strict=True) if most <= TOLERANCE]
    if not holding:
        return ranges[int(np.argmin(off))], False
    # As far beyond `lowest` as can be: the largest beginning up to it that leaves a range.
    begin = max(min(sizes[r.start], lowest) for r in holding)
    beyond = [r for r in holding if sizes[r.start] >= begin]
    # The first of equally wide ones is that of the smallest sizes.
    return max(beyond, key=lambda r: sizes[r.stop - 1] / sizes[r.start]), True


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Return slope, its standard error and the largest deviation of a least-squares line."""
    from_mean = x - x.mean()
    spread = from_mean @ from_mean
    slope = from_mean @ y / spread
    off = y - y.mean() - slope * from_mean
    freedom = max(len(x) - 2, 1)
    return float(slope), float(np.sqrt(off @ off / freedom / spread)), float(np.abs(off).max())


def _jackknife(x: np.ndarray, counts: np.ndarray) -> float:
    """Return the standard error of the slope over the blocks (Efron & Stein 1981,
    doi:10.1214/aos/1176345462): each is left out once. NaN where without one nothing is left.
    """
    left = counts.sum(axis=0) - counts
    if len(left) < 2 or (left <= 0).any():
        return float("nan")
    from_mean = x - x.mean()
    slopes = np.log(left) @ from_mean / (from_mean @ from_mean)
    return float(np.sqrt((len(left) - 1) * slopes.var()))
