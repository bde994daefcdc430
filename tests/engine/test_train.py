"""The trainer: what it leaves out changes nothing, and nothing recompiles when a window moves."""

import functools
import gc
import math
import re

import jax
import numpy as np
import pytest

from engine.places.presets import preset
from engine.plane import Size, Window
from engine.spec import Spec
from engine.systems import mlp
from engine.tiles.lattice import Region
from engine.training import program as programs
from engine.training import trainer as trainer_module
from engine.training.devices import devices
from engine.training.lanes import CHUNK, FEWEST_LANES
from engine.training.program import forget_at_times, program
from engine.training.trainer import Trainer
from tests.inputs import inputs
from tests.small import LANES, SMALL

OVERVIEW = Window.parse("1.5", "1.5", "9")
SIZE = Size(20, 20)
PERCEPTRON = {**SMALL["mlp"], "steps": 120}
few = functools.partial(Trainer, lanes=LANES)  # for what holds with any number of lanes


def points(spec, window=OVERVIEW, size=SIZE):
    pixels = Region.of_pixels(window, size)
    runs = spec.at(pixels.columns(), pixels.rows()).runs()
    return runs.x, runs.y


def train(spec, x, y):
    values, decided = np.full(len(x), np.nan), np.zeros(len(x), int)
    trained = 0
    for batch in few(spec).stream(inputs(x, y)):
        values[batch.index], decided[batch.index] = batch.value, batch.decided
        trained += batch.trained
    return values, decided, trained


@pytest.mark.parametrize("changes", [{}, {"nonlinearity": "relu"}, {"batch_size": 4}])
@pytest.mark.filterwarnings("ignore:overflow encountered")
def test_leaving_out_what_is_decided_changes_no_value(changes):
    """Values against the definition on curves of which nothing was left out, to the last bit."""
    spec = Spec.make("mlp", {**PERCEPTRON, **changes})
    x, y = points(spec)
    values, decided, trained = train(spec, x, y)
    assert trained < len(x) * spec.steps
    diverged = 0
    for i in range(0, len(x), 9):
        curve, _ = few(spec).losses(inputs(x[i], y[i]))
        finite = np.isfinite(curve)
        v = np.where(finite, np.minimum(curve / curve[0], 1e6), 1e6)
        exact = -math.fsum(v) if v[-20:].mean() < 1 else math.fsum(1 / v)
        assert values[i] == pytest.approx(exact, rel=2.3e-16)
        if not finite.all():
            assert decided[i] == finite.argmin()
            diverged += 1
    assert diverged > 3


def test_decided_runs_leave_early():
    spec = Spec.make("mandelbrot", {"steps": 10_000})
    x, y = np.linspace(0.5, 2, 50), np.full(50, 1.0)  # far outside the set
    _, decided, trained = train(spec, x, y)
    assert decided.max() < 100
    assert trained <= 50 * 8 * CHUNK


def test_a_run_whose_state_returns_is_decided_whatever_its_period():
    spec = Spec.make("mandelbrot", {"steps": 100_000})
    x, y = np.array([0.0, -1.0, -0.1, -1.3]), np.array([0.0, 0.0, 0.05, 0.0])  # periods 1, 2, 1, 4
    values, decided, trained = train(spec, x, y)
    assert (values < 0).all()
    assert decided.max() < 2000
    assert trained < 4 * 3000


def test_the_same_runs_in_another_order_and_company_give_the_same_bits():
    spec = Spec.make("mlp", PERCEPTRON)
    x, y = points(spec)
    shuffled = np.random.default_rng(0).permutation(len(x))
    values, decided, _ = train(spec, x, y)
    again, decided_again, _ = train(spec, x[shuffled], y[shuffled])
    assert np.array_equal(values[shuffled], again)
    assert np.array_equal(decided[shuffled], decided_again)
    alone, _, _ = train(spec, x[7:8], y[7:8])
    assert alone[0] == values[7]


@pytest.mark.parametrize("batch_size", [0, 3])
def test_moving_the_window_compiles_nothing(batch_size, compilations):
    spec = Spec.make("mlp", {**PERCEPTRON, "batch_size": batch_size})
    train(spec, *points(spec))
    trainer = few(spec)
    deep = Window.parse("1.123456789012345678901", "0.9", "1e-13")
    others = [
        (spec, points(spec, deep, Size(7, 3))),
        (spec.replace({"steps": 77}), points(spec, deep)),
        (spec.replace({"seed": 5, "learning_rate": 0.5}), points(spec)),
        (spec.replace({"x": "learning_rate", "y": "step_offset"}), points(spec)),
    ]
    for other, (x, y) in others:
        train(other, x[:30], y[:30])
        assert few(other).program is trainer.program
    assert compilations().count("jit(advance)") <= 1


