"""Fields: the outcome of every run of a window, and where it came from."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from engine import __version__
from engine.places.provenance import record
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.lattice import Region
from engine.tiles.pyramid import Pyramid, TileCache
from engine.tiles.request import READ_PATIENCE, Request
from engine.tiles.runner import SpecRunner
from engine.tiles.store import Store
from engine.training.devices import backend

LOOK_EVERY = 0.5  # seconds between two looks at a store that is slow to answer
Progress = Callable[[int], None]  # runs that have become known since the last call


@dataclass(frozen=True)
class Field:
    """Values over a window, row 0 at the bottom.

    Attributes:
        values: the measure of each run, shape (height, width), float64; negative = converged.
        decided: the step at which each run was decided, the number of steps if never; int32.
        x, y: coordinates of the columns and rows in axis units, shapes (width,) and (height,),
            rounded to float64. The exact ones follow from the window.
        spec, window: what was computed, and where.
        version, backend: what computed it.
    """

    values: np.ndarray
    decided: np.ndarray
    x: np.ndarray
    y: np.ndarray
    spec: Spec
    window: Window
    version: str
    backend: str

    @property
    def size(self) -> Size:
        """The size in pixels."""
        height, width = self.values.shape
        return Size(width, height)

    def provenance(self) -> str:
        """Return one line of JSON that says what was computed, where, and by what."""
        return record(self.spec, self.window, self.size, self.version, self.backend)


def compute_field(
    spec: Spec,
    window: Window,
    size: Size,
    progress: Progress | None = None,
    store: Store | None = None,
) -> Field:
    """Return the outcomes of one run per pixel of the window, at the pixel centres.

    Args:
        spec, window, size: what is computed.
        progress: called after every chunk of steps; an exception that it raises stops the work.
        store: where runs are taken from if they are known, and where they are kept.

    Raises:
        InputError: if the problem of the spec cannot be set up.
    """
    cache = TileCache(store, memory=0)  # the request holds every tile as long as it is needed
    try:
        field, _ = compute_region(spec, Region.of_pixels(window, size), cache, progress)
    finally:
        cache.close()
    return replace(field, window=window)


def compute_region(
    spec: Spec, region: Region, cache: TileCache, progress: Progress | None = None
) -> tuple[Field, int]:
    """Return the outcomes of the runs at the points of a region, and how many were trained for it.

    Args:
        spec, region: what is computed.
        cache: where runs are taken from if they are known, and where they are kept.
        progress: as in `compute_field`.

    Raises:
        InputError: if the problem of the spec cannot be set up.
    """
    with cache.lock:
        request = Request(Pyramid(spec, region.lattice, cache), region, levels=0)
    _train(request, cache, progress or (lambda known: None))
    values, decided = request.pyramid.assemble(region)
    field = Field(
        values,
        decided,
        np.array([float(c) for c in region.columns()]),
        np.array([float(r) for r in region.rows()]),
        spec,
        region.window(),
        __version__,
        backend(),
    )
    return field, request.trained


def _train(request: Request, cache: TileCache, progress: Progress) -> None:
    """Train a request until all of it is known."""
    known = 0
    runner: SpecRunner | None = None
    try:
        while True:
            cache.wait(lambda: not request.waiting, READ_PATIENCE, LOOK_EVERY)
            progress(request.known - known)
            known = request.known
            if request.finished:
                return
            if runner is None:
                runner = SpecRunner(request.pyramid.spec, cache)
                runner.requests.append(request)
            runner.step()
    finally:
        if runner is not None:
            runner.close()
