"""How far each step moves each part of the state of a run."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import optax

from engine.systems import System
from engine.training.chunk import initial

PROGRAMS = 16  # compiled functions of each kind that are kept in memory


@functools.lru_cache(maxsize=PROGRAMS)
def starting(system: System) -> Any:
    """Return a compiled function: the state of a run from the problem and hyperparameters."""
    return jax.jit(functools.partial(initial, system))


@functools.lru_cache(maxsize=PROGRAMS)
def norms_of_updates(system: System, chunk: int) -> Any:
    """Return a compiled function: the Euclidean norms of the updates of one run over a chunk.

    Its arguments are the problem, the state before the chunk, the hyperparameters, shape (names,),
    and the number of the first step. It returns shape (chunk, parts), float64.
    """

    def norms(problem: Any, state: Any, hyper: jax.Array, t: jax.Array) -> jax.Array:
        named = dict(zip(system.base_values(), hyper, strict=True))

        def one_step(state: Any, index: jax.Array) -> tuple[Any, jax.Array]:
            after, _ = system.step(problem, state, named, index)
            change = jax.tree.map(lambda a, b: (a - b).astype(jnp.float64), after, state)
            norms = [optax.tree.norm(part) for part in system.split(change)]
            return after, jnp.stack(norms)

        return jax.lax.scan(one_step, state, t + jnp.arange(chunk, dtype=jnp.int32))[1]

    return jax.jit(norms)