def test_changing_a_static_setting_compiles_once():
    before = program.cache_info().misses
    for _ in range(2):
        spec = Spec.make("mlp", {**PERCEPTRON, "nonlinearity": "sin", "optimiser": "adagrad"})
        train(spec, *points(spec, size=Size(3, 3)))
    assert program.cache_info().misses == before + 1


def test_a_large_network_shares_a_batch_with_few():
    small, large = (Spec.make("signal", {"width": width, "steps": 4}) for width in (8, 64))
    few, many = Trainer(large).program.lanes, Trainer(small).program.lanes
    assert few < FEWEST_LANES * len(devices()) <= many


def test_closing_the_stream_stops_the_work():
    trainer = few(Spec.make("mlp", {**PERCEPTRON, "steps": 10_000}))
    trainer.compile()
    gc.collect()
    before = len(jax.live_arrays())
    stream = trainer.stream(inputs(np.full(10**6, 1e-3), np.full(10**6, 1e-3)))
    assert len(next(stream).index) == 0
    assert len(jax.live_arrays()) > before
    stream.close()
    gc.collect()
    assert len(jax.live_arrays()) == before


def test_every_run_comes_out_once_also_when_there_are_few():
    spec = Spec.make("mlp", PERCEPTRON)
    for runs in (0, 1, 5, 700):
        x = np.full(runs, 0.1)
        batches = list(few(spec).stream(inputs(x, x)))
        index = np.concatenate([b.index for b in batches]) if batches else np.array([])
        assert sorted(index.tolist()) == list(range(runs))


def test_steps_that_do_not_fill_a_chunk_are_counted_to_the_step():
    spec = Spec.make("mlp", {**PERCEPTRON, "steps": CHUNK + 3})
    losses, outcome = few(spec).losses(inputs(0.01, 0.01))
    assert len(losses) == CHUNK + 3
    assert outcome.value[0] == pytest.approx(-np.sum(losses / losses[0]), rel=1e-12)


def test_a_single_run_is_the_pixels_run_bit_for_bit():
    spec = Spec.make("mlp", PERCEPTRON)
    x, y = points(spec)
    values, decided, _ = train(spec, x, y)
    for i in (0, 57, 211, 399):
        _, outcome = few(spec).losses(inputs(x[i], y[i]))
        assert outcome.value[0] == values[i]
        assert outcome.decided[0] == decided[i]


def test_following_a_run_computes_nothing_but_its_steps(caplog):
    """Operations on arrays that all devices hold a part of exchange messages, and two threads that
    begin such ones at once wait for one another: XLA ends the process after a minute.
    """
    trainer = few(Spec.make("mlp", {**PERCEPTRON, "steps": 300}))
    trainer.compile()
    jax.clear_caches()
    with jax.log_compiles():
        trainer.tracked(inputs(0.5, 0.5))
    assert re.findall(r"Compiling (\S+)", caplog.text) == ["jit(advance)"]


def test_what_is_kept_of_a_followed_run_keeps_no_other_lane_in_memory():
    trainer = few(Spec.make("mlp", {**PERCEPTRON, "steps": 300}))
    for state, tracked, _ in trainer.follow(inputs(0.5, 0.5)):
        assert all(leaf.base is None for leaf in jax.tree.leaves((state, tracked)))


def test_programs_that_nobody_uses_any_more_leave_the_memory(monkeypatch):
    two = functools.lru_cache(maxsize=2)
    monkeypatch.setattr(trainer_module, "program", two(program.__wrapped__))
    for name in ("_normals", "_indices"):
        monkeypatch.setattr(mlp, name, two(getattr(mlp, name).__wrapped__))

    def left(width):
        spec = preset("tanh-single").spec.set([f"width={width}", "steps=20"])
        for _ in Trainer(spec).stream(inputs(np.ones(1), np.ones(1))):
            pass
        gc.collect()
        return len(jax.live_arrays()), len(jax.devices()[0].client.live_executables())

    found = [left(width) for width in range(3, 7)]
    assert found[-1] == found[-2]


def test_what_is_remembered_of_old_programs_is_forgotten_in_time(monkeypatch):
    cleared = []
    monkeypatch.setattr("jax.clear_caches", lambda: cleared.append(True))
    for _ in range(2 * programs.FORGET_AFTER):
        forget_at_times()
    assert len(cleared) == 2


def test_no_program_keeps_a_batch_on_the_devices():
    trainer = Trainer(preset("quadratic").spec.set(["steps=5"]))
    trainer.compile()
    gc.collect()
    before = len(jax.live_arrays())
    list(trainer.stream(inputs(np.ones(3), np.ones(3))))
    gc.collect()
    assert len(jax.live_arrays()) == before
