"""A trail of steps, to go back and forward along."""

from typing import Generic, TypeVar

LONGEST = 200  # steps that are remembered; the oldest goes first

Step = TypeVar("Step")


class Trail(Generic[Step]):
    """A sequence of steps, and the present one. A new step replaces those that lay ahead."""

    def __init__(self, start: Step) -> None:
        self._steps = [start]
        self._at = 0

    @property
    def here(self) -> Step:
        """The present step."""
        return self._steps[self._at]

    @property
    def can_go_back(self) -> bool:
        """Whether there is a step before the present one."""
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether there is a step after the present one."""
        return self._at < len(self._steps) - 1

    def go(self, step: Step) -> None:
        """Take a new step, unless it is the present one."""
        if step == self.here:
            return
        self._steps[self._at + 1 :] = [step]
        del self._steps[:-LONGEST]
        self._at = len(self._steps) - 1

    def correct(self, step: Step) -> None:
        """Replace the present step: the same gesture has gone further."""
        self._steps[self._at] = step

    def back(self) -> Step:
        """Go one step back, if there is one, and return the present step."""
        self._at = max(self._at - 1, 0)
        return self.here

    def forward(self) -> Step:
        """Go one step forward, if there is one, and return the present step."""
        self._at = min(self._at + 1, len(self._steps) - 1)
        return self.here
