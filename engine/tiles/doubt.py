"""Doubt: how likely a point is not as predicted, learned from what training finds.

Points fall into classes by what is known around them, and into levels by their stride. Of each
class and level it is counted how many labels and colours turned out wrong.
"""

from typing import NamedTuple

import numpy as np

from engine.places.scale import GAP
from engine.tiles.audit import TOLERANCE
from engine.tiles.prediction import DIFFERS, Predictor, Surface

# Of the points of the first class, labels differ to either side; of the second, around them; of
# the third, beside that. The others differ in how far the colour may be off: by more than so much
# of the tolerance.
FIRST_OF_COLOUR = 3
PARTS = (1.0, 0.5, 0.13)
WRONG = np.array([0.5, 0.2, 0.05, 0.02, 0.005, 0.002, 0.001])  # first chances of a wrong label
OFF = np.array([0.7, 0.6, 0.5, 0.6, 0.3, 0.1, 0.02])  # and of a wrong colour
PRIOR = 4.0  # runs for which the first chances count
FADING = 2000  # runs of a class and level after which what was found before counts half
LABEL_WEIGHT = 12.0  # of a wrong label, in wrong colours


def levels_of(shape: tuple[int, ...], strides: np.ndarray) -> np.ndarray:
    """Return the level of each point of a rectangle, (height, width) int8: of the coarsest 0.

    Args:
        shape: of the rectangle.
        strides: of the levels, each half of the one before, shape (levels,).
    """
    levels = np.zeros(shape, np.int8)
    for level, stride in reversed(list(enumerate(strides))):
        levels[::stride, ::stride] = level
    return levels


def classes(surface: Surface, levels: np.ndarray, strides: np.ndarray) -> np.ndarray:
    """Return the class of each point of a surface, shape (height, width) int64.

    Args:
        surface: the points.
        levels: the level of each, of the same shape.
        strides: of the levels, in these points; 0 for those that the surface does not have.
    """
    unit = TOLERANCE / (1 - GAP)
    of_points = np.full(surface.sides.shape, FIRST_OF_COLOUR + len(PARTS))
    for number, share in reversed(list(enumerate(PARTS))):
        of_points[surface.doubt > share * unit] = FIRST_OF_COLOUR + number
    labels = surface.sides < 0
    for level, stride in enumerate(strides):
        if not level or not stride:
            continue
        here = slice(None, None, stride), slice(None, None, stride)
        mixed = _mixed(labels[:: 2 * stride, :: 2 * stride])
        own, part = levels[here] == level, of_points[here]
        part[own & _touched(_spread(mixed))] = 2
        part[own & _touched(mixed)] = 1
        part[own & (surface.doubt[here] >= DIFFERS)] = 0
    return of_points


class Expected(NamedTuple):
    """Points that are to be trained, and what is predicted of them; shape (n,) each.

    Attributes:
        points: their numbers.
        groups: the class and level of each, as `Chances.groups` numbers them.
        sides, ranks: as `Surface` has them.
    """

    points: np.ndarray
    groups: np.ndarray
    sides: np.ndarray
    ranks: np.ndarray


class Chances:
    """The chances that points of a class and level have another label or colour than predicted.

    Args:
        strides: of the levels, shape (levels,).
    """

    def __init__(self, strides: np.ndarray) -> None:
        self._strides = strides
        self._shape = len(WRONG), len(strides)
        self._runs, self._wrong, self._off = (np.zeros(self._shape) for _ in range(3))
        self._expected = Expected(*(np.empty(0, kind) for kind in (int, int, int, float)))

    def groups(self, of_points: np.ndarray, levels: np.ndarray) -> np.ndarray:
        """Return the number of each class and level, among `worth().ravel()`."""
        return of_points * self._shape[1] + levels

    def strides(self, groups: np.ndarray) -> np.ndarray:
        """Return the stride of the points of groups."""
        return self._strides[groups % self._shape[1]]

    def worth(self, *, colours: bool) -> np.ndarray:
        """Return the worth of training a point, shape (classes, levels).

        That is the area for which it stands times the chance that it is not as predicted.

        Args:
            colours: whether they count, beside labels.
        """
        wrong, off = (
            (found + PRIOR * prior[:, None]) / (self._runs + PRIOR)
            for found, prior in ((self._wrong, WRONG), (self._off, OFF))
        )
        return self._strides.astype(float) ** 2 * (wrong + colours * off / LABEL_WEIGHT)

    def expect(self, expected: Expected) -> None:
        """Take note of what is predicted of points that are to be trained."""
        self._expected = _joined(self._expected, expected)

    def learn(self, values: np.ndarray, predictor: Predictor) -> None:
        """Learn from what has become known since of the points that were to be trained.

        Args:
            values: of all points, NaN = unknown.
            predictor: that says how far a value is from a prediction.
        """
        found = values.flat[self._expected.points]
        arrived = ~np.isnan(found)
        come = Expected(*(part[arrived] for part in self._expected))
        self._expected = Expected(*(part[~arrived] for part in self._expected))
        found = found[arrived]
        wrong = (found < 0) != (come.sides < 0)
        off = predictor.distance(found, come.sides, come.ranks) > TOLERANCE
        runs = self._counted(come.groups)
        fading = 0.5 ** (runs / FADING)
        self._runs = fading * self._runs + runs
        self._wrong = fading * self._wrong + self._counted(come.groups, wrong)
        self._off = fading * self._off + self._counted(come.groups, off)

    def _counted(self, groups: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        count = self._shape[0] * self._shape[1]
        return np.bincount(groups, weights, count).reshape(self._shape)


def _joined(first: Expected, second: Expected) -> Expected:
    return Expected(*(np.concatenate(parts) for parts in zip(first, second, strict=True)))


def _mixed(labels: np.ndarray) -> np.ndarray:
    """Return in which cells between points labels differ, one row and column fewer."""
    corners = labels[1:, 1:], labels[1:, :-1], labels[:-1, 1:], labels[:-1, :-1]
    count = np.sum(corners, axis=0, dtype=np.int8)
    return np.asarray((count > 0) & (count < len(corners)))


def _spread(cells: np.ndarray) -> np.ndarray:
    """Return cells with those around them."""
    padded = np.pad(cells, 1)
    rows = padded[:-2] | padded[1:-1] | padded[2:]
    return np.asarray(rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:])


def _touched(cells: np.ndarray) -> np.ndarray:
    """Return which points of a lattice twice as fine lie in or at the rim of cells."""
    rows = np.zeros((2 * cells.shape[0] + 1, cells.shape[1]), bool)
    rows[1::2] = cells
    rows[:-1:2] |= cells
    rows[2::2] |= cells
    touched = np.zeros((rows.shape[0], 2 * cells.shape[1] + 1), bool)
    touched[:, 1::2] = rows
    touched[:, :-1:2] |= rows
    touched[:, 2::2] |= rows
    return touched
