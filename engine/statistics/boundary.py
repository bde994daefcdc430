"""The boundary, where neighbouring runs end differently, and what it is compared with.

Labels are booleans over a grid of pixels, shape (height, width), True = converged (a negative
value). All of it is NumPy on arrays and knows nothing of where they came from.
"""

import functools

import numpy as np

from engine.draws import generator
from engine.systems.controls import Quadratic

SEED = 0  # of the shuffled labels: the same picture always has the same noise ceiling


def labels_of(values: np.ndarray) -> np.ndarray:
    """Return which runs converged, shape (height, width) bool; ValueError if one is not known."""
    if np.isnan(values).any():
        raise ValueError("labels need every value of the field; some are not computed yet")
    return values < 0


def edges_of(labels: np.ndarray) -> np.ndarray:
    """Return which 2 x 2 blocks hold both labels, shape (height - 1, width - 1) bool.

    These are the published edges, max * min < 0 over the values of a block (Sohl-Dickstein 2024,
    arXiv:2402.06184, public notebook), except where a value is exactly zero.
    """
    beside = labels[:, 1:] != labels[:, :-1]
    above = labels[1:] != labels[:-1]
    return beside[1:] | beside[:-1] | above[:, 1:]


def shuffled(labels: np.ndarray) -> np.ndarray:
    """Return the same labels in random places: what pure noise of this composition looks like."""
    return generator(SEED).permutation(labels.ravel()).reshape(labels.shape)


@functools.lru_cache(maxsize=16)
def smooth(shape: tuple[int, int]) -> np.ndarray:
    """Return the labels of the quadratic control at a resolution: a smooth boundary, dimension 1.

    The closed form of `Quadratic` over 4 decades of learning rates about 1 along the longer side,
    at pixel centres, square pixels.
    """
    height, width = shape
    pitch = 4 / max(shape)
    y, x = (10.0 ** ((np.arange(n) - (n - 1) / 2) * pitch) for n in (height, width))
    labels = Quadratic().converges(x[None, :], y[:, None])
    labels.setflags(write=False)
    return labels
