"""Audits: what a random sample of the predicted points of a view says of all of them."""

from dataclasses import dataclass

CONFIDENCE = 0.95  # with which a bound holds
LABELS = 0.999  # the share of labels that are right in a sharp picture, at least
COLOURS = 0.01  # the share of its pixels that are off by more than `TOLERANCE`, at most
# How far a colour coordinate may be off: 16/255 of a channel where the published colours are
# steepest, which pass through 70/255 within a fifth of a side.
TOLERANCE = 16 / 70 * 0.2


@dataclass(frozen=True)
class Refinement:
    """How few errors the predicted points of a picture may have, so that no more are trained.

    Attributes:
        labels: the share of labels that are right, at least.
        colours: the share of pixels that are off by more than `TOLERANCE`, at most; None for
            whatever it is, where labels alone are of interest.
    """

    labels: float = LABELS
    colours: float | None = COLOURS

    @staticmethod
    def of(labels: float | None, colours: float | None = COLOURS) -> "Refinement | None":
        """Return the refinement of so many labels and colours; None where all are to be trained."""
        return None if labels is None else Refinement(labels, colours)

    def holds(self, audit: "Audit") -> bool:
        """Return whether an audit finds so few errors, with 95 % confidence."""
        return audit.labels >= self.labels and (
            self.colours is None or audit.colours <= self.colours
        )

    def is_near(self, audit: "Audit", times: float) -> bool:
        """Return whether a sample has at most so many times the errors that are allowed."""
        share = times * audit.sampled / max(audit.predicted / audit.points, 1e-9)
        return audit.wrong <= share * (1 - self.labels) and (
            self.colours is None or audit.off <= share * self.colours
        )


SHARP = Refinement()


@dataclass(frozen=True)
class Audit:
    """A random sample of predicted points that have been trained, against their predictions.

    The sample is blind: nothing of it was known to the prediction, nor to the order of training.

    Attributes:
        points: in view.
        predicted: how many of them are not trained, those of the sample included.
        sampled: how many of these were.
        wrong: how many of the sample have another label than predicted.
        off: how many have another label, or a colour that is off by more than `TOLERANCE`.
    """

    points: int
    predicted: int
    sampled: int
    wrong: int
    off: int

    @property
    def labels(self) -> float:
        """The share of labels in view that are right, at least, with 95 % confidence."""
        return 1.0 - self._most(self.wrong)

    @property
    def colours(self) -> float:
        """The share of pixels in view with a colour that is off, at most, with 95 % confidence."""
        return self._most(self.off)

    def _most(self, found: int) -> float:
        """Return the share of a view of which so many were found, at most (Clopper-Pearson)."""
        from scipy.special import betaincinv

        share = self.predicted / self.points
        if found >= self.sampled:
            return share
        return share * float(betaincinv(found + 1, self.sampled - found, CONFIDENCE))
