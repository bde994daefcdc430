"""The published windows, against an independent port of the notebook."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from engine.places.presets import preset, presets
from engine.training.trainer import Trainer
from tests.inputs import inputs

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
    for batch in Trainer(spec).stream(inputs(across.ravel(), up.ravel())):
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
    perceptrons = ["tanh", "relu", "linear", "tanh-single", "tanh-minibatch", "tanh-offset"]
    assert published == [*perceptrons, "transformer"]


@pytest.mark.parametrize(
    ("window", "ends"),
    [
        ("overview", ("0", "0.048", "0", "0.24")),
        ("published", ("0.024", "0.026", "0.100", "0.105")),
        ("published-2", ("0.025", "0.0250009", "0.102", "0.102003")),
        ("published-3", ("0.02500022", "0.025000229", "0.1020022", "0.102002225")),
    ],
)
def test_the_windows_of_the_transformer_are_the_published_ones(window, ends):
    """Of arXiv:2501.04286, learning rate of the attention by that of all else."""
    shown = preset("transformer").window(window)
    x0, x1, y0, y1 = map(Decimal, ends)
    assert (shown.x, shown.y) == ((x0 + x1) / 2, (y0 + y1) / 2)
    assert (2 * shown.half_width, 2 * shown.half_height) == (float(x1 - x0), float(y1 - y0))


def test_the_minibatch_preset_runs_the_thousand_steps_that_match_the_figure():
    assert preset("tanh-minibatch").spec.steps == 1000
    assert preset("tanh-offset").spec.x.name == "step_offset"
