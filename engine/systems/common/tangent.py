"""Any system with a perturbation of its state carried along: a tangent vector.

A measure of chaos iterates it in place of the system.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from engine.draws import generator
from engine.settings import Setting
from engine.systems.common.base import Hyperparameters, Problem, State, System, Tracked


class Carried(NamedTuple):
    """A state, and a tangent vector there of length one, over its floating leaves."""

    state: State
    tangent: list[jax.Array]


class Stretched(NamedTuple):
    """What is tracked of a tangent."""

    growth: jax.Array  # logarithm of the factor by which a step stretches the vector, in nats
    of: Tracked  # what the system itself tracks


@dataclass(frozen=True)
class Tangent(System):
    """A system that also tracks how much each step stretches a tangent vector.

    The vector is carried along the trajectory by the derivative of each step and rescaled to
    length one (Benettin et al. 1980, doi:10.1007/BF02128236). It starts in one fixed random
    direction. A step that annihilates the vector counts as a factor of the smallest normal number,
    and the vector is kept. Step 0 does not count then: the start may be a critical point of the
    map, as z = 0 is for the Mandelbrot set.
    """

    name: ClassVar[str] = "tangent"
    summary: ClassVar[str] = "a system with a perturbation of its state"
    axes: ClassVar[tuple[str, str]] = ("", "")

    inner: System

    @property
    def autonomous(self) -> bool:
        """Whether a step depends on the state alone."""
        return self.inner.autonomous

    def hyperparameters(self) -> dict[str, Setting]:
        """Return the hyperparameters of the system."""
        return self.inner.hyperparameters()

    def base_values(self) -> dict[str, float]:
        """Return the values of the system's hyperparameters."""
        return self.inner.base_values()

    def static(self) -> "Tangent":
        """Return the same with default hyperparameters."""
        return Tangent(self.inner.static())

    def problem(self, seed: int, steps: int) -> Problem:
        """Return what all runs of the system share."""
        return self.inner.problem(seed, steps)

    def continued(self, problem: Problem, seed: int, steps: int, more: int) -> Problem:
        """Return what longer runs of the system share."""
        return self.inner.continued(problem, seed, steps, more)

    def initial(self, problem: Problem, hyper: Hyperparameters) -> Carried:
        """Return the start of the system, and the first direction there."""
        state = jax.tree.map(jnp.asarray, self.inner.initial(problem, hyper))
        random = generator(0)
        moved, _, _ = _split(state)
        drawn = [jnp.asarray(random.normal(size=v.shape), v.dtype) for v in moved]
        length = _length(drawn)
        return Carried(state, [(v / length).astype(v.dtype) for v in drawn])

    def step(
        self, problem: Problem, carried: Carried, hyper: Hyperparameters, t: jax.Array
    ) -> tuple[Carried, Stretched]:
        """Return state and tangent after step `t`, and the logarithm of the stretch."""
        moved, kept, join = _split(carried.state)

        def advance(leaves: list[jax.Array]) -> tuple[list[jax.Array], Any]:
            state, tracked = self.inner.step(problem, join(leaves, kept), hyper, t)
            after, others, _ = _split(jax.tree.map(jnp.asarray, state))
            return after, (others, tracked)

        after, stretched, (kept, tracked) = jax.jvp(
            advance, (moved,), (carried.tangent,), has_aux=True
        )
        length = _length(stretched)
        alive = length > 0
        tiny = np.finfo(length.dtype).tiny
        growth = jnp.where(alive, jnp.log(jnp.maximum(length, tiny)), jnp.log(tiny) * (t > 0))
        # A vector that is not finite must not pass for one that was annihilated.
        growth = jnp.where(jnp.isnan(length), jnp.nan, growth)
        tangent = [
            jnp.where(alive, (new / length).astype(new.dtype), old)
            for new, old in zip(stretched, carried.tangent, strict=True)
        ]
        return Carried(join(after, kept), tangent), Stretched(growth, tracked)


def _split(state: State) -> tuple[list[jax.Array], list[jax.Array], Any]:
    """Return the floating leaves of a state, the others, and what joins the two again."""
    leaves, structure = jax.tree.flatten(state)
    floating = [jnp.issubdtype(leaf.dtype, jnp.floating) for leaf in leaves]

    def join(moved: list[jax.Array], kept: list[jax.Array]) -> State:
        parts = iter(moved), iter(kept)
        return jax.tree.unflatten(structure, [next(parts[not f]) for f in floating])

    moved = [leaf for leaf, f in zip(leaves, floating, strict=True) if f]
    return moved, [leaf for leaf, f in zip(leaves, floating, strict=True) if not f], join


def _length(vector: list[jax.Array]) -> jax.Array:
    return jnp.sqrt(sum(jnp.sum(v.astype(jnp.float64) ** 2) for v in vector))
