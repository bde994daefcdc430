"""Every choice that there is trains, for a few steps: what a new version of a library no longer
allows, or allows no longer without a warning, is met here first."""

import numpy as np
import pytest

from engine.systems import SYSTEMS
from tests.small import NETWORKS, small, values

SPECS = {name: small(name, steps=20) for name in SYSTEMS}
ONE_WITH = {measure: name for name, spec in SPECS.items() for measure in spec.system.measures}
MEASURED = sorted(
    {(name, spec.measure) for name, spec in SPECS.items()}
    | {(name, measure) for measure, name in ONE_WITH.items()}
)


def trained(spec):
    """Return the values of two runs."""
    return values(spec, [0.25, 0.75], [0.25, 0.75])


@pytest.mark.parametrize("chosen", NETWORKS, ids=lambda chosen: "-".join(chosen.values()))
def test_every_choice_of_a_network_trains(chosen):
    assert not np.isnan(trained(small("mlp", **chosen, steps=20))).any()


@pytest.mark.parametrize(("name", "measure"), MEASURED)
def test_every_system_trains_and_every_measure_is_taken(name, measure):
    assert not np.isnan(trained(SPECS[name].replace({"measure": measure}))).any()
