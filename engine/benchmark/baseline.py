"""The published notebook's way of computing, as the baseline of the benchmark.

A Python loop over training steps, each one jitted call that steps all runs of the window together,
50,000 at a time, losses kept for every step (Sohl-Dickstein 2024, arXiv:2402.06184, public
notebook). It runs as a process of its own, in JAX's default configuration, and prints its speed.
It writes the network in the layout that the notebook uses, samples as rows.
"""

import json
import sys
import time
from typing import Any

import jax
import jax.numpy as jnp

from engine.places.presets import preset
from engine.plane import Size
from engine.spec import Spec
from engine.systems.mlp import MLP, Regression
from engine.tiles.lattice import Region

OUTER_BATCH = 50_000
WARM_STEPS = 3
TIMED_SECONDS = 4.0  # every step costs the same, so the rest need not be waited for


def run_steps_per_second(preset_name: str, window_name: str, size: Size) -> float:
    """Return the run-steps a second that the notebook's way trains on one window."""
    chosen = preset(preset_name)
    spec, window = chosen.spec, chosen.window(window_name)
    system = spec.system
    if not isinstance(system, MLP):
        raise TypeError(f"the baseline is the published MLP, not {system.name}")
    problem = system.problem(spec.seed, spec.steps)
    points = Region.of_pixels(window, size)
    runs = min(size.pixels, OUTER_BATCH)
    inputs = spec.at(points.columns(), points.rows()).runs()[:runs]
    pairs = jnp.stack([inputs.x, inputs.y], axis=-1)
    step = jax.jit(jax.vmap(step_of(spec, system, problem), in_axes=(0, 0, None)))
    weights = [jnp.tile(w.T, (runs, 1, 1)) for w in problem.weights]
    losses: list[jax.Array] = []

    def train(steps: int) -> None:
        nonlocal weights
        for t in range(len(losses), len(losses) + steps):
            weights, loss = step(weights, pairs, problem.batches[t % len(problem.batches)])
            losses.append(loss)
        jax.block_until_ready((weights, losses))

    train(WARM_STEPS)
    started = time.perf_counter()
    timed = 0
    while timed < spec.steps - WARM_STEPS and time.perf_counter() - started < TIMED_SECONDS:
        train(20)
        timed += 20
    return timed * runs / (time.perf_counter() - started)


def step_of(spec: Spec, system: MLP, problem: Regression) -> Any:
    """Return one step of one run: a function of weights, rates and batch, to weights and loss."""
    inputs, targets = jnp.asarray(problem.inputs.T), jnp.asarray(problem.targets.T)
    activation = {
        "tanh": lambda z: jnp.tanh(z * jnp.sqrt(2)),
        "relu": lambda z: jax.nn.relu(z) * jnp.sqrt(2),
        "identity": lambda z: z,
    }[system.nonlinearity]
    offset_plane = spec.x.name == "step_offset"

    def loss_of(weights: list[jax.Array], rows: jax.Array, wanted: jax.Array) -> jax.Array:
        hidden = rows
        for matrix in weights:
            z = jnp.dot(hidden, matrix) / jnp.sqrt(matrix.shape[0])
            hidden = activation(z)
        return jnp.mean((z / jnp.sqrt(matrix.shape[0]) - wanted) ** 2)

    def step(
        weights: list[jax.Array], pair: jax.Array, batch: jax.Array
    ) -> tuple[list[jax.Array], jax.Array]:
        rates = [pair[0], pair[1]]
        if offset_plane:
            weights, rates = [weights[0] + pair[0], weights[1]], [pair[1], pair[1]]
        loss, gradient = jax.value_and_grad(loss_of)(weights, inputs, targets)
        if batch.size:
            gradient = jax.grad(loss_of)(weights, inputs[batch], targets[batch])
        return [w - r * g for w, r, g in zip(weights, rates, gradient, strict=True)], loss

    return step


if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    name, where, pixels = sys.argv[1:]
    print(json.dumps(run_steps_per_second(name, where, Size.parse(pixels))))
