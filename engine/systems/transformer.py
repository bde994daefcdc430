"""The decoder-only transformer of "Mapping the edge of chaos" (Torkamandi 2025, arXiv:2501.04286).

It learns to continue a text letter by letter.
"""

import functools
from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from engine.draws import generator
from engine.errors import InputError
from engine.settings import hyperparameter, setting
from engine.systems.common.base import Array, Hyperparameters, check_drawn
from engine.systems.common.optimised import Learner, optimiser_setting
from engine.systems.common.trained import Trained, offset
from engine.texts import corpus

MOST_LETTERS = 4096  # that are told apart
STOP = 1e4  # a run ends, as published, at a loss above this
SHARE = 0.2  # of the windows of the text, from its beginning, are trained on, as published
WEIGHTS, NOISE, ORDER = 0, 1, 2  # tell the draws of these from each other
EPSILON = 1e-5  # added to the variance by a layer normalisation


class Norm(NamedTuple):
    """A layer normalisation."""

    scale: Array  # (d,)
    shift: Array  # (d,)


class Attention(NamedTuple):
    """Causal attention, and the normalisation before it; no biases."""

    norm: Norm
    within: Array  # queries, keys and values, (d, 3 d)
    out: Array  # (d, d)


class FeedForward(NamedTuple):
    """Two layers with a ReLU between, and the normalisation before them."""

    norm: Norm
    rise: Array  # (d, f)
    rise_bias: Array  # (f,)
    fall: Array  # (f, d)
    fall_bias: Array  # (d,)


class Layer(NamedTuple):
    """A layer of the transformer."""

    attention: Attention
    feed_forward: FeedForward


class Network(NamedTuple):
    """The weights of a transformer; matrices act from the right."""

    embedding: Array  # (vocabulary, d)
    layers: tuple[Layer, ...]
    norm: Norm
    head: Array  # (d, vocabulary)
    head_bias: Array  # (vocabulary,)


class Reading(NamedTuple):
    """What all runs share: where they start, and what they read, in which order."""

    ours: Network
    others: Network  # of another seed
    positions: Array  # (context, d)
    letters: Array  # (letters,) the part of the text that is read, as numbers
    others_letters: Array  # (letters,) drawn at random, in place of labels with noise
    chances: Array  # (letters,) uniform: a label with one below the noise is replaced
    begins: Array  # (steps or more, batch) where the windows of each step begin


