"""The cost: what XLA counts, against counts by hand."""

import pytest

from engine.cost import OVERHEAD, operations
from engine.presets import preset
from engine.spec import Spec


def per_step(spec):
    return operations(spec) / spec.steps - OVERHEAD


def test_the_operations_of_the_published_network_are_those_counted_by_hand():
    """Five products with 272 samples and 16 x 16 weights, multiply and add; the rest is small."""
    products = 2 * 272 * (16 * 16 * 2 + 16 * 3)
    assert products < per_step(preset("tanh").spec) < 1.25 * products


def test_twice_the_steps_cost_twice_and_a_minibatch_adds_to_the_whole_batch():
    spec = preset("tanh").spec
    assert operations(spec.replace({"steps": 1000})) == pytest.approx(2 * operations(spec))
    assert per_step(Spec.make("mlp", {"width": 32})) > 6 * per_step(spec)
    assert per_step(spec.replace({"single_datapoint": True})) < per_step(spec) / 50
    assert per_step(spec.replace({"measure": "lyapunov"})) > 1.5 * per_step(spec)
