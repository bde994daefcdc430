"""What systems that train have in common: an optimiser, and how weights begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import optax

from engine.settings import Setting, hyperparameter, setting
from engine.systems.common.base import Array, Hyperparameters, System
from engine.systems.optimisers import CLIPPINGS, OPTIMISERS, SCHEDULES, Axes

# An orthogonal matrix needs a matrix: what trains none is not offered what treats them apart.
WITHOUT_MATRICES = tuple(k for k, v in OPTIMISERS.items() if not v.for_others)


class Learner(NamedTuple):
    """What a step of training changes."""

    weights: Any  # a pytree of floating arrays
    memory: Any  # of the optimiser: moments and counts, in the precision of the weights


def optimiser_setting(default: str, choices: tuple[str, ...] = tuple(OPTIMISERS)) -> Any:
    """Return the field that says which optimiser a system trains with."""
    return setting(
        default,
        "what gradients become before they move the weights",
        choices=choices,
        group="optimiser",
    )


@dataclass(frozen=True)
class Optimised(System):
    """A system whose steps are updates by an optimiser.

    Whatever hyperparameters an optimiser, a schedule or clipping has is one of the system's while
    it is chosen. The learning rates are the system's own.
    """

    only_matrices: ClassVar[bool] = False  # whether all weights are

    optimiser: str = optimiser_setting("sgd")
    schedule: str = setting(
        "constant", "how the learning rates change over a run", choices=tuple(SCHEDULES),
        group="optimiser",
    )  # fmt: skip
    clipping: str = setting(
        "none", "whether gradients are scaled down, and by which norm", choices=tuple(CLIPPINGS),
        group="optimiser",
    )  # fmt: skip

    momentum: float = hyperparameter(
        0.9, "momentum, the share of the last update that is kept", symbol="β", scale="linear",
        range=(0.0, 1.0),
    )  # fmt: skip
    beta1: float = hyperparameter(
        0.9, "decay of the first moment", symbol="β₁", scale="linear", range=(0.0, 1.0)
    )
    beta2: float = hyperparameter(
        0.999, "decay of the second moment", symbol="β₂", scale="linear", range=(0.0, 1.0)
    )
    eps: float = hyperparameter(
        1e-8, "ε of the denominator, which bounds updates", symbol="ε", range=(-12.0, 0.0)
    )
    weight_decay: float = hyperparameter(
        0, "weight decay, decoupled, per unit of learning rate", symbol="λ", range=(-4.0, 1.0)
    )
    clip_norm: float = hyperparameter(
        1, "largest norm of the gradient of all weights", symbol="g_max", range=(-3.0, 2.0)
    )
    warmup_steps: float = hyperparameter(
        20, "steps of the warm-up", symbol="t_w", range=(0.0, 3.0), unit="steps"
    )
    decay_steps: float = hyperparameter(
        500, "step at which the decay ends, warm-up included", symbol="t_d", range=(1.0, 4.0),
        unit="steps",
    )  # fmt: skip
    final_share: float = hyperparameter(
        0, "share of the learning rate that the decay leaves", symbol="η_T/η", scale="linear",
        range=(0.0, 1.0),
    )  # fmt: skip

    @property
    def autonomous(self) -> bool:
        """Whether a step depends on the state alone: not on a schedule."""
        return self.schedule == "constant"

    def hyperparameters(self) -> dict[str, Setting]:
        """Return the hyperparameters that matter: of the optimiser, those that it has."""
        of_optimiser = set(settings_of_optimisers())
        optimiser = OPTIMISERS[self.optimiser]
        used = {
            *optimiser.uses,
            *(() if self.only_matrices else optimiser.for_others),
            *SCHEDULES[self.schedule].uses,
            *CLIPPINGS[self.clipping],
        }
        every = super().hyperparameters()
        return {k: v for k, v in every.items() if k not in of_optimiser or k in used}

    def split(self, learner: Learner) -> Sequence[Any]:
        """Return the parts of the weights, in the order of `parts`."""
        return jax.tree.leaves(learner.weights)

    def begin(self, weights: Any) -> Learner:
        """Return the learner before its first step."""
        weights = jax.tree.map(jnp.asarray, weights)
        # What a memory starts from depends on no hyperparameter.
        nothing = dict.fromkeys(settings_of_optimisers(), jnp.zeros(()))
        return Learner(weights, self._transformation(nothing).init(weights))

    def learn(
        self, learner: Learner, gradient: Any, rates: Any, hyper: Hyperparameters, t: jax.Array
    ) -> Learner:
        """Return the learner after one update.

        Args:
            learner: before it.
            gradient: of the loss, shaped like the weights.
            rates: their learning rates, float64: a pytree like the weights, or the beginning of
                one, whose leaves broadcast.
            hyper: all hyperparameters.
            t: the step, from 0.
        """
        weights, memory = learner
        with_decay = "weight_decay" in OPTIMISERS[self.optimiser].uses
        gradient = jax.tree.map(lambda g: g.astype(jnp.float64), gradient)
        if self.clipping == "global norm":
            gradient, _ = optax.clip_by_global_norm(hyper["clip_norm"]).update(gradient, None)
        direction, after = self._transformation(hyper).update(gradient, memory, weights)
        if self.schedule != "constant":
            factor = SCHEDULES[self.schedule].factor(t.astype(jnp.float64), hyper)
            rates = jax.tree.map(lambda rate: factor * rate, rates)

        def moved(weight: jax.Array, direction: jax.Array, rate: jax.Array) -> jax.Array:
            if with_decay:
                direction = direction + hyper["weight_decay"] * weight
            return (weight - rate * direction).astype(weight.dtype)

        leaves = jax.tree.map(lambda rate, part: jax.tree.map(lambda _: rate, part), rates, weights)
        return Learner(
            jax.tree.map(moved, weights, direction, leaves),
            jax.tree.map(lambda new, old: new.astype(old.dtype), after, memory),
        )

    def matrices(self, weights: Any) -> Any:
        """Return the axes of those weights that are matrices (see `Optimiser`), None for others.

        Here matrices act from the right, and several may lie along the first axis of an array.
        """

        def axes(weight: Array) -> Axes | None:
            return Axes(weight.ndim - 2, weight.ndim - 1) if weight.ndim >= 2 else None

        return jax.tree.map(axes, weights)

    def _transformation(self, hyper: Hyperparameters) -> Any:
        return OPTIMISERS[self.optimiser].make(hyper, self.matrices)


def settings_of_optimisers() -> set[str]:
    """Return the names of the hyperparameters of all optimisers, schedules and clippings."""
    of_optimisers = [part.uses + part.for_others for part in OPTIMISERS.values()]
    of_schedules = [part.uses for part in SCHEDULES.values()]
    return {n for names in (*of_optimisers, *of_schedules, *CLIPPINGS.values()) for n in names}
