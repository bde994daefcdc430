"""This module is one run looked at closely: its losses, its outcome, and how chaotic it is."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from engine.plane import coordinate
from engine.spec import Spec
from engine.systems import System
from engine.train import CHUNK, Trainer

Check = Callable[[], None]  # called after every chunk of steps; what it raises stops the work


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


def inspect(spec: Spec, x: Decimal, y: Decimal, check: Check | None = None) -> Run:
    """Train the run at a point of the plane, given in axis units, and look at it.

    Raises:
        InputError: if the point lies out of bounds.
    """
    x, y = coordinate(spec.x.name, x), coordinate(spec.y.name, y)
    (x_value,), (y_value,) = spec.x.values([x]), spec.y.values([y])
    losses, batch = Trainer(spec).losses(x_value, y_value, check)
    decided = int(batch.decided[0])
    finite = np.isfinite(losses)
    return Run(
        float(x_value),
        float(y_value),
        losses,
        float(batch.value[0]),
        decided if decided < spec.steps else None,
        lyapunov(spec, float(x_value), float(y_value), int(finite.argmin() or finite.sum()), check),
    )


def lyapunov(spec: Spec, x: float, y: float, steps: int, check: Check | None = None) -> float:
    """Return the finite-time largest Lyapunov exponent of a run over its first steps.

    A tangent vector is carried along the trajectory by the derivative of each step and rescaled to
    length one (Benettin et al. 1980, doi:10.1007/BF02128236); the exponent is the mean logarithm
    of the factors, in nats per step. Its start is one fixed random direction. Non-finite growth
    ends the mean. It is a property of these steps, not a limit.

    Args:
        spec: the experiment.
        x, y: the values of the two hyperparameters.
        steps: over how many steps; at most `spec.steps`.
        check: called after every chunk; what it raises stops the work.
    """
    problem, system = spec.problem(), spec.system.static()
    values = {**spec.system.base_values(), spec.x.name: x, spec.y.name: y}
    state, tangent = _start(system, problem, values)
    chunks = [np.empty(0)]
    for t in range(0, steps, CHUNK):
        state, tangent, stretch = _stretch(system, problem, values, state, tangent, np.int32(t))
        chunks.append(np.asarray(stretch))
        if check:
            check()
    growth = np.concatenate(chunks)[:steps]
    finite = np.isfinite(growth)
    counted = growth if finite.all() else growth[: finite.argmin()]
    return float(counted.mean()) if counted.size else float("nan")


@functools.partial(jax.jit, static_argnums=0)
def _start(system: System, problem: Any, values: dict[str, Any]) -> tuple[Any, Any]:
    """Return the state before the first step, and a tangent vector there of length one."""
    values = {name: jnp.asarray(value, jnp.float64) for name, value in values.items()}
    state = jax.tree.map(jnp.asarray, system.initial(problem, values))
    leaves, structure = jax.tree.flatten(state)
    random = np.random.default_rng(0)
    tangent = [jnp.asarray(random.normal(size=v.shape), v.dtype) for v in leaves]
    length = _length(tangent)
    return state, jax.tree.unflatten(structure, [v / length for v in tangent])


@functools.partial(jax.jit, static_argnums=0)
def _stretch(
    system: System,
    problem: Any,
    values: dict[str, Any],
    state: Any,
    tangent: Any,
    first: jax.Array,
) -> tuple[Any, Any, jax.Array]:
    """Return state and tangent `CHUNK` steps on, and the logarithm of the stretch at each step."""
    values = {name: jnp.asarray(value, jnp.float64) for name, value in values.items()}

    def one_step(carry: tuple[Any, Any], t: jax.Array) -> tuple[tuple[Any, Any], jax.Array]:
        state, tangent = carry
        state, moved = jax.jvp(
            lambda s: system.step(problem, s, values, t)[0], (state,), (tangent,)
        )
        length = _length(moved)
        return (state, jax.tree.map(lambda v: v / length, moved)), jnp.log(length)

    (state, tangent), stretch = jax.lax.scan(one_step, (state, tangent), first + jnp.arange(CHUNK))
    return state, tangent, stretch.astype(jnp.float64)


def _length(tree: Any) -> jax.Array:
    return jnp.sqrt(sum(jnp.sum(v**2) for v in jax.tree.leaves(tree)))
