"""Curves over a journey, which are traced once for each leg of it: from a key frame to the next.

A leg is about an octave, so a curve is traced in the window around all its frames, as finely as the
narrowest of them asks for, and is still from frame to frame.
"""

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from engine.analysis.curves import chosen
from engine.analysis.tracing import Traced, trace
from engine.exports.movies.camera import Shot
from engine.pictures.lines import draw
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.field import Progress
from engine.tiles.lattice import exact_decimal

FINEST = 6  # times as many samples along either side as for a picture: a leg is short


class Curves:
    """The curves of a journey.

    Args:
        spec: what is trained.
        names: of the curves; those that the spec has not are left out.
        shots: what each frame shows.
        keys: the frames at which legs begin and end, ascending.
        size: of a frame, in pixels.
    """

    def __init__(
        self,
        spec: Spec,
        names: Sequence[str],
        shots: Sequence[Shot],
        keys: Sequence[int],
        size: Size,
    ) -> None:
        self._spec, self._shots, self._size = spec, shots, size
        self._names, self._starts = chosen(spec, names), list(keys[:-1]) or [0]
        self._ends = [*self._starts[1:], len(shots) - 1]
        self._traced: tuple[int, _Around, tuple[Traced, ...]] | None = None  # of the last leg

    def draw(self, image: Any, number: int, progress: Progress | None = None) -> None:
        """Draw the curves over a frame.

        Args:
            image: a PIL image.
            number: of the frame.
            progress: as in `engine.analysis.tracing.trace`.
        """
        if not self._names:
            return
        leg = bisect.bisect_right(self._starts, number) - 1
        if self._traced is None or self._traced[0] != leg:
            self._traced = leg, *self._trace(leg, progress)
        _, around, curves = self._traced
        for curve in curves:
            draw(image, around.seen(curve, self._shots[number], self._size), self._size)

    def _trace(self, leg: int, progress: Progress | None) -> tuple["_Around", tuple[Traced, ...]]:
        shots = self._shots[self._starts[leg] : self._ends[leg] + 1]
        around = _Around.of(shots, self._size)
        narrowest = min(shot.half_width for shot in shots)
        finer = min(math.ceil(around.width / (2 * narrowest)), FINEST)
        return around, tuple(
            trace(self._spec, around.window, self._size, name, None, progress, finer)
            for name in self._names
        )


@dataclass(frozen=True)
class _Around:
    """The rectangle around some shots.

    Attributes:
        left, bottom, width, height: as shots count.
        stretch: of the shots.
    """

    left: Fraction
    bottom: Fraction
    width: Fraction
    height: Fraction
    stretch: int

    @staticmethod
    def of(shots: Sequence[Shot], size: Size) -> "_Around":
        shape = Fraction(size.height, size.width)
        left, bottom = (
            min(shot.x - shot.half_width for shot in shots),
            min(shot.y - shape * shot.half_width for shot in shots),
        )
        right, top = (
            max(shot.x + shot.half_width for shot in shots),
            max(shot.y + shape * shot.half_width for shot in shots),
        )
        return _Around(left, bottom, right - left, top - bottom, shots[0].stretch)

    @property
    def window(self) -> Window:
        """The same as a window."""
        unit = Fraction(2) ** self.stretch
        x = exact_decimal(self.left + self.width / 2)
        y = exact_decimal((self.bottom + self.height / 2) * unit)
        return Window(x, y, float(self.width / 2), float(self.height * unit / 2), self.stretch)

    def seen(self, curve: Traced, shot: Shot, size: Size) -> Traced:
        """Return a curve that was traced in this rectangle as it runs in a shot."""
        high = shot.width * size.height / size.width
        across, up = float(self.width / shot.width), float(self.height / high)
        left = float((self.left - shot.x + shot.half_width) / shot.width)
        bottom = float((self.bottom - shot.y + high / 2) / high)
        return replace(
            curve, lines=tuple(line * (across, up) + (left, bottom) for line in curve.lines)
        )
