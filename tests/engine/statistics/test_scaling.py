"""The fit of a power law: its range, its errors and its flags, against loops."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.statistics.scaling import FEWEST, SPAN, TOLERANCE, Estimate, power_law

SIZES = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48])


def counted(total, blocks=4):
    """The same total in every size, spread over blocks in fixed proportions."""
    shares = np.arange(1, blocks + 1) / np.arange(1, blocks + 1).sum()
    return shares[:, None] * np.asarray(total, float)


def test_an_exact_power_law_is_found_with_no_error_over_all_sizes():
    found = power_law("law", SIZES, counted(1e6 * SIZES**-1.3), sign=-1)
    assert found.value == pytest.approx(1.3)
    assert found.error == pytest.approx(0, abs=1e-9)
    assert found.range == (1, 48)
    assert found.flags == ("resolved",)
    np.testing.assert_allclose(found.slopes, 1.3)


def test_what_leaves_the_power_law_is_left_out():
    total = 1e6 * SIZES**-1.5
    total[SIZES < 3] /= [3, 1.5]
    found = power_law("law", SIZES, counted(total), sign=-1)
    assert found.range == (3, 48)
    assert found.value == pytest.approx(1.5)


def test_sizes_at_which_hardly_anything_is_counted_are_left_out():
    total = np.where(SIZES > 16, FEWEST - 1, 1e4 * SIZES**-1.0)
    found = power_law("law", SIZES, counted(total), sign=-1)
    assert found.range == (1, 16)


def test_a_slope_and_an_offset_give_a_dimension():
    found = power_law("law", SIZES, counted(100 * SIZES**0.4), sign=-1, offset=2)
    assert found.value == pytest.approx(1.6)


def test_no_range_within_the_tolerance_is_said():
    total = 1e6 * np.exp(-(np.log(SIZES) ** 2))
    found = power_law("law", SIZES, counted(total), sign=-1)
    assert found.flags == ("no scaling range",)
    assert found.range_error > 0.5


@pytest.mark.parametrize(
    ("total", "flag"), [(0 * SIZES, "no boundary"), (0 * SIZES + 5, "too few boundary boxes")]
)
def test_nothing_and_too_little_have_no_value(total, flag):
    found = power_law("law", SIZES, counted(total), sign=-1)
    assert math.isnan(found.value)
    assert math.isnan(found.error)
    assert found.flags == (flag,)


def by_loops(sizes, total, lowest, highest):
    """The slow twin: every range, by numpy's polynomial fit."""
    x, y = np.log(sizes), np.log(total)
    ranges = []
    for low in range(len(sizes)):
        for high in range(low + 2, len(sizes)):
            used = slice(low, high + 1)
            if sizes[high] < SPAN * sizes[low] or min(total[used]) < FEWEST:
                continue
            if highest is not None and sizes[low] > highest:
                continue
            slope, level = np.polyfit(x[used], y[used], 1)
            off = max(abs(y[used] - slope * x[used] - level))
            ranges.append((sizes[low], sizes[high], slope, off))
    if not ranges:
        return None
    holding = [r for r in ranges if r[3] <= TOLERANCE]
    if not holding:
        return False, min(ranges, key=lambda r: r[3]), ranges
    for begin in [s for s in sizes[::-1] if s <= lowest] + [0]:
        beyond = [r for r in holding if r[0] >= begin]
        if beyond:
            return True, max(beyond, key=lambda r: (r[1] / r[0], -r[0])), ranges
    return None


@given(
    st.floats(0.5, 2.5),
    st.lists(st.floats(-0.15, 0.15), min_size=len(SIZES), max_size=len(SIZES)),
    st.floats(2, 7),
    st.sampled_from([(1, None), (4, None), (1, 1)]),
)
def test_the_range_and_the_slope_are_those_of_the_loop(exponent, noise, level, bounds):
    total = 10**level * SIZES**-exponent * np.exp(noise)
    lowest, highest = bounds
    found = power_law("law", SIZES, counted(total), sign=-1, lowest=lowest, highest=highest)
    expected = by_loops(SIZES, total, lowest, highest)
    if expected is None:
        assert math.isnan(found.value)
        return
    holds, (low, high, slope, _), ranges = expected
    assert found.range == (low, high)
    assert found.value == pytest.approx(-slope, abs=1e-9)
    assert found.resolved == (holds and low >= lowest)
    spread = max(r[2] for r in ranges) - min(r[2] for r in ranges)
    assert found.range_error >= spread / 2 - 1e-9


