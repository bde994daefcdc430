"""This module is the movie: what all kinds of it have in common."""

import abc
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine import atomic
from engine.exports.export import Hooks, Trial
from engine.exports.movies import video
from engine.plane import Size
from engine.spec import Spec
from engine.tiles.field import Progress
from engine.tiles.store import Store

ENCODED = 120  # bytes of memory for each pixel of a frame: an encoder looks at many of them


class Movie(abc.ABC):
    """Something that is shown frame by frame; an `engine.export.Export`.

    Attributes:
        spec: what is trained, or the first of it.
        size: of a frame, in pixels.
        rate: frames per second.
    """

    spec: Spec
    size: Size
    rate: int

    @property
    @abc.abstractmethod
    def frames(self) -> int:
        """How many frames there are."""

    @property
    @abc.abstractmethod
    def runs(self) -> int:
        """How many runs it takes."""

    @property
    @abc.abstractmethod
    def rendered(self) -> int:
        """How many it would take to render every frame by itself that differs from the last."""

    @property
    @abc.abstractmethod
    def memory(self) -> int:
        """How many bytes of memory it takes while it is made, about."""

    @property
    def about(self) -> str:
        """What is made and what it takes, in words."""
        return (
            f"{self.frames / self.rate:.1f} s, {self.frames} frames of {self.size}, "
            f"{self.runs:,} runs, {self.rendered / self.runs:.1f} times fewer than frame by frame"
        )

    @abc.abstractmethod
    def trials(self) -> Iterable[Trial]:
        """Return some of its runs, which tell how long all of them will take."""

    @abc.abstractmethod
    def origin(self) -> dict[str, Any]:
        """Return, as JSON-able values, all that decides what is shown."""

    @abc.abstractmethod
    def train(self, folder: Path, store: Store | None, hooks: Hooks) -> None:
        """Train every run, or read it from the folder; keep it there."""

    @abc.abstractmethod
    def frame(self, number: int, progress: Progress | None = None) -> Any:
        """Return one frame, a PIL image in RGB; once everything is trained.

        Args:
            number: which.
            progress: called while a curve is traced that has no closed form; what it raises stops
                the work.
        """

    def check(self, path: Path) -> None:
        """Raise, before any training, what `write` would: InputError, OSError and so on."""
        video.check_writable(path, self.size, self.rate)

    def write(self, path: Path, hooks: Hooks) -> None:
        """Put the frames together and write them, once everything is trained."""
        origin = json.dumps(self.origin(), sort_keys=True)
        with atomic.whole(path) as made, video.writing(made, self.size, self.rate, origin) as show:
            for number in range(self.frames):
                image = self.frame(number, lambda known: hooks.frames(0))
                show(image)
                hooks.preview(image)
                hooks.frames(1)
