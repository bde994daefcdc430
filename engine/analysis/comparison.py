"""Two fields over the same window compared: where their runs end alike, and where not.

Two fields agree on a run if it ends on the same side of the measure in both, negative = converged.
Where values are kinds of outcome in both, they agree if it is of the same kind. How fast a run
converged is not compared.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from engine.errors import InputError
from engine.measures import MEASURES
from engine.places.against import check
from engine.spec import Spec
from engine.tiles.field import Field

UNKNOWN = 0  # what `compared` says of a run that one of the two has not trained
# Greys where they agree, and Okabe & Ito's colours, which the colour-blind can tell apart, where
# they do not: they stand out from either grey, on white paper and on a dark page.
AGREE = ("#d5d8dc", "#4a4e54")
DIFFER = ("#e69f00", "#56b4e9", "#0072b2")


@dataclass(frozen=True)
class Relation:
    """One way in which two runs at the same point compare.

    Attributes:
        words: what both did.
        colour: in which it is drawn, hexadecimal.
        differ: whether that is a disagreement.
    """

    words: str
    colour: str
    differ: bool


def relations(first: Spec, second: Spec) -> tuple[Relation, ...]:
    """Return the ways in which runs of two specs compare; `compared` numbers them from 1."""
    words, others = MEASURES[first.measure].sides, MEASURES[second.measure].sides
    same = "same kind, {}" if _same_categories(first, second) else "both {}"
    if words == others:
        agree = [same.format(word) for word in words]
        differ = [f"only the {which} {words[0]}" for which in ("first", "second")]
    else:
        agree = [f"{one} and {other}" for one, other in zip(words, others, strict=True)]
        differ = [f"{words[0]}, but {others[1]}", f"{words[1]}, but {others[0]}"]
    if _same_categories(first, second):
        differ.append("another kind, same side")
    return (
        *(Relation(words, colour, False) for words, colour in zip(agree, AGREE, strict=True)),
        *(Relation(words, colour, True) for words, colour in zip(differ, DIFFER, strict=False)),
    )


def compared(first: Spec, second: Spec, values: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return in which of `relations`, numbered from 1, each pair of runs falls; `UNKNOWN` for NaN.

    Args:
        first, second: what was trained.
        values, others: of either, of the same shape.

    Returns:
        uint8 of that shape.
    """
    converged, other = values < 0, others < 0
    relation = np.where(converged, np.where(other, 1, 3), np.where(other, 4, 2)).astype(np.uint8)
    if _same_categories(first, second):
        relation[(converged == other) & (values != others)] = 5
    relation[np.isnan(values) | np.isnan(others)] = UNKNOWN
    return relation


def shade(relation: np.ndarray) -> np.ndarray:
    """Return the picture of what `compared` returned as packed RGBA, uint32 of the same shape;
    transparent where it is unknown.
    """
    return _SHADES[relation]


@dataclass(frozen=True)
class Comparison:
    """Two specs at the same points.

    Attributes:
        first, second: what was trained.
        relation: in which of `relations` each pair falls, as `compared` returns it.
    """

    first: Spec
    second: Spec
    relation: np.ndarray

    @staticmethod
    def of(first: Field, second: Field) -> "Comparison":
        """Return the comparison of two fields.

        Raises:
            InputError: if they are not over the same window and axes.
        """
        check(first.spec, second.spec)
        if (first.window, first.size) != (second.window, second.size):
            raise InputError("only fields over the same window, of the same size, are compared")
        values = first.trained_values, second.trained_values
        relation = compared(first.spec, second.spec, *values)
        return Comparison(first.spec, second.spec, relation)

    @cached_property
    def counts(self) -> dict[Relation, int]:
        """How many pairs are of each relation."""
        possible = relations(self.first, self.second)
        counts = np.bincount(self.relation.ravel(), minlength=len(possible) + 1)[1:]
        return dict(zip(possible, counts.tolist(), strict=True))

    @property
    def runs(self) -> int:
        """How many pairs are known."""
        return sum(self.counts.values())

    @property
    def differing(self) -> int:
        """How many of them disagree."""
        return sum(count for relation, count in self.counts.items() if relation.differ)

    @property
    def share(self) -> float:
        """The share that disagrees, 0 to 1; NaN if none is known."""
        return self.differing / self.runs if self.runs else float("nan")

    @property
    def words(self) -> str:
        """How many disagree, in words."""
        return f"disagree: {100 * self.share:.3g} % of {self.runs:,} runs"

    def to_dict(self) -> dict[str, Any]:
        """Return both specs and all counts as JSON-able values."""
        return {
            "spec": self.first.to_dict(),
            "other_spec": self.second.to_dict(),
            "runs": self.runs,
            "disagree": self.differing,
            "share": self.share if self.runs else None,
            "counts": {relation.words: count for relation, count in self.counts.items()},
        }


def _same_categories(first: Spec, second: Spec) -> bool:
    """Whether the values of both are kinds of outcome, and the same ones."""
    categories, others = (MEASURES[spec.measure].categories for spec in (first, second))
    return bool(categories) and categories == others


def _packed(colour: str) -> int:
    return int(np.frombuffer(bytes.fromhex(colour[1:]) + b"\xff", np.uint32)[0])


_SHADES = np.array([0, *map(_packed, AGREE + DIFFER)], np.uint32)
