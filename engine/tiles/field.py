"""This module is the field: the outcome of every run of a window, and where it came from."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from engine import __version__
from engine.errors import InputError, read_json, shown
from engine.places.versions import refused
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.lattice import Region
from engine.tiles.pyramid import Archive, Pyramid
from engine.tiles.request import Viewport
from engine.tiles.store import Store
from engine.tiles.work import Work
from engine.training.devices import backend

LOOK_EVERY = 0.5  # seconds between two looks at a store that is slow to answer
Progress = Callable[[int], None]  # runs that have become known since the last call


@dataclass(frozen=True)
class Field:
    """Values over a window, row 0 at the bottom.

    Attributes:
        values: the measure of each run, shape (height, width), float64; negative = converged.
        decided: the step at which each run was decided, the number of steps if never; int32.
        x, y: coordinates of the columns and rows in axis units, rounded to float64. The exact
            ones follow from the window.
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
        return provenance(self.spec, self.window, self.size, self.version, self.backend)


def provenance(
    spec: Spec, window: Window, size: Size, version: str = __version__, device: str | None = None
) -> str:
    """Return one line of JSON that says what was computed, where, and by what.

    It is the spec's own object with `window`, `size`, `version` and `backend` beside it;
    `read_provenance` gives the spec, window and size back.

    Args:
        spec, window, size: what was computed, and where.
        version, device: what computed it; None for the backend of this process.
    """
    about = {
        **spec.to_dict(),
        "window": window.to_dict(),
        "size": str(size),
        "version": version,
        "backend": device or backend(),
    }
    return json.dumps(about, sort_keys=True)


@dataclass(frozen=True)
class Origin:
    """What a provenance tells, of whatever version.

    Attributes:
        spec, window, size: what was computed.
        version: what it says it was made by; anything, as it comes from outside.
        changes: what is read otherwise here, in words.
    """

    spec: Spec
    window: Window
    size: Size
    version: object
    changes: tuple[str, ...]

    @staticmethod
    def read(text: str) -> "Origin":
        """Return what `provenance` of any version wrote.

        Raises:
            InputError: if the text is something else, or what it tells of would be another field
                here; the message names the version that wrote it.
        """
        data = read_json(text, "a spec and window")
        try:
            window, size = data.pop("window"), data.pop("size")
        except (KeyError, TypeError, AttributeError):
            raise InputError(f"no spec and window in {shown(text)}") from None
        version = data.pop("version", None)
        data.pop("backend", None)
        try:
            spec, changes = Spec.read(data)
            window = spec.on_plane(Window.from_dict(window))
            size = Size.parse(size)
        except InputError as error:
            raise refused(version, error) from None
        return Origin(spec, window, size, version, tuple(changes))


def read_provenance(text: str) -> tuple[Spec, Window, Size]:
    """Return the spec, window and size that a provenance tells of (see `Origin.read`)."""
    found = Origin.read(text)
    return found.spec, found.window, found.size


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
        store: where runs are taken from if they are known, and kept.
    """
    archive = Archive(store, memory=0)  # the viewport holds every tile as long as it is needed
    try:
        field, _ = compute_region(spec, Region.of_pixels(window, size), archive, progress)
    finally:
        archive.close()
    return replace(field, window=window)


def compute_region(
    spec: Spec, region: Region, archive: Archive, progress: Progress | None = None
) -> tuple[Field, int]:
    """Return the outcomes of the runs at the points of a region, and how many were trained for it.

    Args:
        spec, region: what is computed.
        archive: where runs are taken from if they are known, and kept.
        progress: as in `compute_field`.
    """
    with archive.lock:
        viewport = Viewport(Pyramid(spec, region.lattice, archive), region, levels=0)
    _train(viewport, archive, progress or (lambda known: None))
    with archive.lock:
        values, decided = viewport.pyramid.assemble(region)
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
    return field, viewport.trained


def _train(viewport: Viewport, archive: Archive, progress: Progress) -> None:
    known = 0
    work: Work | None = None
    try:
        while True:
            with archive.lock:
                while viewport.waiting:
                    archive.lock.wait(LOOK_EVERY)
            progress(viewport.known - known)
            known = viewport.known
            if viewport.finished:
                return
            if work is None:
                work = Work(viewport.pyramid.spec, archive)
                work.viewports.append(viewport)
            work.step()
    finally:
        if work is not None:
            work.close()
