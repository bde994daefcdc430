"""Measures: what a run is reduced to, one signed number each."""

from engine.measures.capped import CappedConvergence
from engine.measures.common.measure import Category, Measure
from engine.measures.common.reduction import Reduction, Tally
from engine.measures.convergence import Convergence
from engine.measures.fate import EscapeTime, Outcome, Period
from engine.measures.final import Final, FinalLoss
from engine.measures.lyapunov import Lyapunov
from engine.measures.signals import AngleExponent, GradientExponent

__all__ = ["MEASURES", "Category", "Measure", "Reduction", "Tally"]

MEASURES: dict[str, Measure] = {
    "convergence": Convergence(),
    "capped_convergence": CappedConvergence(),
    "lyapunov": Lyapunov(),
    "outcome": Outcome(),
    "escape_time": EscapeTime(),
    "period": Period(),
    "imbalance": Final("imbalance", "the size of the imbalance at the end"),
    "angle_exponent": AngleExponent(),
    "gradient_exponent": GradientExponent(),
    "final_loss": FinalLoss(),
}
