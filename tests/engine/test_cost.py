"""The cost: what XLA counts, against counts by hand."""

import jax
import jax.numpy as jnp
import pytest

from engine.places.presets import preset
from engine.spec import Spec
from engine.systems import SYSTEMS
from engine.training.cost import operations, per_step


def test_the_operations_of_the_published_network_are_those_counted_by_hand():
    """Five products with 272 samples and 16 x 16 weights, multiply and add; the rest is small."""
    products = 2 * 272 * (16 * 16 * 2 + 16 * 3)
    assert products < per_step(preset("tanh").spec) < 1.25 * products


def test_twice_the_steps_cost_twice_and_a_minibatch_adds_to_the_whole_batch():
    spec = preset("tanh").spec
    assert operations(spec) > spec.steps * per_step(spec)
    assert operations(spec.replace({"steps": 1000})) == pytest.approx(2 * operations(spec))
    assert per_step(Spec.make("mlp", {"width": 32})) > 6 * per_step(spec)
    assert per_step(spec.replace({"single_datapoint": True})) < per_step(spec) / 50
    assert per_step(spec.replace({"measure": "lyapunov"})) > 1.5 * per_step(spec)


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_number_of_weights_is_that_of_the_state(name):
    system = SYSTEMS[name]()
    if system.parameters is None:
        assert name in ("mandelbrot", "two-factor", "signal", "mean-field", "quadratic",
                        "rippled-quadratic")  # fmt: skip
        return
    hyper = {k: jnp.float64(v) for k, v in system.base_values().items()}
    learner = jax.eval_shape(system.initial, system.problem(0, 1), hyper)
    assert system.parameters == sum(leaf.size for leaf in jax.tree.leaves(learner.weights))


def test_a_step_of_the_published_transformer_is_what_its_products_take():
    """Six operations per weight of a matrix and token, and the attention; the embedding is one."""
    system = preset("transformer").spec.system
    tokens, d, f, v = 256 * 64, 64, 128, system.letters
    matrices = 2 * (4 * d**2 + 2 * d * f) + 2 * d * v
    attention = 2 * 2 * 64 * d
    products = 6 * tokens * (matrices + attention)
    assert 0.9 * products < per_step(preset("transformer").spec) < 1.4 * products
