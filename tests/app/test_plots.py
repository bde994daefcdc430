"""The small plots of the statistics: the numbers that they draw."""

import numpy as np
import pytest

from app.views.plots import METHOD, Counts, Shares
from engine.places.presets import preset
from engine.plane import Size
from engine.statistics.outcomes import Histogram
from engine.statistics.summary import statistics
from engine.tiles.field import compute_field


def drawn(figure):
    """The data of each glyph of a figure, with the columns that it draws."""
    return [(glyph.glyph, glyph.data_source.data) for glyph in figure.renderers]


def test_both_sides_of_a_histogram_are_shares_of_all_runs():
    plot = Shares("loss", "log")
    plot.show(Histogram(np.array([1.0, 10.0, 100.0]), np.array([1, 3]), np.array([4, 0])), 8)
    heights = [data[glyph.top].tolist() for glyph, data in drawn(plot.figure)]
    assert heights == [[12.5, 37.5], [50.0, 0.0]]
    _, data = drawn(plot.figure)[0]
    assert (data["left"].tolist(), data["right"].tolist()) == ([1, 10], [10, 100])


def test_the_counts_of_boxes_are_drawn_over_their_size_in_pixels():
    place = preset("quadratic")
    field = compute_field(place.spec.replace({"steps": 40}), place.window("home"), Size(96, 96))
    found = statistics(field.spec, 2, field.values, field.decided)
    plot = Counts()
    plot.show(found)
    estimate = next(e for e in found.dimensions if e.method == METHOD)
    glyph, data = drawn(plot.figure)[0]
    known = estimate.counts > 0
    assert known.sum() > 2
    np.testing.assert_array_equal(data[glyph.x], 2 * estimate.sizes[known])
    np.testing.assert_array_equal(data[glyph.y], estimate.counts[known])
    glyph, data = drawn(plot.figure)[1]
    slope = np.diff(np.log(data[glyph.y])) / np.diff(np.log(data[glyph.x]))
    assert slope == pytest.approx(-estimate.value)
