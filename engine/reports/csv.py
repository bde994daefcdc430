"""Statistics as comma-separated values, one number to a line."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from engine.measures import MEASURES
from engine.plane import Size, Window
from engine.reports.report import number
from engine.spec import Spec
from engine.statistics.outcomes import QUANTILES, Outcomes
from engine.statistics.scaling import Estimate
from engine.tiles.tally import Bounds

COLUMNS = (
    "centre_x", "centre_y", "width", "runs", "quantity", "unit", "value", "error", "from_pixels",
    "to_pixels", "noise_ceiling", "smooth_null", "flags",
)  # fmt: skip


class OfWindow(Protocol):
    """The statistics of one window: those of a frame of a zoom, or of a view."""

    @property
    def size(self) -> Size:
        """The runs that were used, in columns and rows."""

    @property
    def outcomes(self) -> Outcomes:
        """The outcomes of the runs."""

    @property
    def dimensions(self) -> tuple[Estimate, ...]:
        """An estimate for each method."""

    @property
    def correlation(self) -> Estimate:
        """Of the labels of neighbours."""

    @property
    def audit(self) -> Bounds | None:
        """How many labels may be wrong; None where every run was trained."""


def table(spec: Spec, parts: Iterable[tuple[Window, OfWindow]]) -> str:
    """Return the statistics of windows as CSV: a heading, and a line for every number.

    Lengths are in runs used. What could not be measured is left empty.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for window, about in parts:
        where = {
            "centre_x": window.x, "centre_y": window.y, "width": 2 * window.half_width,
            "runs": about.size.pixels,
        }  # fmt: skip
        writer.writerows({**where, **line} for line in _lines(spec, about))
    return text.getvalue()


def _lines(spec: Spec, about: OfWindow) -> Iterator[dict[str, Any]]:
    for estimate in about.dimensions:
        yield {"quantity": f"dimension, {estimate.method}", "unit": "1", **_numbers(estimate)}
    yield {"quantity": "neighbour correlation", "unit": "1", **_numbers(about.correlation)}
    of, sides = about.outcomes, MEASURES[spec.measure].sides
    counts = (of.converged, of.diverged, of.undecided)
    audit = about.audit
    side, kind = (None, None) if audit is None else (1 - audit.labels, audit.colours)
    for name, count, error in zip((*sides, "undecided"), counts, (side, side, None), strict=True):
        yield {"quantity": f"share {name}", "unit": "1", "value": count / of.runs, "error": error}
    for name, count in of.categories.items():
        yield {"quantity": f"share of the kind {name}", "unit": "1", "value": count / of.runs,
               "error": kind}  # fmt: skip
    if audit is not None:
        trained = 1 - audit.predicted / audit.points
        yield {"quantity": "share trained, others predicted", "unit": "1", "value": trained}
        yield {"quantity": "share of labels right, at least", "unit": "1", "value": audit.labels}
    if of.quantiles is not None:
        for share, step in zip(QUANTILES, of.quantiles, strict=True):
            yield {"quantity": f"decision step, {share:.0%}", "unit": "steps", "value": step}


def _numbers(estimate: Estimate) -> dict[str, Any]:
    low, high = estimate.range or ("", "")
    controls = {
        name: number(control.value)
        for name, control in (("noise_ceiling", estimate.noise), ("smooth_null", estimate.smooth))
        if control is not None
    }
    return {
        "value": number(estimate.value), "error": number(estimate.error), "from_pixels": low,
        "to_pixels": high, "flags": "; ".join(estimate.flags), **controls,
    }  # fmt: skip
