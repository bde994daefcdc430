"""This module is the mean-field theory of wide random networks: Gaussian integrals, and the MLP.

In a wide random network a layer acts on two numbers only: the mean square q of the preactivations
of an input, and the correlation c of those of two inputs (Poole et al. 2016, arXiv:1606.05340;
Schoenholz et al. 2017, arXiv:1611.01232).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from engine.settings import hyperparameter, setting
from engine.systems.base import Array, Curve, Hyperparameters, System

# The trapezoidal rule converges geometrically for what is analytic and decays: with these nodes the
# moments of tanh are good to 1e-8 for standard deviations up to 6.
REACH = 7.0  # standard deviations
NODES = 128  # from zero up; the integrands are even
PAIRED = 48  # the same for a second variable, the distance of two inputs
SMALLEST = 1e-30  # of what is told of how far inputs are apart; its logarithm has to be finite


class Nodes(NamedTuple):
    """Nodes and weights of the mean over a standard normal variable of even functions."""

    at: Array  # (NODES,)
    weight: Array  # (NODES,)
    paired_at: Array  # (PAIRED,)
    paired_weight: Array  # (PAIRED,)

    @staticmethod
    def make() -> "Nodes":
        """Return the nodes."""
        return Nodes(*_rule(NODES), *_rule(PAIRED))

    def mean(self, of: Callable[[Array], jax.Array]) -> jax.Array:
        """Return the mean of an even function."""
        return jnp.sum(self.weight * of(self.at))


def _rule(count: int) -> tuple[np.ndarray, np.ndarray]:
    at = (np.arange(count) + 0.5) * REACH / count
    weight = np.exp(-(at**2) / 2)
    return at, weight / weight.sum()


class Propagated(NamedTuple):
    """What is tracked of signals, once they have passed a layer; the first stands for the loss."""

    apart: jax.Array  # 1 - c for the correlation or cosine c of two inputs
    angle: jax.Array  # its logarithm
    gain: jax.Array  # logarithm of the mean square of the Jacobian from the input to here

    @staticmethod
    def of(apart: jax.Array, gain: jax.Array) -> "Propagated":
        """Return what is tracked."""
        return Propagated(apart, jnp.log(jnp.maximum(apart, SMALLEST)), gain)


class Pair(NamedTuple):
    """Two inputs in a layer."""

    apart: jax.Array  # 1 minus the correlation of their preactivations
    length: jax.Array  # the mean square of these
    gain: jax.Array  # logarithm of the mean square of the Jacobian from the first layer to here


def tanh_moments(nodes: Nodes, length: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return E φ² and E φ'² for φ = tanh of a normal variable of variance `length`."""
    root = jnp.sqrt(length)
    squares = nodes.mean(lambda z: jnp.tanh(root * z) ** 2)
    slopes = nodes.mean(lambda z: 1 / jnp.cosh(jnp.minimum(root * z, 300.0)) ** 4)
    return squares, slopes


def tanh_apart(nodes: Nodes, length: jax.Array, apart: jax.Array) -> jax.Array:
    """Return E (φ(u) - φ(v))²/2 for φ = tanh, which is E φ² times 1 minus the new correlation.

    No two near numbers are subtracted: u, v = √length (s y ± d z) for standard normal y, z, with
    d² = apart/2 and s² = 1 - d². The integrand is even in both.
    """
    half = jnp.clip(apart / 2, 0.0, 1.0)
    common = jnp.sqrt(length * (1 - half)) * nodes.at[:, None]
    split = jnp.sqrt(length * half) * nodes.paired_at[None, :]
    # tanh(u) - tanh(v) = sinh(u - v) / (cosh u cosh v), written so that nothing overflows.
    difference = jnp.tanh(2 * split) * (1 - jnp.tanh(common + split) * jnp.tanh(common - split))
    weight = nodes.weight[:, None] * nodes.paired_weight[None, :]
    return jnp.sum(weight * difference**2) / 2


