"""The range in which runs are drawn over their steps, and the marks of what lies beyond it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.analysis.courses import (
    APART,
    DEEPEST,
    EXTREMES,
    GROWTH,
    KINDS,
    MARGIN,
    MOST_ROWS,
    MOST_TICKS,
    ROOM,
    courses,
    until_it_ends,
)

STEPS = 101
CONVERGED = np.geomspace(1, 0.01, STEPS)
EXPLODING = np.geomspace(1, 1e40, STEPS)
curves = arrays(
    np.float64, st.integers(1, 30), elements=st.floats(allow_nan=True, allow_infinity=True)
)


def decades(low, high):
    return np.log10(high) - np.log10(low)


def marks_of(*curves):
    return [(mark.run, mark.step, mark.kind) for mark in courses([[c] for c in curves]).marks]


def test_a_converged_run_keeps_most_of_the_height_beside_one_that_explodes():
    alone, both = courses([[CONVERGED]]), courses([[CONVERGED], [EXPLODING]])
    assert decades(alone.low, alone.high) == pytest.approx(2 * (1 + 2 * MARGIN))
    assert decades(both.low, both.high) == pytest.approx(2 * (1 + ROOM) * (1 + 2 * MARGIN))
    assert 2 / decades(both.low, both.high) > 0.7
    # 10 ** (0.4 k) is beyond 10 ** (0.4 + 0.144) from step 2 on.
    assert marks_of(CONVERGED, EXPLODING) == [(1, 2, "above")]


@given(
    st.floats(-30, 30), st.floats(0, DEEPEST - 0.01),
    st.lists(arrays(np.float64, 20, elements=st.floats(0, 1e300)), max_size=3),
)  # fmt: skip
def test_runs_that_stay_are_drawn_whole_and_keep_most_of_the_height(start, depth, others):
    """Others may explode, and fall however deep first."""
    staying = 10 ** np.linspace(start, start - depth, 20)
    wild = [np.append(other, np.inf) for other in others]
    shown = courses([[staying], *([curve] for curve in wild)])
    assert shown.low < staying.min() <= staying.max() < shown.high
    kept = max(depth, 1) / decades(shown.low, shown.high)
    assert kept >= 1 / ((1 + 2 * ROOM) * (1 + 2 * MARGIN)) - 1e-9 > 0.6
    assert all(mark.run > 0 for mark in shown.marks)


def test_a_run_stays_if_it_ends_no_further_up_than_a_decade_however_high_it_was():
    catapult = np.array([1.0, 1e6, 0.1])
    assert marks_of(catapult, CONVERGED) == []
    assert marks_of(np.array([1.0, 1e6, 10**GROWTH]), CONVERGED) == []
    assert marks_of(np.array([1.0, 1e6, 1.1 * 10**GROWTH]), CONVERGED) == [(0, 1, "above")]


def test_where_every_run_explodes_their_beginnings_are_seen():
    plateau = np.concatenate([np.linspace(1, 2, 95), np.geomspace(10, 1e300, 6), [np.inf] * 40])
    shown = courses([[plateau]])
    assert 0.3 <= shown.low < 1 < 2 < shown.high < 100
    assert [(m.step, m.kind) for m in shown.marks] == [(95, "above"), (101, "infinite")]
    fast = courses([[np.append(np.geomspace(1, 1e120, STEPS), np.inf)]])
    assert fast.low < 1 < 1e120 < fast.high
    slowly = courses([[np.geomspace(1, 1e6, STEPS)]])
    assert slowly.low < 1 < 1e6 < slowly.high
    assert slowly.marks == ()


def test_what_lies_below_all_rounding_is_marked_and_not_drawn():
    deep = np.geomspace(1, 1e-80, STEPS)
    shown = courses([[deep]])
    assert decades(shown.low, shown.high) == pytest.approx(DEEPEST * (1 + ROOM) * (1 + 2 * MARGIN))
    assert [m.kind for m in shown.marks] == ["below"]
    assert deep[shown.marks[0].step - 1] >= shown.low > deep[shown.marks[0].step]


def test_each_event_is_marked_once_where_it_begins_and_nothing_after_the_end():
    first = np.array([1.0, 0.5, 0.0, 0.0, 0.5, 0.0, 0.5, np.nan, np.inf])
    second = np.array([1.0, 0.5, 0.4, -1.0, np.inf, np.nan, 0.0, 1.0, 1.0])
    assert marks_of(first, second) == [
        (0, 2, "zero"), (0, 5, "zero"), (0, 7, "nan"), (1, 3, "zero"), (1, 4, "infinite"),
    ]  # fmt: skip
    assert courses([[first], [second]]).kinds == ("infinite", "nan", "zero")
    assert courses([[first], [second]]).last == 7


def test_a_curve_that_keeps_leaving_is_marked_now_and_then():
    often = np.where(np.arange(1000) % 2, 1e9, 1.0)
    often[-1] = np.nan
    steps = [step for _, step, kind in marks_of(often, CONVERGED) if kind == "above"]
    assert steps[0] == 1
    assert np.diff(steps).min() > APART * 999
    assert len(steps) <= 1 / APART


def test_nothing_that_can_be_drawn_has_a_range_all_the_same():
    for runs in ([], [[]], [[np.array([np.nan])]], [[np.zeros(3)]], [[np.array([])]]):
        shown = courses(runs)
        assert (shown.low, shown.high) == (0.1, 10.0)
    assert courses([]).marks == ()


@given(st.lists(st.lists(curves, max_size=3), max_size=6))
def test_every_value_that_counts_is_within_the_range_or_marked(runs):
    shown = courses(runs)
    assert 10 ** EXTREMES[0] <= shown.low < shown.high <= 10 ** EXTREMES[1]
    assert np.isfinite(shown.high / shown.low)  # Bokeh divides them
    for number, of_run in enumerate(runs):
        kinds = {mark.kind for mark in shown.marks if mark.run == number}
        cut = [until_it_ends(curve) for curve in of_run]
        values = np.concatenate([[], *cut])
        finite = values[np.isfinite(values)]
        assert ("above" in kinds) == bool((finite > shown.high).any())
        assert ("below" in kinds) == bool(((finite < shown.low) & (finite > 0)).any())
        assert ("zero" in kinds) == bool((finite <= 0).any())
        assert ("infinite" in kinds) == bool(np.isinf(values).any())
        assert ("nan" in kinds) == bool(np.isnan(values).any())


@given(st.lists(st.lists(curves, max_size=2), max_size=6))
def test_marks_stand_at_their_edge_and_one_does_not_hide_another(runs):
    shown = courses(runs)
    middle = np.sqrt(shown.low) * np.sqrt(shown.high)
    places = {}
    for mark in shown.marks:
        assert shown.low < mark.height < shown.high
        assert (mark.height > middle) == KINDS[mark.kind].at_top
        places.setdefault(mark.height, []).append(mark.step)
    assert len(places) <= 2 * MOST_ROWS
    if len(places) < MOST_ROWS:  # of neither edge have the rows run out
        for steps in places.values():
            assert (np.diff(sorted(steps)) > APART * shown.last).all()


@given(st.lists(st.lists(curves, max_size=2), max_size=3))
def test_ticks_are_few_even_and_within_the_range(runs):
    shown = courses(runs)
    assert 2 <= len(shown.ticks) <= MOST_TICKS + 1
    assert all(shown.low <= tick <= shown.high for tick in shown.ticks)
    assert np.ptp(np.diff(np.log10(shown.ticks))) < 0.05  # 3 is half a decade, or nearly


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([1, 1e-2], [1e-2, 1e-1, 1]),
        ([1, 1e-20], [1e-20, 1e-15, 1e-10, 1e-5, 1]),
        ([1, 1], [0.3, 1, 3]),
    ],
)
def test_ticks_are_powers_of_ten_where_these_are_enough(values, ticks):
    assert courses([[np.array(values, float)]]).ticks == ticks
