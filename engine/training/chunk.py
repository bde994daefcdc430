"""A chunk of steps of one run, as a traced function.

A run is decided when its loss is no longer finite, or when its state is bit for bit what it was a
chunk ago. What would follow is known in closed form.
"""

import functools
import operator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from engine.measures import Reduction, Tally
from engine.systems import System, Tracked


class Lane(NamedTuple):
    """One run in progress."""

    state: Any
    hyper: jax.Array  # (hyperparameters,) float64
    t: jax.Array  # steps counted so far
    failed: jax.Array  # whether a tracked number was not finite
    tally: Tally


class Report(NamedTuple):
    """What is known of each lane after a chunk."""

    done: jax.Array  # decided, or out of steps
    value: jax.Array  # the measure of the whole run, once it is done; () or (stages,)
    decided: jax.Array  # the step at which it was decided; `steps` if it never was
    tracked: Tracked  # what the last steps tracked, (chunk,) each


def advance(
    system: System,
    reduction: Reduction,
    like: Tracked,
    chunk: int,
    lane: Lane,
    problem: Any,
    steps: jax.Array,
    fresh: jax.Array,
    hyper: jax.Array,
) -> tuple[Lane, Report]:
    """Take a run a chunk of steps further, or start a new one in its lane.

    Args:
        system: what is iterated.
        reduction: what the run is reduced to.
        like: zeros like what steps track.
        chunk: how many steps.
        lane: the run so far.
        problem: what all runs share.
        steps: after how many the run is judged; () or (stages,).
        fresh: whether a new run starts.
        hyper: the hyperparameters of that, shape (names,).
    """
    last = jnp.max(steps)
    new = start(system, reduction, like, problem, hyper)
    lane = _chosen(fresh, new, lane)
    named = dict(zip(system.base_values(), lane.hyper, strict=True))

    def one_step(carry: tuple[Lane, jax.Array], _: None) -> tuple[tuple[Lane, jax.Array], Tracked]:
        lane, index = carry
        state, tracked = system.step(problem, lane.state, named, index)
        tracked = jax.tree.map(lambda number: number.astype(jnp.float64), tracked)
        finite = functools.reduce(operator.and_, map(jnp.isfinite, jax.tree.leaves(tracked)))
        wanted = (lane.t < last) & ~lane.failed
        counts = wanted & finite
        updated = reduction.update(lane.tally, tracked, lane.t, steps)
        tally = _chosen(counts, updated, lane.tally)
        failed = lane.failed | (wanted & ~counts)
        return (Lane(state, lane.hyper, lane.t + counts, failed, tally), index + 1), tracked

    # The step index runs on after the run has failed or finished: it no longer counts.
    before = lane
    (lane, _), tracked = jax.lax.scan(one_step, (lane, lane.t), None, length=chunk)
    back = jax.tree.map(lambda a, b: jnp.all(a == b), lane.state, before.state)
    cycling = (
        jnp.asarray(system.autonomous) & ~lane.failed & jnp.all(jnp.stack(jax.tree.leaves(back)))
    )
    cycle = jax.tree.map(lambda number: jnp.where(lane.failed, jnp.inf, number), tracked)
    decided = jnp.where(cycling, jnp.minimum(before.t, last), lane.t)
    return lane, Report(
        done=lane.failed | cycling | (lane.t >= last),
        value=reduction.finish(lane.tally, cycle, lane.t, steps),
        decided=decided,
        tracked=tracked,
    )


def _chosen(which: jax.Array, new: Any, old: Any) -> Any:
    """Return one of two pytrees of the same structure: the new one where `which` holds."""
    return jax.tree.map(lambda one, other: jnp.where(which, one, other), new, old)


def start(
    system: System, reduction: Reduction, like: Tracked, problem: Any, hyper: jax.Array
) -> Lane:
    """Return a run before its first step; what its steps track is like `like`."""
    zero = jnp.zeros((), jnp.int32)
    state = initial(system, problem, hyper)
    return Lane(state, hyper, zero, jnp.zeros((), bool), reduction.init(like))


def initial(system: System, problem: Any, hyper: jax.Array) -> Any:
    """Return the state of a run before its first step."""
    named = dict(zip(system.base_values(), hyper, strict=True))
    return jax.tree.map(jnp.asarray, system.initial(problem, named))


def zeros_like(system: System, problem: Any, hyper: Any) -> Tracked:
    """Return zeros like what steps track, from the shapes of the problem and hyperparameters."""

    def one_step(problem: Any, hyper: jax.Array) -> Tracked:
        named = dict(zip(system.base_values(), hyper, strict=True))
        state = initial(system, problem, hyper)
        return system.step(problem, state, named, jnp.zeros((), jnp.int32))[1]

    tracked = jax.eval_shape(one_step, problem, hyper)
    return jax.tree.map(lambda number: np.zeros(number.shape), tracked)
