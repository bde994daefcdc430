"""Colour scales: how deep in a side of the colours the magnitudes of runs lie."""

from dataclasses import dataclass

import numpy as np

GAP = 0.25  # the colours within ±GAP of the middle stay unused, so that the two sides are apart
MIDDLE = 0.5  # how deep a side is drawn all of whose magnitudes are the same
OUTLIERS = 0.01  # the share of either end of a side that a scale of magnitudes lets run together
_LARGEST = np.finfo(float).max
_SMALLEST = 2.0**-960  # below it, one over what lies between two numbers may be none


@dataclass(frozen=True)
class Side:
    """One side of a scale: how deep in it magnitudes lie, from 0 to 1, interpolated in between."""

    magnitudes: np.ndarray  # (n,) ascending
    depths: np.ndarray  # (n,) ascending

    @staticmethod
    def of(magnitudes: np.ndarray, equalise: float) -> "Side":
        """Return the side on which these magnitudes, shape (n,), are spread."""
        ascending = np.sort(np.clip(magnitudes, -_LARGEST, _LARGEST))
        ascending[np.abs(ascending) < _SMALLEST] = 0.0
        if not ascending.size:
            return _NOTHING
        if ascending[0] == ascending[-1]:  # nothing is fast or slow beside another
            return Side(ascending[:1], np.array([MIDDLE]))
        depths = np.linspace(0, 1, ascending.size)
        if equalise < 1:
            low, high = np.quantile(ascending, [OUTLIERS, 1 - OUTLIERS])
            if not low < high:
                low, high = ascending[0], ascending[-1]
            even = np.clip((ascending - low) / (high - low), 0, 1)
            depths = equalise * depths + (1 - equalise) * even
        return Side(ascending, depths)

    def depth(self, magnitudes: np.ndarray) -> np.ndarray:
        """Return how deep in the side each magnitude lies."""
        if not self.magnitudes.size:
            return np.zeros(magnitudes.shape)
        return np.interp(np.clip(magnitudes, -_LARGEST, _LARGEST), self.magnitudes, self.depths)


_NOTHING = Side(np.empty(0), np.empty(0))


@dataclass(frozen=True)
class Scale:
    """How magnitudes become depths, on either side.

    One scale for all tiles of a picture keeps their seams invisible, and its colours still while
    it is refined.
    """

    converged: Side = _NOTHING
    diverged: Side = _NOTHING

    def distance(self, other: "Scale") -> float:
        """Return how much a colour coordinate of this scale would at most move on another one."""
        pairs = ((self.converged, other.converged), (self.diverged, other.diverged))
        return max(_distance(mine, others) for mine, others in pairs)


def _distance(mine: Side, others: Side) -> float:
    """Return how much a coordinate on one side would at most move on another."""
    if not mine.magnitudes.size:
        return 0.0
    depths = (side.depth(mine.magnitudes) for side in (mine, others))
    return (1 - GAP) * float(np.abs(np.subtract(*depths)).max())
