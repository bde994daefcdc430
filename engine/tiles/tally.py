"""Tallies: how much of something that consists of parts is predicted, and how far that is right."""

import math
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np

from engine.places.provenance import ASKED
from engine.tiles.audit import Audit, Refinement


@dataclass(frozen=True)
class Tally:
    """What the audits of the parts of a picture or of a movie say of all of it.

    Attributes:
        points: how many runs it shows.
        predicted: how many of them are predicted. All others are trained.
        wrong: of how many the label is wrong, at most.
        off: of how many the colour is off, at most.
    """

    points: int
    predicted: int
    wrong: float
    off: float

    @staticmethod
    def of(audit: Audit, predicted: int) -> "Tally":
        """Return the tally of one picture, of which so many runs are predicted."""
        wrong, off = (audit.points * share for share in (1 - audit.labels, audit.colours))
        return Tally(audit.points, predicted, wrong, off)

    @staticmethod
    def joined(parts: Iterable["Tally"]) -> "Tally":
        """Return the tally of all parts together.

        Each of their bounds holds with the confidence of an audit, and the sum of bounds with more
        than that, as it takes that few are near theirs.
        """
        sums = [sum(numbers) for numbers in zip(*map(astuple, parts), strict=True)]
        return Tally(*sums) if sums else Tally(0, 0, 0.0, 0.0)

    @staticmethod
    def from_array(numbers: np.ndarray) -> "Tally":
        """Return the tally that `to_array` has made an array of."""
        points, predicted, wrong, off = numbers.tolist()
        return Tally(int(points), int(predicted), wrong, off)

    def to_array(self) -> np.ndarray:
        """Return its numbers, shape (4,) float64."""
        return np.array(astuple(self), float)

    @property
    def trained(self) -> int:
        """How many runs are trained."""
        return self.points - self.predicted

    @property
    def labels(self) -> float:
        """The share of labels that are right, at least."""
        return 1 - self.wrong / max(self.points, 1)

    @property
    def colours(self) -> float:
        """The share of pixels with a colour that is off, at most."""
        return self.off / max(self.points, 1)

    @property
    def words(self) -> str:
        """How much is trained, and how far the rest is right."""
        share = 100 * self.trained / max(self.points, 1)
        return f"trained {share:.1f} %, labels >= {math.floor(1e5 * self.labels) / 1e3:g} % right"

    def to_dict(self, refinement: Refinement) -> dict[str, Any]:
        """Return everything as JSON-able values, with what was asked for."""
        asked = {"labels": refinement.labels, "colours": refinement.colours}
        return {ASKED: asked, **self.counts()}

    def counts(self) -> dict[str, Any]:
        """Return everything as JSON-able values."""
        return {
            "trained": self.trained,
            "predicted": self.predicted,
            "labels": self.labels,
            "colours": self.colours,
        }


Bounds = Audit | Tally  # either says how many labels and colours of a picture may be wrong
