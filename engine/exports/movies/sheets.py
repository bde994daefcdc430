"""Sheets of runs: those that the frames of a movie need, and their values in a folder.

Every place is sampled once, at the pitch of the frame that looks at it most closely. So the runs of
one rung form a ring around those of the next; a sheet holds such a ring.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from engine.exports import kept
from engine.exports.kept import Runs
from engine.exports.movies.camera import Shot
from engine.exports.movies.ladder import MARGIN, Box, Rung
from engine.plane import Size
from engine.tiles.lattice import Region
from engine.tiles.tally import Tally


@dataclass(frozen=True)
class Sheet:
    """The runs that overlapping frames of one rung need, without those of finer sheets.

    Attributes:
        rung: the pitch.
        box: everything those frames show.
        parts: what is trained of it, without overlap; the rest is on finer sheets.
    """

    rung: Rung
    box: Box
    parts: tuple[Box, ...]

    @property
    def name(self) -> str:
        """A name that no other sheet of the movie has."""
        return f"{self.rung.number}_{self.box.left:x}_{self.box.bottom:x}".replace("-", "m")

    def regions(self, stretch: int) -> list[Region]:
        """Return the points of its parts, on a plane of that stretch."""
        return [self.rung.region(part, stretch) for part in self.parts]

    @property
    def runs(self) -> int:
        """The number of runs that are trained."""
        return sum(part.points for part in self.parts)

    @property
    def edges(self) -> tuple[Fraction, Fraction, Fraction, Fraction]:
        """The left, bottom, right and top ends of what its points stand for, as shots count."""
        half, pitch = Fraction(1, 2), self.rung.pitch
        return (
            (self.box.left - half) * pitch, (self.box.bottom - half) * pitch,
            (self.box.right - half) * pitch, (self.box.top - half) * pitch,
        )  # fmt: skip

    def shot(self) -> Shot:
        """Return the shot that shows all of it."""
        left, bottom, right, top = self.edges
        return Shot((left + right) / 2, (bottom + top) / 2, (right - left) / 2)

    def meets(self, other: "Sheet") -> bool:
        """Whether the two have any place in common."""
        left, bottom, right, top = self.edges
        left2, bottom2, right2, top2 = other.edges
        return max(left, left2) < min(right, right2) and max(bottom, bottom2) < min(top, top2)

    def covers(self, other: "Sheet") -> bool:
        """Whether all of the other lies in this one."""
        left, bottom, right, top = self.edges
        left2, bottom2, right2, top2 = other.edges
        return left <= left2 and bottom <= bottom2 and right >= right2 and top >= top2

    def within(self, part: Box) -> tuple[slice, slice]:
        """Return where a part lies in arrays over the box, row 0 at the bottom."""
        bottom, left = part.bottom - self.box.bottom, part.left - self.box.left
        return slice(bottom, bottom + part.height), slice(left, left + part.width)

    def place(self, x: Fraction, y: Fraction) -> tuple[float, float]:
        """Return the column and row of the arrays in whose blocks a point lies, with fractions:
        the block of column 0 reaches from 0 to 1.
        """
        half = Fraction(1, 2)
        return (
            float(x / self.rung.pitch - self.box.left + half),
            float(y / self.rung.pitch - self.box.bottom + half),
        )


class Album:
    """The runs of sheets, in a folder: what has been kept of them is there after any interruption.

    Args:
        folder: where they are kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, sheet: Sheet) -> bool:
        """Whether the runs of a sheet are known."""
        return self._file(sheet).exists()

    def keep(self, sheet: Sheet, parts: Sequence[Runs], tally: Tally | None = None) -> None:
        """Keep the runs of a sheet.

        Args:
            sheet: which.
            parts: values and decided steps of each of its parts.
            tally: how many of them are predicted; None where that was not asked for.
        """
        values, decided = (
            np.concatenate([array.ravel() for array in arrays])
            for arrays in zip(*parts, strict=True)
        )
        kept.keep(self._file(sheet), (values, decided), tally)

    def tally(self, sheets: Sequence[Sheet]) -> Tally:
        """Return how many runs of refined sheets are predicted."""
        return kept.tally_of(map(self._file, sheets))

    def load(self, sheet: Sheet) -> Runs:
        """Return the values and decided steps of all in a sheet's box, NaN = on a finer sheet;
        shape (box.height, box.width) each.
        """
        values = np.full((sheet.box.height, sheet.box.width), np.nan)
        decided = np.zeros(values.shape, np.int32)
        runs, at = kept.load(self._file(sheet)), 0
        for part in sheet.parts:
            here, ours = sheet.within(part), slice(at, at + part.points)
            for array, flat in zip((values, decided), runs, strict=True):
                array[here] = flat[ours].reshape(part.height, part.width)
            at += part.points
        return values, decided

    def sample(self, sheets: Sequence[Sheet], shot: Shot, size: Size) -> Runs:
        """Return values and decided steps at the pixels of a shot: of the nearest run of the finest
        sheet that has one there, NaN where none has. Shape (height, width) each.

        Args:
            sheets: where to look, coarser ones first.
            shot, size: the pixels.
        """
        values = np.full((size.height, size.width), np.nan)
        decided = np.zeros(values.shape, np.int32)
        up = shot.half_width * size.height / size.width
        for sheet in reversed(sheets):
            (x0, y0), (x1, y1) = (
                sheet.place(shot.x + sign * shot.half_width, shot.y + sign * up) for sign in (-1, 1)
            )
            columns = _nearest(x0, x1, size.width, sheet.box.width)
            rows = _nearest(y0, y1, size.height, sheet.box.height)
            (into_x,), (into_y,) = np.nonzero(columns >= 0), np.nonzero(rows >= 0)
            if not len(into_x) or not len(into_y) or not self.has(sheet):
                continue
            here, there = np.ix_(into_y, into_x), np.ix_(rows[into_y], columns[into_x])
            runs, when = self.load(sheet)
            missing = np.isnan(values[here])
            values[here] = np.where(missing, runs[there], values[here])
            decided[here] = np.where(missing, when[there], decided[here])
        return values, decided

    def _file(self, sheet: Sheet) -> Path:
        return self._folder / f"{sheet.name}.npz"


