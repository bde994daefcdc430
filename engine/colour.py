"""This module is the colouring: from values to a picture, shaded by Datashader.

The published colouring is a signed rank map: converged values are spread evenly over one half of
the colour scale and diverged values over the other, each side with its own half of Spectral.
"""

from dataclasses import dataclass
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
_LARGEST = np.finfo(float).max


@dataclass(frozen=True)
class Scale:
    """The published colour scale: signed ranks among reference values.

    One scale for all tiles of a picture keeps their seams invisible, and its colours still while
    it is refined.
    """

    known: np.ndarray  # (n,) ascending
    coordinates: np.ndarray  # (n,) ascending, in [-1, -GAP] for converged and [GAP, 1] for diverged

    @staticmethod
    def of(values: np.ndarray) -> "Scale":
        """Return the scale on which these values are spread evenly; any shape, NaN = unknown."""
        known = np.sort(values[~np.isnan(values)], axis=None)
        converged = int(np.searchsorted(known, 0.0))
        spread = [np.linspace(-1, -GAP, converged), np.linspace(GAP, 1, known.size - converged)]
        return Scale(np.clip(known, -_LARGEST, _LARGEST), np.concatenate(spread))

    def ranks(self, values: np.ndarray) -> np.ndarray:
        """Return the colour coordinate of each value, in [-1, -GAP] or [GAP, 1].

        Negative (converged) values come out positive and the other way round, as the published
        figure is drawn. NaN, which is "not computed", stays NaN.
        """
        side = np.where(values < 0, -GAP, GAP)
        ranks = side
        if self.known.size:
            ranks = np.interp(np.clip(values, -_LARGEST, _LARGEST), self.known, self.coordinates)
            # Between the last converged and the first diverged the scale must not blend.
            ranks = np.where(values < 0, np.minimum(ranks, side), np.maximum(ranks, side))
        return -np.where(np.isnan(values), np.nan, ranks)

    def distance(self, other: "Scale") -> float:
        """Return how much the values of this scale would at most move on another one, of 2."""
        if not self.known.size:
            return 0.0 if not other.known.size else 2.0
        return float(np.abs(self.ranks(self.known) - other.ranks(self.known)).max())


def shade(values: np.ndarray, scale: Scale) -> np.ndarray:
    """Return the picture of values as packed RGBA, uint32 of the same shape, (height, width) with
    row 0 at the bottom or (tiles, height, width); what is not computed is transparent. This is
    what Bokeh's `image_rgba` takes.
    """
    shaded = _shaded(values.reshape(-1, values.shape[-1]), scale)
    return shaded.values.reshape(values.shape)


def picture(values: np.ndarray) -> Any:
    """Return the picture of a field as a PIL image, the top row first, on the background colour."""
    return tf.set_background(_shaded(values, Scale.of(values)), BACKGROUND).to_pil(origin="lower")


def _shaded(values: np.ndarray, scale: Scale) -> Any:
    ranks = xr.DataArray(scale.ranks(values), dims=("y", "x"))
    return tf.shade(ranks, cmap=SPECTRAL, how="linear", span=(-1, 1))
