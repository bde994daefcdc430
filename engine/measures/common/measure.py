"""Measures: a reduction to one signed number, and the words for its values.

Sign convention: negative = converged, positive = diverged; a measure may say so in other words.
"""

import abc
from dataclasses import dataclass

from engine.measures.common.reduction import Reduction


@dataclass(frozen=True)
class Category:
    """One kind of outcome: a whole number, signed as its side, and its name."""

    value: int
    name: str


class Measure(Reduction):
    """A reduction that can be chosen for a picture: its value is one signed number, with words.

    The classes that can be chosen are final.
    """

    @property
    @abc.abstractmethod
    def sides(self) -> tuple[str, str]:
        """What negative and positive values are called."""

    @property
    @abc.abstractmethod
    def sizes(self) -> tuple[tuple[str, str], ...]:
        """What small and large magnitudes are called, of negative and of positive values."""

    @property
    @abc.abstractmethod
    def about(self) -> str:
        """What is measured."""

    @property
    def categories(self) -> tuple[Category, ...]:
        """The kinds of outcome that its values stand for; none if they are quantities."""
        return ()

    @property
    def category_names(self) -> dict[int, str]:
        """The names of the kinds of outcome, by the values that stand for them."""
        return {category.value: category.name for category in self.categories}
