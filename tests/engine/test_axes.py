"""Axes: every hyperparameter of every system, drawn small, makes a difference where it applies."""

import numpy as np
import pytest

from engine import settings
from engine.plane import Size
from engine.spec import Spec
from engine.systems import SYSTEMS
from engine.training.program import program
from tests.small import SMALL, over

EVERY = {"schedule": "cosine", "clipping": "global norm", "steps": 30, "decay_steps": 30.0,
         "warmup_steps": 5.0}  # fmt: skip
MUON, ADAMW, MOMENTUM = ({**EVERY, "optimiser": name} for name in ("muon", "adamw", "momentum"))
TINY, FEW = SMALL["transformer"], SMALL["signal-training"]
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
    "signal": [
        {**SMALL["signal"], "steps": 4, "strengths": s} for s in ("one for both", "one for each")
    ],
    "mean-field": [{"steps": 20}],
    "mandelbrot": [{"steps": 50}],
}
# What is added to all of an embedding, a layer normalisation takes out again, but for rounding.
TAKEN_OUT = {"transformer": ("initial_offset", "step_offset")}


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
        values = over(plane, plane.home(), Size(5, 3))
        assert not np.isnan(values).any(), along
        same = np.isclose(values[:, :1], values, rtol=1e-12, atol=0).all()
        assert same == (along in TAKEN_OUT.get(name, ())), along
        compiled = compiled or program.cache_info().misses
        assert program.cache_info().misses == compiled, along
