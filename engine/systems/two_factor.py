"""The two-factor model: linear self-attention on one prompt, and the map that it reduces to.

The loss of one linear self-attention layer, trained on one prompt, depends on its parameters
through two numbers alone. Gradient descent on them is a map of the plane into itself with one
parameter, μ (Balasubramanian 2026, arXiv:2605.21292v1). Nearly all of it is known in closed form.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from engine.draws import generator
from engine.settings import Setting, hyperparameter, setting
from engine.systems.common.base import Array, Curve, Hyperparameters, Sweep, System
from engine.systems.common.optimised import Learner, Optimised

FACTORS, IMBALANCE, BALANCED = "factors", "scale and imbalance", "balanced line"
DIVERGENCE = 2.0  # the μ from which on nothing stays bounded
# Where, over μ, the balanced attractor changes (arXiv:2605.21292v1): training is monotone up to the
# first, then catapults; period 2 and period 4 come by flips, chaos where these accumulate.
PHASES = {
    "catapult": 2 * math.sqrt(2) - 2,
    "period 2": 1.0,
    "period 4": math.sqrt(5) - 1,
    "chaos": 1.3022835,
    "divergence": DIVERGENCE,
}
PHASES_ABOUT = "phase lines: " + ", ".join(f"{k} from μ = {v:.5g}" for k, v in PHASES.items())
DRAWS = 7  # tells the draws of the order of batches from those of the batches


def phases(mu: Any) -> Any:
    """Return a number that changes sign at every phase line of the balanced attractor."""
    return math.prod(mu - line for line in PHASES.values())


class Factors(NamedTuple):
    """The two factors, whose product is fitted to μ."""

    a: jax.Array
    b: jax.Array


class Point(NamedTuple):
    """A point of the balanced line, on which both factors are the same."""

    x: jax.Array


class Reduced(NamedTuple):
    """What is tracked: the loss, the factors and their imbalance a² - b²."""

    loss: jax.Array
    a: jax.Array
    b: jax.Array
    imbalance: jax.Array

    @staticmethod
    def of(loss: jax.Array, a: jax.Array, b: jax.Array) -> "Reduced":
        """Return what is tracked at a point of the plane."""
        return Reduced(loss, a, b, (a - b) * (a + b))


class Batches(NamedTuple):
    """What each batch sees of the loss, and which of them each step takes."""

    curvature: Array  # (batches,) deviations, with mean 0 and variance 1
    target: Array  # (batches,) deviations, with mean 0 and variance 1
    order: Array  # (steps or more,) int32


@dataclass(frozen=True)
class TwoFactor(System):
    """The map (a, b) -> (a - e b, b - e a) with residual e = ab - μ: gradient descent on e²/2.

    Lengths are in units of the learning rate: a = √η c w, b = √η c s sgn y and μ = η c |y| for
    value weight w, attention s and target y (see `LinearAttention`). For 0 < μ < 2 the ellipse
    a² + b² - μ ab = 4 - μ² and its inside and outside are each invariant, and a run stays bounded
    iff it starts within. Inside it converges to ab = μ for μ < 1; from there on a² - b² -> 0, and
    the balanced line a = b has the dynamics of the cubic x (1 + μ - x²).

    With batches, each step has e = r ab - m, where r and m have the means 1 and μ over the batches.
    The tracked loss is e²/2 of all of them.
    """

    name: ClassVar[str] = "two-factor"
    summary: ClassVar[str] = "the map that linear self-attention trains by, in closed form"
    axes: ClassVar[tuple[str, str]] = ("a", "b")

    start: str = setting(
        FACTORS,
        "what says where a run starts: both factors, their scale and imbalance, or a point of the "
        "balanced line a = b, on which it stays",
        choices=(FACTORS, IMBALANCE, BALANCED), group="start",
    )  # fmt: skip
    batches: int = setting(
        1, "batches that the steps take at random; 1 = all data at every step",
        low=1, high=1024, unit="batches", group="batches",
    )  # fmt: skip

    mu: float = hyperparameter(
        0.95, "sharpness at the minimum, learning rate times target", symbol="μ", scale="linear",
        range=(0.0, 2.1),
    )  # fmt: skip
    a: float = hyperparameter(
        0.1, "first factor at the start, the value weight", symbol="a₀", scale="linear",
        range=(-2.5, 2.5), group="start",
    )  # fmt: skip
    b: float = hyperparameter(
        0.1, "second factor at the start, the attention", symbol="b₀", scale="linear",
        range=(-2.5, 2.5), group="start",
    )  # fmt: skip
    scale: float = hyperparameter(
        0.3, "scale of the factors at the start, root of their product", symbol="x₀",
        scale="linear", range=(0.0, 2.1), group="start",
    )  # fmt: skip
    imbalance: float = hyperparameter(
        0.0, "imbalance at the start, a² - b²", symbol="D₀", scale="linear", range=(-4.0, 4.0),
        group="start",
    )  # fmt: skip
    curvature_spread: float = hyperparameter(
        0.0, "standard deviation of the curvature over batches", symbol="σᵣ",
        scale="linear", range=(0.0, 1.0), group="batches",
    )  # fmt: skip
    target_spread: float = hyperparameter(
        0.2, "standard deviation of the target over batches, as a share of it", symbol="σₘ",
        scale="linear", range=(0.0, 1.0), group="batches",
    )  # fmt: skip

    @property
    def plane(self) -> tuple[str, str]:
        """The hyperparameters drawn where those asked for do not matter."""
        planes = {FACTORS: ("a", "b"), IMBALANCE: ("mu", "imbalance"), BALANCED: ("mu", "scale")}
        return planes[self.start]

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the measures that say something, the usual one first."""
        return "outcome", "escape_time", "period", "imbalance", "lyapunov", "convergence"

    @property
    def orbit(self) -> tuple[str, ...]:
        """The names of two tracked numbers in whose plane a run is drawn: the factors."""
        return "a", "b"

    @property
    def orbit_start(self) -> tuple[tuple[str, Any], ...]:
        """The settings with which that plane is one of hyperparameters."""
        return (("start", FACTORS),)

    def curves(self) -> tuple[Curve, ...]:
        """Return the separatrix, the minima, where these lose stability, and the phases over μ."""

        def separatrix(problem: Batches, hyper: dict[str, Any]) -> Any:
            (a, b), mu = self.factors(hyper), hyper["mu"]
            inside = a**2 + b**2 - mu * a * b - (4 - mu**2)
            return np.where(np.abs(mu) < DIVERGENCE, inside, np.nan)

        def minima(problem: Batches, hyper: dict[str, Any]) -> Any:
            a, b = self.factors(hyper)
            return a * b - hyper["mu"]

        def sharpness(problem: Batches, hyper: dict[str, Any]) -> Any:
            a, b = self.factors(hyper)
            return a**2 + b**2 - 2

        return (
            Curve(
                "separatrix",
                "Chebyshev ellipse a² + b² − μ ab = 4 − μ²; over μ, the critical curve μ_c",
                separatrix,
            ),
            Curve("minima", "hyperbola ab = μ of the minima", minima),
            Curve("sharpness", "R = a² + b² = 2: minima within are stable", sharpness),
            Curve("phases", PHASES_ABOUT, lambda problem, hyper: phases(hyper["mu"])),
        )

    def sweep(self) -> Sweep:
        """Return the line over μ, on the balanced line."""
        return Sweep(
            "mu", (0.0, 2.05), "a", (("start", BALANCED), ("steps", 2000)), tuple(PHASES.items())
        )

    @property
    def autonomous(self) -> bool:
        """Whether a step depends on the state alone: not with batches."""
        return self.batches == 1

    def hyperparameters(self) -> dict[str, Setting]:
        """Return the hyperparameters that matter for this kind of start, and with batches."""
        starts = {FACTORS: ("a", "b"), IMBALANCE: ("scale", "imbalance"), BALANCED: ("scale",)}
        spreads = ("curvature_spread", "target_spread") if self.batches > 1 else ()
        matter = ("mu", *starts[self.start], *spreads)
        return {name: about for name, about in super().hyperparameters().items() if name in matter}

    def problem(self, seed: int, steps: int) -> Batches:
        """Return the batches and their order; with one batch, nothing is random."""
        if self.batches == 1:
            return Batches(np.zeros(1), np.zeros(1), np.zeros(1, np.int32))
        drawn = generator(seed).normal(size=(2, self.batches))
        drawn -= drawn.mean(axis=1, keepdims=True)
        drawn /= drawn.std(axis=1, keepdims=True)
        # A longer run begins as a shorter one, and few numbers of steps need another program.
        room = 2 ** math.ceil(math.log2(max(steps, 1024)))
        order = generator([DRAWS, seed]).integers(self.batches, size=room)
        return Batches(drawn[0], drawn[1], order.astype(np.int32))

    def factors(self, hyper: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return both factors at the start, from numbers or arrays of any kind."""
        if self.start == FACTORS:
            return hyper["a"], hyper["b"]
        if self.start == BALANCED:
            return hyper["scale"], hyper["scale"]
        # a b = scale² and a² - b² = imbalance; both factors are positive.
        product, half = hyper["scale"] ** 2, hyper["imbalance"] / 2
        larger = (abs(half) + (half**2 + product**2) ** 0.5) ** 0.5
        smaller = product / (larger + (larger == 0))
        first = half >= 0
        return first * larger + (1 - first) * smaller, first * smaller + (1 - first) * larger

    def initial(self, problem: Batches, hyper: Hyperparameters) -> Factors | Point:
        """Return the factors at the start; on the balanced line, the one that they are."""
        a, b = (factor.astype(problem.curvature.dtype) for factor in self.factors(hyper))
        return Point(a) if self.start == BALANCED else Factors(a, b)

    def step(
        self, problem: Batches, state: Factors | Point, hyper: Hyperparameters, t: jax.Array
    ) -> tuple[Factors | Point, Reduced]:
        """Return the factors after one update; the loss of all data and the factors before it."""
        a, b = (state.x, state.x) if isinstance(state, Point) else state
        product, mu = a * b, hyper["mu"]
        error = whole = product - mu
        if self.batches > 1:
            batch = problem.order[t % problem.order.shape[0]]
            curvature = 1 + hyper["curvature_spread"] * problem.curvature[batch]
            target = mu * (1 + hyper["target_spread"] * problem.target[batch])
            error = curvature * product - target
        tracked = Reduced.of((whole**2 / 2).astype(a.dtype), a, b)
        first, second = (a - error * b).astype(a.dtype), (b - error * a).astype(a.dtype)
        return (Point(first) if isinstance(state, Point) else Factors(first, second)), tracked


def critical_rate(a: Any, b: Any, target: Any) -> Any:
    """Return the learning rate from which on gradient descent on (AB - y)²/2, y > 0, escapes.

    Args:
        a, b: A and B at the start.
        target: y.
    """
    square = a**2 + b**2
    return 8 / (square + np.sqrt(square**2 - 16 * target * (a * b - target)))


class Prompt(NamedTuple):
    """A prompt, and the start of training on it."""

    context: Array  # (tokens, dimension)
    answers: Array  # (tokens,)
    query: Array  # (dimension,)
    answer: Array  # ()
    along: Array  # G, of length 1, times the sign of the answer, (dimension, dimension)
    across: Array  # a unit matrix at right angles to it, (dimension, dimension)


class Weights(NamedTuple):
    """The weights of linear self-attention with one head."""

    value: jax.Array  # of the values, w, ()
    attention: jax.Array  # of keys and queries, U, (dimension, dimension)


@dataclass(frozen=True)
class LinearAttention(Optimised):
    """Training on one prompt of linear self-attention, in full: all weights are trained.

    The prediction is w (1/N) Σ y_i x_iᵀ U x_q = w <U, G> with G = (1/N) Σ y_i x_i x_qᵀ, and the
    loss is half the square of its error. Only w and the part s = <U, G>/c of U along G, c = |G|,
    matter, and by gradient descent a = √η c w, b = √η c s sgn y, μ = η c |y| follow the map of
    `TwoFactor` (arXiv:2605.21292v1). The prompt is drawn from the seed, standard normal, and scaled
    to c = 1; both weights start at the initial scale, U at an angle to G whose cosine is the
    alignment.
    """

    name: ClassVar[str] = "linear-attention"
    summary: ClassVar[str] = "linear self-attention trained on one prompt, learning rate x scale"
    axes: ClassVar[tuple[str, str]] = ("learning_rate", "scale")

    tokens: int = setting(8, "tokens of the prompt", low=1, high=256, unit="tokens", group="prompt")
    dimension: int = setting(
        4, "dimension of a token", low=2, high=64, unit="dimensions", group="prompt"
    )

    learning_rate: float = hyperparameter(
        0.5, "learning rate", symbol="η", scale="linear", range=(0.0, 2.5)
    )
    scale: float = hyperparameter(
        0.5, "scale of both weights at the start", symbol="κ", scale="linear", range=(0.0, 2.5),
        group="start",
    )  # fmt: skip
    alignment: float = hyperparameter(
        0.8, "alignment of the attention with the prompt at the start, a cosine", symbol="cos θ",
        scale="linear", range=(-1.0, 1.0), group="start",
    )  # fmt: skip
    target: float = hyperparameter(
        1.0, "answer that is to be predicted, of the sign drawn", symbol="|y|", scale="linear",
        range=(0.0, 2.5), group="prompt",
    )  # fmt: skip

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the measures that say something, the usual one first."""
        return "outcome", "escape_time", "period", "imbalance", "lyapunov", "convergence"

    @property
    def orbit(self) -> tuple[str, ...]:
        """The names of two tracked numbers in whose plane a run is drawn: the factors."""
        return "a", "b"

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return 1 + self.dimension**2

    def curves(self) -> tuple[Curve, ...]:
        """Return the critical learning rate, and the phases over μ, of plain gradient descent."""
        if (self.optimiser, self.schedule, self.clipping) != ("sgd", "constant", "none"):
            return ()

        def separatrix(problem: Prompt, hyper: dict[str, Any]) -> Any:
            first, target = hyper["scale"], hyper["target"]
            second = first * np.clip(hyper["alignment"], -1, 1)
            above = hyper["learning_rate"] - critical_rate(first, second, target)
            return np.where(hyper["weight_decay"] == 0, above, np.nan)

        def of_phases(problem: Prompt, hyper: dict[str, Any]) -> Any:
            beyond = phases(hyper["learning_rate"] * hyper["target"])
            return np.where(hyper["weight_decay"] == 0, beyond, np.nan)

        return (
            Curve("separatrix", "critical learning rate η_c", separatrix),
            Curve("phases", PHASES_ABOUT, of_phases),
        )

    def problem(self, seed: int, steps: int) -> Prompt:
        """Return the prompt, and the directions in which attention starts."""
        del steps
        random = generator(seed)
        context = random.normal(size=(self.tokens, self.dimension))
        answers = random.normal(size=self.tokens)
        query = random.normal(size=self.dimension)
        answer = np.sign(random.normal()) or 1.0
        moment = np.outer(answers @ context, query) / self.tokens
        query, moment = (part / np.linalg.norm(moment) for part in (query, moment))
        across = random.normal(size=moment.shape)
        across -= np.sum(across * moment) * moment
        across /= np.linalg.norm(across)
        return Prompt(context, answers, query, np.array(answer), answer * moment, across)

    def initial(self, problem: Prompt, hyper: Hyperparameters) -> Learner:
        """Return the weights at the start."""
        scale, cosine = hyper["scale"], jnp.clip(hyper["alignment"], -1, 1)
        attention = cosine * problem.along + jnp.sqrt(1 - cosine**2) * problem.across
        dtype = problem.context.dtype
        return self.begin(Weights(scale.astype(dtype), (scale * attention).astype(dtype)))

    def step(
        self, problem: Prompt, learner: Learner, hyper: Hyperparameters, t: jax.Array
    ) -> tuple[Learner, Reduced]:
        """Return the weights after one update; the loss and the two factors before it."""
        weights, rate = learner.weights, hyper["learning_rate"]
        target = (hyper["target"] * problem.answer).astype(weights.value.dtype)

        def loss(weights: Weights) -> jax.Array:
            attended = problem.context @ weights.attention @ problem.query
            return (weights.value * jnp.mean(problem.answers * attended) - target) ** 2 / 2

        value, gradient = jax.value_and_grad(loss)(weights)
        along = jnp.sum(weights.attention * problem.along)
        root = jnp.sqrt(jnp.maximum(rate, 0))
        tracked = Reduced.of(value, root * weights.value, root * along)
        return self.learn(learner, gradient, rate, hyper, t), tracked


SYSTEMS = (TwoFactor, LinearAttention)
