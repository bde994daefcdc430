"""Every choice that there is trains, for a few steps: what a new version of a library no longer
allows, or allows no longer without a warning, is met here first."""

import itertools

import numpy as np
import pytest

from engine.systems import SYSTEMS
from engine.systems.mlp import NONLINEARITIES
from engine.systems.optimisers import CLIPPINGS, OPTIMISERS, SCHEDULES
from tests.small import small, values

CHOICES = (NONLINEARITIES, OPTIMISERS, SCHEDULES, CLIPPINGS)
OF_NETWORKS = list(
    itertools.islice(zip(*map(itertools.cycle, CHOICES), strict=True), max(map(len, CHOICES)))
)
SPECS = {name: small(name, steps=20) for name in SYSTEMS}
ONE_WITH = {measure: name for name, spec in SPECS.items() for measure in spec.system.measures}
MEASURED = sorted(
    {(name, spec.measure) for name, spec in SPECS.items()}
    | {(name, measure) for measure, name in ONE_WITH.items()}
)


def trained(spec):
    """Return the values of two runs."""
    return values(spec, [0.25, 0.75], [0.25, 0.75])


@pytest.mark.parametrize(("nonlinearity", "optimiser", "schedule", "clipping"), OF_NETWORKS)
def test_every_choice_of_a_network_trains(nonlinearity, optimiser, schedule, clipping):
    chosen = {
        "nonlinearity": nonlinearity, "optimiser": optimiser, "schedule": schedule,
        "clipping": clipping, "steps": 20,
    }  # fmt: skip
    assert not np.isnan(trained(small("mlp", **chosen))).any()


@pytest.mark.parametrize(("name", "measure"), MEASURED)
def test_every_system_trains_and_every_measure_is_taken(name, measure):
    assert not np.isnan(trained(SPECS[name].replace({"measure": measure}))).any()
