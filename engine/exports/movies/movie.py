"""The base of all movies."""

import abc
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine import atomic
from engine.exports.export import Hooks, Trial, runs_in_words
from engine.exports.movies import video
from engine.places.provenance import REFINED
from engine.plane import Size
from engine.spec import Spec
from engine.tiles.audit import Refinement
from engine.tiles.field import Progress
from engine.tiles.store import Store
from engine.tiles.tally import Tally

ENCODED = 120  # bytes of memory for each pixel of a frame: an encoder looks at many of them


class Movie(abc.ABC):
    """A movie, an `engine.exports.export.Export`.

    Attributes:
        spec: what is trained, or the first of it.
        size: of a frame, in pixels.
        rate: frames per second.
        refine: the share of labels that are right, at least, so that what is left is predicted;
            None where every run is trained.
        tally: how many runs are predicted, once all are known; None where none are to be.
    """

    spec: Spec
    size: Size
    rate: int
    refine: float | None = None
    tally: Tally | None = None

    @property
    @abc.abstractmethod
    def frames(self) -> int:
        """The number of frames."""

    @property
    @abc.abstractmethod
    def runs(self) -> int:
        """The number of runs that are trained."""

    @property
    @abc.abstractmethod
    def rendered(self) -> int:
        """Runs needed if every distinct frame were rendered separately."""

    @property
    @abc.abstractmethod
    def memory(self) -> int:
        """The bytes of memory that making it takes, about."""

    @property
    def about(self) -> str:
        """What is made and what it takes, in words."""
        return (
            f"{self.frames / self.rate:.1f} s, {self.frames} frames of {self.size}, "
            f"{runs_in_words(self.runs, self.refine)}, {self.rendered / self.runs:.1f} times fewer "
            "than frame by frame"
        )

    @abc.abstractmethod
    def trials(self) -> Iterable[Trial]:
        """Return some of its runs, from whose time that of all of them is estimated."""

    @abc.abstractmethod
    def origin(self) -> dict[str, Any]:
        """Return everything that decides what is shown, as JSON-able values."""

    @abc.abstractmethod
    def train(self, folder: Path, store: Store | None, hooks: Hooks) -> None:
        """Train every run that is not in the folder yet, and keep it there."""

    @abc.abstractmethod
    def frame(self, number: int, progress: Progress | None = None) -> Any:
        """Return one frame, a PIL image in RGB; once everything is trained.

        Args:
            number: which.
            progress: called while a curve is traced that has no closed form; what it raises stops
                the work.
        """

    def check(self, path: Path) -> None:
        """Raise the errors of `write` before any training: InputError, OSError and so on."""
        video.check_writable(path, self.size, self.rate)

    def write(self, path: Path, hooks: Hooks) -> None:
        """Put the frames together and write them, once everything is trained."""
        origin = json.dumps({**self.origin(), **self._refined()}, sort_keys=True)
        with (
            atomic.whole(path) as file,
            video.writing(file, self.size, self.rate, origin) as write_frame,
        ):
            for number in range(self.frames):
                image = self.frame(number, lambda count: hooks.frames(0))
                write_frame(image)
                hooks.preview(image)
                hooks.frames(1)

    def _refined(self) -> dict[str, Any]:
        """Return what a file carries of that, beside its origin."""
        refinement = Refinement.of(self.refine)
        if refinement is None or self.tally is None:
            return {}
        return {REFINED: self.tally.to_dict(refinement)}
