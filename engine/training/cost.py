"""The cost of runs: what they are expected to take before they have been trained."""

import functools

import jax
import jax.numpy as jnp

from engine.measures import MEASURES
from engine.spec import Spec
from engine.training.devices import devices, set_up

OVERHEAD = 2000.0  # floating-point operations: a step of the smallest system takes as long


def operations(spec: Spec) -> float:
    """Return the floating-point operations of one whole run, by XLA's own count.

    `OVERHEAD` per step stands for the measure and the bookkeeping. Runs that are decided early take
    less, so only ratios of this number mean something, not times.
    """
    return spec.steps * (per_step(spec) + OVERHEAD)


@functools.lru_cache(maxsize=64)
def per_step(spec: Spec) -> float:
    """Return the floating-point operations of one step of one run, by XLA's own count."""
    set_up()
    devices()  # what is wrong with them is said before anything is drawn on them
    system = MEASURES[spec.measure].watched(spec.system)
    problem = jax.tree.map(lambda a: jax.ShapeDtypeStruct(a.shape, a.dtype), spec.problem())
    hyper = dict.fromkeys(system.base_values(), jax.ShapeDtypeStruct((), jnp.float64))
    state = jax.eval_shape(system.initial, problem, hyper)
    step = jax.jit(system.step).lower(problem, state, hyper, jax.ShapeDtypeStruct((), jnp.int32))
    analysis = step.cost_analysis() or {}
    return float(analysis.get("flops", 0.0))
