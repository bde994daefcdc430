"""Deep scalar networks: one weight a layer, trained by gradient descent."""

from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from engine.settings import hyperparameter, setting
from engine.systems import Curve, System


@dataclass(frozen=True)
class DeepScalar(System):
    """Gradient descent on (w₁ … w_L - y)²/2: scalar networks (Kreisler 2023, arXiv:2305.13064).

    Equal weights stay equal: w -> w - η wᴸ⁻¹ (wᴸ - y). Their minimum has sharpness L y^(2 - 2/L),
    and repels once that exceeds 2/η. For even L the step is odd in w: what it sends to -w, where
    η wᴸ⁻² (wᴸ - y) = 2, bounds the starts that do not escape, while none inside is sent out.
    """

    name: ClassVar[str] = "deep-scalar"
    summary: ClassVar[str] = "one weight a layer, learning rate x weight at the start"
    axes: ClassVar[tuple[str, str]] = ("learning_rate", "start")

    depth: int = setting(4, "weights in a row", low=2, high=64, unit="layers", group="network")

    learning_rate: float = hyperparameter(0.1, "learning rate", symbol="η", range=(-2, 0.5))
    start: float = hyperparameter(
        0.5, "weight at the start", symbol="w₀", scale="linear", range=(0, 2.5), group="start"
    )
    spread: float = hyperparameter(
        0, "differences of the weights at the start", symbol="σ", range=(-4, 0), group="start"
    )
    target: float = hyperparameter(
        1, "what the product is to be", symbol="y", scale="linear", range=(0, 3), group="network"
    )

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the measures that say something, the usual one first."""
        return "outcome", "convergence", "escape_time", "period", "lyapunov"

    def problem(self, seed: int, steps: int) -> np.ndarray:
        """Return in which direction the weights differ at the start, shape (depth,)."""
        del steps
        return np.random.default_rng(seed).normal(size=self.depth)

    def initial(self, problem: jax.Array, hyper: dict[str, jax.Array]) -> jax.Array:
        """Return the weights at the start, shape (depth,)."""
        return (hyper["start"] + hyper["spread"] * problem).astype(problem.dtype)

    def step(
        self, problem: jax.Array, weights: jax.Array, hyper: dict[str, jax.Array], t: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """Return the weights after one update, and the loss before it."""
        del problem, t
        target = hyper["target"].astype(weights.dtype)
        loss, gradient = jax.value_and_grad(lambda w: (jnp.prod(w) - target) ** 2 / 2)(weights)
        return (weights - hyper["learning_rate"] * gradient).astype(weights.dtype), loss

    def curves(self) -> tuple[Curve, ...]:
        """Return both boundaries that are known where all weights start equal."""
        depth = self.depth

        def stability(problem: Any, hyper: dict[str, Any]) -> Any:
            return hyper["learning_rate"] * depth * hyper["target"] ** (2 - 2 / depth) - 2

        def escape(problem: Any, hyper: dict[str, Any]) -> Any:
            w = hyper["start"] if depth % 2 == 0 else np.nan
            return hyper["learning_rate"] * w ** (depth - 2) * (w**depth - hyper["target"]) - 2

        return (
            Curve("stability", "right of it the minimum repels", stability),
            Curve("escape", "where equal weights change sign at every step; even depth", escape),
        )


SYSTEMS = (DeepScalar,)
