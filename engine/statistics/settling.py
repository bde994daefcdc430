"""Whether the labels of a view would hold if its runs were trained longer, and how long is enough.

The label of a decided run holds for ever. Of the others only a longer training can tell, and by
nature there are many: a run that converges slowly is never decided, and keeps its label. So a
sample of the view is trained several times as long, and the labels that change are counted. Where
they are more than a few, the view shows when training was stopped, and not what becomes of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.inputs import Inputs
from engine.measures import MEASURES
from engine.plane import Size, Window
from engine.spec import MOST_STEPS, Spec
from engine.statistics.trust import Check, sample
from engine.tiles.field import Progress
from engine.tiles.lattice import Region
from engine.training import cost
from engine.training.trainer import Trainer

SAMPLE = 256  # runs of a view that are trained longer, at most
PART = 16  # or one of so many, where a view has fewer
FEWEST = 16  # runs of which a share says something
FEW = 0.05  # share of the labels that may change in a view that counts as settled
LONGER = 8, 32  # times the steps of the spec, after which labels are compared: dear and cheap runs
AFFORDABLE = 1e10  # floating-point operations of the sample, at the steps of the spec


@dataclass(frozen=True)
class Settling:
    """The stability of a view's labels under longer training.

    Attributes:
        spec: what is trained.
        check: how many labels of a sample change with `times` the steps; None where runs are too
            dear to ask.
        settled_at: the steps from which on few labels change; those of the spec where its view is
            settled, None where none are known to be enough.
        times: see `check`.
        tried: the most steps that were trained.
    """

    spec: Spec
    check: Check | None
    settled_at: int | None
    times: int
    tried: int

    @property
    def unsettled(self) -> bool:
        """Whether more labels change than a few, beyond what a sample may say by chance."""
        return self.check is not None and _many(self.check)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-able values."""
        check = None if self.check is None else self.check.to_dict()
        return {"unsettled": self.unsettled, "settled_at": self.settled_at, "check": check}

    @property
    def words(self) -> str:
        """A caution in one sentence; empty where the view is settled."""
        if self.check is None or not self.unsettled:
            return ""
        share = f"{100 * self.check.share:.0f} %"
        change = f"{share} of these labels change if runs are trained {self.times} times as long"
        if self.settled_at is None:
            return f"{change}, and no number of steps up to {self.tried:,} settles them"
        return f"{change}; {self.settled_at:,} steps settle them"


def settling(spec: Spec, window: Window, size: Size, progress: Progress | None = None) -> Settling:
    """Return whether the labels of a view hold, from a sample of its runs that is trained longer.

    Where kinds of outcome are drawn, the label is the kind. What a system draws for each step, such
    as batches, is drawn for more steps, and those of the spec stay as they are.

    Args:
        spec, window, size: what is looked at.
        progress: called with the runs that have finished since the last call; what it raises stops
            the work.
    """
    cost_of_run = cost.operations(spec)
    runs = min(SAMPLE, max(size.pixels // PART, FEWEST), int(AFFORDABLE / cost_of_run))
    times = _times(AFFORDABLE / (runs * cost_of_run) if runs else 0)
    if runs < FEWEST or 2 * times * spec.steps > MOST_STEPS:
        return Settling(spec, None, None, 1, spec.steps)
    sampled = _Sample(spec, _inputs(spec, window, size, runs), progress)
    check = sampled.change(1, times)
    if not _many(check):
        return Settling(spec, check, spec.steps, times, times * spec.steps)
    settled_at, enough = None, times
    while enough > 1 and not _many(sampled.change(enough, 2 * times)):
        settled_at, enough = enough * spec.steps, enough // 2
    return Settling(spec, check, settled_at, times, 2 * times * spec.steps)


def settled(spec: Spec, found: Settling) -> Spec:
    """Return a spec of as many steps as settle a view, or the same one where none do."""
    return spec.replace({"steps": found.settled_at or spec.steps})


def _times(affordable: float) -> int:
    """Return how many times as long a sample is trained: a power of two."""
    least, most = LONGER
    times = least
    while 2 * times <= min(affordable, most):
        times *= 2
    return times


def _many(check: Check) -> bool:
    return check.share - 2 * check.error > FEW


def _inputs(spec: Spec, window: Window, size: Size, runs: int) -> Inputs:
    """Return what about so many runs are given that are spread evenly over a view."""
    region = Region.of_pixels(window, size)
    sides = (size.width, size.height)
    columns, rows = (sample(n, m, runs) for n, m in (sides, sides[::-1]))
    return spec.at(region.columns(columns), region.rows(rows)).runs()


class _Sample:
    """Runs of a view, and their labels after several times the steps of its spec."""

    def __init__(self, spec: Spec, inputs: Inputs, progress: Progress | None) -> None:
        self._spec, self._inputs, self._progress = spec, inputs, progress
        every = np.ones(len(inputs), bool)
        labels, self._open = self._train(1, every, np.zeros(len(every)))
        self._labels = {1: labels}

    def change(self, times: int, others: int) -> Check:
        """Return the labels that differ between one multiple of the steps and another."""
        for wanted in (times, others):
            if wanted not in self._labels:
                self._labels[wanted], _ = self._train(wanted, self._open, self._labels[1])
        one, other = self._labels[times], self._labels[others]
        change = f"{others * self._spec.steps} steps instead of {times * self._spec.steps}"
        return Check("steps", change, len(one), int((one != other).sum()), 1)

    def _train(
        self, times: int, runs: np.ndarray, labels: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the labels after so many times the steps, those of other runs being known, and
        which runs are not decided by then.
        """
        spec, more = self._spec, (times - 1) * self._spec.steps
        longer = spec.replace({"steps": spec.steps + more})
        problem = spec.continued_problem(more) if more else spec.problem()
        label = _LABELS[bool(MEASURES[spec.measure].categories)]
        labels, undecided = labels.copy(), np.zeros(len(runs), bool)
        numbers = np.flatnonzero(runs)
        for batch in Trainer(longer, problem).stream(self._inputs[numbers]):
            labels[numbers[batch.index]] = label(batch.value)
            undecided[numbers[batch.index]] = batch.decided >= longer.steps
            if self._progress is not None:
                self._progress(len(batch.index))
        return labels, undecided


_LABELS: dict[bool, Callable[[np.ndarray], Any]] = {
    False: lambda values: values < 0,
    True: lambda values: values,
}
