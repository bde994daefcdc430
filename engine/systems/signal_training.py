"""Training from the initialisations that `signal` measures, to see what these foretell."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from engine.draws import generator
from engine.settings import Setting, hyperparameter, setting
from engine.systems.common.base import Array, Curve, Hyperparameters, Scatter, check_drawn
from engine.systems.common.blocks import Draws, Propagation, Weights, block, normalised, weights_of
from engine.systems.common.optimised import Learner, optimiser_setting
from engine.systems.common.trained import Trained, offset
from engine.systems.signal import zeros_of_exponents

STEPS_AT_ONCE = 64  # the room for data grows by so many steps
MEASURED = 8  # networks at initialisation that exponents are averaged over
DATA = 2**21  # tells the draws of the data from those of the blocks
TEACHER = 0.6352612  # E tanh(2 z)² for standard normal z


class Task(NamedTuple):
    """What is learnt, and where training starts."""

    draws: Draws  # (blocks, ...)
    readout: Array  # (width,)
    other_draws: Draws  # the same of another seed
    other_readout: Array
    sequences: Array  # (steps or more, sequences, tokens, width)
    targets: Array  # (steps or more, sequences)
    noise: Array  # (steps or more, sequences), standard normal, that labels may have added
    test_sequences: Array  # (4 sequences, tokens, width)
    test_targets: Array  # (4 sequences,)


class Network(NamedTuple):
    """The transformer in training."""

    weights: Weights  # (blocks, ...)
    readout: jax.Array  # (width,)


class Learnt(NamedTuple):
    """What is tracked: losses as a share of that of guessing the mean."""

    loss: jax.Array
    test: jax.Array


@dataclass(frozen=True)
class SignalTraining(Propagation, Trained):
    """Training of the transformer whose signals `Signal` follows, from the same initialisation.

    The first of its networks learns, by Adam unless told otherwise and on new data at every step,
    a number for each sequence of standard normal tokens: the mean over tokens of
    tanh(2 u·x) for one fixed direction u, standardised; it is read out of the mean of the
    normalised tokens after the last block. Which data, depth and optimiser the paper used is not
    known here: these are ours. The tracked losses are mean squared errors, of the data of the step
    before it is trained on and of the same test data at every step.
    """

    name: ClassVar[str] = "signal-training"
    summary: ClassVar[str] = "a transformer trained from the initialisation that `signal` measures"

    axes: ClassVar[tuple[str, str]] = ("alpha", "sigma_w")

    blocks: int = setting(8, "blocks", low=1, high=64, unit="blocks", group="network")
    tokens: int = setting(4, "tokens", low=2, high=1024, unit="tokens", group="network")
    width: int = setting(12, "width of a token", low=2, high=2048, unit="units", group="network")
    hidden: int = setting(
        12, "width of the perceptron", low=1, high=8192, unit="units", group="network"
    )
    sequences: int = setting(
        32, "sequences in a step; four times as many make the test", low=1, high=65536,
        unit="sequences", group="task",
    )  # fmt: skip

    optimiser: str = optimiser_setting("adam")
    learning_rate: float = hyperparameter(0.02, "learning rate", symbol="η", range=(-4.0, 0.0))
    initial_offset: float = hyperparameter(
        0, "added to all weights of the first attention once, at initialisation", symbol="δ₀",
        range=(-3.0, 1.0), group="initialisation",
    )  # fmt: skip
    step_offset: float = hyperparameter(
        0, "added to all weights of the first attention at every step", symbol="δ",
        range=(-6.0, 0.0),
    )  # fmt: skip

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the measures that say something, the usual one first."""
        return "final_loss", "convergence", "escape_time"

    @property
    def autonomous(self) -> bool:
        """Whether a step depends on the state alone: each has data of its own."""
        return False

    @property
    def parameters(self) -> int:
        """The number of weights of the network."""
        return self.blocks * Draws.size(self.width, self.hidden) + self.width

    def curves(self) -> tuple[Curve, ...]:
        """Return where either exponent vanishes at initialisation, measured and predicted."""
        return zeros_of_exponents(("steps", self.blocks), ("networks", MEASURED))

    def scatters(self) -> tuple[Scatter, ...]:
        """Return both exponents at initialisation, measured and predicted."""
        return tuple(
            Scatter(f"{how} exponents", (f"angle {how}", f"gradient {how}"))
            for how in ("measured", "predicted")
        )

    def static_settings(self) -> dict[str, Setting]:
        """Return the settings that matter: one network is trained, and nothing measured of it."""
        measuring = ("source", "networks")
        return {k: v for k, v in super().static_settings().items() if k not in measuring}

    def hyperparameters(self) -> dict[str, Setting]:
        """Return the hyperparameters that matter, by name: the tokens are those of the data."""
        of_input = ("separation", "length")
        return {k: v for k, v in super().hyperparameters().items() if k not in of_input}

    def problem(self, seed: int, steps: int) -> Task:
        """Return the data and the draws of the weights."""
        # A longer run begins as a shorter one, and few numbers of steps need another program.
        room = -(-steps // STEPS_AT_ONCE) * STEPS_AT_ONCE
        sequences, of_sequence = (room + 4) * self.sequences, self.tokens * self.width
        check_drawn(
            sequences * of_sequence + 2 * self.blocks * Draws.size(self.width, self.hidden),
            steps=steps, sequences=self.sequences, tokens=self.tokens, width=self.width,
            hidden=self.hidden, blocks=self.blocks,
        )  # fmt: skip
        random = generator([seed, 0, DATA])
        readout, direction = random.normal(size=(2, self.width))
        other_readout = generator([self.second_seed, 0, DATA]).normal(size=self.width)
        direction /= np.linalg.norm(direction)
        shape = (self.tokens, self.width)
        test = random.normal(size=(4 * self.sequences, *shape))
        new = random.normal(size=(room, self.sequences, *shape))
        # The mean of tanh(2 z) over tokens, scaled by its standard deviation.
        targets, of_test = (
            np.tanh(2 * x @ direction).mean(axis=-1) / np.sqrt(TEACHER / self.tokens)
            for x in (new, test)
        )
        noise = generator([seed, 0, DATA, 1]).normal(size=targets.shape)
        return Task(
            self._draws(seed), readout, self._draws(self.second_seed), other_readout,
            new, targets, noise, test, of_test,
        )  # fmt: skip

    def _draws(self, seed: int) -> Draws:
        drawn = [Draws.make(seed, 0, b, self.width, self.hidden) for b in range(self.blocks)]
        return Draws(*(np.stack(part) for part in zip(*drawn, strict=True)))

    def initial(self, problem: Task, hyper: Hyperparameters) -> Learner:
        """Return the weights at initialisation, and the optimiser's memory."""
        dtype = problem.readout.dtype

        def network(draws: Draws, readout: Array) -> Network:
            weights = weights_of(draws, hyper["sigma_w"], hyper["sigma_a"])
            whole = Network(weights, readout / self.width**0.5)
            return jax.tree.map(lambda w: w.astype(dtype), whole)

        return self.first(
            network(problem.draws, problem.readout),
            network(problem.other_draws, problem.other_readout),
            hyper,
        )

    def shifted(self, weights: Network, by: jax.Array) -> Network:
        """Return the weights with `by` added to those of the first attention."""
        blocks = weights.weights
        moved = blocks.attention.at[0].set(offset(blocks.attention[0], by))
        return weights._replace(weights=blocks._replace(attention=moved))

    def step(
        self, problem: Task, learner: Learner, hyper: Hyperparameters, t: jax.Array
    ) -> tuple[Learner, Learnt]:
        """Return the weights after one update, and both losses before it."""
        dtype = problem.readout.dtype
        strengths = jax.tree.map(lambda v: v.astype(dtype), self.strengths_of(hyper))

        def error(network: Network, sequences: Array, targets: Array) -> jax.Array:
            def read(x: jax.Array) -> jax.Array:
                for k in range(self.blocks):
                    of_block = jax.tree.map(lambda w, k=k: w[k], network.weights)
                    x = block(x, of_block, strengths)
                return jnp.mean(normalised(x), axis=0) @ network.readout

            return jnp.mean((jax.vmap(read)(sequences) - targets) ** 2)

        def share(error: jax.Array, targets: Array) -> jax.Array:
            return error / jnp.mean(targets**2)

        now = t % problem.targets.shape[0]
        labels = (problem.targets[now] + hyper["label_noise"] * problem.noise[now]).astype(dtype)
        loss, gradient = jax.value_and_grad(error)(learner.weights, problem.sequences[now], labels)
        test = error(learner.weights, problem.test_sequences, problem.test_targets)
        tracked = Learnt(share(loss, labels), share(test, problem.test_targets))
        return self.learn(learner, gradient, hyper["learning_rate"], hyper, t), tracked


SYSTEMS = (SignalTraining,)
