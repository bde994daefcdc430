"""The size of a batch: how many runs are stepped together, and for how many steps."""

import math
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp

from engine.systems import Problem, System
from engine.training.devices import backend

CHUNK = 20  # steps between looks at the lanes; cycles of a length that divides it are noticed
FEWEST_LANES = 16  # per device; the matrix products of a CPU are at their best from here on
MOST_BYTES = 2**28  # of the largest array; a run that makes a larger one shares with fewer
# Lanes per device at most, and bytes of the largest array that a step makes there. On a CPU the
# batch has to stay in the cache (64 lanes of the published MLP were the fastest of 4 to 256), and
# small enough for a first picture to come soon. On a GPU it has to fill the card.
MOST_LANES = {"cpu": 256, "gpu": 2**14, "tpu": 2**14}
FEW_BYTES = 64  # what steps on nothing but a few numbers is so cheap that the host between two
MANY_LANES = 2048  # chunks takes as long: it is given this many lanes on a CPU
WORKING_SET = {"cpu": 2**21, "gpu": 2**29, "tpu": 2**27}
# Floating-point operations of the matrix products of a chunk on each device, at most, so that there
# is soon something to see, and stale work soon ends.
MOST_WORK = {"cpu": 1e9, "gpu": 1e13, "tpu": 1e13}


def sizes(system: System, problem: Problem, state: Any) -> tuple[int, int]:
    """Return how many runs share a batch on each device, and how many steps are a chunk.

    Args:
        system: what is trained.
        problem, state: shapes of what runs share, and of what each has.
    """
    named = dict.fromkeys(system.base_values(), jax.ShapeDtypeStruct((), jnp.float64))
    zero = jax.ShapeDtypeStruct((), jnp.int32)
    step = list(_equations(jax.make_jaxpr(system.step)(problem, state, named, zero)))
    largest = max(v.aval.size * v.aval.dtype.itemsize for e in step for v in e.outvars)
    fitting = 2 ** round(math.log2(WORKING_SET[backend()] / largest))
    fewest = min(FEWEST_LANES, max(1, MOST_BYTES // largest))
    most = max(MOST_LANES[backend()], MANY_LANES if largest <= FEW_BYTES else 0)
    lanes = min(max(fitting, fewest), most)
    at_once = MOST_WORK[backend()] / max(sum(map(_work, step)), 1)  # steps of single runs
    while lanes > 1 and lanes * CHUNK > at_once:
        lanes //= 2
    return lanes, max(1, min(CHUNK, int(at_once / lanes)))


def _work(equation: Any) -> float:
    """Return the floating-point operations of a matrix product; 0 for all else."""
    if equation.primitive.name != "dot_general":
        return 0.0
    (contracted, _), _ = equation.params["dimension_numbers"]
    shape = equation.invars[0].aval.shape
    return 2.0 * equation.outvars[0].aval.size * math.prod(shape[axis] for axis in contracted)


def _equations(jaxpr: Any) -> Iterator[Any]:
    """Yield the equations of a jaxpr and of those inside it."""
    for equation in jaxpr.eqns:
        yield equation
        for inner in jax.tree.leaves(list(equation.params.values())):
            if hasattr(inner, "eqns"):
                yield from _equations(inner)
