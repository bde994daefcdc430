"""The mean-field theory of wide random networks: Gaussian integrals, and the MLP.

In a wide random network a layer acts on two numbers only: the mean square q of the preactivations
of an input, and the correlation c of those of two inputs (Poole et al. 2016, arXiv:1606.05340;
Schoenholz et al. 2017, arXiv:1611.01232).
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from engine.settings import hyperparameter, setting
from engine.systems.common.base import Array, Curve, Hyperparameters, System

# With these the moments of tanh are good to 1e-8, and those of two inputs to 1e-7 for standard
# deviations up to 6 and 1e-5 up to 10; at 100, to some hundredths for inputs that differ much.
NODES = 40  # of the mean over one normal variable
PAIRED = 24  # and over a second, the distance of two inputs
REACH = 7.0  # standard deviations


class Nodes(NamedTuple):
    """Where a mean over normal variables is taken, as shares of the way out to `REACH`."""

    one: Array  # (NODES,)
    second: Array  # (PAIRED,)

    @staticmethod
    def make() -> "Nodes":
        """Return the nodes."""
        return Nodes(*((np.arange(count) + 0.5) / count for count in (NODES, PAIRED)))


def normal(shares: Array, deviation: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return points and weights for the mean of an even function of a centred normal variable.

    That is the trapezoidal rule, which converges geometrically for what is analytic and decays, in
    t for the variable min(σ, 1) sinh t: the points lie dense where tanh bends, however large σ is.
    """
    wide = jnp.maximum(deviation, 1.0)
    across = shares * jnp.arcsinh(REACH * wide)
    out = jnp.sinh(across)
    weight = jnp.cosh(across) * jnp.exp(-((out / wide) ** 2) / 2)
    return jnp.minimum(deviation, 1.0) * out, weight / jnp.sum(weight)


class Propagated(NamedTuple):
    """What is tracked of signals, once they have passed a layer; the first stands for the loss."""

    apart: jax.Array  # 1 - c for the correlation or cosine c of two inputs; 0 below what is known
    angle: jax.Array  # its logarithm, or that of the least that is known
    gain: jax.Array  # logarithm of the mean square of the Jacobian from the input to here

    @staticmethod
    def of(apart: jax.Array, gain: jax.Array, least: float | None = None) -> "Propagated":
        """Return what is tracked.

        Args:
            apart: 1 - c.
            gain: the logarithm.
            least: what `apart` has to exceed in order to mean something; None for any number.
        """
        least = float(jnp.finfo(apart.dtype).tiny) if least is None else least
        known = jnp.maximum(apart, least)
        return Propagated(jnp.where(apart > least, apart, 0), jnp.log(known), gain)


class Pair(NamedTuple):
    """Two inputs in a layer."""

    apart: jax.Array  # 1 minus the correlation of their preactivations
    length: jax.Array  # the mean square of these
    gain: jax.Array  # logarithm of the mean square of the Jacobian from the first layer to here


def tanh_moments(nodes: Nodes, length: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return E φ² and E φ'² for φ = tanh of a normal variable of variance `length`."""
    at, weight = normal(nodes.one, jnp.sqrt(length))
    return jnp.sum(weight * jnp.tanh(at) ** 2), jnp.sum(weight / jnp.cosh(at) ** 4)


def tanh_apart(nodes: Nodes, length: jax.Array, apart: jax.Array) -> jax.Array:
    """Return E (φ(u) - φ(v))²/2 for φ = tanh, which is E φ² times 1 minus the new correlation.

    No two near numbers are subtracted: u, v = x ± r for independent x and r of the variances
    length (1 - apart/2) and length apart/2. By the addition formula of tanh, φ(u) - φ(v) is
    2 T/(T² + cosh² x/cosh² r) with T = tanh r, so that no function of both has to be found.
    """
    half = jnp.clip(apart / 2, 0.0, 1.0)
    x, of_x = normal(nodes.one, jnp.sqrt(length * (1 - half)))
    r, of_r = normal(nodes.second, jnp.sqrt(length * half))
    farthest = 0.6 * float(jnp.finfo(x.dtype).maxexp)  # whose hyperbolic cosine is finite
    x, r = jnp.minimum(x, farthest)[:, None], jnp.minimum(r, farthest)[None, :]
    tangent, ratio = jnp.tanh(r), jnp.cosh(x) / jnp.cosh(r)
    squares = (tangent / (tangent**2 + ratio**2)) ** 2
    return 2 * jnp.sum(of_x[:, None] * of_r[None, :] * squares)


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
        return Pair(*(number.astype(problem.one.dtype) for number in start))

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
