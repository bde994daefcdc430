"""An export that is being made: what it tells, and when it waits or stops."""

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.exports.export import Export
from engine.exports.export import Hooks as ExportHooks

PAUSE = 0.05  # seconds between two looks whether somebody's view is being trained
SHARE = 0.1  # of the time, which an export has at least: others may train without end
PACE_AFTER = 1.0  # seconds of work before its pace says anything
PREVIEW = (320, 180)  # pixels


class StoppedError(Exception):
    """The export is no longer wanted, or the server ends."""


@dataclass(frozen=True)
class Hooks:
    """What the queue has to say about an export, and is told of it.

    Attributes:
        wanted: whether the work should go on.
        busy: whether it has to wait for somebody's view.
        tell: is given the attributes of its progress that have changed.
    """

    wanted: Callable[[], bool]
    busy: Callable[[], bool]
    tell: Callable[..., None]


class Making:
    """What an export tells while it is made.

    Attributes:
        preview: the last picture of it, as the bytes of a PNG; empty before there is one.
    """

    def __init__(self, export: Export, hooks: Hooks) -> None:
        self._export, self._hooks = export, hooks
        self._known = self._written = self._counted = 0
        self._since = time.monotonic()
        self._waited = 0.0
        self.preview = b""

    @property
    def hooks(self) -> ExportHooks:
        """What the export calls as it comes along."""
        return ExportHooks(self._trained, self._wrote, self._show)

    def stop_if_unwanted(self) -> None:
        """Raise StoppedError if the work should not go on."""
        if not self._hooks.wanted():
            raise StoppedError

    def _trained(self, known: int) -> None:
        self._known += known
        if self._working < PACE_AFTER:
            self._counted = self._known  # what was known before takes no time
        self._wait()
        self._hooks.tell(known=self._known, left=self._left())

    def _wrote(self, frames: int) -> None:
        self._written += frames
        self._wait()
        self._hooks.tell(written=self._written)

    def _show(self, image: Any) -> None:
        small = image.convert("RGB")
        small.thumbnail(PREVIEW)
        data = io.BytesIO()
        small.save(data, "PNG")
        self.preview = data.getvalue()
        self._hooks.tell(preview=self.preview)

    @property
    def _working(self) -> float:
        """The seconds of work so far."""
        return time.monotonic() - self._since - self._waited

    def _left(self) -> float | None:
        """Return how many seconds of training are left at the pace so far."""
        trained, worked = self._known - self._counted, self._working - PACE_AFTER
        if worked < PACE_AFTER or trained <= 0:
            return None
        return (self._export.runs - self._known) / trained * worked

    def _patience(self) -> float:
        """Return how many seconds more it can wait and still have its share."""
        return self._working * (1 / SHARE - 1) - self._waited

    def _wait(self) -> None:
        """Wait as long as somebody's view is being trained, unless that has its share by far."""
        started = time.monotonic()
        while self._hooks.busy() and time.monotonic() < started + self._patience():
            self.stop_if_unwanted()
            self._hooks.tell(paused=True)
            time.sleep(PAUSE)
        self._waited += time.monotonic() - started
        self._hooks.tell(paused=False)
        self.stop_if_unwanted()
