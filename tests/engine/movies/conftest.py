"""What the tests of movies share."""

import pytest

from engine.spec import Spec


@pytest.fixture(scope="session")
def spec():
    """A perceptron that trains in no time, with a boundary that has detail at every depth."""
    return Spec.make("mlp", {"single_datapoint": True, "steps": 120})
