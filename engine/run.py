"""This module is one run looked at closely: its losses, its outcome, and how chaotic it is."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from engine.measures import MEASURES
from engine.plane import coordinate
from engine.spec import Spec
from engine.train import Trainer

OUTCOMES = MEASURES["convergence"].sides
Check = Callable[[], None]  # called after every chunk of steps; what it raises stops the work


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        x, y: the values of the two hyperparameters, as float64.
        losses: the loss before each update, shape (steps,); what follows the first non-finite one
            does not count.
        value: the measure, as in a field.
        outcome: what became of the run: "converged" or "diverged".
        decided: the step at which the run was decided, or None if it never was.
        lyapunov: the finite-time largest Lyapunov exponent, in nats per step, up to the first loss
            that is not finite (see `engine.measures.Lyapunov`).
        parts: the names of what the state is made of, such as layers; none where they say nothing.
        updates: the Euclidean norm of the update of each part at each step, (steps, parts).
    """

    x: float
    y: float
    losses: np.ndarray
    value: float
    outcome: str
    decided: int | None
    lyapunov: float
    parts: tuple[str, ...]
    updates: np.ndarray


def inspect(spec: Spec, x: Decimal, y: Decimal, check: Check | None = None) -> Run:
    """Train the run at a point of the plane, given in axis units, and look at it.

    Its outcome and losses are those of the spec's steps whatever the spec measures; `value` is that
    of the spec's own measure.

    Raises:
        InputError: if the point lies out of bounds.
    """
    x, y = coordinate(spec.x.name, x), coordinate(spec.y.name, y)
    (x_value,), (y_value,) = spec.x.values([x]), spec.y.values([y])
    by_loss, by_stretch = (spec.replace({"measure": m}) for m in ("convergence", "lyapunov"))
    trainer = Trainer(by_loss)
    losses, trained = trainer.losses(x_value, y_value, check)
    # A run for itself is much quicker; the pixel of a plane of exponents has to be the pixel's.
    alone = None if spec == by_stretch else 1
    _, stretched = Trainer(by_stretch, lanes=alone).losses(x_value, y_value, check)
    parts = spec.system.parts
    updates = trainer.updates(x_value, y_value, check) if parts else np.empty((spec.steps, 0))
    decided = int(trained.decided[0])
    own = stretched if spec == by_stretch else trained
    return Run(
        float(x_value),
        float(y_value),
        losses,
        float(own.value[0]),
        OUTCOMES[0 if trained.value[0] < 0 else 1],
        decided if decided < spec.steps else None,
        float(stretched.value[0]),
        parts,
        updates,
    )
