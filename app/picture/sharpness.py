"""The sharpness of a view: how many runs it has along a point of the page, which on some screens is
several pixels wide."""

from collections.abc import Callable

CHOICES = {  # what somebody may choose, and what it is called
    "cost": "by cost",
    "standard": "standard: one run per point",
    "full": "full: every screen pixel",
}
KEPT = "trainscape sharpness"  # the choice, in the browser's storage; `view.js` looks there
QUICK = 10.0  # seconds of training within which every pixel of a view is a run, by cost

Pace = Callable[[], float | None]


def runs_per_point(choice: str, density: float, points: float, seconds: float | None) -> float:
    """Return how many runs lie along a point of the page.

    Args:
        choice: one of `CHOICES`; any other text counts as the first of them.
        density: screen pixels along a point; at most 1 where no choice is left.
        points: of the page in the view.
        seconds: that a run takes; None: not known yet, so that the first picture is quick.
    """
    if density <= 1 or choice == "full":
        return density
    if choice == "standard" or seconds is None:
        return 1.0
    return density if points * density**2 * seconds < QUICK else 1.0
