"""The sentence about a view: known shares and estimates, in words."""

from dataclasses import replace

import numpy as np
import pytest

from engine.places.presets import preset
from engine.reports.sentence import METHOD, sentence
from engine.statistics.scaling import NEAR_NOISE, NEAR_SMOOTH, NO_RANGE, NOTHING, RESOLVED, Estimate
from engine.statistics.summary import statistics

NETWORKS = preset("tanh-single").spec
RUNS = preset("mandelbrot").spec


def said(spec, converged, *, value=1.414, error=0.051, flags=(RESOLVED,)):
    """The sentence about 200 x 200 runs, of which so many percent are on the first side."""
    values = np.where(np.arange(40_000) < 400 * converged, -1.0, 1.0).reshape(200, 200)
    of = statistics(spec, 1, values, np.ones(values.shape, int))
    told = Estimate(METHOD, value, fit_error=error, flags=flags)
    return sentence(replace(of, dimensions=(Estimate("another", 9.0), told)))


def test_it_says_how_many_learn_and_how_fractal_their_border_is():
    assert said(NETWORKS, 62) == (
        "62 % of these networks learn; their border has dimension 1.41 ± 0.05"
    )
    assert said(RUNS, 31.4, value=2.0, error=0.004) == (
        "31 % of these runs converge; their border has dimension 2.00 ± 0.00"
    )
    chaos = NETWORKS.replace({"measure": "lyapunov"})
    assert said(chaos, 50).startswith("50 % of these networks are contracting; ")


@pytest.mark.parametrize(
    ("percent", "words"),
    [(0, "none"), (100, "all"), (0.5, "fewer than 1 %"), (99.5, "more than 99 %"), (1, "1 %")],
)
def test_few_and_nearly_all_are_not_said_to_be_none_or_all(percent, words):
    assert said(RUNS, percent, flags=(NOTHING,), value=np.nan) == f"{words} of these runs converge"


@pytest.mark.parametrize(
    ("flag", "value", "words"),
    [
        (NEAR_SMOOTH, 1.0, "looks smooth here, with dimension 1.00 ± 0.05"),
        (NEAR_NOISE, 1.98, "cannot be told from noise here, with dimension 1.98 ± 0.05"),
    ],
)
def test_a_border_like_its_controls_is_said_to_be(flag, value, words):
    assert said(RUNS, 50, value=value, flags=(flag,)).endswith(f"; their border {words}")


def test_a_border_that_cannot_be_measured_is_said_to_be():
    words = said(RUNS, 50, value=np.nan, flags=(NO_RANGE,))
    assert words.endswith("; how fractal their border is cannot be told here")
