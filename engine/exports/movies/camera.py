"""The path of a movie's camera: what it shows at every moment.

Between two windows the width changes geometrically, and the centre moves with it so that one point
of the plane keeps its place on the screen: centre and width are linear in one another. Between
windows of one width the camera pans, and between windows far apart it goes by way of one that shows
both.
"""

import functools
import itertools
import math
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.errors import InputError, shown
from engine.plane import Size, Window
from engine.tiles.lattice import exact_decimal

RAMP = 0.8  # seconds in which the camera gathers speed, and comes to rest again
EASINGS = ("smooth", "linear")
SHORTEST = 0.5  # seconds between two windows, however near they are
FAR = 1.0  # widths of the wider shot, beyond which a pan would take too long
PANNED = 1.0  # decades of zoom that take as long as a pan by the width of the shot
LONGEST = 3600.0  # seconds of a movie
STILL = 1e-9  # change of the logarithm of the width below which it is none


@dataclass(frozen=True)
class Shot:
    """The view of one frame: an exact centre and half-width; pixels are square.

    Attributes:
        x, half_width: in axis units.
        y: in units as long as those of x, which are 2**stretch axis units: so a movie is made of a
            plane on which nothing is stretched.
        stretch: of the window.
    """

    x: Fraction
    y: Fraction
    half_width: Fraction
    stretch: int = 0

    @staticmethod
    def of(window: Window) -> "Shot":
        """Return the shot of a window; its height is that of the frame."""
        y = Fraction(window.y) / Fraction(2) ** window.stretch
        return Shot(Fraction(window.x), y, Fraction(window.half_width), window.stretch)

    def window(self) -> Window:
        """Return the window of the shot."""
        x, y = exact_decimal(self.x), exact_decimal(self.y * self.unit)
        return Window(x, y, float(self.half_width), stretch=self.stretch)

    @property
    def unit(self) -> Fraction:
        """The axis units of y that `y` counts."""
        return Fraction(2) ** self.stretch

    @property
    def width(self) -> Fraction:
        """The full x extent."""
        return 2 * self.half_width

    def pixel(self, size: Size) -> Fraction:
        """Return the extent of one pixel of a frame, in axis units of x."""
        return self.width / size.width


@dataclass(frozen=True)
class Path:
    """A journey through windows.

    Attributes:
        windows: where it leads, in order; at least one.
        pace: seconds for each decade of width.
        hold: seconds of rest at the first window, and at the last.
        pause: seconds of rest at each window between.
        easing: one of `EASINGS`: whether the camera gathers speed and comes to rest gently.
    """

    windows: tuple[Window, ...]
    pace: float = 3.0
    hold: float = 1.0
    pause: float = 0.5
    easing: str = "smooth"

    def __post_init__(self) -> None:
        if not self.windows:
            raise InputError("a movie needs at least one window")
        if self.easing not in EASINGS:
            raise InputError(
                f"easing must be one of {', '.join(EASINGS)}, not {shown(self.easing)}"
            )
        if not self.pace > 0 or self.hold < 0 or self.pause < 0:
            raise InputError("a movie needs a pace above 0, and no rest below 0 seconds")
        if not 0 < self.seconds <= LONGEST:
            raise InputError(f"a movie lasts up to {LONGEST:,.0f} seconds, not {self.seconds:,.1f}")

    @property
    def seconds(self) -> float:
        """The time that the journey takes, rests included."""
        return sum(leg.seconds for leg in self._legs)

    def lasting(self, seconds: float) -> "Path":
        """Return the path at the pace that makes it last so long, rests included."""
        legs = self._legs
        fastest = sum(leg.seconds if leg.start is leg.end else SHORTEST for leg in legs)
        if seconds <= fastest or len(legs) == 1:
            raise InputError(
                f"these windows take more than {fastest:g} seconds, rests included, not {seconds:g}"
            )
        low, high = 0.0, self.pace  # of which the time is a growing function
        while replace(self, pace=high).seconds < seconds:
            low, high = high, 2 * high
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (
                (middle, high) if replace(self, pace=middle).seconds < seconds else (low, middle)
            )
        return replace(self, pace=high)

    def shots(self, rate: int) -> list[Shot]:
        """Return the shot of each frame, at `rate` frames per second, from the first window to the
        last.
        """
        last = max(round(self.seconds * rate), 1) - 1
        shots = [self.shot(self.seconds * number / last) for number in range(last)]
        return [*shots, Shot.of(self.windows[-1])]

    def shot(self, time: float) -> Shot:
        """Return the shot at a time, in seconds from the beginning."""
        for leg in self._legs:
            if time < leg.seconds:
                return between(leg.start, leg.end, _travelled(time, leg.seconds, self.easing))
            time -= leg.seconds
        return Shot.of(self.windows[-1])

    @functools.cached_property
    def _legs(self) -> list["_Leg"]:
        stops = [Shot.of(window) for window in self.windows]
        legs = [_Leg(stops[0], stops[0], self.hold)]
        for here, there in itertools.pairwise(stops):
            way = [here, *_detour(here, there), there]
            for start, end in itertools.pairwise(way):
                legs.append(_Leg(start, end, max(self.pace * _decades(start, end), SHORTEST)))
            legs.append(_Leg(there, there, self.pause))
        if len(stops) > 1:
            legs[-1] = replace(legs[-1], seconds=self.hold)
        return legs


