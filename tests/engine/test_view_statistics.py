"""The statistics of a view, and the histogram of its values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.spec import Spec
from engine.statistics.outcomes import magnitudes
from engine.statistics.summary import statistics

values = arrays(np.float64, (6, 5), elements=st.floats(-1e300, 1e300))


@given(values)
def test_every_value_is_in_a_bin_of_its_side(values):
    found = magnitudes(values)
    assert found.negative.sum() == (values < 0).sum()
    assert found.positive.sum() == (values >= 0).sum()


def test_bins_are_equally_wide_in_the_logarithm():
    found = magnitudes(np.array([-1.0, -1.0, 10.0, 100.0, 1000.0]), bins=3)
    np.testing.assert_allclose(found.limits, [1, 10, 100, 1000])
    assert found.negative.tolist() == [2, 0, 0]
    assert found.positive.tolist() == [0, 1, 2]


@pytest.mark.parametrize("values", [[0.0, 0.0], [np.inf, -np.inf], [3.0], [-np.inf, 0.0]])
def test_values_without_a_magnitude_are_counted_all_the_same(values):
    found = magnitudes(np.array(values))
    assert found.negative.sum() + found.positive.sum() == len(values)
    assert np.isfinite(found.limits).all()


def test_the_statistics_of_a_view_are_those_of_its_labels():
    spec = Spec.make("quadratic", {"steps": 50})
    values = np.where(np.arange(384) < 96, -2.0, 3.0) * np.ones((384, 1))
    found = statistics(spec, 4, values, np.full((384, 384), 50))
    assert (found.stride, str(found.size)) == (4, "384x384")
    assert found.outcomes.converged == 96 * 384
    assert found.outcomes.undecided == 384 * 384
    box = next(e for e in found.dimensions if e.method == "box counting")
    assert box.value == pytest.approx(1, abs=0.02)
    with pytest.raises(ValueError, match="not computed"):
        statistics(spec, 1, np.full((4, 4), np.nan), np.zeros((4, 4), int))
