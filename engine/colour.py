"""This module is the colouring: from values to a picture, shaded by Datashader.

The published colouring is a signed rank map: converged values are spread evenly over one half of
the colour scale and diverged values over the other, each side with its own half of Spectral.
"""

from typing import Any

import datashader.transfer_functions as tf
import numpy as np
import xarray as xr

# ColorBrewer's eleven-class Spectral, from diverged slowly (dark red) to converged slowly (violet).
SPECTRAL = [
    "#9e0142", "#d53e4f", "#f46d43", "#fdae61", "#fee08b", "#ffffbf",
    "#e6f598", "#abdda4", "#66c2a5", "#3288bd", "#5e4fa2",
]  # fmt: skip
GAP = 0.25  # the colours within ±GAP of the middle stay unused, so that the two sides are apart
BACKGROUND = "#202124"  # pixels that are not computed


def signed_ranks(values: np.ndarray, reference: np.ndarray | None = None) -> np.ndarray:
    """Return the published colour coordinate of each value, in [-1, -GAP] or [GAP, 1].

    Negative (converged) values come out positive and the other way round, as the published figure
    is drawn. NaN, which is "not computed", stays NaN.

    Args:
        values: any shape; negative = converged.
        reference: the values whose ranks make the scale; `values` themselves by default. A fixed
            reference keeps the colours of a picture still while it is refined.
    """
    reference = values if reference is None else reference
    known = np.sort(reference[~np.isnan(reference)], axis=None)
    if not known.size:
        return np.where(values < 0, GAP, -GAP) * np.where(np.isnan(values), np.nan, 1.0)
    converged = int(np.searchsorted(known, 0.0))
    ranks = np.concatenate(
        [np.linspace(-1, -GAP, converged), np.linspace(GAP, 1, known.size - converged)]
    )
    largest = np.finfo(float).max
    limited = np.clip(values, -largest, largest)
    coordinate = np.interp(limited, np.clip(known, -largest, largest), ranks)
    # Between the last converged and the first diverged reference the scale must not blend.
    apart = np.where(values < 0, np.minimum(coordinate, -GAP), np.maximum(coordinate, GAP))
    return -np.where(np.isnan(values), np.nan, apart)


def shade(values: np.ndarray, reference: np.ndarray | None = None) -> np.ndarray:
    """Return the picture of a field as packed RGBA, shape (height, width) uint32, row 0 at the
    bottom; pixels not computed are transparent. This is what Bokeh's `image_rgba` takes.
    """
    return _shaded(values, reference).values


def picture(values: np.ndarray, reference: np.ndarray | None = None) -> Any:
    """Return the picture of a field as a PIL image, the top row first, on the background colour."""
    return tf.set_background(_shaded(values, reference), BACKGROUND).to_pil(origin="lower")


def _shaded(values: np.ndarray, reference: np.ndarray | None) -> Any:
    ranks = xr.DataArray(signed_ranks(values, reference), dims=("y", "x"))
    return tf.shade(ranks, cmap=SPECTRAL, how="linear", span=(-1, 1))
