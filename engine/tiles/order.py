"""Orders: which points of a request are trained next, asked round by round."""

from typing import Protocol

import numpy as np

from engine.tiles.audit import Audit
from engine.tiles.focus import CENTRE, Focus, distance
from engine.tiles.partial import Known


class Order(Protocol):
    """The order of the points of one request.

    Attributes:
        steady: whether each round is asked for once the last one is known; else before that.
        predicts: whether the points that are unknown are predicted meanwhile.
        audit: what a random sample says of these predictions; None before there is any.
        sharp: whether that is good enough.
    """

    steady: bool
    predicts: bool
    audit: Audit | None
    sharp: bool

    def following(self, known: Known, pace: float | None, most: int) -> np.ndarray:
        """Return the points of the next round in the order of training; none once all had a turn.

        Args:
            known: what is known.
            pace: seconds that a run takes, or None.
            most: how many runs are in training at a time.

        Returns:
            Numbers of points of the hull, row by row, shape (n,).
        """


class NearestFirst:
    """Level by level, and within each the nearest to the focus first; nothing is predicted.

    Args:
        focus: where one looks; empty for nowhere, so that points come row by row.
    """

    steady: bool = False
    predicts: bool = False
    sharp: bool = False
    audit: Audit | None = None

    def __init__(self, focus: Focus = CENTRE) -> None:
        self._focus = focus
        self._stride: int | None = None

    def following(self, known: Known, pace: float | None, most: int) -> np.ndarray:
        """Return the unknown points of the next level."""
        del pace, most
        stride = known.first if self._stride is None else self._stride // 2
        while stride:
            self._stride = stride
            here = slice(None, None, stride), slice(None, None, stride)
            level = np.zeros(known.values.shape, bool)
            level[here] = known.wanted[here] & np.isnan(known.values[here])
            points = np.flatnonzero(level)
            if points.size:
                return nearest(known, points, self._focus)
            stride //= 2
        return np.empty(0, np.int64)


def nearest(known: Known, points: np.ndarray, focus: Focus) -> np.ndarray:
    """Return points, by number, the nearest to a focus first; shape (n,)."""
    if not focus:
        return points
    rows, columns = np.divmod(points, known.values.shape[1])
    return points[np.argsort(distance(focus, *known.place(rows, columns)), kind="stable")]
