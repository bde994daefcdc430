"""The sample of an audit: points drawn at random, to which the order of training is blind."""

import numpy as np

from engine.tiles.audit import TOLERANCE, Audit
from engine.tiles.prediction import Predictor, Surface

SIZE = 6000  # points of a view of which nothing is known
LARGEST = 8  # the sample is one of so many predicted points at most


class Sample:
    """Random points of a view, trained early to be compared with what is predicted of them.

    Whoever predicts and orders does not see their values, until a point of the sample is chosen for
    its own sake. Those that are left are a fair sample of all points that are predicted.

    Args:
        predicted: which points are, shape (height, width) bool.
        points: how many points are in view.
    """

    def __init__(self, predicted: np.ndarray, points: int) -> None:
        self._random = np.random.default_rng(0)
        self._points, self._taken = np.empty(0, np.int64), 0
        self.blind = np.zeros(predicted.shape, bool)
        self.grow(predicted, int(SIZE * predicted.sum() / points))

    @property
    def taken(self) -> np.ndarray:
        """The points that have been taken to be trained, by number, shape (n,)."""
        return self._points[: self._taken]

    @property
    def used_up(self) -> bool:
        """Whether all have been taken."""
        return self._taken == len(self._points)

    def grow(self, predicted: np.ndarray, count: int | None = None) -> None:
        """Draw more points among those that are predicted; None for as many as there are."""
        every = np.flatnonzero(predicted & ~self.blind)
        count = min(len(self._points) if count is None else count, len(every) // LARGEST)
        drawn = self._random.choice(every, count, replace=False)
        self._points = np.concatenate([self._points, drawn])
        self.blind.flat[drawn] = True

    def take(self, most: int) -> np.ndarray:
        """Return so many points to be trained next, or fewer, by number, shape (n,)."""
        taken = self._points[self._taken : self._taken + most]
        self._taken += len(taken)
        return taken[self.blind.flat[taken]]

    def audit(
        self, values: np.ndarray, predicted: np.ndarray, predictor: Predictor, surface: Surface
    ) -> Audit:
        """Return what the sample says of what is predicted.

        Args:
            values: what is known, those of the sample included, NaN = unknown.
            predicted: which points in view are predicted, bool.
            predictor, surface: what predicted them.
        """
        known = self.taken
        known = known[self.blind.flat[known] & ~np.isnan(values.flat[known])]
        sides, ranks = surface.sides.flat[known], surface.ranks.flat[known]
        found = values.flat[known]
        return Audit(
            predicted.size,
            int(predicted.sum()),
            len(known),
            int(np.count_nonzero((found < 0) != (sides < 0))),
            int(np.count_nonzero(predictor.distance(found, sides, ranks) > TOLERANCE)),
        )
