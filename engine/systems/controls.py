"""Controls: iterated maps whose boundary is known, to hold the engine against.

Each is also a complete example of a system in a few lines.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from engine.settings import hyperparameter, setting
from engine.systems.common.base import Curve, Hyperparameters, System
from engine.systems.common.optimised import WITHOUT_MATRICES, Learner, Optimised, optimiser_setting

ESCAPE_RADIUS = 2.0  # an orbit of z^2 + c that leaves this disc never returns, for |c| <= 2


class Orbit(NamedTuple):
    """A point of the complex plane, and whether it has been stepped at all."""

    re: jax.Array
    im: jax.Array
    started: jax.Array


@dataclass(frozen=True)
class Mandelbrot(System):
    """The map z -> z^2 + c. Axes c draw the Mandelbrot set, axes z0 a Julia set.

    The tracked loss is |z|^2, and at step 0 the square of the escape radius: a run has converged
    if the orbit stayed, in the mean, within the disc of radius 2. The boundary has dimension 2
    (Shishikura 1998, arXiv:math/9201282), approached slowly.
    """

    name: ClassVar[str] = "mandelbrot"
    summary: ClassVar[str] = "z² + c over c, or a Julia set over z₀"
    axes: ClassVar[tuple[str, str]] = ("c_re", "c_im")

    c_re: float = hyperparameter(
        0, "real part of c", symbol="Re c", scale="linear", range=(-2.25, 0.75), group="map"
    )
    c_im: float = hyperparameter(
        0, "imaginary part of c", symbol="Im c", scale="linear", range=(-1.5, 1.5), group="map"
    )
    z_re: float = hyperparameter(
        0, "real part of the start", symbol="Re z₀", scale="linear", range=(-1.5, 1.5), group="map"
    )
    z_im: float = hyperparameter(
        0,
        "imaginary part of the start",
        symbol="Im z₀",
        scale="linear",
        range=(-1.5, 1.5),
        group="map",
    )

    def problem(self, seed: int, steps: int) -> np.ndarray:
        """Return the square of the escape radius: nothing here is random."""
        del seed, steps
        return np.array(ESCAPE_RADIUS**2)

    def initial(self, problem: jax.Array, hyper: Hyperparameters) -> Orbit:
        """Return the start of the orbit."""
        re, im = (hyper[name].astype(problem.dtype) for name in ("z_re", "z_im"))
        return Orbit(re, im, jnp.zeros_like(re, bool))

    def step(
        self, problem: jax.Array, z: Orbit, hyper: Hyperparameters, t: jax.Array
    ) -> tuple[Orbit, jax.Array]:
        """Return z^2 + c, and |z|^2."""
        del t
        loss = jnp.where(z.started, z.re**2 + z.im**2, problem)
        re = z.re**2 - z.im**2 + hyper["c_re"]
        im = 2 * z.re * z.im + hyper["c_im"]
        dtype = problem.dtype
        return Orbit(re.astype(dtype), im.astype(dtype), jnp.ones_like(z.started)), loss


@dataclass(frozen=True)
class Quadratic(Optimised):
    """Training on f(w) = (w1^2 + w2^2)/2 + coupling w1 w2, one learning rate each.

    The step of gradient descent is linear, with matrix I - diag(η1, η2) H. It converges iff every
    eigenvalue of diag(η1, η2) H lies in (0, 2): with |coupling| < 1, iff η1 + η2 < 4 and
    4 - 2 (η1 + η2) + η1 η2 (1 - coupling^2) > 0. With momentum 0 <= β < 1 it is H/(1 + β) (Polyak
    1964), with Nesterov's H (1 + 2 β)/(1 + β), and decoupled weight decay is added to the diagonal
    of that. The boundary is smooth: dimension 1.
    """

    name: ClassVar[str] = "quadratic"
    summary: ClassVar[str] = "training on a quadratic: a smooth boundary"
    axes: ClassVar[tuple[str, str]] = ("learning_rate_1", "learning_rate_2")

    optimiser: str = optimiser_setting("sgd", WITHOUT_MATRICES)
    learning_rate_1: float = hyperparameter(
        1, "learning rate of the first parameter", symbol="η₁", range=(-2, 2)
    )
    learning_rate_2: float = hyperparameter(
        1, "learning rate of the second parameter", symbol="η₂", range=(-2, 2)
    )
    coupling: float = hyperparameter(
        0.5, "off-diagonal of the Hessian", symbol="κ", scale="linear", range=(-1, 1), group="loss"
    )

    def problem(self, seed: int, steps: int) -> np.ndarray:
        """Return the start, shape (2,); off the eigenvectors (1, ±1) of the Hessian."""
        del seed, steps
        return np.array([1.0, 0.5])

    def initial(self, problem: jax.Array, hyper: Hyperparameters) -> Learner:
        """Return the start."""
        del hyper
        return self.begin(problem)

    def step(
        self, problem: jax.Array, learner: Learner, hyper: Hyperparameters, t: jax.Array
    ) -> tuple[Learner, jax.Array]:
        """Return the parameters after one update, and f(w) before it."""
        del problem
        w = learner.weights
        gradient = w + hyper["coupling"] * w[::-1]
        rates = jnp.stack([hyper["learning_rate_1"], hyper["learning_rate_2"]])
        loss = jnp.sum(w * gradient) / 2
        return self.learn(learner, gradient, rates, hyper, t), loss.astype(w.dtype)

    def curves(self) -> tuple[Curve, ...]:
        """Return the boundary of convergence, in closed form, where there is one."""
        if self._share(0.0) is None or self.schedule != "constant" or self.clipping != "none":
            return ()

        def boundary(problem: Any, hyper: dict[str, Any]) -> Any:
            inside = self.margin(hyper)
            return -np.minimum(*inside)

        return (Curve("boundary", "boundary of convergence of endless training", boundary),)

    def margin(self, hyper: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return two numbers, both positive iff endless training converges, for |coupling| < 1."""
        one, two = hyper["learning_rate_1"], hyper["learning_rate_2"]
        share = self._share(hyper["momentum"])
        diagonal, coupling = share + hyper["weight_decay"], share * hyper["coupling"]
        total, product = diagonal * (one + two), one * two * (diagonal**2 - coupling**2)
        return 4 - total, 4 - 2 * total + product

    def converges(self, rate_1: np.ndarray, rate_2: np.ndarray) -> np.ndarray:
        """Return where endless training converges, in closed form, for |coupling| < 1."""
        rates = {"learning_rate_1": rate_1, "learning_rate_2": rate_2}
        return np.minimum(*self.margin({**self.base_values(), **rates})) > 0

    def _share(self, momentum: Any) -> Any:
        """Return the share of the Hessian that stability depends on; None if it is not known."""
        shares = {
            "sgd": 1.0,
            "momentum": 1 / (1 + momentum),
            "nesterov": (1 + 2 * momentum) / (1 + momentum),
        }
        return shares.get(self.optimiser)


