"""This module is the trail: where somebody has been, to go back and forward along."""

from typing import Generic, TypeVar

LONGEST = 200  # steps that are remembered; the oldest goes first

Step = TypeVar("Step")


class Trail(Generic[Step]):
    """A sequence of steps, and which of them one is at. What lay ahead is lost with a new step."""

    def __init__(self, start: Step) -> None:
        self._steps = [start]
        self._at = 0

    @property
    def here(self) -> Step:
        """The step one is at."""
        return self._steps[self._at]

    @property
    def can_go_back(self) -> bool:
        """Whether there is a step before this one."""
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether one has gone back from somewhere."""
        return self._at < len(self._steps) - 1

    def go(self, step: Step) -> None:
        """Take a new step; none if one is there already."""
        if step == self.here:
            return
        self._steps[self._at + 1 :] = [step]
        del self._steps[:-LONGEST]
        self._at = len(self._steps) - 1

    def correct(self, step: Step) -> None:
        """Say that the step one is at is really this one: the same gesture, gone further."""
        self._steps[self._at] = step

    def back(self) -> Step:
        """Go one step back, if there is one, and return where one is then."""
        self._at = max(self._at - 1, 0)
        return self.here

    def forward(self) -> Step:
        """Go one step forward again, if one can, and return where one is then."""
        self._at = min(self._at + 1, len(self._steps) - 1)
        return self.here
