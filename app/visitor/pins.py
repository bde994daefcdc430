"""The runs that a visitor has pinned, and what is seen when they are looked at closely."""

from collections.abc import Callable
from concurrent.futures import Executor
from decimal import Decimal

import param

from app.shared.page import Page
from app.visitor.inspector import Inspector
from app.visitor.settings import Settings
from engine.analysis.run import Backdrop, Run
from engine.places.links import MOST_PINS, Pin


class Pins(param.Parameterized):
    """The points of runs, each of which is trained again step by step."""

    points = param.ClassSelector(class_=tuple, default=(), doc="where runs are pinned, in order")
    runs = param.Dict({}, doc="those that have been trained, by their points")

    def __init__(
        self,
        page: Page,
        thread: Executor,
        settings: Settings,
        points: tuple[Pin, ...],
        tell: Callable[[str], None],
    ) -> None:
        """Pin the runs of a place; they are trained once `begin` is called.

        Args:
            page: under whose lock runs are shown.
            thread: in which they are trained.
            settings: with which.
            points: where they are.
            tell: is given what went wrong.
        """
        super().__init__(points=points)
        self.inspector = Inspector(page, thread, self._enter, self._failed)
        self._settings, self._tell = settings, tell
        self._backdrops: dict[Pin, Backdrop] = {}

    def backdrop(self, pin: Pin) -> Backdrop | None:
        """Return what the orbit of a pinned run is drawn over, once that has been trained."""
        return self._backdrops.get(pin)

    def pin(self, x: Decimal, y: Decimal) -> None:
        """Pin the run at a point, given in axis units; the oldest gives way to one too many."""
        if (x, y) not in self.points:
            self._set((*self.points, (x, y))[-MOST_PINS:])

    def unpin(self, pin: Pin) -> None:
        """Take a pin out again."""
        self._set(tuple(p for p in self.points if p != pin))

    def unpin_all(self) -> None:
        """Take all pins out again."""
        self._set(())

    def take(self, points: tuple[Pin, ...], *, same_runs: bool) -> None:
        """Have these pins from now on; `inspect` trains what is not known of them.

        Args:
            points: where they are.
            same_runs: whether runs that are known already are still those of the settings.
        """
        self.inspector.stop()
        runs = self.runs if same_runs else {}
        self.param.update(points=points, runs={p: run for p, run in runs.items() if p in points})

    def begin(self) -> None:
        """Train the pins that the page was opened with, unless that has begun."""
        if self.inspector.task is None:
            self.inspect()

    def inspect(self) -> None:
        """Train the pinned runs that have not been."""
        pins = [pin for pin in self.points if pin not in self.runs]
        self.inspector.inspect(self._settings.spec, pins)

    def _set(self, points: tuple[Pin, ...]) -> None:
        runs = {p: run for p, run in self.runs.items() if p in points}
        self.param.update(points=points, runs=runs)
        self.inspect()

    def _enter(self, pin: Pin, run: Run, backdrop: Backdrop) -> None:
        others = {p: b for p, b in self._backdrops.items() if p in self.points}
        self._backdrops = others | {pin: backdrop}
        self.runs = {**self.runs, pin: run}

    def _failed(self, pin: Pin, error: Exception) -> None:
        self._tell(f"this run failed: {error}")
        self.unpin(pin)
