"""The numbers of a view: its outcomes, dimensions and cautions, at a level that is complete."""

from dataclasses import dataclass

import numpy as np

from engine.measures import MEASURES
from engine.plane import Size
from engine.spec import Spec
from engine.statistics import cautions
from engine.statistics.boundary import labels_of
from engine.statistics.dimension import correlation, dimensions
from engine.statistics.outcomes import Histogram, Outcomes, category_counts, magnitudes, outcomes
from engine.statistics.scaling import Estimate


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
    """

    spec: Spec
    stride: int
    size: Size
    outcomes: Outcomes
    values: Histogram
    dimensions: tuple[Estimate, ...]
    correlation: Estimate
    cautions: tuple[str, ...] = ()


def statistics(spec: Spec, stride: int, values: np.ndarray, decided: np.ndarray) -> Statistics:
    """Return the statistics of the values and decision steps of a view, (height, width) each.

    Raises:
        ValueError: if some of it is not known.
    """
    labels = labels_of(values)
    height, width = values.shape
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
        tuple(dimensions(labels)),
        correlation(labels),
        cautions.of_values(spec, values, decided),
    )
