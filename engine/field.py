"""This module is the field: the outcome of every run of a window, and where it came from."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine import __version__
from engine.devices import backend
from engine.errors import InputError, shown
from engine.plane import Size, Window
from engine.spec import Spec
from engine.train import Trainer

Progress = Callable[[int, int], None]  # (runs finished, run-steps trained) since the last call


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
        """Return one line of JSON that says what was computed, where, and by what.

        It is the spec's own object with `window`, `size`, `version` and `backend` beside it;
        `read_provenance` gives the spec, window and size back.
        """
        about = {
            **self.spec.to_dict(),
            "window": self.window.to_dict(),
            "size": str(self.size),
            "version": self.version,
            "backend": self.backend,
        }
        return json.dumps(about, sort_keys=True)


def read_provenance(text: str) -> tuple[Spec, Window, Size]:
    """Return what `Field.provenance` wrote; InputError if the text is something else."""
    try:
        data = json.loads(text)
        window, size = data.pop("window"), data.pop("size")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"no spec and window in {shown(text)}") from None
    for about in ("version", "backend"):
        data.pop(about, None)
    return Spec.from_dict(data), Window.from_dict(window), Size.parse(size)


def compute_field(
    spec: Spec, window: Window, size: Size, progress: Progress | None = None
) -> Field:
    """Train one run per pixel of the window and return their outcomes.

    An exception raised by `progress`, which is called after every chunk, stops the work.
    """
    columns, rows = window.columns(size), window.rows(size)
    x, y = np.meshgrid(spec.x.values(columns), spec.y.values(rows))
    values = np.full(size.pixels, np.nan)
    decided = np.zeros(size.pixels, np.int32)
    for batch in Trainer(spec).stream(x.ravel(), y.ravel()):
        values[batch.index] = batch.value
        decided[batch.index] = batch.decided
        if progress:
            progress(len(batch.index), batch.trained)
    shape = (size.height, size.width)
    return Field(
        values.reshape(shape),
        decided.reshape(shape),
        np.array([float(c) for c in columns]),
        np.array([float(r) for r in rows]),
        spec,
        window,
        __version__,
        backend(),
    )
