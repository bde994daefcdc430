"""What becomes of a run, against what is read off its whole history."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.measures import MEASURES
from engine.measures.fate import Outcome, Period
from engine.spec import Spec
from engine.systems.common.tangent import Stretched
from engine.training.lanes import CHUNK
from tests.small import small, values

KIND = {name: number for number, name in MEASURES["outcome"].category_names.items()}


LONGEST = 512  # so that all histories share a program


def judged(measure, losses, growth=0.0, cycle=None, steps=None):
    """The value of a run with these losses, which may repeat a cycle up to `steps`."""
    known, steps = len(losses), len(losses) if steps is None else steps
    of_steps = np.resize(np.asarray(losses, float), LONGEST)
    rest = np.resize([0.0] if cycle is None else cycle, CHUNK)
    if isinstance(measure, Outcome):
        grown = np.resize(np.broadcast_to(growth, known), LONGEST)
        of_steps = Stretched(grown, of_steps)
        rest = Stretched(np.where(np.isfinite(rest), 0.0, np.inf), rest)
    return float(streamed(measure, of_steps, rest, known, steps))


@functools.partial(jax.jit, static_argnames="measure")
def streamed(measure, tracked, cycle, known, steps):
    """The same of numbers of which only so many are known."""

    def take(tally, item):
        t, now = item
        updated = measure.update(tally, now, t, steps)
        return jax.tree.map(lambda new, old: jnp.where(t < known, new, old), updated, tally), None

    start = measure.init(jax.tree.map(lambda leaf: jnp.zeros(()), tracked))
    tally, _ = jax.lax.scan(take, start, (jnp.arange(LONGEST, dtype=jnp.int32), tracked))
    return measure.finish(tally, cycle, known, steps)


def repeating(values, length=200):
    return np.resize(np.asarray(values, float), length)


@pytest.mark.parametrize("period", [1, 2, 3, 4, 5, 6, 7, 8, 11, 40])
def test_a_run_that_repeats_itself_has_that_period(period):
    random = np.random.default_rng(period)
    transient = 5 * random.random(70)
    losses = np.concatenate([transient, repeating(random.random(period), 230)])
    assert judged(Period(), losses) == -period
    names = {1: "catapult", **{n: f"period {n}" for n in (2, 3, 4, 5, 6, 8)}}
    assert judged(Outcome(), losses) == KIND[names.get(period, "other period")]


def test_a_run_that_never_repeats_itself_has_no_period():
    losses = 1 + np.random.default_rng(0).random(300)
    assert judged(Period(), losses) == -300
    assert judged(Outcome(), losses) == KIND["unsettled"]
    assert judged(Outcome(), losses, growth=0.2) == KIND["chaotic"]


def test_where_steps_differ_nothing_is_called_periodic():
    losses = repeating([1.0, 2.0])
    assert judged(Period(periodic=False), losses) == -200
    assert judged(Outcome(periodic=False), losses) == KIND["unsettled"]


def test_what_is_known_to_repeat_counts_with_the_period_of_the_cycle():
    for cycle in ([3.0], [1.0, 2.0], [1.0, 2.0, 3.0, 2.5], np.arange(5.0), np.arange(20.0)):
        found = judged(Period(), np.linspace(9, 5, 60), cycle=cycle, steps=1000)
        assert found == -len(cycle)


def test_a_run_that_escapes_has_diverged_when_it_did():
    losses = 2.0 ** np.arange(60)
    gone = {"cycle": [np.inf], "steps": 500}
    assert judged(Outcome(), losses, growth=0.7, **gone) == KIND["diverged"]
    assert judged(Period(), losses, **gone) == 60
    assert judged(MEASURES["escape_time"], losses, **gone) == 60


def test_a_loss_that_has_risen_on_the_way_was_a_catapult():
    falling = 0.8 ** np.arange(200)
    assert judged(Outcome(), falling) == KIND["monotone"]
    risen = falling.copy()
    risen[7] = 1.1 * risen[6]
    assert judged(Outcome(), risen) == KIND["catapult"]
    rounding = falling.copy()
    rounding[150] = 2 * rounding[149]  # of a loss that is nothing by now
    assert judged(Outcome(), rounding) == KIND["monotone"]


def test_what_has_lost_all_its_loss_is_at_rest_however_it_still_moves():
    losses = np.where(np.arange(200) < 50, 1.0, 1e-13 * (1 + np.arange(200) % 2))
    assert judged(Outcome(), losses, growth=0.5) == KIND["monotone"]


def test_growth_that_was_only_at_first_is_no_chaos():
    growth = np.where(np.arange(256) < 60, 3.0, -0.1)
    assert judged(Outcome(), repeating([1.0, 2.0], 256), growth) == KIND["period 2"]


def test_the_time_of_arrival_is_when_the_loss_stays_small():
    losses = np.array([1.0, 1e-7, 1e-8, 0.5, 1e-7, 1e-9, 1e-9])
    assert judged(MEASURES["escape_time"], losses) == -4
    assert judged(MEASURES["escape_time"], losses, cycle=[1e-9], steps=900) == -4
    assert judged(MEASURES["escape_time"], losses, cycle=[1e-9, 0.3], steps=900) == -900


@pytest.mark.parametrize("system", ["two-factor", "mandelbrot", "quadratic", "mlp"])
def test_every_system_has_kinds_of_outcome(system):
    spec = small(system, measure="outcome", steps=60)
    (x0, x1), (y0, y1) = (spec.default_range(axis) for axis in (spec.x, spec.y))
    low, high = np.array([x0, x1]), np.array([y0, y1])
    x, y = (np.linspace(*ends, 4) for ends in (low, high))
    x, y = (10**v if axis.scale == "log10" else v for v, axis in ((x, spec.x), (y, spec.y)))
    assert set(values(spec, x, y)) <= set(MEASURES["outcome"].category_names)


def test_the_orbit_of_the_mandelbrot_set_has_the_period_of_its_bulb():
    """0 for the main cardioid, -1 for the disc of period 2; the loss |z|² repeats likewise."""
    spec = Spec.make("mandelbrot", {"measure": "period", "steps": 400})
    *periods, escaped = values(spec, [-0.1, -1.0, -0.12, 1.0], [0.05, 0.05, 0.75, 1.0])
    assert periods == [-1, -2, -3]
    assert escaped > 0
