"""Windows on a plane of hyperparameters, exact at every depth, and sizes of pictures in pixels.

A window is an exact decimal centre with a float64 half-width, never a minimum and a maximum: at
depth the two would cancel.
"""

import decimal
import math
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from engine import numbers
from engine.errors import InputError, shown, unknown
from engine.settings import SCALES, Scale

MOST_PIXELS = 2**29  # 22,528 x 22,528; the field alone is then 4 GiB
LONGEST_SIDE = 2**16  # pixels
SIZES = {
    "480p": "854x480", "720p": "1280x720", "1080p": "1920x1080", "1440p": "2560x1440",
    "4k": "3840x2160",
}  # fmt: skip
FARTHEST = Decimal(1000)  # largest coordinate in axis units; 10**308 is the largest float64
NARROWEST, WIDEST = 1e-280, 2000.0  # half-widths in axis units

_DECIMAL = re.compile(r"[+-]?(\d{1,8}(\.\d{0,1200})?|\.\d{1,1200})([eE][+-]?\d{1,3})?")
_SUM_DIGITS = 5000  # more than base and offset can have together


@dataclass(frozen=True)
class Window:
    """The visible part of a plane: an exact centre and a half-width, in axis units.

    On a log10 axis the axis unit is a decade. `half_height` is None for square pixels, which is
    what a window has unless it repeats a published figure that was not drawn to scale. Pixels are
    square on the screen, where one unit of x is as long as 2**stretch of y (see `Spec.stretch`).
    """

    x: Decimal
    y: Decimal
    half_width: float
    half_height: float | None = None
    stretch: int = 0

    def __post_init__(self) -> None:
        for name, value in (("centre x", self.x), ("centre y", self.y)):
            coordinate(name, value)
        halves = [("width", self.half_width)]
        if self.half_height is not None:
            halves.append(("height", self.half_height))
        for name, half in halves:
            if not NARROWEST <= half <= WIDEST:
                raise InputError(
                    f"{name} must lie between {2 * NARROWEST:g} and {2 * WIDEST:g}, not {2 * half}"
                )

    @staticmethod
    def parse(
        x: str | Decimal, y: str | Decimal, width: str | float, height: str | float | None = None
    ) -> "Window":
        """Return the window with this centre and full extent, each given as text or a number.

        Raises:
            InputError: if one of them is not a plain decimal number, or lies out of bounds.
        """
        half_height = None if height is None else float(decimal_from("height", height)) / 2
        return Window(
            decimal_from("centre x", x),
            decimal_from("centre y", y),
            float(decimal_from("width", width)) / 2,
            half_height,
        )

    @property
    def proportion(self) -> str:
        """What is said after a width: how long y is drawn, where not as long as x."""
        if not self.stretch:
            return ""
        return f", 1 of x as long as {2.0**self.stretch:g} of y"

    def height_for(self, size: "Size") -> float:
        """Return the full y extent at a size in pixels: square pixels unless stated otherwise."""
        if self.half_height is not None:
            return 2 * self.half_height
        return 2 * self.half_width * size.height / size.width * 2.0**self.stretch

    def square(self) -> "Window":
        """Return the window of square pixels with this centre and width."""
        return replace(self, half_height=None)

    def fitting(self, size: "Size") -> "Window":
        """Return the smallest window of square pixels that shows all of this one at a size; as
        high as it is wide if it says nothing else.
        """
        half = self.half_width
        if self.half_height is not None:
            half = self.half_height / 2.0**self.stretch
        return replace(
            self.square(), half_width=max(self.half_width, half * size.width / size.height)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the window as JSON-able values that `from_dict` reads back exactly, but for its
        stretch, which is that of the plane.
        """
        height = None if self.half_height is None else repr(2 * self.half_height)
        return {
            "center": [str(self.x), str(self.y)],
            "width": repr(2 * self.half_width),
            **({"height": height} if height else {}),
        }

    @staticmethod
    def from_dict(data: dict[str, Any]) -> "Window":
        """Return the window that `to_dict` wrote; InputError if it is not one."""
        try:
            for name in data:
                if name not in ("center", "width", "height"):
                    raise unknown("part of a window", name, ("center", "width", "height"))
            x, y = data["center"]
            return Window.parse(x, y, data["width"], data.get("height"))
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"not a window: {shown(data)}") from None


@dataclass(frozen=True)
class Size:
    """The size of a picture in pixels."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise InputError(f"size must be at least 1x1, not {self}")
        if max(self.width, self.height) > LONGEST_SIDE:
            raise InputError(f"size must be at most {LONGEST_SIDE:,} pixels a side, not {self}")
        if self.pixels > MOST_PIXELS:
            raise InputError(f"size must be at most {MOST_PIXELS:,} pixels in all, not {self}")

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def pixels(self) -> int:
        """The number of pixels, which is the number of runs."""
        return self.width * self.height

    @staticmethod
    def parse(text: str) -> "Size":
        """Return the size written as `N` (square), `WxH` or one of `SIZES`; InputError if none."""
        name = str(text).strip()
        match = re.fullmatch(r"(\d{1,9})(?:\s*[xX×]\s*(\d{1,9}))?", SIZES.get(name.lower(), name))
        if match is None:
            names = ", ".join(SIZES)
            raise InputError(f"size must be N or WxH in pixels, or {names}, not {shown(text)}")
        width, height = match.groups()
        return Size(int(width), int(height or width))


@dataclass(frozen=True)
class Axis:
    """One axis of a plane: the name of a hyperparameter and the scale on which it is drawn."""

    name: str
    scale: Scale

    def __post_init__(self) -> None:
        if self.scale not in SCALES:
            raise InputError(
                f"scale of {self.name} must be log10 or linear, not {shown(self.scale)}"
            )


def decimal_from(name: str, value: object) -> Decimal:
    """Return a number given as text, float or Decimal as an exact Decimal.

    Text may be written as papers and axes have it (see `engine.numbers`). It is matched against a
    bounded pattern first: `Decimal("1e999999999")` would be read without complaint and then take
    all memory in the first exact operation on it.

    Raises:
        InputError: if it is not a finite plain decimal number of at most a few hundred digits.
    """
    terms = []
    for term in numbers.terms(str(value)):
        text = numbers.plain(name, term)
        if not _DECIMAL.fullmatch(text):
            raise InputError(f"{name} must be a decimal number, not {shown(value)}")
        terms.append(Decimal(text))
    with decimal.localcontext(prec=_SUM_DIGITS):
        return sum(terms[1:], start=terms[0])


def coordinate(name: str, value: Decimal) -> Decimal:
    """Return the coordinate, in axis units; InputError if it lies outside every plane."""
    if not value.is_finite() or abs(value) > FARTHEST:
        raise InputError(f"{name} must lie within ±{FARTHEST}, not {value:.8G}")
    return value


def log10_span(low: str, high: str) -> tuple[Decimal, float]:
    """Return the exact centre and the full extent, in decades, of an interval of values."""
    with decimal.localcontext(prec=60):
        first, last = Decimal(low).log10(), Decimal(high).log10()
        return (first + last) / 2, float(last - first)


def float_spacings(values: np.ndarray) -> float:
    """Return the smallest step between neighbouring hyperparameters, in float64 spacings.

    Below about 1, neighbouring pixels share a value: the depth at which float64 ends. Those that
    count as infinite, far out, say nothing of it.
    """
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return math.inf
    with np.errstate(over="ignore"):  # beside zero there are more than can be counted
        return float(np.min(np.abs(np.diff(values)) / np.spacing(np.abs(values[1:]))))
