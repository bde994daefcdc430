"""The course of runs over their steps, on a logarithmic axis: the range that shows it, and marks.

The range is that of the runs which stay finite and do not end far above where they begin; the
others may use a little room beyond it. Marks tell what it cannot show: where a curve leaves it, and
where it is zero, infinite or not a number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

GROWTH = 1.0  # decades above its first value at which a run may end that is drawn whole
DEEPEST = 32.0  # decades below the highest value that are drawn: rounding takes all below
LEAST = 1.0  # decades that are drawn, however level the curves are
ROOM = 0.2  # parts of what stays that the others may take above it, and below
MARGIN = 0.06  # parts of the range that are added at either end
USUAL = 0.9  # of the values of runs none of which stays, the share that is drawn whole
MOST_TICKS, FEWEST_TICKS = 5, 3  # along the axis
EXTREMES = (
    -150.0,
    150.0,
)  # decades between which every range lies: drawers divide one by the other
APART = 0.05  # parts of the steps: marks that are nearer are in rows of their own
ROW = 0.09  # parts of the range that a row of marks takes
MOST_ROWS = 5


@dataclass(frozen=True)
class Kind:
    """A kind of mark: its sign, what that means, and whether it stands at the top."""

    sign: str
    about: str
    at_top: bool


KINDS = {
    "above": Kind("▲", "leaves the plot", True),
    "infinite": Kind("∞", "infinite", True),
    "nan": Kind("×", "not a number", True),
    "below": Kind("▼", "falls below the plot", False),
    "zero": Kind("○", "zero or less", False),
}


@dataclass(frozen=True)
class Mark:
    """One mark.

    Attributes:
        run: the number of the run that it is of.
        step: where it begins.
        kind: what does, one of `KINDS`.
        height: where it stands, as a value of the logarithmic axis.
    """

    run: int
    step: int
    kind: str
    height: float


@dataclass(frozen=True)
class Courses:
    """What is drawn of some runs.

    Attributes:
        low, high: the ends of the logarithmic axis, positive and finite.
        last: the last step of any curve that counts.
        marks: of everything that the range cannot show, in the order of runs and steps.
    """

    low: float
    high: float
    last: int
    marks: tuple[Mark, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of marks that there are, in the order of `KINDS`."""
        return tuple(kind for kind in KINDS if any(mark.kind == kind for mark in self.marks))

    @property
    def ticks(self) -> list[float]:
        """The values at which the axis is labelled: powers of ten, or between these where few."""
        first, last = (int(n) for n in (np.ceil(np.log10(self.low)), np.log10(self.high) // 1))
        every = -(-(last - first + 1) // MOST_TICKS)
        powers = [float(f"1e{k}") for k in range(first, last + 1) if k % every == 0]
        if len(powers) >= FEWEST_TICKS:
            return powers
        between = [float(f"{m}e{k}") for k in range(first - 1, last + 1) for m in (1, 3)]
        return [tick for tick in between if self.low <= tick <= self.high]


def courses(runs: Sequence[Sequence[np.ndarray]]) -> Courses:
    """Return how the curves of runs are drawn.

    Args:
        runs: the curves of each, such as one for every part, over the steps from 0, shape (steps,);
            what follows the first value of a curve that is not finite does not count.
    """
    counted = [[until_it_ends(curve) for curve in curves] for curves in runs]
    every = [curve for curves in counted for curve in curves]
    low, high = _range(every)
    last = max((len(curve) - 1 for curve in every), default=0)
    events = [
        (step, number, kind)
        for number, curves in enumerate(counted)
        for step, kind in _thinned([e for c in curves for e in _events(c, low, high)], last)
    ]
    marks = [
        mark
        for at_top in (True, False)
        for mark in _in_rows([e for e in events if KINDS[e[2]].at_top == at_top], low, high, last)
    ]
    return Courses(low, high, last, tuple(sorted(marks, key=lambda m: (m.run, m.step, m.kind))))


def until_it_ends(curve: np.ndarray) -> np.ndarray:
    """Return a curve up to its first value that is not finite, that one included, as float64."""
    ended = ~np.isfinite(curve)
    end = int(np.argmax(ended)) + 1 if ended.any() else len(curve)
    return np.asarray(curve[:end], np.float64)


def _range(curves: Sequence[np.ndarray]) -> tuple[float, float]:
    """Return the ends of the axis for curves that have been cut where they end."""
    curves = [curve for curve in curves if _positive(curve).size]
    if not curves:
        return 0.1, 10.0
    every = [np.log10(_positive(curve)) for curve in curves]
    stay = [values for curve, values in zip(curves, every, strict=True) if _stays(curve)]
    if stay:
        high = max(values.max() for values in stay)
        low = max(min(values.min() for values in stay), high - DEEPEST)
    else:
        high = max(np.quantile(values, USUAL) for values in every)
        low = min(values.min() for values in every)
    lacking = max(LEAST - (high - low), 0.0)
    low, high = low - lacking / 2, high + lacking / 2
    room = ROOM * (high - low)
    low -= np.clip(low - min(values.min() for values in every), 0, room)
    high += np.clip(max(values.max() for values in every) - high, 0, room)
    margin = MARGIN * (high - low)
    lowest, highest = EXTREMES
    low = np.clip(low - margin, lowest, highest - LEAST)
    high = np.clip(high + margin, low + LEAST, highest)
    return float(10**low), float(10**high)


def _positive(curve: np.ndarray) -> np.ndarray:
    """Return the values that a logarithmic axis can show."""
    return curve[np.isfinite(curve) & (curve > 0)]


def _stays(curve: np.ndarray) -> bool:
    """Return whether a curve stays finite, and ends not far above its first positive value."""
    return bool(np.isfinite(curve).all() and curve[-1] / 10**GROWTH <= _positive(curve)[0])


def _events(curve: np.ndarray, low: float, high: float) -> Iterator[tuple[int, str]]:
    """Yield the step at which each stretch begins that the range cannot show, and its kind."""
    beyond = {
        "above": np.isfinite(curve) & (curve > high),
        "infinite": np.isinf(curve),
        "nan": np.isnan(curve),
        "below": (curve > 0) & (curve < low),
        "zero": np.isfinite(curve) & (curve <= 0),
    }
    for kind, there in beyond.items():
        begins = there & ~np.concatenate([[False], there[:-1]])
        yield from ((int(step), kind) for step in np.flatnonzero(begins))


def _thinned(events: Sequence[tuple[int, str]], last: int) -> Iterator[tuple[int, str]]:
    """Yield the events of one run, without those that follow one of their kind closely."""
    seen: dict[str, int] = {}
    for step, kind in sorted(events):
        if kind not in seen or step - seen[kind] > APART * last:
            seen[kind] = step
            yield step, kind


def _in_rows(
    events: Sequence[tuple[int, int, str]], low: float, high: float, last: int
) -> Iterator[Mark]:
    """Yield the marks of one edge, in rows, so that none lies over another.

    Args:
        events: step, number of the run, and kind of each.
        low, high, last: see `Courses`.
    """
    ends: list[int] = []  # of each row, the last step that is taken
    for step, run, kind in sorted(events):
        free = (row for row, end in enumerate(ends) if step - end > APART * last)
        row = next(free, len(ends) if len(ends) < MOST_ROWS else int(np.argmin(ends)))
        ends[row : row + 1] = [step]
        along = (row + 0.5) * ROW
        part = 1 - along if KINDS[kind].at_top else along
        height = 10 ** (np.log10(low) + part * (np.log10(high) - np.log10(low)))
        yield Mark(run, step, kind, float(height))
