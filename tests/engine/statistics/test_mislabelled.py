"""Labels that may be wrong: how many are flipped, where, and what that does to numbers."""

import numpy as np
import pytest

from engine.spec import Spec
from engine.statistics.boundary import smooth
from engine.statistics.dimension import METHODS, correlation, dimensions
from engine.statistics.mislabelled import BESIDE, mislabelled
from engine.statistics.summary import statistics
from engine.statistics.zoom import ZoomStep, combined
from engine.tiles.audit import Audit
from engine.tiles.tally import Tally
from tests.engine.statistics import known

SHAPE = 300, 400
HALVES = np.arange(SHAPE[1]) < 150 + np.zeros((SHAPE[0], 1))


def tally(share, labels=HALVES):
    return Tally(labels.size, labels.size // 2, share * labels.size, 0.0)


@pytest.mark.parametrize("share", [0.0001, 0.003, 0.02])
def test_as_many_are_flipped_as_may_be_wrong_beside_the_boundary(share):
    flipped = mislabelled(HALVES, tally(share)) != HALVES
    assert flipped.sum() == pytest.approx(share * HALVES.size, abs=1)
    _, columns = np.nonzero(flipped)
    assert np.abs(columns - 149.5).max() <= BESIDE
    assert {True, False} == set((columns < 150).tolist()) or flipped.sum() < 20
    np.testing.assert_array_equal(mislabelled(HALVES, tally(share)) != HALVES, flipped)


def test_none_is_flipped_that_was_trained():
    predicted = np.zeros(SHAPE, bool)
    predicted[:, 170:180] = True  # beyond what lies beside the boundary
    flipped = mislabelled(HALVES, tally(0.003), predicted) != HALVES
    assert flipped.sum() == 360
    assert not (flipped & ~predicted).any()
    every = mislabelled(HALVES, tally(0.5), predicted) != HALVES
    np.testing.assert_array_equal(every, predicted)


def test_without_a_boundary_they_are_flipped_anywhere_and_without_doubt_nowhere():
    alike = np.zeros(SHAPE, bool)
    assert mislabelled(alike, tally(0.001)).sum() == 120
    assert mislabelled(HALVES, None) is None
    assert mislabelled(HALVES, Tally(HALVES.size, 0, 0.0, 0.0)) is None


SURFACES = {"rough": known.rough(256, 1.5, 1), "smooth": smooth((256, 256))}


@pytest.mark.parametrize("name", SURFACES)
def test_errors_grow_with_what_the_audit_leaves_open(name):
    labels = SURFACES[name]
    plain = [*dimensions(labels), correlation(labels)]
    before = [0.0] * len(plain)
    for share in (0.0005, 0.003, 0.02):
        wrong = mislabelled(labels, tally(share, labels))
        estimates = [*dimensions(labels, wrong), correlation(labels, wrong)]
        for estimate, exact, least in zip(estimates, plain, before, strict=True):
            assert estimate.value == exact.value
            assert estimate.error > exact.error or np.isnan(exact.error)
            assert estimate.label_error > least or estimate.method == "published"
        before = [estimate.label_error for estimate in estimates]
    assert all(np.isnan(estimate.label_error) for estimate in plain)


def test_the_error_covers_labels_that_are_wrong_elsewhere():
    """Islands of a few runs that nobody has seen, of as many runs as the audit leaves open."""
    labels = SURFACES["rough"]
    seen, random = labels.copy(), np.random.default_rng(3)
    edge = np.argwhere(labels[4:-4, 4:-4] != labels[4:-4, 5:-3]) + 4
    for row, column in edge[random.choice(len(edge), 30, replace=False)]:
        seen[row : row + 2, column - 2 : column + 1] ^= True
    share = (seen != labels).mean()
    wrong = mislabelled(seen, tally(share, labels))
    for estimate in dimensions(seen, wrong):
        away = abs(estimate.value - METHODS[estimate.method](labels).value)
        assert away < estimate.error


def test_the_statistics_of_a_view_take_an_audit():
    spec = Spec.make("quadratic", {"steps": 50})
    values = np.where(SURFACES["rough"], -2.0, 3.0)
    decided = np.full(values.shape, 20)
    plain = statistics(spec, 1, values, decided)
    audit = Audit(values.size, values.size // 2, 2000, 1, 5)
    found = statistics(spec, 1, values, decided, audit)
    assert found.audit is audit
    assert plain.audit is None
    assert found.outcomes.to_dict() == plain.outcomes.to_dict()
    for estimate, exact in zip(found.dimensions, plain.dimensions, strict=True):
        assert estimate.value == exact.value
        assert estimate.error > exact.error
    assert found.correlation.error > plain.correlation.error


def test_more_frames_do_not_lessen_what_wrong_labels_leave_open():
    labels = SURFACES["rough"]
    wrong = mislabelled(labels, tally(0.02, labels))
    errors = {}
    for name, flipped in (("plain", None), ("refined", wrong)):
        estimates = tuple(dimensions(labels, flipped))
        step = ZoomStep(None, None, None, estimates, None, 0, 0.0)
        errors[name] = [number.error for number in combined([step] * 12)], estimates
    for plain, refined, estimate in zip(*(e[0] for e in errors.values()), errors["refined"][1],
                                        strict=True):  # fmt: skip
        assert refined == pytest.approx(np.hypot(plain, estimate.label_error))
        assert refined >= estimate.label_error > 0