@dataclass(frozen=True)
class _Leg:
    """A part of a journey; at rest if it ends where it starts."""

    start: Shot
    end: Shot
    seconds: float


def between(start: Shot, end: Shot, share: float) -> Shot:
    """Return the shot after a share of the way, from 0 to 1, exactly the ends at those."""
    if share <= 0 or start == end:
        return start
    if share >= 1:
        return end
    ratio = math.log(end.half_width / start.half_width)
    left = 1 - share  # of the way of the centre, which is that of the width
    if abs(ratio) > STILL:
        left = math.exp(ratio) * math.expm1(-ratio * left) / -math.expm1(ratio)
    return replace(
        end,
        x=end.x + (start.x - end.x) * Fraction(left),
        y=end.y + (start.y - end.y) * Fraction(left),
        half_width=start.half_width * Fraction(math.exp(ratio * share)),
    )


def _detour(start: Shot, end: Shot) -> list[Shot]:
    """Return the shot that shows two which are far apart; none of others."""
    wider = max(start.half_width, end.half_width)
    if max(abs(end.x - start.x), abs(end.y - start.y)) <= 2 * FAR * wider:
        return []
    ends = [
        (
            min(a - start.half_width, b - end.half_width),
            max(a + start.half_width, b + end.half_width),
        )
        for a, b in ((start.x, end.x), (start.y, end.y))
    ]
    (left, right), (bottom, top) = ends
    half_width = max(right - left, top - bottom) / 2
    return [Shot((left + right) / 2, (bottom + top) / 2, half_width, end.stretch)]


def _travelled(time: float, seconds: float, easing: str) -> float:
    """Return the share of a leg that is travelled: at a constant speed, but for the ramps."""
    if easing == "linear":
        return time / seconds
    ramp = min(RAMP, seconds / 2)
    speed = 1 / (seconds - ramp)
    if time > seconds / 2:
        return 1 - _travelled(seconds - time, seconds, easing)
    if time >= ramp:
        return speed * (time - ramp / 2)
    # The speed follows half a period of a cosine.
    return speed * (time - ramp / math.pi * math.sin(math.pi * time / ramp)) / 2


def _decades(start: Shot, end: Shot) -> float:
    """Return the distance of two shots, in decades of zoom."""
    zoomed = abs(math.log10(end.half_width / start.half_width))
    width = 2 * max(start.half_width, end.half_width)
    moved = max(abs(end.x - start.x), abs(end.y - start.y)) / width
    return max(zoomed, PANNED * float(moved))
