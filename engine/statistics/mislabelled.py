"""Labels that may be wrong, where runs are predicted: what as many as there may be would change.

An audit bounds how many labels are wrong and does not say where. Those that are found lie beside
the boundary, half of them within two pixels and nine of ten within five (`docs/dimension.md`). So
as many are flipped there, at random, and a number is measured again: it may be off by as much.
"""

import numpy as np

from engine.draws import generator
from engine.statistics.boundary import edges_of
from engine.tiles.tally import Bounds

SEED = 0  # of the labels that are flipped: the same picture always has the same errors
BESIDE = 4  # pixels from the boundary, within which they are flipped


def mislabelled(
    labels: np.ndarray, audit: Bounds | None, predicted: np.ndarray | None = None
) -> np.ndarray | None:
    """Return labels with as many flipped as may be wrong, beside the boundary or as near as can be.

    Args:
        labels: which runs converged, shape (height, width) bool.
        audit: how many may be wrong; None where every run was trained.
        predicted: which runs are predicted, of the same shape; None where that is not known, as if
            all were.

    Returns:
        bool of the same shape; None where none may be wrong.
    """
    if audit is None or audit.labels >= 1:
        return None
    predicted = np.ones(labels.shape, bool) if predicted is None else predicted
    most = max(round((1 - audit.labels) * labels.size), 1)
    count = min(most, int(np.count_nonzero(predicted)))
    reach, places = BESIDE, np.flatnonzero(_beside(labels, BESIDE) & predicted)
    while len(places) < count and reach < max(labels.shape):
        reach *= 2
        places = np.flatnonzero(_beside(labels, reach) & predicted)
    if len(places) < count:  # there is no boundary
        places = np.flatnonzero(predicted)
    flipped = labels.copy()
    flipped.flat[generator(SEED).choice(places, count, replace=False)] ^= True
    return flipped


def _beside(labels: np.ndarray, reach: int) -> np.ndarray:
    """Return which runs lie within so many pixels of where labels differ, along either side."""
    from scipy.ndimage import maximum_filter1d

    near = np.pad(edges_of(labels), (0, 1)).astype(np.uint8)
    for axis in (0, 1):
        near = maximum_filter1d(near, 2 * reach, axis, mode="constant")
    return near.astype(bool)
