"""The runs of a picture of any size, band by band: trained into a folder, and read from there.

Only a band of them is in memory.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.exports import kept
from engine.exports.kept import Runs
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.audit import Refinement
from engine.tiles.field import Progress, compute_region
from engine.tiles.lattice import Region
from engine.tiles.pyramid import TileCache
from engine.tiles.store import Store
from engine.tiles.tally import Tally

STORED = 2**24  # runs beyond which a picture would drive all else out of the store
BAND = 2**17  # runs of a band, unless a row has more
REFERENCES = 2**22  # runs of which the colours are chosen, at most
# Runs of a band of which some are predicted, about. It is many rows of very wide pictures too: the
# coarse points that are always trained are few then, and an audit has enough to draw from.
REFINED_BAND = 2**21


class Bands:
    """The runs at the pixel centres of a window, in bands from the bottom up.

    Args:
        spec, window, size: what is trained.
        rows: a band has a multiple of so many.
        refinement: how few errors the predicted runs of each band may have; None to train all.

    Attributes:
        tally: how many runs are predicted, once all are known; None where none are to be.
    """

    def __init__(
        self,
        spec: Spec,
        window: Window,
        size: Size,
        rows: int = 1,
        refinement: Refinement | None = None,
    ) -> None:
        self.spec, self.window, self.size = spec, window, size
        self._multiple, self._refinement = rows, refinement
        self.tally: Tally | None = None
        self._files: list[Path] = []
        self._thin: dict[Path, tuple[int, int, np.ndarray, np.ndarray]] = {}

    def train(
        self,
        folder: Path,
        store: Store | None,
        progress: Progress,
        trained: Callable[[], None] = lambda: None,
    ) -> None:
        """Train every band that is not in a folder yet, and keep it there.

        Args:
            folder: where the bands are kept.
            store: where runs are taken from if they are known, and kept unless they are very many.
            progress: called with the number of runs that have become known since the last call.
            trained: called after every band that was trained.
        """
        cache = TileCache(store if self.size.pixels <= STORED else None, memory=0)
        self._files.clear()
        try:
            for band in self._regions():
                file = folder / f"band{len(self._files):05d}.npz"
                self._files.append(file)
                if file.exists():
                    progress(band.size.pixels)
                    continue
                field, _ = compute_region(self.spec, band, cache, progress, self._refinement)
                kept.keep(file, (field.values, field.decided), field.tally)
                trained()
        finally:
            cache.close()
        if self._refinement is not None:
            self.tally = kept.tally_of(self._files)

    def __iter__(self) -> Iterator[Runs]:
        """Yield the runs of each band that is known."""
        yield from map(kept.load, self._files)

    def references(self) -> Runs:
        """Return the runs that colours are chosen of: all, or of very many some evenly spread."""
        return self.thinned(self.stride_for(REFERENCES))

    def stride_for(self, most: int) -> int:
        """Return the stride along either side that leaves at most so many runs, or about."""
        return math.ceil(math.sqrt(self.size.pixels / most))

    def thinned(self, stride: int) -> Runs:
        """Return every `stride`-th run along either side of what is known."""
        parts, first = [], 0
        for file in self._files:
            here = slice(-first % stride, None, stride), slice(None, None, stride)
            if file not in self._thin or stride != self._thin[file][0]:
                values, decided = kept.load(file)
                self._thin[file] = stride, len(values), values[here].copy(), decided[here].copy()
            _, rows, *thin = self._thin[file]
            parts.append(thin)
            first += rows
        values, decided = (np.concatenate(parts) for parts in zip(*parts, strict=True))
        return values, decided

    def forget(self) -> None:
        """Forget the runs that `thinned` has kept in memory."""
        self._thin.clear()

    def _regions(self) -> Iterator[Region]:
        """Yield the bands, from the bottom up."""
        whole = Region.of_pixels(self.window, self.size)
        rows = max(BAND // (whole.width * self._multiple), 1) * self._multiple
        if self._refinement is not None:  # as high as one another
            count = math.ceil(whole.width * whole.height / REFINED_BAND)
            rows = math.ceil(whole.height / count / self._multiple) * self._multiple
        for first in range(0, whole.height, rows):
            height = min(rows, whole.height - first)
            yield replace(whole, row=whole.row + first, height=height)
