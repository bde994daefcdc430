"""What runs at hyperparameters of a test's choice are given."""

import numpy as np

from engine.inputs import Inputs


def inputs(x, y):
    """The inputs of runs at these hyperparameters: numbers for one, arrays for as many."""
    return Inputs(*(np.atleast_1d(np.asarray(values, float)) for values in (x, y)))
