"""The streaming measure, against its definition on whole curves."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.measures import MEASURES
from engine.measures.base import Sum, occurrences
from tests.twin import convergence

LENGTH = 64
judge = MEASURES["convergence"]


@functools.partial(jax.jit, static_argnames="judge")
def streamed(curve, cycle, known, steps, judge=judge):
    """The measure of `curve[:known]` continued by repetitions of `cycle` up to `steps`."""

    def take(tally, item):
        t, loss = item
        new = judge.update(tally, loss, t, steps)
        return jax.tree.map(lambda n, o: jnp.where(t < known, n, o), new, tally), None

    tally, _ = jax.lax.scan(take, judge.init(jnp.zeros(())), (jnp.arange(len(curve)), curve))
    return judge.finish(tally, cycle, known, steps)


def whole(curve, cycle, known, steps):
    rest = np.resize(cycle, steps - known) if steps > known else []
    return np.concatenate([curve[:known], rest])


finite = st.floats(1e-9, 1e12)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(finite, min_size=LENGTH, max_size=LENGTH),
    st.lists(finite | st.sampled_from([math.inf, math.nan]), min_size=6, max_size=6),
    st.integers(1, LENGTH),
    st.integers(1, 300),
)
def test_the_closed_form_equals_the_definition_on_the_whole_curve(curve, cycle, known, steps):
    known = min(known, steps)
    curve, cycle = np.array(curve), np.array(cycle)
    expected = convergence(whole(curve, cycle, known, steps))
    value = float(streamed(curve, cycle, known, steps))
    assert value == pytest.approx(expected, rel=1e-12)


def test_a_run_that_starts_non_finite_has_diverged():
    value = float(streamed(np.ones(LENGTH), np.full(6, np.inf), 0, 100))
    assert value == convergence(np.full(100, np.inf)) == 100


def test_a_short_run_is_judged_by_the_losses_it_has():
    falling = 1.0 / (1 + np.arange(LENGTH))
    assert float(streamed(falling, np.ones(6), 5, 5)) == pytest.approx(-falling[:5].sum())


def test_no_outcome_is_ever_nan():
    for first in (0.0, 1.0, np.inf):
        assert not math.isnan(float(streamed(np.full(LENGTH, first), np.zeros(6), 3, 50)))


def test_non_finite_losses_count_as_a_million_before_they_are_divided():
    curve = np.full(LENGTH, 10.0)
    value = float(streamed(curve, np.full(6, np.inf), 1, 1 + 9))
    assert value == pytest.approx(1 + 9 / 1e5)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-1e12, 1e12, allow_subnormal=False), min_size=1, max_size=50))
def test_a_sum_is_right_to_the_last_bit_whatever_cancels(terms):
    total = Sum.zero()
    for term in terms:
        total = total.add(jnp.asarray(term))
    largest = sum(map(abs, terms))
    assert float(total.value) == pytest.approx(
        math.fsum(terms), rel=2.3e-16, abs=1e-28 * largest + 1e-300
    )


def test_multiples_are_added_without_rounding():
    total = Sum.zero().add(jnp.asarray(1e16)).add_times(jnp.asarray(0.1), jnp.asarray(1e6))
    assert float(total.value) == math.fsum([1e16, *([0.1] * 10**6)])


@given(st.integers(1, 20), st.integers(0, 100), st.integers(0, 100))
@settings(deadline=None)
def test_occurrences_count_each_phase(length, start, more):
    counted = np.asarray(occurrences(length, start, jnp.asarray(start + more)))
    expected = [sum(s % length == i for s in range(start, start + more)) for i in range(length)]
    assert counted.tolist() == expected


def capped(curve, steps):
    """The published measure of transformers, from all losses that were recorded."""
    ended = np.flatnonzero(~np.isfinite(curve))
    recorded = curve[: ended[0] + 1] if len(ended) else curve
    v = np.minimum(np.where(np.isfinite(recorded), recorded / (curve[0] + 1e-8), 10), 10)
    n, more = max(steps // 20, 1), len(v) - 1
    total, base = math.fsum(v), 1 + 0.4 * more
    early, recent, variance = v[:n].mean(), v[-n:].mean(), v[-n:].var()
    if not len(ended) and recent + 0.1 < early and variance < 0.01 and recent < 0.4:
        return -math.sqrt(max(base - total, 0) / (0.4 * max(more, 1)))
    return math.sqrt(max(total - base, 0) / (1 + 9.6 * more))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.floats(0.1, 5), min_size=LENGTH, max_size=LENGTH),
    st.lists(st.floats(0.05, 0.5), min_size=6, max_size=6) | st.just([math.inf] * 6),
    st.floats(0.1, 1),
    st.integers(1, LENGTH),
    st.integers(1, 300),
)
def test_the_measure_of_transformers_is_the_definition_on_the_whole_curve(
    curve, cycle, calm, known, steps
):
    known = min(known, steps)
    curve = np.array(curve)
    curve[LENGTH // 4 :] *= calm  # so that some converge
    cycle = np.array(cycle)
    judge = MEASURES["capped_convergence"]
    expected = capped(whole(curve, cycle, known, steps), steps)
    value = float(streamed(curve, cycle, known, steps, judge))
    assert value == pytest.approx(expected, rel=1e-9, abs=1e-7)
    assert value != 0


@pytest.mark.parametrize(
    ("curve", "converged"),
    [
        (np.r_[4.0, np.full(99, 1.0)], True),
        (np.full(100, 4.0), False),  # does not fall
        (np.r_[4.0, np.full(99, 1.7)], False),  # stays above 0.4 of the first
        (np.r_[np.full(80, 4.0), np.tile([0.1, 3.0], 10)], False),  # varies to the end
        (np.r_[4.0, np.full(98, 1.0), np.inf], False),
    ],
)
def test_a_transformer_has_converged_if_its_loss_fell_and_rests(curve, converged):
    judge, known = MEASURES["capped_convergence"], int(np.isfinite(curve).sum())
    value = float(streamed(curve, np.full(6, np.inf), known, 100, judge))
    assert (value < 0) == converged


def test_a_loss_that_falls_at_once_has_the_largest_magnitude():
    judge = MEASURES["capped_convergence"]
    fast, slow = (np.r_[np.full(k, 1.0), np.full(100 - k, 0.01)] for k in (1, 60))
    values = [float(streamed(c, np.full(6, 0.01), 100, 100, judge)) for c in (fast, slow)]
    assert values[0] < values[1] < 0
    assert values[0] == pytest.approx(-1, abs=0.02)
