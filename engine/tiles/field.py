"""Fields: the outcome of every run of a window, and where it came from."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine import __version__
from engine.places.provenance import record
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.audit import Audit, Refinement
from engine.tiles.lattice import Region
from engine.tiles.order import NearestFirst
from engine.tiles.pyramid import Pyramid, TileCache
from engine.tiles.request import READ_PATIENCE, Request
from engine.tiles.runner import SpecRunner
from engine.tiles.store import Store
from engine.tiles.tally import Tally
from engine.tiles.worth import ByWorth
from engine.training.devices import backend

LOOK_EVERY = 0.5  # seconds between two looks at a store that is slow to answer
Progress = Callable[[int], None]  # runs that have become known since the last call


@dataclass(frozen=True)
class Refined:
    """How a field was found of which some runs are predicted.

    Attributes:
        trained: which runs were trained, shape (height, width) bool. All others are predicted.
        refinement: what was asked for.
        audit: what a random sample said of the predictions.
    """

    trained: np.ndarray
    refinement: Refinement
    audit: Audit

    @property
    def tally(self) -> Tally:
        """How many are predicted, and how far they are right."""
        return Tally.of(self.audit, int(np.count_nonzero(~self.trained)))

    def to_dict(self) -> dict[str, Any]:
        """Return what a file carries of it."""
        return self.tally.to_dict(self.refinement)


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
        refined: what of it was trained, and what is predicted; None where that was not asked for,
            and every run was trained.
    """

    values: np.ndarray
    decided: np.ndarray
    x: np.ndarray
    y: np.ndarray
    spec: Spec
    window: Window
    version: str
    backend: str
    refined: Refined | None = None

    @property
    def size(self) -> Size:
        """The size in pixels."""
        height, width = self.values.shape
        return Size(width, height)

    def provenance(self) -> str:
        """Return one line of JSON that says what was computed, where, and by what."""
        refined = None if self.refined is None else self.refined.to_dict()
        return record(self.spec, self.window, self.size, self.version, self.backend, refined)

    @property
    def tally(self) -> Tally | None:
        """How many of its runs are predicted; None where that was not asked for."""
        return None if self.refined is None else self.refined.tally

    @property
    def trained_values(self) -> np.ndarray:
        """The values of the runs that were trained, NaN for those that are predicted."""
        if self.refined is None:
            return self.values
        return np.where(self.refined.trained, self.values, np.nan)


def compute_field(
    spec: Spec,
    window: Window,
    size: Size,
    progress: Progress | None = None,
    store: Store | None = None,
    refinement: Refinement | None = None,
) -> Field:
    """Return the outcomes of one run per pixel of the window, at the pixel centres.

    Args:
        spec, window, size: what is computed.
        progress: called after every chunk of steps; an exception that it raises stops the work.
        store: where runs are taken from if they are known, and where they are kept.
        refinement: as in `compute_region`.

    Raises:
        InputError: if the problem of the spec cannot be set up.
    """
    cache = TileCache(store, memory=0)  # the request holds every tile as long as it is needed
    try:
        field, _ = compute_region(spec, Region.of_pixels(window, size), cache, progress, refinement)
    finally:
        cache.close()
    return replace(field, window=window)


def compute_region(
    spec: Spec,
    region: Region,
    cache: TileCache,
    progress: Progress | None = None,
    refinement: Refinement | None = None,
) -> tuple[Field, int]:
    """Return the outcomes of the runs at the points of a region, and how many were trained for it.

    Args:
        spec, region: what is computed.
        cache: where runs are taken from if they are known, and where they are kept.
        progress: as in `compute_field`.
        refinement: how few errors there may be so that what is left is predicted; None to train
            every run. Which are trained follows from the values alone, whatever the cache knows.

    Raises:
        InputError: if the problem of the spec cannot be set up.
    """
    order = ByWorth.of(spec, steady=True, refinement=refinement) if refinement else None
    with cache.lock:
        pyramid = Pyramid(spec, region.lattice, cache)
        request = Request(pyramid, region, order or NearestFirst(()), levels=0, until_sharp=True)
    progress = progress or (lambda known: None)
    _train(request, cache, progress)
    if request.known < request.points:
        progress(request.points - request.known)  # which are predicted
    refined = None
    if order is None or refinement is None:
        values, decided = request.pyramid.assemble(region)
    else:
        values, decided, trained = request.refined(order.trained)
        audit = None if trained.all() else order.audit
        refined = Refined(trained, refinement, audit or Audit(trained.size, 0, 0, 0, 0))
    field = Field(
        values,
        decided,
        np.array([float(c) for c in region.columns()]),
        np.array([float(r) for r in region.rows()]),
        spec,
        region.window(),
        __version__,
        backend(),
        refined,
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
