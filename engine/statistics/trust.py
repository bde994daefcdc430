"""Checks of a picture: how many of its labels hold if something small changes.

Near the boundary training amplifies every difference. A check trains a sample of the runs of a view
again with twice the steps, with the last bit of a hyperparameter flipped, or in another precision,
and counts the labels that change. Where many do, the picture is finer than what was asked can
settle, and so is every number taken from it.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engine.errors import unknown
from engine.inputs import Inputs
from engine.spec import PRECISIONS, Spec
from engine.systems import Problem
from engine.tiles.field import Field, Progress
from engine.tiles.lattice import Region
from engine.training.trainer import Trainer

SAMPLE = 4096  # runs of a view that a check trains again, at most


@dataclass(frozen=True)
class Check:
    """A check of a view: how many labels of a sample changed.

    Attributes:
        name: which check.
        change: what was changed, in words.
        runs: how many runs were trained again.
        changed: how many of them ended on the other side at least once.
        variants: how often each was trained.
    """

    name: str
    change: str
    runs: int
    changed: int
    variants: int

    @property
    def share(self) -> float:
        """The fraction of the labels that changed."""
        return self.changed / self.runs

    @property
    def error(self) -> float:
        """The standard error of that fraction, of a sample of independent runs.

        By Wilson's estimate, which does not vanish where nothing was seen to change
        (doi:10.1080/01621459.1927.10502953, at one standard deviation).
        """
        n, p = self.runs, self.share
        return float(np.sqrt(p * (1 - p) / n + 1 / (4 * n**2)) / (1 + 1 / n))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-able values."""
        return {**asdict(self), "share": self.share, "error": self.error}


def check(field: Field, name: str, progress: Progress | None = None) -> Check:
    """Train a sample of the runs of a field again, with something changed.

    Args:
        field: the field, whose labels are compared.
        name: which of `CHECKS`.
        progress: called with the runs that have finished since the last call; what it raises stops
            the work.

    Raises:
        InputError: as `prepare`.
    """
    rows, columns = (sample(n, m) for n, m in (field.values.shape, field.values.shape[::-1]))
    region = Region.of_pixels(field.window, field.size)
    inputs = field.spec.at(region.columns(columns), region.rows(rows)).runs()
    labels = _labels_of(field, rows, columns, inputs, progress)
    changed = np.zeros(len(labels), bool)
    spec, problem = prepare(field.spec, name)
    trainer = Trainer(spec, problem)
    variants = list(inputs.neighbours(field.spec.precision)) if name == "ulp" else [inputs]
    for variant in variants:
        changed |= _labels(trainer, variant, progress) != labels
    change = CHECKS[name](field.spec)
    return Check(name, change, len(labels), int(changed.sum()), len(variants))


def sampled(field: Field, name: str) -> int:
    """Return the number of runs that a check of a field trains, for a progress bar."""
    rows, columns = (sample(n, m) for n, m in (field.values.shape, field.values.shape[::-1]))
    predicted = int(np.count_nonzero(_predicted(field, rows, columns)))
    return predicted + len(rows) * len(columns) * (4 if name == "ulp" else 1)


def sample(length: int, other: int, runs: int | None = None) -> np.ndarray:
    """Return the pixels along one side that are in a sample of a picture, evenly spread.

    Args:
        length, other: of this side and the other, in pixels.
        runs: how many pixels the sample has, about; both sides have their share in proportion.
            None for `SAMPLE`.
    """
    runs = SAMPLE if runs is None else runs
    most = max(1, round((runs * length / other) ** 0.5)) if length * other > runs else length
    most = min(most, length)
    return ((np.arange(most) + 0.5) * length / most).astype(int)


def _predicted(field: Field, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return which runs of a sample are predicted, shape (runs,) bool."""
    return np.isnan(field.trained_values[np.ix_(rows, columns)]).ravel()


def _labels_of(
    field: Field,
    rows: np.ndarray,
    columns: np.ndarray,
    inputs: Inputs,
    progress: Progress | None,
) -> np.ndarray:
    """Return the labels of a sample of a field, shape (runs,) bool; what is predicted is trained.

    Args:
        field: whose.
        rows, columns: of the sample.
        inputs: what its runs are given.
        progress: as in `check`.
    """
    labels = (field.values[np.ix_(rows, columns)] < 0).ravel()
    predicted = _predicted(field, rows, columns)
    if predicted.any():
        labels[predicted] = _labels(Trainer(field.spec), inputs[predicted], progress)
    return labels


def _labels(trainer: Trainer, inputs: Inputs, progress: Progress | None) -> np.ndarray:
    labels = np.zeros(len(inputs), bool)
    for batch in trainer.stream(inputs):
        labels[batch.index] = batch.value < 0
        if progress:
            progress(len(batch.index))
    return labels


def prepare(spec: Spec, name: str) -> tuple[Spec, Problem]:
    """Return the spec that a check trains in place of this one, and what its runs share.

    Raises:
        InputError: if there is no such check, or the changed spec is not possible.
    """
    if name not in CHECKS:
        raise unknown("check", name, CHECKS)
    if name == "steps":
        return spec.replace({"steps": 2 * spec.steps}), spec.continued_problem(spec.steps)
    changed = spec.replace({"precision": _other(spec)}) if name == "precision" else spec
    return changed, changed.problem()


def _other(spec: Spec) -> str:
    (other,) = set(PRECISIONS) - {spec.precision}
    return other


CHECKS: dict[str, Callable[[Spec], str]] = {
    "steps": lambda spec: f"{2 * spec.steps} steps instead of {spec.steps}",
    "ulp": lambda spec: f"the last {spec.precision} bit of a hyperparameter flipped",
    "precision": lambda spec: f"{_other(spec)} instead of {spec.precision}",
}
