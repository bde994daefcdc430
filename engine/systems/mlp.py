"""The multilayer perceptron whose boundary of trainability is fractal.

It is trained on a small regression problem, with one learning rate for the layers of each kind
(Sohl-Dickstein 2024, arXiv:2402.06184).
"""

import functools
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from engine.draws import as_published, drawn_from, generator
from engine.errors import InputError
from engine.settings import Setting, hyperparameter, setting
from engine.systems.common.base import Hyperparameters, check_drawn
from engine.systems.common.optimised import Axes, Learner
from engine.systems.common.trained import Trained, offset
from engine.systems.optimisers import OPTIMISERS

# Each acts on the pre-activation z of variance about one; the gains of tanh, relu and identity are
# the published ones, the others follow tanh and relu.
NONLINEARITIES = {
    "tanh": lambda z: jnp.tanh(jnp.sqrt(2) * z),
    "relu": lambda z: jnp.sqrt(2) * jax.nn.relu(z),
    "identity": lambda z: z,
    "gelu": lambda z: jnp.sqrt(2) * jax.nn.gelu(z, approximate=False),
    "sigmoid": lambda z: jax.nn.sigmoid(jnp.sqrt(2) * z),
    "sin": lambda z: jnp.sin(jnp.sqrt(2) * z),
}
MOST_ACTIVATIONS = 2**24  # values of all layers over all samples: 128 MiB per run
BATCH_SEED = 42  # the published minibatches are drawn from PRNGKey(42), the rest from PRNGKey(0)
NOISE = 2**21  # tells the draws of the noise on labels from all others
DRAWN = 16  # programs that draw, of as many shapes, that are kept in memory
MEAN_FIELD, STANDARD, MUP = "mean-field", "standard", "muP"

Weights = tuple[jax.Array, ...]  # one (outputs, inputs) matrix per layer


class Regression(NamedTuple):
    """What all runs share. Samples are columns and weights act from the left: the rows of all
    matrices of a batch of runs are then one tall matrix, and their product with the samples is one
    matrix product, with nothing transposed (twice the speed of the published layout on a CPU).
    """

    weights: tuple[Any, ...]  # (outputs, inputs) per layer, N(0, 1)
    others: tuple[Any, ...]  # the same of another seed
    inputs: np.ndarray  # (width, samples), N(0, 1)
    targets: np.ndarray  # (target_dim, samples), N(0, 1)
    noise: np.ndarray  # (target_dim, samples), N(0, 1), that labels may have added
    batches: np.ndarray  # (at least steps, batch_size) sample indices, the same for every run