@dataclass(frozen=True)
class Transformer(Trained):
    """A decoder-only transformer of pre-norm layers, trained on the next letter of a text.

    Learnt embeddings and sinusoidal positions; causal attention without biases and a ReLU network
    of one hidden layer, each behind a layer normalisation and beside a skip connection; one more
    normalisation and an output layer of its own weights. The loss is the mean cross-entropy of all
    letters of a batch, in nats, before each update, and a run ends at one above 1e4. As published,
    one learning rate is for the attention and its normalisations and one for all else.

    Windows are those of the first fifth of the text in random order, each once before any twice:
    one order for all runs, unlike in the published one. Weights begin normal, of variance 1/fan-in
    (embeddings 1), scales at 1 and biases at 0; how the published ones begin is not known here. A
    letter that is not among the `vocabulary` most common ones counts as one more, common to all.
    The defaults are those of a small one; the preset `transformer` is of the published size.
    """

    name: ClassVar[str] = "transformer"
    summary: ClassVar[str] = "decoder-only transformer, learning rate of attention x all else"
    axes: ClassVar[tuple[str, str]] = (
        "attention_learning_rate", "fully_connected_learning_rate"
    )  # fmt: skip

    width: int = setting(
        16, "width of the residual stream, d_model", low=2, high=1024, unit="units",
        group="architecture",
    )  # fmt: skip
    heads: int = setting(2, "heads of the attention", low=1, high=64, group="architecture")
    layers: int = setting(
        1, "layers of attention and feed-forward", low=1, high=32, unit="layers",
        group="architecture",
    )  # fmt: skip
    hidden: int = setting(
        32, "width of the feed-forward network", low=1, high=4096, unit="units",
        group="architecture",
    )  # fmt: skip
    context: int = setting(
        16, "letters that are read at once", low=2, high=1024, unit="letters", group="dataset"
    )
    batch_size: int = setting(
        8, "windows in a step", low=1, high=4096, unit="windows", group="dataset"
    )
    vocabulary: int = setting(
        0, "most common letters that are told apart; 0 = all", low=0, high=MOST_LETTERS,
        unit="letters", group="dataset",
    )  # fmt: skip
    corpus: str = setting(
        corpus.SYNTHETIC, "text that is learnt: our own language, or one of yours, by its digest",
        group="dataset", is_text=True,
    )  # fmt: skip

    optimiser: str = optimiser_setting("adam")
    learning_rate: float = hyperparameter(
        1, "learning rate of all weights, a factor", symbol="η", range=(-2.0, 2.0)
    )
    attention_learning_rate: float = hyperparameter(
        0.01, "learning rate of the attention and its normalisations", symbol="η_A",
        scale="linear", range=(0.0, 0.12),
    )  # fmt: skip
    fully_connected_learning_rate: float = hyperparameter(
        0.01, "learning rate of all but the attention", symbol="η_FC", scale="linear",
        range=(0.0, 0.24),
    )  # fmt: skip
    input_learning_rate: float = hyperparameter(
        1, "learning rate of the embedding, a factor", symbol="η₁", range=(-2.0, 2.0)
    )
    output_learning_rate: float = hyperparameter(
        1, "learning rate of the output layer, a factor", symbol="η₂", range=(-2.0, 2.0)
    )
    label_noise: float = hyperparameter(
        0, "share of the labels that are replaced by random letters", symbol="p", scale="linear",
        range=(0.0, 1.0), group="dataset",
    )  # fmt: skip
    initial_offset: float = hyperparameter(
        0, "added to every weight of the embedding once, at initialisation", symbol="δ₀",
        range=(-3.0, 1.0), group="initialisation",
    )  # fmt: skip
    step_offset: float = hyperparameter(
        0, "added to every weight of the embedding at every step", symbol="δ", range=(-6.0, 0.0)
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width % self.heads:
            raise InputError(f"width {self.width} is no multiple of heads {self.heads}")
        corpus.check(self.corpus)
        if not self.vocabulary and self.corpus != corpus.SYNTHETIC and self.letters > MOST_LETTERS:
            raise InputError(
                f"the text {self.corpus} has {self.letters:,} different letters; set vocabulary, "
                f"to at most {MOST_LETTERS:,}"
            )

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the measures that say something, the usual one first."""
        return "capped_convergence", "convergence", "lyapunov", "outcome", "escape_time"

    @property
    def autonomous(self) -> bool:
        """Whether a step depends on the state alone: each reads another part of the text."""
        return False

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts of the network."""
        of_layers = (
            f"{what} {i}" for i in range(1, self.layers + 1) for what in ("attention", "network")
        )
        return ("embedding", *of_layers, "output")

    def split(self, learner: Learner) -> list[Any]:
        """Return the parts of the network, in the order of `parts`."""
        network: Network = learner.weights
        of_layers = [part for layer in network.layers for part in layer]
        return [network.embedding, *of_layers, network[2:]]

    @property
    def letters(self) -> int:
        """The number of letters that are told apart."""
        return len(_alphabet(self.corpus, self.vocabulary))

    @property
    def parameters(self) -> int:
        """The number of weights of the network."""
        d, f, v = self.width, self.hidden, self.letters
        of_layer = 4 * d**2 + 2 * d * f + f + d + 4 * d
        return v * d + self.layers * of_layer + 2 * d + d * v + v

    def problem(self, seed: int, steps: int) -> Reading:
        """Return the weights of both seeds, and the text with the order of its windows."""
        letters, windows = self._read()
        # A longer run begins as a shorter one, and few numbers of steps need another program.
        room = 2 ** (max(steps, 32) - 1).bit_length()
        check_drawn(
            room * self.batch_size + 2 * self.parameters,
            steps=steps, batch_size=self.batch_size, width=self.width, layers=self.layers,
        )  # fmt: skip
        random = generator([seed, ORDER])
        rounds = -(-room * self.batch_size // windows)
        order = np.concatenate([random.permutation(windows) for _ in range(rounds)])
        begins = order[: room * self.batch_size].reshape(room, self.batch_size)
        random = generator([seed, NOISE])
        return Reading(
            self._drawn(seed), self._drawn(self.second_seed), self._positions(), letters,
            random.integers(self.letters, size=letters.shape).astype(np.int32),
            random.random(letters.shape), begins.astype(np.int32),
        )  # fmt: skip

    def _read(self) -> tuple[np.ndarray, int]:
        """Return the letters that are read, int32, and the number of windows in them."""
        letters = _numbers(self.corpus, self.vocabulary)
        windows = int(SHARE * (len(letters) - self.context))
        if windows < 1:
            raise InputError(
                f"the text {self.corpus} has {len(letters):,} letters, too few for context "
                f"{self.context}"
            )
        return letters[: windows + self.context], windows

    def _drawn(self, seed: int) -> Network:
        random = generator([seed, WEIGHTS])
        d, f, v = self.width, self.hidden, self.letters

        def matrix(inputs: int, outputs: int) -> np.ndarray:
            return random.normal(size=(inputs, outputs)) / inputs**0.5

        def norm() -> Norm:
            return Norm(np.ones(d), np.zeros(d))

        def layer() -> Layer:
            attention = Attention(norm(), matrix(d, 3 * d), matrix(d, d))
            rise, fall = matrix(d, f), matrix(f, d)
            return Layer(attention, FeedForward(norm(), rise, np.zeros(f), fall, np.zeros(d)))

        embedding = random.normal(size=(v, d))
        layers = tuple(layer() for _ in range(self.layers))
        return Network(embedding, layers, norm(), matrix(d, v), np.zeros(v))

    def _positions(self) -> np.ndarray:
        """Return the sinusoids that tell positions apart (Vaswani et al. 2017, section 3.5)."""
        pairs = np.arange(self.width) // 2
        angles = np.arange(self.context)[:, None] / 10000 ** (2 * pairs / self.width)
        return np.where(np.arange(self.width) % 2 == 0, np.sin(angles), np.cos(angles))

    def initial(self, problem: Reading, hyper: Hyperparameters) -> Learner:
        """Return the weights at the first step, and the optimiser's memory."""
        return self.first(problem.ours, problem.others, hyper)

    def shifted(self, weights: Network, by: jax.Array) -> Network:
        """Return the weights with `by` added to the embedding."""
        return weights._replace(embedding=offset(weights.embedding, by))

    def step(
        self, problem: Reading, learner: Learner, hyper: Hyperparameters, t: jax.Array
    ) -> tuple[Learner, jax.Array]:
        """Return the weights after one update, and the loss before it."""
        begins = problem.begins[t % problem.begins.shape[0]]
        at = begins[:, None] + jnp.arange(self.context, dtype=jnp.int32)[None]
        labels = jnp.where(
            problem.chances[at + 1] < hyper["label_noise"],
            problem.others_letters[at + 1],
            problem.letters[at + 1],
        )
        loss, gradient = jax.value_and_grad(self.loss)(
            learner.weights, problem.positions, problem.letters[at], labels
        )
        tracked = jnp.where(loss > STOP, jnp.inf, loss)
        return self.learn(learner, gradient, self._rates(hyper), hyper, t), tracked

    def loss(
        self, network: Network, positions: Array, letters: jax.Array, labels: jax.Array
    ) -> jax.Array:
        """Return the mean cross-entropy in nats of labels, (windows, context), after letters."""
        right = jax.nn.one_hot(labels, self.letters, dtype=positions.dtype)
        chances = jax.nn.log_softmax(self.logits(network, positions, letters))
        return -jnp.mean(jnp.sum(right * chances, axis=-1))

    def logits(self, network: Network, positions: Array, letters: jax.Array) -> jax.Array:
        """Return the logits of what follows each letter, (windows, context, letters)."""
        # A product with one-hot rows: its gradient is a sum in one order on every device.
        chosen = jax.nn.one_hot(letters, self.letters, dtype=positions.dtype)
        x = chosen @ network.embedding + positions[None]
        for layer in network.layers:
            x = x + self._attended(x, layer.attention)
            inner = _normalised(x, layer.feed_forward.norm) @ layer.feed_forward.rise
            inner = jax.nn.relu(inner + layer.feed_forward.rise_bias[None, None])
            x = x + inner @ layer.feed_forward.fall + layer.feed_forward.fall_bias[None, None]
        return _normalised(x, network.norm) @ network.head + network.head_bias[None, None]

    def _attended(self, x: jax.Array, weights: Attention) -> jax.Array:
        """Return what causal attention adds to a residual stream, (windows, context, d)."""
        windows, context, d = x.shape
        queries, keys, values = (
            part.reshape(windows, context, self.heads, d // self.heads)
            for part in jnp.split(_normalised(x, weights.norm) @ weights.within, 3, axis=-1)
        )
        scores = jnp.einsum("bihk,bjhk->bhij", queries, keys) / (d // self.heads) ** 0.5
        past = np.tril(np.ones((context, context), bool))
        shares = jax.nn.softmax(jnp.where(past[None, None], scores, -jnp.inf), axis=-1)
        return jnp.einsum("bhij,bjhk->bihk", shares, values).reshape(x.shape) @ weights.out

    def _rates(self, hyper: Hyperparameters) -> Any:
        """Return the learning rates, as the beginning of a network."""
        of_attention, of_rest = (
            hyper["learning_rate"] * hyper[name]
            for name in ("attention_learning_rate", "fully_connected_learning_rate")
        )
        of_input = of_rest * hyper["input_learning_rate"]
        of_head = of_rest * hyper["output_learning_rate"]
        # One number stands for every weight of a part.
        layer: Any = Layer
        network: Any = Network
        layers = (layer(of_attention, of_rest),) * self.layers
        return network(of_input, layers, of_rest, of_head, of_head)


def _normalised(x: jax.Array, norm: Norm) -> jax.Array:
    """Return tokens, shape (windows, context, d), after a layer normalisation."""
    centred = x - jnp.mean(x, axis=-1, keepdims=True)
    root = jax.lax.rsqrt(jnp.mean(centred**2, axis=-1, keepdims=True) + EPSILON)
    return centred * root * norm.scale[None, None] + norm.shift[None, None]


@functools.lru_cache(maxsize=8)
def _alphabet(name: str, vocabulary: int) -> tuple[str, ...]:
    """Return the letters that are told apart, the most common first; "" for any other."""
    common = [letter for letter, _ in sorted(Counter(corpus.text(name)).items(), key=_rank)]
    return tuple(common) if not 0 < vocabulary < len(common) else (*common[:vocabulary], "")


def _rank(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


@functools.lru_cache(maxsize=8)
def _numbers(name: str, vocabulary: int) -> np.ndarray:
    """Return the text as numbers of its letters, int32."""
    alphabet = _alphabet(name, vocabulary)
    points = np.frombuffer(corpus.text(name).encode("utf-32-le"), np.uint32)
    known, position = np.unique(points, return_inverse=True)
    number = {letter: i for i, letter in enumerate(alphabet)}
    other = len(alphabet) - 1
    table = np.array([number.get(chr(p), other) for p in known], np.int32)
    return table[position]


SYSTEMS = (Transformer,)
