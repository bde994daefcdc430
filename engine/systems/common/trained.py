"""What networks in training have in common: how they begin, and their labels."""

import abc
from dataclasses import dataclass
from typing import Any

import jax

from engine.settings import hyperparameter, setting
from engine.systems.common.base import Array, Hyperparameters
from engine.systems.common.optimised import Learner, Optimised


@dataclass(frozen=True)
class Trained(Optimised):
    """A network that begins with random weights and is trained on labels.

    The weights lie on the line between those of two seeds, are scaled, and those of the first layer
    are offset.
    """

    second_seed: int = setting(
        1, "seed of the initial weights that seed_mix leads to", low=0, high=2**31 - 100,
        group="initialisation",
    )  # fmt: skip
    seed_mix: float = hyperparameter(
        0, "between the initial weights of seed, at 0, and of second_seed, at 1: on the line",
        symbol="s", scale="linear", range=(0.0, 1.0), group="initialisation",
    )  # fmt: skip
    initial_scale: float = hyperparameter(
        1, "scale of all initial weights", symbol="κ", range=(-2.0, 1.0), group="initialisation"
    )
    initial_offset: float = hyperparameter(
        0, "added to every weight of the first layer once, at initialisation", symbol="δ₀",
        range=(-3.0, 1.0), group="initialisation",
    )  # fmt: skip
    step_offset: float = hyperparameter(
        0, "added to every weight of the first layer at every step", symbol="δ", range=(-6.0, 0.0)
    )
    label_noise: float = hyperparameter(
        0, "standard deviation of the noise on the labels", symbol="σ_y", range=(-2.0, 1.0),
        group="dataset",
    )  # fmt: skip

    @abc.abstractmethod
    def shifted(self, weights: Any, by: jax.Array) -> Any:
        """Return the weights with `by`, a float64, added to all of the first layer."""

    def first(self, ours: Any, others: Any, hyper: Hyperparameters) -> Learner:
        """Return the learner before its first step, from the weights of both seeds."""

        def begun(one: Array, other: Array) -> jax.Array:
            share = hyper["seed_mix"]  # exactly the first at 0, and the second at 1
            mixed = ((1 - share) * one + share * other).astype(one.dtype)
            return (hyper["initial_scale"] * mixed).astype(one.dtype)

        weights = jax.tree.map(begun, ours, others)
        for offset in ("initial_offset", "step_offset"):
            weights = self.shifted(weights, hyper[offset])
        return self.begin(weights)

    def learn(
        self, learner: Learner, gradient: Any, rates: Any, hyper: Hyperparameters, t: jax.Array
    ) -> Learner:
        """Return the learner after one update, and the offset of the next step.

        As published for the perceptron, the offset moves the weights before loss and gradient are
        taken; here they have moved already, which is one pass over them less.
        """
        weights, memory = super().learn(learner, gradient, rates, hyper, t)
        return Learner(self.shifted(weights, hyper["step_offset"]), memory)


def offset(array: Array, by: jax.Array) -> jax.Array:
    """Return `array + by`, added in float64 and rounded to the precision of the array."""
    return (array + by).astype(array.dtype)
