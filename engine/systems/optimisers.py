"""Optimisers and schedules: what a gradient becomes before it moves the weights.

The optimisers are Optax's. Their hyperparameters are traced float64 scalars, so changing one
recompiles nothing. Updates are computed in float64, whatever the precision of the weights.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import optax

Weights = Any  # a pytree of floating arrays
Hyperparameters = Mapping[str, jax.Array]  # float64 scalars, by name
Transformation = Any  # a pair of functions by Optax
Axes = optax.contrib.MuonDimensionNumbers  # which axis of a matrix is reduced, and which is not

# Added to a second moment below its square root, whose slope at 0 is infinite: no number but 0
# notices, and the tangent of a run survives a gradient that is exactly 0.
LEAST_SQUARE = 1e-300


@dataclass(frozen=True)
class Optimiser:
    """One way to make updates of gradients.

    Attributes:
        about: what it is, and where it is from.
        uses: the hyperparameters it has, learning rates apart.
        make: the transformation, from hyperparameters and a function from weights to the `Axes` of
            those that are matrices, None for the others; a learning rate multiplies what it gives.
        normalises: whether the size of an update does not depend on that of the gradient.
        for_others: the hyperparameters it has for weights that are no matrices, where it treats
            these unlike matrices.
    """

    about: str
    uses: tuple[str, ...]
    make: Callable[[Hyperparameters, Callable[[Weights], Any]], Transformation]
    normalises: bool = False
    for_others: tuple[str, ...] = ()


def _adam(hyper: Hyperparameters, matrices: Any) -> Transformation:
    del matrices
    return optax.scale_by_adam(
        b1=hyper["beta1"], b2=hyper["beta2"], eps=hyper["eps"], eps_root=LEAST_SQUARE
    )


def _muon(hyper: Hyperparameters, matrices: Callable[[Weights], Any]) -> Transformation:
    whole = optax.contrib.muon(
        learning_rate=-1.0, beta=hyper["momentum"], eps=hyper["eps"],
        adam_b1=hyper["beta1"], adam_b2=hyper["beta2"], adam_eps_root=LEAST_SQUARE,
        muon_weight_dimension_numbers=matrices,
    )  # fmt: skip

    def is_muons(part: Any) -> bool:
        return isinstance(part, optax.contrib.MuonState)

    # The coefficients of its polynomial are constants, and no part of the state of a run.
    def without(part: Any) -> Any:
        return part._replace(ns_coeffs=()) if is_muons(part) else part

    def within(part: Any, fresh: Any) -> Any:
        return part._replace(ns_coeffs=fresh.ns_coeffs) if is_muons(part) else part

    def init(weights: Weights) -> Any:
        return jax.tree.map(without, whole.init(weights), is_leaf=is_muons)

    def update(gradient: Weights, state: Any, weights: Weights) -> tuple[Weights, Any]:
        state = jax.tree.map(within, state, whole.init(weights), is_leaf=is_muons)
        direction, state = whole.update(gradient, state, weights)
        return direction, jax.tree.map(without, state, is_leaf=is_muons)

    return optax.GradientTransformation(init, update)


OPTIMISERS = {
    "sgd": Optimiser(
        "gradient descent, on the data of each step",
        ("weight_decay",),
        lambda hyper, matrices: optax.identity(),
    ),
    "momentum": Optimiser(
        "gradient descent with heavy-ball momentum (Polyak 1964)",
        ("momentum", "weight_decay"),
        lambda hyper, matrices: optax.trace(hyper["momentum"]),
    ),
    "nesterov": Optimiser(
        "gradient descent with Nesterov's momentum (Sutskever et al. 2013)",
        ("momentum", "weight_decay"),
        lambda hyper, matrices: optax.trace(hyper["momentum"], nesterov=True),
    ),
    "adam": Optimiser(
        "Adam (Kingma & Ba 2015, arXiv:1412.6980)", ("beta1", "beta2", "eps"), _adam, True
    ),
    "adamw": Optimiser(
        "Adam with decoupled weight decay (Loshchilov & Hutter 2019, arXiv:1711.05101)",
        ("beta1", "beta2", "eps", "weight_decay"),
        _adam,
        True,
    ),
    "rmsprop": Optimiser(
        "RMSProp (Hinton 2012), eps within the root, no bias correction",
        ("beta2", "eps", "weight_decay"),
        lambda hyper, matrices: optax.scale_by_rms(hyper["beta2"], hyper["eps"]),
        True,
    ),
    "adagrad": Optimiser(
        "Adagrad (Duchi et al. 2011), squares summed from 0.1",
        ("eps", "weight_decay"),
        lambda hyper, matrices: optax.scale_by_rss(eps=hyper["eps"]),
        True,
    ),
    "lion": Optimiser(
        "Lion (Chen et al. 2023, arXiv:2302.06675)",
        ("beta1", "beta2", "weight_decay"),
        lambda hyper, matrices: optax.scale_by_lion(hyper["beta1"], hyper["beta2"]),
        True,
    ),
    "muon": Optimiser(
        "Muon (Jordan et al. 2024) for matrices, Adam for the other weights",
        ("momentum", "eps", "weight_decay"),
        _muon,
        True,
        for_others=("beta1", "beta2"),
    ),
}


@dataclass(frozen=True)
class Schedule:
    """How the learning rates change over a run.

    Attributes:
        about: what it is.
        uses: the hyperparameters it has.
        factor: what the learning rates of step `t`, a float64 counted from 0, are multiplied by.
    """

    about: str
    uses: tuple[str, ...]
    factor: Callable[[jax.Array, Hyperparameters], jax.Array]


def _warm_up(t: jax.Array, hyper: Hyperparameters) -> jax.Array:
    length = hyper["warmup_steps"]
    return jnp.where(t < length, t / length, 1.0)


def _cosine(t: jax.Array, hyper: Hyperparameters) -> jax.Array:
    begin, last = hyper["warmup_steps"], hyper["final_share"]
    past = jnp.clip((t - begin) / jnp.maximum(hyper["decay_steps"] - begin, 1.0), 0.0, 1.0)
    decay = last + (1 - last) * (1 + jnp.cos(jnp.pi * past)) / 2
    return jnp.where(t < begin, _warm_up(t, hyper), decay)


def _inverse_root(t: jax.Array, hyper: Hyperparameters) -> jax.Array:
    begin = jnp.maximum(hyper["warmup_steps"], 1.0)
    return jnp.where(t < begin, _warm_up(t, hyper), jnp.sqrt(begin / jnp.maximum(t, begin)))


SCHEDULES = {
    "constant": Schedule("always 1", (), lambda t, hyper: jnp.ones_like(t)),
    "warm-up": Schedule("rises in a line from 0, then 1", ("warmup_steps",), _warm_up),
    "cosine": Schedule(
        "rises in a line from 0, falls along half a cosine to a final share, and stays",
        ("warmup_steps", "decay_steps", "final_share"),
        _cosine,
    ),
    "inverse square root": Schedule(
        "rises in a line from 0, then falls as one over the root of the step",
        ("warmup_steps",),
        _inverse_root,
    ),
}
CLIPPINGS = {"none": (), "global norm": ("clip_norm",)}  # and the hyperparameters of each