def test_a_range_begins_beyond_the_lowest_size_where_it_can():
    exact = counted(1e6 * SIZES**-1.5)
    assert power_law("law", SIZES, exact, sign=-1, lowest=4).range == (4, 48)
    few = counted(np.where(SIZES > 24, 1, 1e6 * SIZES**-1.5))
    assert power_law("law", SIZES, few, sign=-1, lowest=4).range == (3, 24)


def test_what_other_ranges_would_have_given_is_in_the_error():
    total = 1e6 * SIZES**-1.5
    bent = np.where(SIZES < 4, total * (SIZES / 4) ** 0.3, total)
    found = power_law("law", SIZES, counted(bent), sign=-1, lowest=4)
    assert found.value == pytest.approx(1.5)
    assert found.fit_error == pytest.approx(0, abs=1e-9)
    lowest_slope = -np.polyfit(np.log(SIZES[:6]), np.log(bent[:6]), 1)[0]
    halves = [found.value, lowest_slope]
    assert found.range_error == pytest.approx((max(halves) - min(halves)) / 2)


def test_a_boundary_in_hardly_any_block_says_nothing_of_the_others():
    counts = np.zeros((9, len(SIZES)))
    counts[:3] = 1e5 * SIZES**-1.2
    found = power_law("law", SIZES, counts, sign=-1)
    assert found.value == pytest.approx(1.2)
    assert found.flags == ("too few boundary boxes",)
    alone = power_law("law", SIZES, counts * [[1], *[[0]] * 8], sign=-1)
    assert math.isnan(alone.sampling_error)


def test_the_standard_error_is_that_of_least_squares():
    total = 1e5 * SIZES**-1.2 * np.exp(0.02 * np.cos(7 * np.arange(len(SIZES))))
    found = power_law("law", SIZES, counted(total), sign=-1)
    _, covariance = np.polyfit(np.log(SIZES), np.log(total), 1, cov=True)
    assert found.range == (1, 48)
    assert found.fit_error == pytest.approx(math.sqrt(covariance[0, 0]), rel=1e-9)


def test_the_sampling_error_leaves_every_block_out_once():
    random = np.random.default_rng(3)
    counts = random.uniform(0.5, 1.5, (6, 1)) * (1e4 * SIZES ** -random.uniform(1.1, 1.5, (6, 1)))
    found = power_law("law", SIZES, counts, sign=-1)
    used = (found.range[0] <= SIZES) & (found.range[1] >= SIZES)
    x = np.log(SIZES[used])
    slopes = [
        np.polyfit(x, np.log(np.delete(counts[:, used], block, 0).sum(axis=0)), 1)[0]
        for block in range(6)
    ]
    expected = math.sqrt(5 / 6 * sum((s - np.mean(slopes)) ** 2 for s in slopes))
    assert found.sampling_error == pytest.approx(expected, rel=1e-9)


def test_the_error_is_all_its_known_parts_together():
    assert Estimate("e", 1.0, 0.3, 0.4, 1.2).error == pytest.approx(1.3)
    assert Estimate("e", 1.0, 0.3).error == pytest.approx(0.3)
    assert math.isnan(Estimate("e", 1.0).error)


@pytest.mark.parametrize(
    ("value", "error", "flags"),
    [
        (1.5, 0.05, ("resolved",)),
        (1.95, 0.05, ("near noise ceiling",)),
        (1.985, 0.001, ("near noise ceiling",)),
        (1.95, 0.01, ("resolved",)),
        (1.05, 0.05, ("resolved", "near smooth null")),
        (1.5, 0.5, ("near noise ceiling", "near smooth null")),
    ],
)
def test_a_number_that_a_control_would_also_give_says_so(value, error, flags):
    noise, smooth = Estimate("e", 2.0, 0.1), Estimate("e", 1.0, 0.1)
    found = Estimate("e", value, error, flags=("resolved",)).against(noise, smooth)
    assert found.flags == flags
    assert found.resolved == ("resolved" in flags)
    assert (found.noise, found.smooth) == (noise, smooth)


def test_a_control_too_small_to_measure_stands_for_its_known_dimension():
    unknown = Estimate("e", math.nan)
    for value, flags in ((1.02, ("resolved", "near smooth null")), (1.95, ("near noise ceiling",))):
        found = Estimate("e", value, 0.05, flags=("resolved",)).against(unknown, unknown)
        assert found.flags == flags


def test_a_flag_from_the_fit_stays_beside_those_of_the_controls():
    noise, smooth = Estimate("e", 2.0), Estimate("e", 1.0)
    found = Estimate("e", 1.5, 0.1, flags=("no scaling range",)).against(noise, smooth)
    assert found.flags == ("no scaling range",)
    nothing = Estimate("e", math.nan, flags=("no boundary",)).against(noise, smooth)
    assert nothing.flags == ("no boundary",)
