"""Signal propagation in transformers: what a block does to tokens and gradients.

A block is bidirectional attention with one head and then a perceptron with one hidden layer of
tanh, each behind a layer normalisation and beside a skip connection. At initialisation tokens
either grow alike from block to block or are driven apart, and gradients vanish or explode. Both
show whether the transformer will train (Cowsik et al. 2024, arXiv:2403.02579).
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from engine.draws import generator
from engine.settings import hyperparameter, setting
from engine.systems.common.base import Array, Curve, Hyperparameters, check_drawn
from engine.systems.common.blocks import Draws, Propagation, Weights, block, weights_of
from engine.systems.mean_field import Nodes, Propagated, tanh_apart, tanh_moments

NETWORKS, THEORY, DIFFERENCE = "random networks", "mean field", "difference"
BLOCKS_AT_ONCE = 4  # the room for draws grows by so many blocks, so that few depths need a program
ROUNDING = 100.0  # last bits by which tokens have to differ, as a share of their length
INPUT = 2**20  # tells the draws of the input from those of the blocks


def apart(x: jax.Array) -> jax.Array:
    """Return 1 minus the cosine between tokens, shape (tokens, width), in the mean over pairs.

    Nothing cancels: it is the ratio of their variance about their mean to their mean square.
    """
    count = x.shape[0]
    deviations = x - jnp.mean(x, axis=0, keepdims=True)
    return jnp.sum(deviations**2) / (count - 1) / (jnp.sum(x**2) / count)


class Networks(NamedTuple):
    """Tokens and a perturbation of them in several networks."""

    x: jax.Array  # (networks, tokens, width)
    tangent: jax.Array  # of mean square 1, (networks, tokens, width)
    gain: jax.Array  # logarithm of the mean square by which it has grown, (networks,)


class Theory(NamedTuple):
    """The same in a transformer of infinite width."""

    length: jax.Array  # mean square q of a token
    deviation: jax.Array  # q - p, with the overlap p of two tokens
    common: jax.Array  # logarithm of what gradients that are the same for all tokens gain
    single: jax.Array  # and of what those gain that sum to nothing


class Shared(NamedTuple):
    """What all runs share."""

    draws: Draws  # (blocks, networks, ...)
    tokens: Array  # the part that all tokens of the input have, (networks, 1, width)
    own: Array  # the part that each has for itself, (networks, tokens, width)
    tangent: Array  # of mean square 1, (networks, tokens, width)
    nodes: Nodes


@dataclass(frozen=True)
class Signal(Propagation):
    """Tokens that pass through a deep transformer at initialisation; a step is a block.

    Tokens start near collapse: all alike but for the separation. Tracked is, once they have passed
    a block, 1 minus their cosine, and the mean square of the Jacobian from the input: that of one
    perturbation drawn at random and carried along, which has the same mean as a cotangent carried
    back. The first is averaged over networks, drawn from the seed, in its logarithm.

    In the mean field, tokens are particles of which only the mean square and the overlap count;
    gradients are those near collapse, in two modes. The difference is that of the logarithms.
    """

    name: ClassVar[str] = "signal"
    summary: ClassVar[str] = "signal propagation in a transformer at initialisation"
    axes: ClassVar[tuple[str, str]] = ("alpha", "sigma_w")

    source: str = setting(
        NETWORKS,
        "what is measured: random networks, their mean-field prediction, or what they have more",
        choices=(NETWORKS, THEORY, DIFFERENCE), group="measurement",
    )  # fmt: skip
    networks: int = setting(
        4, "random networks that are averaged", low=1, high=256, unit="networks",
        group="measurement",
    )  # fmt: skip
    tokens: int = setting(16, "tokens", low=2, high=1024, unit="tokens", group="network")
    width: int = setting(64, "width of a token", low=2, high=2048, unit="units", group="network")
    hidden: int = setting(
        64, "width of the perceptron", low=1, high=8192, unit="units", group="network"
    )

    separation: float = hyperparameter(
        1e-6, "separation of the tokens, 1 minus their cosine", symbol="1 - c₀",
        range=(-8.0, 0.0), group="input",
    )  # fmt: skip
    length: float = hyperparameter(
        1.0, "mean square of the tokens", symbol="q₀", scale="linear", range=(0.1, 3.0),
        group="input",
    )  # fmt: skip

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the measures that say something, the usual one first."""
        return "angle_exponent", "gradient_exponent"

    def curves(self) -> tuple[Curve, ...]:
        """Return where either exponent vanishes, measured and predicted."""
        return zeros_of_exponents()

    @property
    def tracks(self) -> str:
        """What the first of the tracked numbers is called."""
        return "1 - cosine"

    @property
    def autonomous(self) -> bool:
        """Whether a step depends on the state alone: every block has weights of its own."""
        return False

    def problem(self, seed: int, steps: int) -> Shared:
        """Return the draws of as many blocks as there are steps, and the input."""
        room = -(-steps // BLOCKS_AT_ONCE) * BLOCKS_AT_ONCE if self.source != THEORY else 1
        of_block = self.networks * Draws.size(self.width, self.hidden)
        of_input = 2 * self.networks * self.tokens * self.width
        check_drawn(
            room * of_block + of_input, steps=steps, networks=self.networks, width=self.width,
            hidden=self.hidden, tokens=self.tokens,
        )  # fmt: skip
        many = [
            [Draws.make(seed, n, b, self.width, self.hidden) for n in range(self.networks)]
            for b in range(room)
        ]
        of_network = [generator([seed, n, INPUT]) for n in range(self.networks)]
        shape = (self.tokens, self.width)
        common, own, tangent = (
            np.stack([random.normal(size=size) for random in of_network])
            for size in ((1, self.width), shape, shape)
        )
        tangent /= np.sqrt(np.mean(tangent**2, axis=(1, 2), keepdims=True))
        draws = Draws(*(np.array([[d[k] for d in row] for row in many]) for k in range(3)))
        return Shared(draws, common, own, tangent, Nodes.make())

    def initial(self, problem: Shared, hyper: Hyperparameters) -> tuple[Networks, Theory]:
        """Return the tokens of the input."""
        dtype, separation = problem.own.dtype, hyper["separation"]
        length = hyper["length"]
        x = jnp.sqrt(1 - separation) * problem.tokens + jnp.sqrt(separation) * problem.own
        x, zero = jnp.sqrt(length) * x, jnp.zeros((), dtype)
        return (
            Networks(x.astype(dtype), problem.tangent, jnp.zeros(self.networks, dtype)),
            Theory(length.astype(dtype), (length * separation).astype(dtype), zero, zero),
        )

    def step(
        self, problem: Shared, state: tuple[Networks, Theory], hyper: Hyperparameters, t: jax.Array
    ) -> tuple[tuple[Networks, Theory], Propagated]:
        """Return the tokens after block `t`, and what is tracked of them."""
        networks, theory = state
        if self.source != THEORY:
            networks = self._through_networks(problem, networks, hyper, t)
        if self.source != NETWORKS:
            theory = self._through_theory(problem.nodes, theory, hyper)
        return (networks, theory), self._tracked(networks, theory)

    def _through_networks(
        self, problem: Shared, networks: Networks, hyper: Hyperparameters, t: jax.Array
    ) -> Networks:
        dtype = networks.x.dtype
        strengths, sigma_w, sigma_a = jax.tree.map(
            lambda v: v.astype(dtype),
            (self.strengths_of(hyper), hyper["sigma_w"], hyper["sigma_a"]),
        )
        drawn = jax.tree.map(lambda d: d[t % d.shape[0]], problem.draws)
        weights = weights_of(drawn, sigma_w, sigma_a)

        def one(x: jax.Array, tangent: jax.Array, weights: Weights) -> tuple[jax.Array, jax.Array]:
            through: tuple[jax.Array, jax.Array] = jax.jvp(
                lambda x: block(x, weights, strengths), (x,), (tangent,)
            )
            return through

        x, tangent = jax.vmap(one)(networks.x, networks.tangent, weights)
        square = jnp.mean(tangent**2, axis=(1, 2))
        unit = tangent / jnp.sqrt(square)[:, None, None]
        return Networks(x, unit, networks.gain + jnp.log(square))

    def _through_theory(self, nodes: Nodes, theory: Theory, hyper: Hyperparameters) -> Theory:
        """Return what a block of infinite width makes of tokens (arXiv:2403.02579, section 3)."""
        strengths, scale = self.strengths_of(hyper), hyper["sigma_w"]
        attended, split = attention_overlaps(
            theory.deviation / theory.length, hyper["sigma_a"], self.tokens
        )
        kept, added = strengths.past_attention**2, strengths.attention**2
        length = kept * theory.length + added * attended
        deviation = kept * theory.deviation + added * split
        common, single = (length / theory.length, kept)
        squares, slopes = tanh_moments(nodes, scale**2)
        kept, added = strengths.past_perceptron**2, strengths.perceptron**2
        through = jnp.log(kept + added * scale**2 * slopes / length)
        after = Theory(
            kept * length + added * squares,
            kept * deviation + added * tanh_apart(nodes, scale**2, deviation / length),
            theory.common + jnp.log(common) + through,
            theory.single + jnp.log(single) + through,
        )
        return Theory(*(new.astype(old.dtype) for new, old in zip(after, theory, strict=True)))

    def _tracked(self, networks: Networks, theory: Theory) -> Propagated:
        count = self.tokens
        predicted = Propagated.of(
            theory.deviation / theory.length,
            jnp.logaddexp(theory.common - np.log(count), theory.single + np.log1p(-1 / count)),
        )
        if self.source == THEORY:
            return predicted
        mean = jnp.exp(jnp.mean(jnp.log(jax.vmap(apart)(networks.x))))
        gain = jax.nn.logsumexp(networks.gain) - np.log(self.networks)
        last_bit = float(jnp.finfo(networks.x.dtype).eps)
        measured = Propagated.of(mean, gain, (ROUNDING * last_bit) ** 2)
        if self.source == NETWORKS:
            return measured
        return Propagated(
            measured.apart, measured.angle - predicted.angle, measured.gain - predicted.gain
        )


def attention_overlaps(apart: Any, sigma_a: Any, tokens: int) -> tuple[Any, Any]:
    """Return the mean square of what attention makes of normalised tokens, and what remains of it
    once the overlap of two of them is subtracted.

    With c the correlation of two queries and w = exp(σ_A² c (ρ - 1)), for tokens of the cosine ρ,
    the overlap is F(c) = (1 + ρ (n - 1) w)/(1 + (n - 1) w): returned are F(1) and F(1) - F(ρ),
    without subtracting near numbers.
    """
    others, square = tokens - 1, sigma_a**2
    own = jnp.exp(-square * apart)
    other = jnp.exp(-square * (1 - apart) * apart)
    total = 1 + others * own
    split = others * apart * own * jnp.expm1(square * apart**2) / (total * (1 + others * other))
    return (1 + (1 - apart) * others * own) / total, split


def zeros_of_exponents(*settings: tuple[str, Any]) -> tuple[Curve, ...]:
    """Return where either exponent of `Signal` vanishes, with these settings of it."""
    curves = []
    for source, how in ((NETWORKS, "measured"), (THEORY, "predicted")):
        for name, symbol in (("angle", "λ_a"), ("gradient", "λ_g")):
            chosen = (("measure", f"{name}_exponent"), ("source", source), *settings)
            about = f"{symbol} = 0, the {name} exponent, {how}"
            curves.append(Curve(f"{name} {how}", about, system="signal", settings=chosen))
    return tuple(curves)


SYSTEMS = (Signal,)
