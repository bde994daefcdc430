"""A small member of every family of systems, quick to compile, and a few of its runs."""

import itertools

import numpy as np

from engine.spec import Spec
from engine.systems.mlp import NONLINEARITIES
from engine.systems.optimisers import CLIPPINGS, OPTIMISERS, SCHEDULES
from engine.tiles.lattice import Region
from engine.training.trainer import Trainer
from tests.inputs import inputs

# All else has its default. What these do not say may be set beside them.
SMALL = {
    "mlp": {"width": 4, "dataset_ratio": 0.5},
    "transformer": {"width": 4, "hidden": 3, "context": 4, "batch_size": 2},
    "signal": {"width": 8, "hidden": 8, "networks": 2, "tokens": 4},
    "signal-training": {"blocks": 2, "tokens": 3, "width": 4, "hidden": 3, "sequences": 4},
}
CHOICES = {
    "nonlinearity": NONLINEARITIES, "optimiser": OPTIMISERS, "schedule": SCHEDULES,
    "clipping": CLIPPINGS,
}  # fmt: skip
# Perceptrons that have every choice between them: as many as there are of what has most.
NETWORKS = [
    dict(zip(CHOICES, together, strict=True))
    for together in itertools.islice(
        zip(*map(itertools.cycle, CHOICES.values()), strict=True), max(map(len, CHOICES.values()))
    )
]
LANES = 8  # the same wherever it does not matter, so that tests share programs


def small(name, **settings):
    """The spec of a small system, with these settings."""
    return Spec.make(name, {**SMALL.get(name, {}), **settings})


def values(spec, x, y):
    """The values of runs at these hyperparameters, in their order."""
    return _trained(spec, inputs(x, y))


def over(spec, window, size):
    """The values of one run per pixel of a window, shape (height, width)."""
    pixels = Region.of_pixels(window, size)
    runs = spec.at(pixels.columns(), pixels.rows()).runs()
    return _trained(spec, runs).reshape(size.height, size.width)


def losses(spec, x, y):
    """Every loss of one run, and its outcome."""
    return Trainer(spec, lanes=LANES).losses(inputs(x, y))


def _trained(spec, runs):
    trained = np.full(len(runs), np.nan)
    for batch in Trainer(spec, lanes=LANES).stream(runs):
        trained[batch.index] = batch.value
    return trained
