"""The benchmark: both sides compute the same thing, and the table says what it promises."""

import json
from types import SimpleNamespace

import jax.numpy as jnp
import numpy as np
import pytest

from app.command import main
from engine.benchmark import bench
from engine.benchmark.baseline import step_of
from engine.benchmark.bench import CASES, speed_of_baseline
from engine.places.presets import preset
from engine.plane import Size
from tests.small import losses as losses_of


@pytest.mark.parametrize("name", sorted({name for name, _, _ in CASES.values()}))
def test_the_baseline_trains_the_same_runs(name):
    spec = preset(name).spec.replace({"steps": 40})
    drawn = spec.system.problem(spec.seed, spec.steps)
    step = step_of(spec, spec.system, drawn)
    weights, pair = [jnp.asarray(w.T) for w in drawn.weights], jnp.array([0.02, 0.5])
    losses = []
    for t in range(spec.steps):
        weights, loss = step(weights, pair, drawn.batches[t % len(drawn.batches)])
        losses.append(float(loss))
    ours, _ = losses_of(spec, 0.02, 0.5)
    np.testing.assert_allclose(ours, losses, rtol=1e-9)


def test_bench_prints_the_speed_of_either_side(capsys):
    assert main(["bench", "--json", "--only", "linear-published", "--size", "8"]) == 0
    found = json.loads(capsys.readouterr().out)["linear-published"]
    assert found["pixels"] == 64
    assert min(found["run_steps_per_second"], found["baseline_run_steps_per_second"]) > 0


def test_a_run_counts_with_all_its_steps_and_the_ratio_is_that_of_the_engine(monkeypatch):
    clock = SimpleNamespace(perf_counter=iter([7.0, 9.0]).__next__)
    monkeypatch.setattr(bench, "time", clock)  # two seconds for 16 runs of 500 steps
    monkeypatch.setattr(bench, "speed_of_baseline", lambda preset, window, size: 1600.0)
    found = bench.measure("linear-published", Size(4, 4))
    assert found["run_steps_per_second"] == 4000
    assert found["baseline_run_steps_per_second"] == 1600
    assert found["ratio"] == 2.5


def test_a_baseline_that_fails_says_why_in_one_line():
    with pytest.raises(OSError, match=r"baseline of nix failed: .*unknown preset 'nix'") as raised:
        speed_of_baseline("nix", "overview", Size(2, 2))
    assert "\n" not in str(raised.value)
