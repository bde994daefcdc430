"""Statistics of a view as rows of a name and a value, which pages make tables of."""

from collections.abc import Iterator

import numpy as np

from engine.measures import MEASURES
from engine.reports.plot import LABELS
from engine.statistics.outcomes import share_in_words
from engine.statistics.scaling import RESOLVED, Estimate, value_and_error
from engine.statistics.summary import Statistics

Row = tuple[str, str]  # a name and a value; without a name, a remark on the row above


def dimensions(statistics: Statistics) -> Iterator[Row]:
    """Yield every estimate of the dimension with what it rests on, in pixels of the view."""
    for estimate in statistics.dimensions:
        yield LABELS.get(estimate.method, estimate.method), value_and_error(estimate)
        if not np.isnan(estimate.value):
            yield "", _conditions(estimate, statistics.stride)
    yield "neighbour correlation", value_and_error(statistics.correlation)


def outcomes(statistics: Statistics) -> Iterator[Row]:
    """Yield the share of every outcome, and when runs are decided."""
    of, sides = statistics.outcomes, MEASURES[statistics.spec.measure].sides
    audit = statistics.audit
    side, kind = (0.0, 0.0) if audit is None else (1 - audit.labels, audit.colours)
    for name, count in zip(sides, (of.converged, of.diverged), strict=True):
        yield name, share_in_words(count, of.runs, side)
    if of.undecided:
        yield "undecided among these", share_in_words(of.undecided, of.runs)
        yield "", f"after {statistics.spec.steps:,} steps; counted where they are so far"
    for name, count in of.categories.items():
        if count and name not in sides:
            yield name, share_in_words(count, of.runs, kind)
    if of.quantiles is not None:
        low, _, middle, _, high = of.quantiles
        yield "decided at step", f"{middle:.0f} ({low:.0f}–{high:.0f})"


def _conditions(estimate: Estimate, stride: int) -> str:
    """Return what an estimate rests on: its range, its controls, and what speaks against it."""
    parts = []
    if estimate.range is not None:
        low, high = (stride * size for size in estimate.range)
        parts.append(f"{low}–{high} px")
    for name, control in (("noise", estimate.noise), ("smooth", estimate.smooth)):
        if control is not None and np.isfinite(control.value):
            parts.append(f"{name} {control.value:.2f}")
    parts += [flag for flag in estimate.flags if flag != RESOLVED]
    return ", ".join(parts)