@dataclass(frozen=True)
class MLP(Trained):
    """A perceptron without biases, as published in the mean-field parametrisation.

    There weights are standard normal, every product with a weight matrix is divided by
    sqrt(fan-in), and the output once more. In the standard parametrisation the weights themselves
    have the variance 1/fan-in. In the maximal-update parametrisation (muP; Yang et al. 2022,
    arXiv:2203.03466, table 3) that is so at `base_width`, and with m times as many units the
    weights of the output are smaller by sqrt(m), and learning rates by m, so that features move as
    much at any width: the rate of the output for updates that are proportional to the gradient,
    those of all layers for updates whose size is normalised (inputs here are as many as units), and
    by sqrt(m) that of the output for Muon.

    The loss is the mean squared error over all samples, recorded before each update. The learning
    rate of a layer is `learning_rate` times that layer's own.
    """

    name: ClassVar[str] = "mlp"
    summary: ClassVar[str] = "multilayer perceptron, one learning rate per layer"
    axes: ClassVar[tuple[str, str]] = ("input_learning_rate", "output_learning_rate")
    only_matrices: ClassVar[bool] = True

    width: int = setting(
        16, "units per hidden layer, and inputs", low=1, high=1024, unit="units",
        group="architecture",
    )  # fmt: skip
    depth: int = setting(
        2, "weight layers; 2 is one hidden layer", low=2, high=32, unit="layers",
        group="architecture",
    )  # fmt: skip
    nonlinearity: str = setting(
        "tanh", "activation function", choices=tuple(NONLINEARITIES), group="architecture"
    )
    parametrisation: str = setting(
        MEAN_FIELD, "how weights and rates scale with the width",
        choices=(MEAN_FIELD, STANDARD, MUP), group="architecture",
    )  # fmt: skip
    base_width: int = setting(
        16, "width at which muP is the standard parametrisation", low=1, high=1024, unit="units",
        group="architecture",
    )  # fmt: skip
    dataset_ratio: float = setting(
        1.0, "samples times outputs per parameter (identity: samples per unit)",
        low=1e-3, high=100, group="dataset",
    )  # fmt: skip
    single_datapoint: bool = setting(
        False, "train on one sample, whatever dataset_ratio says", group="dataset"
    )
    batch_size: int = setting(
        0, "samples per step, drawn with replacement; 0 = all of them",
        low=0, high=65536, unit="samples", group="dataset",
    )  # fmt: skip
    target_dim: int = setting(1, "outputs", low=1, high=1024, group="dataset")

    learning_rate: float = hyperparameter(1, "learning rate of all layers", symbol="η")
    input_learning_rate: float = hyperparameter(1, "learning rate of the input layer", symbol="η₁")
    hidden_learning_rate: float = hyperparameter(
        1, "learning rate of the layers between input and output", symbol="ηₕ"
    )
    output_learning_rate: float = hyperparameter(
        1, "learning rate of the output layer", symbol="η₂"
    )
    initial_offset: float = hyperparameter(
        0, "added to every input weight once, at initialisation", symbol="δ₀",
        group="initialisation",
    )  # fmt: skip
    step_offset: float = hyperparameter(
        0, "added to every input weight at every step, as published", symbol="δ"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        units = sum(outputs for _, outputs in self.shapes)
        if self.samples * units > MOST_ACTIVATIONS:
            raise InputError(
                f"width {self.width}, depth {self.depth} and dataset_ratio {self.dataset_ratio} "
                f"make {self.samples:,} samples of {units:,} units, too many for one run; "
                "lower one of them"
            )

    @property
    def autonomous(self) -> bool:
        """Whether a step depends on the state alone: not with minibatches, nor on a schedule."""
        return super().autonomous and self.batch_size == 0

    def hyperparameters(self) -> dict[str, Setting]:
        """Return the hyperparameters that matter; the hidden rate only with hidden layers."""
        names = super().hyperparameters()
        if self.depth == 2:
            names.pop("hidden_learning_rate")
        return names

    def static_settings(self) -> dict[str, Setting]:
        """Return the static settings that matter; how many samples, only if there is a choice."""
        names = super().static_settings()
        if self.single_datapoint:
            names.pop("dataset_ratio")
        if self.parametrisation != MUP:
            names.pop("base_width")
        return names

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the weight layers."""
        hidden = [f"hidden layer {i}" for i in range(1, self.depth - 1)]
        return ("input layer", *hidden, "output layer")

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """The (inputs, outputs) of every layer, as published and drawn."""
        hidden = [(self.width, self.width)] * (self.depth - 1)
        return [*hidden, (self.width, self.target_dim)]

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return sum(inputs * outputs for inputs, outputs in self.shapes)

    @property
    def samples(self) -> int:
        """The number of samples in the data set."""
        if self.single_datapoint:
            return 1
        if self.nonlinearity == "identity":
            return max(1, int(self.width * self.dataset_ratio))
        return max(1, int(self.parameters * self.dataset_ratio / self.target_dim))

    def problem(self, seed: int, steps: int) -> Regression:
        """Return weights and data drawn as published; seed 0 gives the published numbers.

        The published draws need JAX's older, non-partitionable generator, and the CPU, whose
        normal deviates differ from a GPU's in the last bits.
        """
        self._check_drawn(steps)
        with as_published():
            key, key_weights = jax.random.split(drawn_from(seed))
            key, key_inputs = jax.random.split(key)
            key, key_targets = jax.random.split(key)
            weights = self._weights(key_weights)
            others = self._weights(jax.random.split(drawn_from(self.second_seed))[1])
            inputs = _normal(key_inputs, (self.samples, self.width))
            targets = _normal(key_targets, (self.samples, self.target_dim))
            batches = _padded(self._drawn(drawn_from(BATCH_SEED + seed), steps))
        labels = np.asarray(targets).T
        noise = generator([seed, NOISE]).normal(size=labels.shape)
        return Regression(weights, others, np.asarray(inputs).T, labels, noise, batches)

    def _weights(self, key: jax.Array) -> tuple[np.ndarray, ...]:
        """Return the weights of every layer, as published."""
        pairs = zip(jax.random.split(key, self.depth), self.shapes, strict=True)
        return tuple(np.asarray(_normal(k, s)).T for k, s in pairs)

    def continued(self, problem: Regression, seed: int, steps: int, more: int) -> Regression:
        """Return the problem of a longer run; its first steps see the same minibatches.

        Those that follow are drawn for themselves: how many the published key is split into changes
        every one of them.
        """
        self._check_drawn(steps + more)
        with as_published():
            key = jax.random.fold_in(drawn_from(BATCH_SEED + seed), steps)
            drawn = np.concatenate([problem.batches[:steps], self._drawn(key, more)])
        return problem._replace(batches=_padded(drawn))

    def _check_drawn(self, steps: int) -> None:
        # JAX makes each index of two random words.
        check_drawn(2 * self.batch_size * steps, batch_size=self.batch_size, steps=steps)

    def _drawn(self, key: jax.Array, steps: int) -> np.ndarray:
        """Return the samples of each minibatch, shape (steps, batch_size)."""
        if not self.batch_size:
            return np.zeros((1, 0), np.int32)
        drawn = _indices(self.batch_size, self.samples, steps)(key)
        return np.asarray(drawn, np.int32)

    def initial(self, problem: Regression, hyper: Hyperparameters) -> Learner:
        """Return the weights at the first step, scaled for the width, mixed and offset."""
        scales = [self._deviation(layer) for layer in range(self.depth)]
        ours, others = (
            tuple(scale * draw for scale, draw in zip(scales, draws, strict=True))
            for draws in (problem.weights, problem.others)
        )
        return self.first(ours, others, hyper)

    def step(
        self, problem: Regression, learner: Learner, hyper: Hyperparameters, t: jax.Array
    ) -> tuple[Learner, jax.Array]:
        """Return the learner after one update, and the loss over all samples before it."""
        labels = (problem.targets + hyper["label_noise"] * problem.noise).astype(
            problem.targets.dtype
        )
        whole = (problem.inputs, labels)
        loss, gradient = jax.value_and_grad(self.loss)(learner.weights, *whole)
        if self.batch_size:
            chosen = problem.batches[t]
            gradient = jax.grad(self.loss)(learner.weights, *(array[:, chosen] for array in whole))
        return self.learn(learner, gradient, self._rates(hyper), hyper, t), loss

    def loss(self, weights: Weights, inputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the mean squared error over the samples given as columns."""
        activation = NONLINEARITIES[self.nonlinearity]
        hidden = inputs
        for matrix in weights:
            root = np.sqrt(matrix.shape[1]) if self.parametrisation == MEAN_FIELD else 1
            z = matrix @ hidden / root
            hidden = activation(z)
        return jnp.mean((z / root - targets) ** 2)

    def shifted(self, weights: Weights, by: jax.Array) -> Weights:
        """Return the weights with `by` added to all of the input layer."""
        first, *rest = weights
        return offset(first, by), *rest

    def matrices(self, weights: Weights) -> tuple[Axes, ...]:
        """Return which axis of each matrix is reduced: the second, for they act from the left."""
        return tuple(Axes(1, 0) for _ in weights)

    @property
    def _growth(self) -> float:
        """How many times as wide as where muP is the standard parametrisation; else 1."""
        return self.width / self.base_width if self.parametrisation == MUP else 1.0

    def _deviation(self, layer: int) -> float:
        """Return the standard deviation of the initial weights of a layer."""
        if self.parametrisation == MEAN_FIELD:
            return 1.0
        is_output = layer == self.depth - 1
        return float(1 / np.sqrt(self.width) / np.sqrt(self._growth if is_output else 1.0))

    def _rates(self, hyper: Hyperparameters) -> tuple[jax.Array, ...]:
        """Return the learning rate of every layer."""
        hidden = ["hidden_learning_rate"] * (self.depth - 2)
        names = ["input_learning_rate", *hidden, "output_learning_rate"]
        if OPTIMISERS[self.optimiser].for_others:
            shares = [1.0] * (self.depth - 1) + [self._growth**-0.5]
        elif OPTIMISERS[self.optimiser].normalises:
            shares = [1 / self._growth] * self.depth
        else:
            shares = [1.0] * (self.depth - 1) + [1 / self._growth]
        rates = (hyper["learning_rate"] * hyper[name] for name in names)
        return tuple(share * rate for share, rate in zip(shares, rates, strict=True))


def _normal(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Return normal deviates as `jax.random.normal` draws them.

    JAX keeps the program of every shape for ever, megabytes each; these are forgotten in time.
    """
    return _normals(shape)(key)


@functools.lru_cache(maxsize=DRAWN)
def _normals(shape: tuple[int, ...]) -> Any:
    return jax.jit(lambda key: jax.random.normal(key, shape, jnp.float64))


@functools.lru_cache(maxsize=DRAWN)
def _indices(batch_size: int, samples: int, steps: int) -> Any:
    """Return what draws the samples of each minibatch from a key, as published."""
    draw = jax.vmap(lambda key: jax.random.randint(key, (batch_size,), 0, samples))
    return jax.jit(lambda key: draw(jax.random.split(key, steps)))


def _padded(batches: np.ndarray) -> np.ndarray:
    """Return the rows in a power of two, so that few numbers of steps need a program of their own.

    Without minibatches it is one row, empty.
    """
    if not batches.shape[1]:
        return np.zeros((1, 0), np.int32)
    rows = 2 ** (len(batches) - 1).bit_length()
    return np.pad(batches, ((0, rows - len(batches)), (0, 0)))


SYSTEMS = (MLP,)
