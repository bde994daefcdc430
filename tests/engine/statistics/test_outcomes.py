"""How many runs ended how, and when."""

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.plane import Size, Window
from engine.spec import Spec
from engine.statistics.outcomes import QUANTILES, outcomes
from engine.tiles.field import compute_field


def test_runs_are_counted_by_outcome_and_by_whether_they_were_decided():
    labels = np.array([[True, True, False], [False, False, True]])
    decided = np.array([[10, 40, 3], [7, 40, 40]])
    found = outcomes(labels, decided, steps=40)
    assert (found.runs, found.converged, found.diverged) == (6, 3, 3)
    assert (found.undecided_converged, found.undecided_diverged, found.undecided) == (2, 1, 3)
    assert found.trained == 10 + 40 + 3 + 7 + 40 + 40
    assert found.quantiles == (3, 3, 7, 10, 10)
    assert list(np.flatnonzero(found.converged_at)) == [5]
    assert list(np.flatnonzero(found.diverged_at)) == [1, 3]
    assert found.converged_at.sum() + found.diverged_at.sum() + found.undecided == found.runs


def test_where_nothing_was_decided_there_are_no_quantiles():
    found = outcomes(np.ones(4, bool), np.full(4, 9), steps=9)
    assert found.quantiles is None
    assert json.loads(json.dumps(found.to_dict()))["undecided"] == 4


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 50)), min_size=1), st.integers(50, 60))
def test_the_quantiles_are_numpys(runs, steps):
    labels, decided = (np.array(column) for column in zip(*runs, strict=True))
    found = outcomes(labels, decided, steps)
    known = decided[decided < steps]
    if known.size:
        expected = np.quantile(known, QUANTILES, method="inverted_cdf")
        np.testing.assert_array_equal(found.quantiles, expected)
    assert found.converged == labels.sum()
    assert found.undecided == (decided == steps).sum()


def test_a_view_of_the_quadratic_counts_what_its_closed_form_says():
    spec = Spec.make("quadratic", {"steps": 2000})
    field = compute_field(spec, Window.parse("0.01", "0.02", "4"), Size(40, 40))
    found = outcomes(field.values < 0, field.decided, spec.steps)
    r1, r2 = np.meshgrid(10.0**field.x, 10.0**field.y)
    expected = spec.system.converges(r1, r2)
    assert 0.1 < expected.mean() < 0.9
    assert abs(found.converged - expected.sum()) <= 2
    assert found.converged + found.diverged == 1600
