"""The streaming measure, against its definition on whole curves."""

import functools
import itertools
import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.measures import MEASURES
from engine.measures.common.reduction import Sum, occurrences
from engine.measures.fate import Outcome
from engine.measures.lyapunov import Lyapunov
from engine.spec import Spec
from engine.systems.common.tangent import Stretched
from tests.twin import convergence

LENGTH = 64
judge = MEASURES["convergence"]
# Whose values are never zero, and positive wherever a run fails; others are signed quantities.
ONE_SIDED = ("convergence", "capped_convergence", "outcome", "escape_time", "period", "imbalance")


class Anything(NamedTuple):
    """Every number that some measure asks for, all of them the same."""

    loss: jax.Array
    imbalance: jax.Array
    test: jax.Array
    apart: jax.Array
    angle: jax.Array
    gain: jax.Array


@functools.partial(jax.jit, static_argnames="judge")
@functools.partial(jax.vmap, in_axes=(None, 0, 0, 0, None))
def judged_anything(judge, curve, cycle, known, steps):
    """The measure of runs all of whose numbers are `curve[:known]`, and repeat `cycle` then."""

    def tracked(numbers):
        every = Anything(*(numbers,) * len(Anything._fields))
        return Stretched(numbers, every) if isinstance(judge, Lyapunov | Outcome) else every

    def take(tally, item):
        t, number = item
        new = judge.update(tally, tracked(number), t, steps)
        return jax.tree.map(lambda n, o: jnp.where(t < known, n, o), new, tally), None

    start = judge.init(tracked(jnp.zeros(())))
    tally, _ = jax.lax.scan(take, start, (jnp.arange(len(curve), dtype=jnp.int32), curve))
    return judge.finish(tally, tracked(cycle), known, steps)


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


def test_a_run_that_starts_non_finite_has_diverged_as_fast_as_can_be():
    value = float(streamed(np.ones(LENGTH), np.full(6, np.inf), 0, 100))
    assert value == pytest.approx(convergence(np.full(100, np.inf)))
    assert value == pytest.approx(100 * 1e-6)


def test_a_short_run_is_judged_by_the_losses_it_has():
    falling = 1.0 / (1 + np.arange(LENGTH))
    assert float(streamed(falling, np.ones(6), 5, 5)) == pytest.approx(-falling[:5].sum())


@given(st.floats(1e-290, 1e300), st.just(0.0) | st.floats(1e-9, 2), st.integers(1, 40))
def test_an_overflowed_run_has_diverged_by_the_same_amount_whatever_its_first_loss(
    first, share, known
):
    curve = first * np.r_[1.0, np.full(LENGTH - 1, share)]
    value = float(streamed(curve, np.full(6, np.nan), known, 200))
    alike = float(streamed(curve / first, np.full(6, np.inf), known, 200))
    assert value > 0
    assert value == pytest.approx(alike, rel=1e-9)


def test_a_run_that_has_nothing_to_learn_has_converged():
    assert float(streamed(np.zeros(LENGTH), np.zeros(6), 3, 50)) == -1
    assert float(streamed(np.zeros(LENGTH), np.full(6, 1e-9), 3, 50)) > 0


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_is_a_number_with_a_side_whatever_is_tracked(name):
    """Overflow, zero, what is negative or subnormal, first and last, and NaN in the first step."""
    judge = MEASURES[name].suited(Spec.make("quadratic").system)
    hostile = [0.0, -0.0, 5e-324, -5e-324, 1e-310, -1e-8, 1.0, -3.0, 1e300, -1e300, 1.7e308]
    ends = [math.nan, math.inf, -math.inf]
    cases = [*itertools.product(hostile, hostile, hostile, [40])]
    cases += itertools.product(hostile, hostile, ends, [0, 1, 40])
    first, then, last, known = map(np.array, zip(*cases, strict=True))
    curves = np.column_stack([first, np.tile(then[:, None], LENGTH - 1)])
    cycles = np.tile(last[:, None], 6)
    values = np.asarray(judged_anything(judge, curves, cycles, known.astype(np.int32), 50))
    fails = ~np.isfinite(last)
    assert not np.isnan(values).any()
    assert {True, False} == set((values < 0).tolist())
    if name in ONE_SIDED:
        assert (values != 0).all()
        assert (values[fails] > 0).all()


@given(st.lists(st.floats(-1e12, 1e12, allow_subnormal=False), min_size=1, max_size=50))
def test_a_sum_is_right_to_the_last_bit_whatever_cancels(terms):
    total = Sum.zero()
    for term in terms:
        total = total.add(jnp.asarray(term))
    largest = sum(map(abs, terms))
    assert float(total.value) == pytest.approx(
        math.fsum(terms), rel=2.3e-16, abs=1e-28 * largest + 1e-300
    )


@pytest.mark.parametrize("first", [1e16, -1e5])  # the second leaves what was rounded away
def test_multiples_are_added_without_rounding(first):
    total = Sum.zero().add(jnp.asarray(first)).add_times(jnp.asarray(0.1), jnp.asarray(1e6))
    assert float(total.value) == math.fsum([first, *([0.1] * 10**6)])


@given(st.sampled_from([1, 2, 7, 20]), st.integers(0, 100), st.integers(0, 100))
def test_occurrences_count_each_phase(length, start, more):
    counted = np.asarray(jax.jit(occurrences, static_argnums=0)(length, start, start + more))
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