@dataclass(frozen=True)
class MeanField(System):
    """The mean-field theory of a deep random MLP: two inputs pass through its layers.

    Preactivations of variance q go to σ_w² E φ² + σ_b², and gradients are multiplied by
    χ = σ_w² E φ'² (arXiv:1611.01232, equations 3 and 9). A step is a layer. The critical line is
    where χ = 1 at the fixed point of q: on one side inputs grow alike and gradients vanish, on the
    other both grow without end.
    """

    name: ClassVar[str] = "mean-field"
    summary: ClassVar[str] = "signals in a random MLP, weight x bias variance"
    axes: ClassVar[tuple[str, str]] = ("weight_variance", "bias_variance")

    nonlinearity: str = setting(
        "tanh", "nonlinearity of every layer", choices=("tanh", "relu"), group="network"
    )

    weight_variance: float = hyperparameter(
        1.5, "variance of the weights, times the width", symbol="σ_w²", scale="linear",
        range=(0.5, 3.5), group="network",
    )  # fmt: skip
    bias_variance: float = hyperparameter(
        0.05, "variance of the biases", symbol="σ_b²", range=(-3.0, 0.0), group="network",
    )  # fmt: skip
    separation: float = hyperparameter(
        1e-8, "separation of the inputs, 1 minus their correlation", symbol="1 - c₀",
        range=(-8.0, 0.0), group="input",
    )  # fmt: skip
    length: float = hyperparameter(
        1.0, "mean square of the preactivations of the first layer", symbol="q₀", scale="linear",
        range=(0.0, 3.0), group="input",
    )  # fmt: skip

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the measures that say something, the usual one first."""
        return "angle_exponent", "gradient_exponent"

    def problem(self, seed: int, steps: int) -> Nodes:
        """Return the nodes of the integrals: nothing here is random."""
        del seed, steps
        return Nodes.make()

    def curves(self) -> tuple[Curve, ...]:
        """Return the critical line."""
        about = "critical line χ = 1, where the angle exponent vanishes"
        return (Curve("critical line", about, settings=(("measure", "angle_exponent"),)),)

    @property
    def tracks(self) -> str:
        """What the first of the tracked numbers is called."""
        return "1 - cosine"

    @property
    def autonomous(self) -> bool:
        """Whether a state seen twice means a cycle: the gain belongs to it, and grows on."""
        return False

    def initial(self, problem: Nodes, hyper: Hyperparameters) -> Pair:
        """Return two inputs before the first layer."""
        start = (hyper["separation"], hyper["length"], jnp.zeros(()))
        return Pair(*(number.astype(problem.at.dtype) for number in start))

    def step(
        self, problem: Nodes, pair: Pair, hyper: Hyperparameters, t: jax.Array
    ) -> tuple[Pair, Propagated]:
        """Return what the next layer makes of the inputs, and what is tracked after it."""
        del t
        weights, q = hyper["weight_variance"], pair.length
        if self.nonlinearity == "tanh":
            squares, slopes = tanh_moments(problem, q)
            apart = tanh_apart(problem, q, pair.apart)
        else:
            squares, slopes = q / 2, jnp.asarray(0.5)
            apart = squares * relu_apart(pair.apart)
        length = weights * squares + hyper["bias_variance"]
        gain = pair.gain + jnp.log(weights * slopes)
        after = Pair(weights * apart / length, length, gain)
        after = Pair(*(new.astype(old.dtype) for new, old in zip(after, pair, strict=True)))
        return after, Propagated.of(after.apart, after.gain)


def relu_apart(apart: jax.Array) -> jax.Array:
    """Return 1 minus the new correlation of ReLU, from 1 minus the old (Cho & Saul 2009).

    With the angle θ it is 1 - (sin θ + (π - θ) cos θ)/π, without subtracting near numbers.
    """
    angle = 2 * jnp.arcsin(jnp.sqrt(jnp.clip(apart / 2, 0.0, 1.0)))
    # θ cos θ - sin θ is -θ³/3 + θ⁵/30 for small angles, where it would lose all digits.
    small = angle < 1e-2
    series = -(angle**3) / 3 + angle**5 / 30 - angle**7 / 840
    lost = jnp.where(small, series, angle * jnp.cos(angle) - jnp.sin(angle))
    return apart + lost / jnp.pi


SYSTEMS = (MeanField,)
