"""The numbers of a view: its outcomes, dimensions and cautions, at a level that is complete."""

from dataclasses import dataclass

import numpy as np

from engine.measures import MEASURES
from engine.plane import Size
from engine.spec import Spec
from engine.statistics import cautions
from engine.statistics.boundary import labels_of
from engine.statistics.dimension import correlation, dimensions
from engine.statistics.mislabelled import mislabelled
from engine.statistics.outcomes import Histogram, Outcomes, category_counts, magnitudes, outcomes
from engine.statistics.scaling import Estimate
from engine.tiles.tally import Bounds


@dataclass(frozen=True)
class Statistics:
    """The statistics of a view.

    Attributes:
        spec: what is seen.
        stride: how many points of the view's own level lie between two that were used: 1 when it
            is as sharp as it will be.
        size: how many points were used, in columns and rows.
        outcomes: what became of their runs.
        values: how their values are distributed.
        dimensions: an estimate for each method, with its controls; lengths in points used.
        correlation: of the labels of neighbours.
        cautions: what to know before believing any of it, in words.
        audit: how many labels may be wrong, and kinds of outcome; None where every run was trained.
    """

    spec: Spec
    stride: int
    size: Size
    outcomes: Outcomes
    values: Histogram
    dimensions: tuple[Estimate, ...]
    correlation: Estimate
    cautions: tuple[str, ...] = ()
    audit: Bounds | None = None


def statistics(
    spec: Spec,
    stride: int,
    values: np.ndarray,
    decided: np.ndarray,
    audit: Bounds | None = None,
    predicted: np.ndarray | None = None,
) -> Statistics:
    """Return the statistics of a view.

    Args:
        spec, stride: as in `Statistics`.
        values, decided: the value and decision step of each run, shape (height, width) each.
        audit: of the predicted runs among them; None where every run was trained. What it says of
            labels is in the error of every number of labels. Values and decision steps of predicted
            runs count as predicted, and nothing bounds the error of that.
        predicted: which these are, of the same shape; None where that is not known.

    Raises:
        ValueError: if some of it is not known.
    """
    labels = labels_of(values)
    height, width = values.shape
    wrong = mislabelled(labels, audit, predicted)
    return Statistics(
        spec,
        stride,
        Size(width, height),
        outcomes(
            labels,
            decided,
            spec.steps,
            category_counts(values, MEASURES[spec.measure].category_names),
        ),
        magnitudes(values),
        tuple(dimensions(labels, wrong)),
        correlation(labels, wrong),
        cautions.of_values(spec, values, decided),
        audit,
    )