@dataclass(frozen=True)
class RippledQuadratic(Optimised):
    """Training on a quadratic with a cosine ripple (Liu 2024, arXiv:2406.13971).

    additive: f(x) = x^2 + ε (1 + cos(2πx/λ)); multiplicative: f(x) = x^2 (1 + ε cos(2πx/λ)). The
    constant in the first only keeps the loss positive. The roughness of the boundary is set by
    ε/λ^2, and begins where f stops being convex, at ε/λ^2 = 1/(2π^2) in the additive case.
    """

    name: ClassVar[str] = "rippled-quadratic"
    summary: ClassVar[str] = "training on a quadratic with a cosine ripple"
    axes: ClassVar[tuple[str, str]] = ("learning_rate", "start")

    optimiser: str = optimiser_setting("sgd", WITHOUT_MATRICES)
    ripple: str = setting(
        "multiplicative",
        "how the ripple enters",
        choices=("additive", "multiplicative"),
        group="loss",
    )
    learning_rate: float = hyperparameter(
        0.5, "learning rate", symbol="η", scale="linear", range=(0, 1.5)
    )
    start: float = hyperparameter(
        1,
        "parameter before the first step",
        symbol="x₀",
        scale="linear",
        range=(0, 1.5),
        group="initialisation",
    )
    amplitude: float = hyperparameter(
        0.2, "amplitude ε of the ripple", symbol="ε", scale="linear", range=(0, 1), group="loss"
    )
    wavelength: float = hyperparameter(
        0.1, "wavelength λ of the ripple", symbol="λ", scale="linear", range=(0.05, 1), group="loss"
    )

    def problem(self, seed: int, steps: int) -> np.ndarray:
        """Return 2π: nothing here is random."""
        del seed, steps
        return np.array(2 * np.pi)

    def initial(self, problem: jax.Array, hyper: Hyperparameters) -> Learner:
        """Return the start."""
        return self.begin(hyper["start"].astype(problem.dtype))

    def step(
        self, problem: jax.Array, learner: Learner, hyper: Hyperparameters, t: jax.Array
    ) -> tuple[Learner, jax.Array]:
        """Return the parameter after one update, and f(x) before it."""
        x = learner.weights
        wavenumber = problem / hyper["wavelength"]
        cosine = hyper["amplitude"] * jnp.cos(wavenumber * x)
        sine = hyper["amplitude"] * wavenumber * jnp.sin(wavenumber * x)
        if self.ripple == "additive":
            loss, gradient = x**2 + hyper["amplitude"] + cosine, 2 * x - sine
        else:
            loss, gradient = x**2 * (1 + cosine), 2 * x * (1 + cosine) - x**2 * sine
        return self.learn(learner, gradient, hyper["learning_rate"], hyper, t), loss


SYSTEMS = (Mandelbrot, Quadratic, RippledQuadratic)
