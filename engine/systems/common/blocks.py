"""The block of a transformer, and what the systems made of it share.

A block is bidirectional attention with one head and then a perceptron with one hidden layer of
tanh, each behind a layer normalisation and beside a skip connection (Cowsik et al. 2024,
arXiv:2403.02579). Nothing tells the places of tokens apart.
"""

from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp

from engine.draws import generator
from engine.settings import Setting, hyperparameter, setting
from engine.systems.common.base import Array, Hyperparameters, System

TIED, SEPARATE = "one for both", "one for each"
ROOT, WHOLE = "√(1 - α²)", "1"


class Draws(NamedTuple):
    """Standard normal draws of the weights of a block, for each of several networks."""

    attention: Array  # of queries, keys and values, (..., width, 3 width)
    rise: Array  # of the first layer of the perceptron, (..., width, hidden)
    fall: Array  # of the second, (..., hidden, width)

    @staticmethod
    def size(width: int, hidden: int) -> int:
        """Return how many numbers the draws of one block of one network are."""
        return width * (3 * width + 2 * hidden)

    @staticmethod
    def make(seed: int, network: int, block: int, width: int, hidden: int) -> "Draws":
        """Return the draws of one block of one network."""
        random = generator([seed, network, block])
        shapes = ((width, 3 * width), (width, hidden), (hidden, width))
        return Draws(*(random.normal(size=shape) for shape in shapes))


class Strengths(NamedTuple):
    """How strongly the branches of a block are added, and what stays of the tokens."""

    attention: jax.Array  # α_A
    perceptron: jax.Array  # α_M
    past_attention: jax.Array  # s_A
    past_perceptron: jax.Array  # s_M


def normalised(x: jax.Array) -> jax.Array:
    """Return tokens, shape (..., width), scaled to a mean square of 1."""
    return x / jnp.sqrt(jnp.mean(x**2, axis=-1, keepdims=True))


class Weights(NamedTuple):
    """The weights of a block: scaled draws."""

    attention: jax.Array  # (width, 3 width)
    rise: jax.Array  # (width, hidden)
    fall: jax.Array  # (hidden, width)


def weights_of(draws: Draws, sigma_w: jax.Array, sigma_a: jax.Array) -> Weights:
    """Return the weights of blocks at initialisation.

    Queries and keys have entries of variance σ_A/width, so that the logits of normalised tokens
    have the variance σ_A²; values have the variance 1/width, the first layer of the perceptron
    σ_w²/width and the second 1/hidden.
    """
    width, hidden = draws.rise.shape[-2:]
    root = jnp.sqrt(jnp.maximum(sigma_a, 0))
    thirds = jnp.repeat(jnp.stack([root, root, jnp.ones_like(root)]), width)
    thirds = thirds.reshape((1,) * (draws.attention.ndim - 1) + thirds.shape)
    return Weights(
        draws.attention * (thirds / width**0.5),
        draws.rise * (sigma_w / width**0.5),
        draws.fall / hidden**0.5,
    )


def block(x: jax.Array, weights: Weights, strengths: Strengths) -> jax.Array:
    """Return what a block makes of the tokens of a sequence, shape (tokens, width)."""
    queries, keys, values = jnp.split(normalised(x) @ weights.attention, 3, axis=-1)
    attended = jax.nn.softmax(queries @ keys.T / x.shape[-1] ** 0.5, axis=-1) @ values
    x = strengths.past_attention * x + strengths.attention * attended
    inner = jnp.tanh(normalised(x) @ weights.rise)
    return strengths.past_perceptron * x + strengths.perceptron * (inner @ weights.fall)


@dataclass(frozen=True)
class Propagation(System):
    """What all systems made of such blocks have in common: the strengths and scales of a block."""

    strengths: str = setting(
        TIED, "strengths of the two branches", choices=(TIED, SEPARATE), group="network"
    )
    skip: str = setting(
        ROOT, "strength of the skip connections", choices=(ROOT, WHOLE), group="network"
    )
    alpha: float = hyperparameter(
        0.5, "strength of both branches", symbol="α", scale="linear", range=(0.0, 1.0),
        group="network",
    )  # fmt: skip
    alpha_a: float = hyperparameter(
        0.5, "strength of the attention", symbol="α_A", scale="linear", range=(0.0, 1.0),
        group="network",
    )  # fmt: skip
    alpha_m: float = hyperparameter(
        0.5, "strength of the perceptron", symbol="α_M", scale="linear", range=(0.0, 1.0),
        group="network",
    )  # fmt: skip
    sigma_w: float = hyperparameter(
        2.5, "scale of the weights of the perceptron", symbol="σ_w", range=(0.0, 0.6),
        group="network",
    )  # fmt: skip
    sigma_a: float = hyperparameter(
        1.0, "scale of the logits of the attention", symbol="σ_A", scale="linear",
        range=(0.0, 4.0), group="network",
    )  # fmt: skip

    @property
    def plane(self) -> tuple[str, str]:
        """The hyperparameters drawn where those asked for do not matter."""
        return ("alpha", "sigma_w") if self.strengths == TIED else ("alpha_a", "alpha_m")

    def hyperparameters(self) -> dict[str, Setting]:
        """Return the hyperparameters that matter, by name."""
        unused = ("alpha_a", "alpha_m") if self.strengths == TIED else ("alpha",)
        return {k: v for k, v in super().hyperparameters().items() if k not in unused}

    def strengths_of(self, hyper: Hyperparameters) -> Strengths:
        """Return the strengths of the branches, and of the skip connections beside them."""
        names = ("alpha",) * 2 if self.strengths == TIED else ("alpha_a", "alpha_m")
        both = [hyper[name] for name in names]
        past = [jnp.sqrt(jnp.maximum(1 - a**2, 0)) if self.skip == ROOT else 1.0 for a in both]
        return Strengths(*both, *(jnp.asarray(s) for s in past))
