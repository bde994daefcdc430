"""The benchmark: both sides compute the same thing, and the table says what it promises."""

import json

import jax.numpy as jnp
import numpy as np
import pytest

from app.command import main
from engine.benchmark.baseline import _step
from engine.benchmark.bench import CASES, _baseline
from engine.places.presets import preset
from engine.plane import Size
from tests.small import losses as losses_of


@pytest.mark.parametrize("name", sorted({name for name, _, _ in CASES.values()}))
def test_the_baseline_trains_the_same_runs(name):
    spec = preset(name).spec.replace({"steps": 40})
    drawn = spec.system.problem(spec.seed, spec.steps)
    step = _step(spec, spec.system, drawn)
    weights, pair = [jnp.asarray(w.T) for w in drawn.weights], jnp.array([0.02, 0.5])
    losses = []
    for t in range(spec.steps):
        weights, loss = step(weights, pair, drawn.batches[t % len(drawn.batches)])
        losses.append(float(loss))
    ours, _ = losses_of(spec, 0.02, 0.5)
    np.testing.assert_allclose(ours, losses, rtol=1e-9)


def test_bench_prints_speeds_and_ratio(capsys):
    assert main(["bench", "--json", "--only", "linear-published", "--size", "8"]) == 0
    found = json.loads(capsys.readouterr().out)["linear-published"]
    assert found["pixels"] == 64
    speeds = found["run_steps_per_second"], found["baseline_run_steps_per_second"]
    assert min(speeds) > 0
    assert found["ratio"] == pytest.approx(speeds[0] / speeds[1])


def test_a_baseline_that_fails_says_why_in_one_line():
    with pytest.raises(OSError, match=r"baseline of nix failed: .*unknown preset 'nix'") as raised:
        _baseline("nix", "overview", Size(2, 2))
    assert "\n" not in str(raised.value)
