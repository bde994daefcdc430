"""This module is one run looked at closely: its losses, its outcome, and how chaotic it is."""

import functools
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from engine.spec import Spec
from engine.systems import System
from engine.train import Trainer


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        x, y: the values of the two hyperparameters, as float64.
        losses: the loss before each update, shape (steps,); what follows the first non-finite one
            does not count.
        value: the measure, as in a field.
        decided: the step at which the run was decided, or None if it never was.
        lyapunov: the finite-time largest Lyapunov exponent, in nats per step, or NaN.
    """

    x: float
    y: float
    losses: np.ndarray
    value: float
    decided: int | None
    lyapunov: float

    @property
    def outcome(self) -> str:
        """What became of the run: "converged" or "diverged"."""
        return "converged" if self.value < 0 else "diverged"


def inspect(spec: Spec, x: Decimal, y: Decimal) -> Run:
    """Train the run at a point of the plane, given in axis units, and look at it."""
    (x_value,), (y_value,) = spec.x.values([x]), spec.y.values([y])
    losses, batch = Trainer(spec).losses(x_value, y_value)
    decided = int(batch.decided[0])
    finite = np.isfinite(losses)
    return Run(
        float(x_value),
        float(y_value),
        losses,
        float(batch.value[0]),
        decided if decided < spec.steps else None,
        lyapunov(spec, float(x_value), float(y_value), int(finite.argmin() or finite.sum())),
    )


def lyapunov(spec: Spec, x: float, y: float, steps: int) -> float:
    """Return the finite-time largest Lyapunov exponent of a run over its first steps.

    A tangent vector is carried along the trajectory by the derivative of each step and rescaled to
    length one (Benettin et al. 1980, doi:10.1007/BF02128236); the exponent is the mean logarithm
    of the factors, in nats per step. Its start is one fixed random direction. Non-finite growth
    ends the mean. It is a property of these steps, not a limit.

    Args:
        spec: the experiment.
        x, y: the values of the two hyperparameters.
        steps: over how many steps; at most `spec.steps`.
    """
    trainer_problem = spec.system.problem(spec.seed, spec.steps)
    values = {**spec.system.base_values(), spec.x.name: x, spec.y.name: y}
    growth = np.asarray(_growth(spec.system.static(), spec.steps, trainer_problem, values))[:steps]
    finite = np.isfinite(growth)
    counted = growth if finite.all() else growth[: finite.argmin()]
    return float(counted.mean()) if counted.size else float("nan")


@functools.partial(jax.jit, static_argnums=(0, 1))
def _growth(system: System, steps: int, problem: Any, values: dict[str, Any]) -> jax.Array:
    """Return the logarithm of the stretch of a tangent vector at each step, shape (steps,)."""

    def one_step(carry: tuple[Any, Any], t: jax.Array) -> tuple[tuple[Any, Any], jax.Array]:
        state, tangent = carry
        state, moved = jax.jvp(
            lambda s: system.step(problem, s, values, t)[0], (state,), (tangent,)
        )
        length = _length(moved)
        return (state, jax.tree.map(lambda v: v / length, moved)), jnp.log(length)

    values = {name: jnp.asarray(value, jnp.float64) for name, value in values.items()}
    state = jax.tree.map(jnp.asarray, system.initial(problem, values))
    leaves, structure = jax.tree.flatten(state)
    random = np.random.default_rng(0)
    start = jax.tree.unflatten(
        structure, [jnp.asarray(random.normal(size=v.shape)) for v in leaves]
    )
    start = jax.tree.map(lambda v: v / _length(start), start)
    return jax.lax.scan(one_step, (state, start), jnp.arange(steps))[1]


def _length(tree: Any) -> jax.Array:
    return jnp.sqrt(sum(jnp.sum(v**2) for v in jax.tree.leaves(tree)))
