"""A change of the settings that would take long."""

from dataclasses import dataclass

from engine.spec import Spec
from engine.tiles.scheduler import Scheduler
from engine.training import cost

EXPENSIVE = 45.0  # seconds of training for a view, beyond which somebody is asked first
NOTEWORTHY = 3.0  # times as long as now; what is no dearer than that nobody is asked about


@dataclass(frozen=True)
class Proposal:
    """A change of the spec, and what it costs.

    Attributes:
        spec: what would be trained.
        seconds: of training for the present view.
        now: seconds that the view takes with the present spec.
    """

    spec: Spec
    seconds: float
    now: float

    @property
    def expensive(self) -> bool:
        """Whether somebody should be asked first."""
        return self.seconds > max(EXPENSIVE, NOTEWORTHY * self.now)


def estimate(scheduler: Scheduler, now: Spec, then: Spec, runs: int) -> Proposal:
    """Return how long so many runs of a spec take, by what runs of the present one have taken."""
    pace = scheduler.seconds_per_run(now)
    expected = scheduler.seconds_per_run(then)
    if expected is None and pace is not None:
        expected = pace * cost.operations(then) / cost.operations(now)
    return Proposal(then, runs * (expected or 0.0), runs * (pace or 0.0))
