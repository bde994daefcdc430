"""Frames of a movie, put together from sheets of runs and their colours.

Every run has one place, so a frame is what the sheets hold of its shot, averaged down to its
pixels. Colours are chosen at key frames, about an octave apart, and cross-faded between them, as in
the movies of arXiv:2402.06184, so that they never jump.
"""

import functools
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from PIL import Image

from engine.exports.kept import Runs
from engine.exports.movies.camera import Shot
from engine.exports.movies.ladder import OCTAVE, Rung
from engine.exports.movies.sheets import Album, Sheet
from engine.pictures.colour import BACKGROUND, shade
from engine.places.look import Look
from engine.places.scale import Scale
from engine.plane import Size

REFERENCE = 256  # runs along the width of a key frame, of which its colours are chosen
KEPT = 24  # pictures of sheets that are kept for the frames to come
SHOW = Image.Resampling.BICUBIC  # the filter that brings runs down to pixels
# The filter that brings rings down to the sheet they are laid on: one that never overshoots, which
# would draw a line along their edges.
LAY = Image.Resampling.HAMMING
CLOSED = 4  # pixels of the blocks that close a seam
_OPAQUE = [0] * 128 + [255] * 128  # what becomes of an opacity


class Pictures:
    """The frames of a movie.

    Args:
        album: what is known.
        sheets: of it, coarser ones first.
        shots: what each frame shows.
        size: of a frame, in pixels.
        look: how it is coloured.
    """

    def __init__(
        self,
        album: Album,
        sheets: Sequence[Sheet],
        shots: Sequence[Shot],
        size: Size,
        look: Look,
    ) -> None:
        self._album, self._sheets = album, sheets
        self._shots, self._size, self._look = shots, size, look
        self._way = travelled(shots)
        self.keys = key_frames(self._way)
        self._canvas = functools.lru_cache(maxsize=KEPT)(self._paint)
        self._ring = functools.lru_cache(maxsize=KEPT)(self._shade)
        self.scale = functools.lru_cache(maxsize=KEPT)(self._choose)

    def frame(self, number: int) -> Any:
        """Return one frame, as a PIL image in RGB."""
        before, after, share = self._between(number)
        image = self.coloured(number, before)
        return Image.blend(image, self.coloured(number, after), share) if share else image

    def key_of(self, number: int) -> int:
        """Return the key frame that a frame follows, both by number."""
        return self._between(number)[0]

    def sample(self, number: int) -> Runs:
        """Return values and decided steps of the runs nearest the pixels of a frame."""
        return self._album.sample(self._sheets, self._shots[number], self._size)

    def _between(self, number: int) -> tuple[int, int, float]:
        """Return the key frames around a frame, and how much of the later one's colours it has."""
        after = next(key for key in self.keys if key >= number)
        before = max(key for key in self.keys if key <= number)
        length = self._way[after] - self._way[before]
        share = (self._way[number] - self._way[before]) / length if length else 0.0
        return before, after, math.sin(math.pi / 2 * share) ** 2

    def _choose(self, key: int) -> Scale:
        """Return the scale of the colours at a key frame."""
        height = max(REFERENCE * self._size.height // self._size.width, 1)
        reference = Size(REFERENCE, height)
        return self._look.scale(*self._album.sample(self._sheets, self._shots[key], reference))

    def coloured(self, number: int, key: int) -> Any:
        """Return one frame in the colours of a key frame."""
        shot = self._shots[number]
        rung = Rung.for_pixel(shot.pixel(self._size))
        box = rung.box(shot, self._size)
        sheet = next(s for s in self._sheets if s.rung == rung and s.box.holds(box))
        return self._canvas(sheet, key, 0).frame(shot, self._size)

    def _paint(self, sheet: Sheet, key: int, depth: int) -> "_Canvas":
        """Return a sheet with all that finer ones hold of it, in the colours of a key frame.

        Rings up to an octave finer are averaged down to it once. What is finer still is put
        together first. The deeper inside a picture that is (`depth`), the smaller it is there: of
        the third octave one run in four is looked at, of the fourth one in sixteen.
        """
        stride = 2 ** max(depth - 1, 0)
        ring = self._ring(sheet, key, stride)
        canvas = replace(ring, image=ring.image.copy())
        inner = [s for s in self._sheets if s.rung > sheet.rung and s.meets(sheet)]
        near = [s for s in inner if s.rung.number < sheet.rung.number + len(OCTAVE)]
        far: list[Sheet] = []
        for other in inner[len(near) :]:
            if not any(known.covers(other) for known in far):
                far.append(other)
        for other in near:
            canvas.add(self._ring(other, key, stride))
        for other in far:
            canvas.add(self._canvas(other, key, depth + 1))
        return replace(canvas, image=_closed(canvas.image))

    def _shade(self, sheet: Sheet, key: int, stride: int) -> "_Canvas":
        values, decided = _thinned(*self._album.load(sheet), stride)
        image = _image(shade(values, decided, self.scale(key), self._look))
        left, bottom, _, _ = sheet.edges
        pitch = stride * sheet.rung.pitch
        return _Canvas(image, left, bottom + image.height * pitch, pitch)


@dataclass(frozen=True, eq=False)
class _Canvas:
    """A picture of a part of the plane, transparent where nothing is known.

    Attributes:
        image: in RGBA, the top row first.
        left, top: its edges, as shots count.
        pitch: the extent of one pixel.
    """

    image: Any
    left: Fraction
    top: Fraction
    pitch: Fraction

    def add(self, other: "_Canvas") -> None:
        """Lay a finer picture over this one, averaged down to its pixels."""
        ratio = float(other.pitch / self.pitch)
        x, y = (
            float((other.left - self.left) / self.pitch),
            float((self.top - other.top) / self.pitch),
        )
        left, top = math.ceil(max(x, 0)), math.ceil(max(y, 0))
        right = math.floor(min(x + other.image.width * ratio, self.image.width))
        bottom = math.floor(min(y + other.image.height * ratio, self.image.height))
        if right <= left or bottom <= top:
            return
        box = tuple((a - b) / ratio for a, b in ((left, x), (top, y), (right, x), (bottom, y)))
        part = _clear_cut(other.image.resize((right - left, bottom - top), LAY, box))
        self.image.alpha_composite(part, (left, top))

    def frame(self, shot: Shot, size: Size) -> Any:
        """Return what a shot shows of it, in RGB."""
        up = shot.half_width * size.height / size.width
        left = float((shot.x - shot.half_width - self.left) / self.pitch)
        top = float((self.top - shot.y - up) / self.pitch)
        right = left + float(shot.width / self.pitch)
        bottom = top + float(2 * up / self.pitch)
        part = self.image.resize((size.width, size.height), SHOW, (left, top, right, bottom))
        image = Image.new("RGB", part.size, BACKGROUND)
        image.paste(part, mask=part.getchannel("A"))
        return image


def _image(packed: np.ndarray) -> Any:
    """Return packed colours, row 0 at the bottom, as a PIL image in RGBA."""
    flipped = np.ascontiguousarray(packed[::-1])
    return Image.fromarray(flipped.view(np.uint8).reshape(*flipped.shape, 4))


def _clear_cut(image: Any) -> Any:
    """Return a picture with every pixel opaque or transparent: along the edge of what is known, a
    pixel has the mean colour of what is known of it, or is left to what lies below.
    """
    image.putalpha(image.getchannel("A").point(_OPAQUE))
    return image


def _closed(image: Any) -> Any:
    """Return a picture with the seams between its rings, if there are any, in the colours beside
    them.
    """
    small = image.resize([-(-n // CLOSED) for n in image.size], Image.Resampling.BOX)
    below = _clear_cut(small).resize(image.size, Image.Resampling.NEAREST)
    below.alpha_composite(image)
    return below


def travelled(shots: Sequence[Shot]) -> list[float]:
    """Return the distance of each frame from the first, in octaves of zoom; a pan by half the width
    of the shot counts as one.
    """
    way = [0.0]
    for a, b in itertools.pairwise(shots):
        zoomed = abs(math.log2(b.half_width / a.half_width))
        moved = max(abs(b.x - a.x), abs(b.y - a.y)) / max(a.half_width, b.half_width)
        way.append(way[-1] + max(zoomed, float(moved)))
    return way


def key_frames(way: Sequence[float]) -> list[int]:
    """Return the frames at which colours are chosen: about an octave apart, first and last ones."""
    keys = [0]
    for number, distance in enumerate(way):
        if distance >= way[keys[-1]] + 1:
            keys.append(number)
    if len(keys) > 1 and way[-1] - way[keys[-1]] < 0.5:
        keys.pop()  # or the last colours would change in no time
    end = next(number for number, distance in enumerate(way) if distance == way[-1])
    return sorted({*keys, end, len(way) - 1})


def _thinned(values: np.ndarray, decided: np.ndarray, stride: int) -> tuple[np.ndarray, np.ndarray]:
    """Return one run of each block of `stride` x `stride`: the first that is known."""
    while stride > 1:
        rows, columns = (n + n % 2 for n in values.shape)
        extra = (0, rows - values.shape[0]), (0, columns - values.shape[1])
        values = np.pad(values, extra, constant_values=np.nan)
        decided = np.pad(decided, extra)
        first, when = values[::2, ::2].copy(), decided[::2, ::2].copy()
        for row, column in ((0, 1), (1, 0), (1, 1)):
            missing = np.isnan(first)
            first[missing] = values[row::2, column::2][missing]
            when[missing] = decided[row::2, column::2][missing]
        values, decided, stride = first, when, stride // 2
    return values, decided
