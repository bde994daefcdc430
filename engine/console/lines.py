"""Lines of progress, for a file or a pipe: at the start of much work, then at growing intervals."""

import math
import time
from collections.abc import Callable

from engine.training.cost import duration

FIRST, LONGEST = 10.0, 300.0  # seconds until the first line in any case, and between two at most
MANY = 10_000  # from how much work on there is a line at the start
BEGUN = 2  # the call of `add` at which nothing can be wrong any more with what is asked for

Clock = Callable[[], float]


class Lines:
    """What is said of work as it goes on: its share, its pace, and the time that is left.

    Args:
        total: how much it is; None if nobody knows.
        unit: of what.
        say: prints a line.
        clock: returns seconds.
    """

    def __init__(
        self,
        total: int | None,
        unit: str,
        say: Callable[[str], None],
        clock: Clock = time.monotonic,
    ) -> None:
        self._total, self._unit, self._say, self._clock = total, unit, say, clock
        self._known = self._hooks = 0
        self._begun = self._since = clock()
        self._pause = FIRST
        self._calls = 0

    def add(self, known: int) -> None:
        """Note how much more is done, and say so if it is time."""
        self._known += known
        self._calls += 1
        if self._calls == BEGUN and self._total is not None and self._total >= MANY:
            self._say(f"{self._counted(self._total)} to go")
        now = self._clock()
        if now - self._since < self._pause:
            return
        self._say(self._line(now))
        self._hooks, self._since = self._known, now
        self._pause = min(2 * self._pause, LONGEST)

    def end(self) -> None:
        """Say that all is done, if more than the start was told."""
        if self._since > self._begun:
            self._say(f"{self._counted(self._known)} in {duration(self._clock() - self._begun)}")

    def _line(self, now: float) -> str:
        pace = (self._known - self._hooks) / (now - self._since)
        each = f"{_number(pace)} a second" if pace else "none finished of late"
        if self._total is None:
            return f"{self._counted(self._known)} in {duration(now - self._begun)}, {each}"
        left = max(self._total - self._known, 0)
        share = min(math.floor(100 * self._known / self._total), 99)
        still = f", about {duration(left / pace)} left" if pace and left else ""
        return f"{share} % of {self._counted(self._total)}, {each}{still}"

    def _counted(self, count: int) -> str:
        return f"{count:,} {self._unit}{'s' if count != 1 else ''}"


def _number(pace: float) -> str:
    return f"{pace:,.0f}" if pace >= 10 else f"{pace:.2g}"
