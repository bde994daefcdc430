"""The published windows, against an independent port of the notebook."""

from pathlib import Path

import numpy as np
import pytest

from engine.presets import preset, presets
from engine.train import Trainer

DATA = Path(__file__).parents[1] / "data"
AGREE = 0.995
REFERENCES = {"linear": 6, "tanh": 5, "tanh-minibatch": 6}  # every n-th sample of each axis


def labels(name, every):
    """Labels of engine and reference on every n-th sample, at the coordinates of the reference."""
    with np.load(DATA / f"{name}-published.npz") as data:
        x, y = 10 ** data["x"][::every], 10 ** data["y"][::every]
        expected = data["field"][::every, ::every]
    spec = preset(name).spec
    across, up = np.meshgrid(x, y)
    values = np.full(expected.size, np.nan)
    for batch in Trainer(spec).stream(across.ravel(), up.ravel()):
        values[batch.index] = batch.value
    return values < 0, expected.ravel() < 0


@pytest.mark.parametrize("name", REFERENCES)
def test_published_windows_at_low_resolution(name):
    ours, theirs = labels(name, REFERENCES[name])
    assert 0.1 < theirs.mean() < 0.9
    assert np.count_nonzero(ours != theirs) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("name", REFERENCES)
def test_published_windows_in_full(name):
    ours, theirs = labels(name, 1)
    assert np.mean(ours == theirs) >= AGREE


def test_published_windows_are_the_tick_labels_of_the_figure():
    window = preset("tanh-minibatch").window("published")
    low, high = (float(window.x) + side * window.half_width for side in (-1, 1))
    assert 10**low == pytest.approx(0.2673988354719957, rel=1e-14)
    assert 10**high == pytest.approx(0.2673988354750710, rel=1e-14)
    published = [name for name in presets() if "published" in presets()[name].windows]
    assert published == ["tanh", "relu", "linear", "tanh-single", "tanh-minibatch", "tanh-offset"]


def test_the_minibatch_preset_runs_the_thousand_steps_that_match_the_figure():
    assert preset("tanh-minibatch").spec.steps == 1000
    assert preset("tanh-offset").spec.x.name == "step_offset"
