"""Lines of progress, for a file or a pipe: at the start of much work, then ever less often."""

import math
import time
from collections.abc import Callable

from engine.words import duration

FIRST, LONGEST = 10.0, 300.0  # seconds until the first line in any case, and between two at most
MANY = 10_000  # from how much work on there is a line at the start
BEGUN = 2  # the call of `add` at which nothing can be wrong any more with what is asked for

Clock = Callable[[], float]


class Lines:
    """Lines on work as it goes on: its share, its pace, and the time that is left.

    Args:
        total: how much work it is; None if nobody knows.
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
        self._done = self._done_at_last_line = 0
        self._begun = self._last_line = clock()
        self._pause = FIRST
        self._calls = 0

    def add(self, done: int) -> None:
        """Add work that was done since the last call; prints a line if it is time."""
        self._done += done
        self._calls += 1
        if self._calls == BEGUN and self._total is not None and self._total >= MANY:
            self._say(f"{self._counted(self._total)} to go")
        now = self._clock()
        if now - self._last_line < self._pause:
            return
        self._say(self._line(now))
        self._done_at_last_line, self._last_line = self._done, now
        self._pause = min(2 * self._pause, LONGEST)

    def end(self) -> None:
        """Print a line on all of the work, if there was one before."""
        if self._last_line > self._begun:
            self._say(f"{self._counted(self._done)} in {duration(self._clock() - self._begun)}")

    def _line(self, now: float) -> str:
        pace = (self._done - self._done_at_last_line) / (now - self._last_line)
        each = f"{_pace(pace)} a second" if pace else "none finished of late"
        if self._total is None:
            return f"{self._counted(self._done)} in {duration(now - self._begun)}, {each}"
        left = max(self._total - self._done, 0)
        share = min(math.floor(100 * self._done / self._total), 99)
        rest = f", about {duration(left / pace)} left" if pace and left else ""
        return f"{share} % of {self._counted(self._total)}, {each}{rest}"

    def _counted(self, count: int) -> str:
        return f"{count:,} {self._unit}{'s' if count != 1 else ''}"


def _pace(pace: float) -> str:
    return f"{pace:,.0f}" if pace >= 10 else f"{pace:.2g}"
