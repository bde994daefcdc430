"""What statistics say of a view, in a sentence that a person can say aloud."""

import numpy as np

from engine.measures import MEASURES
from engine.statistics.scaling import NEAR_NOISE, NEAR_SMOOTH, NOTHING, Estimate
from engine.statistics.summary import Statistics

METHOD = "box counting"  # the method whose dimension is told
_VERBS = {"converged": "converge", "learnt": "learn"}  # of the sides that are no adjectives


def sentence(statistics: Statistics) -> str:
    """Return how many runs end on the first side of the measure, and what their border is like."""
    spec, outcomes = statistics.spec, statistics.outcomes
    networks = spec.system.parameters is not None
    side = MEASURES[spec.measure].sides[0]
    does = "learn" if networks and side == "converged" else _VERBS.get(side, f"are {side}")
    share = _share(outcomes.converged, outcomes.runs)
    runs = f"{share} of these {'networks' if networks else 'runs'} {does}"
    estimate = next((e for e in statistics.dimensions if e.method == METHOD), None)
    return "; ".join(filter(None, (runs, _border(estimate))))


def _share(part: int, whole: int) -> str:
    if part in (0, whole):
        return "all" if part else "none"
    percent = 100 * part / whole
    if percent < 1:
        return "fewer than 1 %"
    return "more than 99 %" if percent > 99 else f"{percent:.0f} %"


def _border(estimate: Estimate | None) -> str:
    """Return what the border is like, as far as that can be told; empty if there is none."""
    if estimate is None or NOTHING in estimate.flags:
        return ""
    if np.isnan(estimate.value):
        return "how fractal their border is cannot be told here"
    error = "" if np.isnan(estimate.error) else f" ± {estimate.error:.2f}"
    words = f"dimension {estimate.value:.2f}{error}"
    if NEAR_SMOOTH in estimate.flags:
        return f"their border looks smooth here, with {words}"
    if NEAR_NOISE in estimate.flags:
        return f"their border cannot be told from noise here, with {words}"
    return f"their border has {words}"
