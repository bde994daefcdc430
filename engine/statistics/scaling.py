"""This module is the scaling: the exponent of a power law, with its range and its error.

A count is taken at several sizes, in every block of a partition of the picture. The exponent is the
slope of ln(count) over ln(size); the range of sizes is chosen by a rule that is the same for every
picture, and the error says how far the slope depends on the fit, on the part of the picture, and on
the range.
"""

from dataclasses import dataclass, field, replace

import numpy as np

TOLERANCE = 0.05  # a range is one of scaling if every count lies within so much of the power law
SPAN = 8  # a range of sizes reaches over at least three doublings
FEWEST = 20  # counted in a whole picture at each size that is used

LEAST_APART = 0.02  # estimates that differ by less, or by two standard errors, do not differ

# What an estimate may be flagged with; `RESOLVED` where none of the next four applies.
RESOLVED = "resolved"
NOTHING = "no boundary"
TOO_FEW = "too few boundary boxes"
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
        range_error: half the difference between the lower and the upper half of the range.
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
        parts = np.array([self.fit_error, self.sampling_error, self.range_error])
        known = parts[~np.isnan(parts)]
        return float(np.sqrt((known**2).sum())) if known.size else float("nan")

    @property
    def resolved(self) -> bool:
        """Whether nothing speaks against the number."""
        return RESOLVED in self.flags

    def against(self, noise: "Estimate", smooth: "Estimate") -> "Estimate":
        """Return the estimate with its controls beside it, and the flags that follow from them."""
        flags = [flag for flag in self.flags if flag != RESOLVED]
        if np.isfinite(self.value):
            apart = max(np.nan_to_num(2 * self.error), LEAST_APART)
            if self.value >= noise.value - apart:
                flags.append(NEAR_NOISE)
            if not flags:
                flags.append(RESOLVED)
            if abs(self.value - smooth.value) <= apart:
                flags.append(NEAR_SMOOTH)
        return replace(self, flags=tuple(flags), noise=noise, smooth=smooth)


def power_law(
    method: str,
    sizes: np.ndarray,
    counts: np.ndarray,
    *,
    sign: int,
    offset: float = 0.0,
    from_smallest: bool = False,
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
        from_smallest: whether the range must begin with the smallest size.
    """
    total = counts.sum(axis=0)
    usable = total >= FEWEST
    x, y = np.log(sizes), np.log(np.where(total > 0, total, np.nan))
    slopes = offset + sign * np.diff(y) / np.diff(x)
    found = Estimate(method, float("nan"), sizes=sizes, counts=total, slopes=slopes)
    if not total.any():
        return replace(found, flags=(NOTHING,))
    chosen = _choose(sizes, x, y, usable, from_smallest)
    if chosen is None:
        return replace(found, flags=(TOO_FEW,))
    part, kept = chosen
    slope, fit_error, _ = _line(x[part], y[part])
    middle = (part.start + part.stop) // 2
    halves = [slice(part.start, middle + 1), slice(middle, part.stop)]
    lower, upper = (_line(x[half], y[half])[0] for half in halves)
    return replace(
        found,
        value=offset + sign * slope,
        fit_error=fit_error,
        sampling_error=_jackknife(x[part], counts[:, part]),
        range_error=abs(upper - lower) / 2,
        range=(int(sizes[part.start]), int(sizes[part.stop - 1])),
        flags=(RESOLVED,) if kept else (NO_RANGE,),
    )


def _choose(
    sizes: np.ndarray, x: np.ndarray, y: np.ndarray, usable: np.ndarray, from_smallest: bool
) -> tuple[slice, bool] | None:
    """Return the range to fit, and whether the power law holds on it; None if there is none."""
    ranges = [
        slice(low, high + 1)
        for low in range(1 if from_smallest else len(sizes))
        for high in range(low + 2, len(sizes))
        if sizes[high] >= SPAN * sizes[low] and usable[low : high + 1].all()
    ]
    if not ranges:
        return None
    off = [_line(x[r], y[r])[2] for r in ranges]
    holding = [r for r, most in zip(ranges, off, strict=True) if most <= TOLERANCE]
    if not holding:
        return ranges[int(np.argmin(off))], False
    # The first of equally wide ones is that of the smallest sizes.
    return max(holding, key=lambda r: sizes[r.stop - 1] / sizes[r.start]), True


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
    doi:10.1214/aos/1176345462): each is left out once.
    """
    left = counts.sum(axis=0) - counts
    left = left[(left > 0).all(axis=1)]
    if len(left) < 2:
        return float("nan")
    from_mean = x - x.mean()
    slopes = np.log(left) @ from_mean / (from_mean @ from_mean)
    return float(np.sqrt((len(left) - 1) * slopes.var()))
