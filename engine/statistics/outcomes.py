"""Outcomes: how many runs of a picture converged, and when that was decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_FLOAT = np.finfo(float)
BINS = 20  # of the histogram of decision steps, of equal width from 0 to the last step


@dataclass(frozen=True)
class Outcomes:
    """The outcomes of the runs of a picture.

    A run is decided at the step after which the rest is known: its loss is no longer finite, or its
    state repeats. One that is not has a label all the same, by the measure; but what more steps
    would make of it is open.

    Attributes:
        runs: how many there are.
        converged, diverged: how many have a negative value, and how many have not.
        undecided_converged, undecided_diverged: how many of these were never decided.
        steps: how many steps a run has.
        trained: steps that were needed in all: up to the decision of each run.
        quantiles: the decision step of the decided runs at `QUANTILES`; None if there are none.
        converged_at, diverged_at: histograms of the decision steps of either side, shape (BINS,).
        bins: the limits of their bins in steps, shape (BINS + 1,).
        categories: how many runs are in each kind of outcome, by name; none where values are
            quantities.
    """

    runs: int
    converged: int
    diverged: int
    undecided_converged: int
    undecided_diverged: int
    steps: int
    trained: int
    quantiles: tuple[float, ...] | None
    converged_at: np.ndarray
    diverged_at: np.ndarray
    bins: np.ndarray
    categories: dict[str, int] = field(default_factory=dict)

    @property
    def undecided(self) -> int:
        """The number of runs that were never decided."""
        return self.undecided_converged + self.undecided_diverged

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-able values."""
        return {
            "runs": self.runs,
            "converged": self.converged,
            "diverged": self.diverged,
            "undecided": self.undecided,
            "undecided_converged": self.undecided_converged,
            "undecided_diverged": self.undecided_diverged,
            "steps": self.steps,
            "run_steps": self.trained,
            "kinds": self.categories,
            "decision_step_quantiles": None
            if self.quantiles is None
            else dict(zip(map(str, QUANTILES), self.quantiles, strict=True)),
            "decision_step_histogram": {
                "limits": self.bins.tolist(),
                "converged": self.converged_at.tolist(),
                "diverged": self.diverged_at.tolist(),
            },
        }


@dataclass(frozen=True)
class Histogram:
    """The magnitudes of values on either side of zero, on a logarithmic scale.

    Attributes:
        limits: of the bins, shape (n + 1,), the same for both sides; bins are equally wide in the
            logarithm. Magnitudes of zero are in the first, infinite ones in the last.
        negative, positive: how many values of either side are in each bin, shape (n,).
    """

    limits: np.ndarray
    negative: np.ndarray
    positive: np.ndarray


def magnitudes(values: np.ndarray, bins: int = 40) -> Histogram:
    """Return the histogram of values, of any shape, none of them NaN."""
    sizes = np.abs(values)
    usable = sizes[np.isfinite(sizes) & (sizes > 0)]
    low, high = (usable.min(), usable.max()) if usable.size else (1.0, 10.0)
    if not low < high:
        low, high = max(low / 2, _FLOAT.smallest_subnormal), min(high, _FLOAT.max / 2) * 2
    # Near the ends of float64, or where low and high nearly agree, rounding leads astray.
    with np.errstate(over="ignore"):
        limits = np.geomspace(low, high, bins + 1)
    limits = np.maximum.accumulate(np.clip(limits, low, high))
    limits[[0, -1]] = low, high
    inside = np.clip(sizes, low, high)
    negative = values < 0
    counts = (np.histogram(inside[side], limits)[0] for side in (negative, ~negative))
    return Histogram(limits, *counts)


def outcomes(
    labels: np.ndarray, decided: np.ndarray, steps: int, categories: Mapping[str, int] | None = None
) -> Outcomes:
    """Return the outcomes of runs.

    Args:
        labels: which converged, bool of any shape.
        decided: the step at which each was decided, `steps` if never; int of the same shape.
        steps: how many steps each has.
        categories: how many runs are in each kind of outcome, where there are kinds.
    """
    # Everything follows from the histogram over single steps, which is one pass over the runs.
    when = np.clip(decided, 0, steps)
    converged = np.bincount(when[labels], minlength=steps + 1)
    both = np.bincount(when.ravel(), minlength=steps + 1)
    diverged = both - converged
    in_time = both[:steps]
    bins = np.linspace(0, steps, BINS + 1)
    return Outcomes(
        runs=labels.size,
        converged=int(converged.sum()),
        diverged=int(diverged.sum()),
        undecided_converged=int(converged[steps]),
        undecided_diverged=int(diverged[steps]),
        steps=steps,
        trained=int(both @ np.arange(steps + 1)),
        quantiles=_quantiles(in_time),
        converged_at=_in_bins(converged[:steps], bins),
        diverged_at=_in_bins(diverged[:steps], bins),
        bins=bins,
        categories=dict(categories or {}),
    )


def share_in_words(count: int, runs: int, error: float = 0.0) -> str:
    """Return which share of all so many runs are, with its error if there is any, in per cent."""
    share = f"{100 * count / runs:.1f} %"
    return f"{share} ± {100 * error:.2g} %" if error else share


def category_counts(values: np.ndarray, names: Mapping[int, str]) -> dict[str, int]:
    """Return the number of values that stand for each kind of outcome.

    Args:
        values: whole numbers, of any shape.
        names: of the kinds, by the numbers that stand for them; {} where values are no kinds.
    """
    numbers, counts = np.unique(values, return_counts=True) if names else ((), ())
    count_of = dict(zip(map(int, numbers), map(int, counts), strict=True))
    return {name: count_of.get(number, 0) for number, name in names.items()}


def _quantiles(counts: np.ndarray) -> tuple[float, ...] | None:
    """Return the smallest step by which each share of the runs counted by step is decided."""
    total = np.cumsum(counts)
    if not total[-1]:
        return None
    return tuple(float(np.searchsorted(total, q * total[-1])) for q in QUANTILES)


def _in_bins(counts: np.ndarray, bins: np.ndarray) -> np.ndarray:
    """Return counts by step, shape (steps,), summed into bins of steps."""
    return np.histogram(np.arange(len(counts)), bins, weights=counts)[0].astype(int)
