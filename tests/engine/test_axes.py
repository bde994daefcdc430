"""Axes: every hyperparameter of every system, drawn small, makes a difference where it applies."""

import numpy as np
import pytest

from engine import settings
from engine.plane import Size
from engine.spec import Spec
from engine.systems import SYSTEMS
from engine.tiles.field import compute_field
from engine.training.program import program

EVERY = {"schedule": "cosine", "clipping": "global norm", "steps": 30, "decay_steps": 30.0,
         "warmup_steps": 5.0}  # fmt: skip
MUON, ADAMW, MOMENTUM = ({**EVERY, "optimiser": name} for name in ("muon", "adamw", "momentum"))
TINY = {"width": 4, "layers": 1, "hidden": 3, "context": 4, "batch_size": 2}
FEW = {"blocks": 2, "tokens": 3, "width": 4, "hidden": 3, "sequences": 4}
# With which settings the hyperparameters of each system apply, all of them between the rows.
PLANES = {
    "mlp": [
        {**ADAMW, "depth": 3, "width": 3, "batch_size": 2},
        {**MUON, "depth": 3, "width": 3, "batch_size": 2},
    ],
    "transformer": [
        {**ADAMW, **TINY, "measure": "convergence"},
        {**MOMENTUM, **TINY, "measure": "convergence"},
    ],
    "signal-training": [
        {**MUON, **FEW},
        {**MUON, **FEW, "strengths": "one for each"},
    ],
    "linear-attention": [{**MUON, "measure": "convergence"}],
    "quadratic": [ADAMW, MOMENTUM],
    "rippled-quadratic": [ADAMW, MOMENTUM],
    "two-factor": [
        {"batches": 3, "measure": "convergence", "start": start}
        for start in ("factors", "scale and imbalance")
    ],
    "signal": [{"steps": 4, "width": 8, "strengths": s} for s in ("one for both", "one for each")],
    "mean-field": [{"steps": 20}],
    "mandelbrot": [{"steps": 50}],
}


def planes():
    return [(name, i) for name, rows in PLANES.items() for i in range(len(rows))]


def test_the_planes_hold_every_hyperparameter_of_every_system():
    assert set(PLANES) == set(SYSTEMS)
    for name, rows in PLANES.items():
        known = {k for k, v in settings.table(SYSTEMS[name]).items() if v.is_hyperparameter}
        drawn = {k for row in rows for k in Spec.make(name, row).system.hyperparameters()}
        assert drawn == known


@pytest.mark.parametrize(("name", "row"), planes())
def test_every_axis_of_every_system_is_drawn_and_matters(name, row):
    spec = Spec.make(name, PLANES[name][row])
    every = list(spec.system.hyperparameters())
    drawn = set() if row == 0 else set(Spec.make(name, PLANES[name][0]).system.hyperparameters())
    compiled = None
    for along in (axis for axis in every if axis not in drawn):
        other = next(axis for axis in (*spec.system.plane, *every) if axis != along)
        plane = spec.replace({"x": along, "y": other})
        field = compute_field(plane, plane.home(), Size(5, 3))
        assert field.values.shape == (3, 5)
        assert not np.isnan(field.values).any(), along
        assert (field.values[:, 0] != field.values[:, 1:].T).any(), along
        compiled = compiled or program.cache_info().misses
        assert program.cache_info().misses == compiled, along
