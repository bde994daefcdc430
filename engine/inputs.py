"""What runs are given: hyperparameters in float64, from exact coordinates.

A coordinate is turned into the value of a hyperparameter in decimal arithmetic and rounded to
float64 once. So the value belongs to the point alone, and not to the window, tile or level through
which it was reached. `Spec.at` is the only way from coordinates to runs.
"""

import decimal
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from engine.plane import Axis

_GUARD_DIGITS = 30  # digits kept below the pitch: enough to round correctly to float64


@dataclass(frozen=True, eq=False)
class Inputs:
    """What some runs are given: the value of a hyperparameter along each axis.

    Attributes:
        x, y: one value for each run, shape (runs,) each, float64.
    """

    x: np.ndarray
    y: np.ndarray

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, runs: slice | np.ndarray) -> "Inputs":
        return Inputs(self.x[runs], self.y[runs])

    @staticmethod
    def joined(parts: Iterable["Inputs"]) -> "Inputs":
        """Return the inputs of all runs of the parts, in their order; of no runs if none."""
        parts = list(parts)
        x, y = ([getattr(part, along) for part in parts] for along in ("x", "y"))
        return Inputs(np.concatenate([np.empty(0), *x]), np.concatenate([np.empty(0), *y]))

    def neighbours(self, precision: str) -> Iterator["Inputs"]:
        """Yield the inputs of four neighbours of each run, one bit of a precision away.

        Args:
            precision: the name of a floating dtype.
        """
        for sign in (1, -1):
            yield replace(self, x=self.x + sign * _last_bit(self.x, precision))
            yield replace(self, y=self.y + sign * _last_bit(self.y, precision))


@dataclass(frozen=True, eq=False)
class Grid:
    """What the runs at the points of a grid are given: hyperparameters along either axis.

    Attributes:
        x: the values of the columns, shape (columns,), float64.
        y: the values of the rows, shape (rows,), float64.
    """

    x: np.ndarray
    y: np.ndarray

    @staticmethod
    def of(axes: tuple[Axis, Axis], columns: Sequence[Decimal], rows: Sequence[Decimal]) -> "Grid":
        """Return the grid of these coordinates, in axis units, along the axes x and y."""
        x, y = axes
        return Grid(_rounded(x, columns), _rounded(y, rows))

    def crossed(self, rows: "Grid") -> "Grid":
        """Return the grid with the columns of this one and the rows of another."""
        return replace(self, y=rows.y)

    def runs(self, points: np.ndarray | None = None) -> Inputs:
        """Return the inputs of the runs at points of the grid.

        Args:
            points: numbers of points, counted row by row, shape (runs,). None for all.
        """
        columns = len(self.x)
        if points is None:
            points = np.arange(columns * len(self.y))
        return Inputs(self.x[points % columns], self.y[points // columns])

    def line(self, y: float) -> Inputs:
        """Return the inputs of one run for each column, all with the same value along y."""
        return Inputs(self.x, np.full(len(self.x), y))


def _rounded(axis: Axis, coordinates: Sequence[Decimal]) -> np.ndarray:
    """Return the hyperparameter at each coordinate, correctly rounded to float64, shape (n,).

    On a log10 axis that is 10**coordinate, which is 10**centre * 10**offset without the rounding
    of either factor.
    """
    if axis.scale == "linear":
        return np.array([float(c) for c in coordinates])
    # Far outside every plane, where no window reaches but a tile may, a value is infinite.
    digits = _precision(coordinates)
    with decimal.localcontext(prec=digits, Emax=10**6, Emin=-(10**6)) as context:
        context.traps[decimal.Overflow] = False
        return np.array([float(10**c) for c in coordinates])


def _precision(coordinates: Sequence[Decimal]) -> int:
    """Return how many digits hold the largest of the coordinates down past the smallest."""
    exponents = [c.adjusted() for c in coordinates if c]
    if not exponents:
        return 2 * _GUARD_DIGITS
    longest = max(len(c.as_tuple().digits) for c in coordinates)
    return max(longest, max(exponents) - min(exponents) + 1) + _GUARD_DIGITS


def _last_bit(values: np.ndarray, precision: str) -> np.ndarray:
    """Return the spacing of numbers of a precision at float64 values; 0 where they are infinite."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.nan_to_num(np.spacing(np.abs(values).astype(precision)).astype(float))
