"""The pitches at which a movie is sampled, four to the octave.

A rung is a lattice like that of the page, anchored in the plane, so that movies share their runs;
every fourth rung is a level of the page's own. A place is sampled once, at the finest pitch that
any frame needs there: with four rungs to the octave that takes 1.7 runs per pixel and octave, where
frames that are each twice as wide as the next take 3, and a log-polar strip 2.2 to 2.6 (see
`tests/benchmarks/movies.py`).
"""

import math
from dataclasses import dataclass
from fractions import Fraction

from engine.exports.movies.camera import Shot
from engine.plane import Size
from engine.tiles.lattice import PLANE, Lattice, Region

# Pitches within an octave, relative to the coarsest: fractions near 2**(-i / 4).
OCTAVE = (Fraction(1), Fraction(27, 32), Fraction(45, 64), Fraction(19, 32))
MARGIN = 2  # points beyond a frame, and into what is sampled more finely, so that no seam shows


@dataclass(frozen=True, order=True)
class Rung:
    """One pitch, by its number; larger is finer."""

    number: int

    @staticmethod
    def for_pixel(pixel: Fraction) -> "Rung":
        """Return the coarsest rung with at least one point for every pixel."""
        octaves = PLANE.across / pixel
        number = len(OCTAVE) * (octaves.numerator.bit_length() - octaves.denominator.bit_length())
        while Rung(number).pitch > pixel:
            number += 1
        while number and Rung(number - 1).pitch <= pixel:
            number -= 1
        return Rung(number)

    @property
    def lattice(self) -> Lattice:
        """The lattice of which it is a level, on a plane that is not stretched."""
        scale = OCTAVE[self.number % len(OCTAVE)]
        return (
            PLANE
            if scale == 1
            else Lattice(Fraction(0), Fraction(0), PLANE.across * scale, PLANE.up * scale)
        )

    @property
    def level(self) -> int:
        """The level of the lattice."""
        return self.number // len(OCTAVE)

    @property
    def pitch(self) -> Fraction:
        """The distance of neighbouring points, as shots count."""
        return PLANE.across * OCTAVE[self.number % len(OCTAVE)] / 2**self.level

    def box(self, shot: Shot, size: Size) -> "Box":
        """Return the points whose blocks fill a frame, with a margin."""
        up = shot.half_width * size.height / size.width
        return Box.around(
            (shot.x - shot.half_width) / self.pitch, (shot.y - up) / self.pitch,
            (shot.x + shot.half_width) / self.pitch, (shot.y + up) / self.pitch,
        ).grown(MARGIN)  # fmt: skip

    def region(self, box: "Box", stretch: int = 0) -> Region:
        """Return the points of a box, on a plane of that stretch."""
        lattice = self.lattice.stretched(stretch)
        return Region(lattice, self.level, box.left, box.bottom, box.width, box.height)


@dataclass(frozen=True)
class Box:
    """A rectangle of points of one rung, by whole numbers; the ends are not of it."""

    left: int
    bottom: int
    right: int
    top: int

    @staticmethod
    def around(left: Fraction, bottom: Fraction, right: Fraction, top: Fraction) -> "Box":
        """Return the points whose blocks, half a pitch to every side, fill a rectangle."""
        half = Fraction(1, 2)
        return Box(
            math.floor(left + half), math.floor(bottom + half),
            math.ceil(right + half), math.ceil(top + half),
        )  # fmt: skip

    @property
    def width(self) -> int:
        """The number of columns."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """The number of rows."""
        return self.top - self.bottom

    @property
    def points(self) -> int:
        """The number of points."""
        return self.width * self.height

    def grown(self, margin: int) -> "Box":
        """Return the box with a margin added, or taken away."""
        return Box(self.left - margin, self.bottom - margin, self.right + margin, self.top + margin)

    def meets(self, other: "Box") -> bool:
        """Whether the two have any point in common."""
        return max(self.left, other.left) < min(self.right, other.right) and max(
            self.bottom, other.bottom
        ) < min(self.top, other.top)

    def holds(self, other: "Box") -> bool:
        """Whether all of the other is in this one."""
        return self.joined(other) == self

    def joined(self, other: "Box") -> "Box":
        """Return the smallest box that holds both."""
        return Box(
            min(self.left, other.left), min(self.bottom, other.bottom),
            max(self.right, other.right), max(self.top, other.top),
        )  # fmt: skip

    def without(self, other: "Box") -> list["Box"]:
        """Return up to four boxes that hold what is in this one and not in the other."""
        if not self.meets(other):
            return [self]
        low, high = max(self.bottom, other.bottom), min(self.top, other.top)
        parts = [
            Box(self.left, self.bottom, self.right, low),
            Box(self.left, high, self.right, self.top),
            Box(self.left, low, max(self.left, other.left), high),
            Box(min(self.right, other.right), low, self.right, high),
        ]
        return [part for part in parts if part.width > 0 and part.height > 0]

    def on(self, here: Rung, there: Rung) -> "Box":
        """Return the points of another rung whose blocks this box's surely fill."""
        scale = here.pitch / there.pitch
        half = Fraction(1, 2)
        return Box(
            math.ceil((self.left - half) * scale + half),
            math.ceil((self.bottom - half) * scale + half),
            math.floor((self.right - half) * scale - half) + 1,
            math.floor((self.top - half) * scale - half) + 1,
        )