def sheets_for(shots: Sequence[Shot], size: Size) -> list[Sheet]:
    """Return the sheets that frames of a size need, coarser ones first."""
    boxes: dict[Rung, list[Box]] = {}
    for shot in dict.fromkeys(shots):
        rung = Rung.for_pixel(shot.pixel(size))
        boxes.setdefault(rung, []).append(rung.box(shot, size))
    sheets: list[Sheet] = []
    finer: list[tuple[Rung, Box]] = []
    for rung in sorted(boxes, reverse=True):
        outermost = _outermost(boxes[rung])
        finer_boxes = [box.on(other, rung).grown(-MARGIN) for other, box in finer]
        sheets += [_sheet(rung, cluster, finer_boxes) for cluster in _clusters(outermost)]
        finer = [
            (other, box) for other, box in finer
            if not any(new.on(rung, other).holds(box) for new in outermost)
        ] + [(rung, box) for box in outermost]  # fmt: skip
    return sheets[::-1]


def _nearest(start: float, end: float, count: int, length: int) -> np.ndarray:
    """Return the block in which the middle of each pixel lies, or -1; int of shape (count,)."""
    at = np.floor(start + (end - start) * (np.arange(count) + 0.5) / count)
    return np.where((at >= 0) & (at < length), at, -1).astype(np.int64)


def _sheet(rung: Rung, cluster: list[Box], finer: list[Box]) -> Sheet:
    parts: list[Box] = []
    for number, box in enumerate(cluster):
        pieces = [box]
        for other in (*cluster[:number], *finer):
            pieces = [rest for piece in pieces for rest in piece.without(other)]
        parts += pieces
    together = functools.reduce(Box.joined, cluster)
    return Sheet(rung, together, tuple(parts))


def _outermost(boxes: list[Box]) -> list[Box]:
    """Return those boxes that are not within another one, the largest first."""
    outermost: list[Box] = []
    for box in sorted(boxes, key=lambda box: -box.points):
        if not any(other.holds(box) for other in outermost):
            outermost.append(box)
    return outermost


def _clusters(boxes: list[Box]) -> list[list[Box]]:
    """Return the boxes in groups, so that those of different groups have nothing in common."""
    groups: list[list[Box]] = []
    for box in boxes:
        near = [group for group in groups if any(box.meets(other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(other for group in near for other in group), box])
    return groups
