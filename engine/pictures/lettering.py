"""The font of what is written on pictures, and coordinates as they are written there."""

import functools
import math
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.machine import process
from engine.machine.legible import LACKING, legible

FONT = "DejaVu Sans"


@functools.cache
def lettering(pixels: int) -> Any:
    """Return a font with the field's own symbols, so many pixels high."""
    from matplotlib.font_manager import findfont
    from PIL import ImageFont

    return ImageFont.truetype(findfont(FONT), pixels)


def drawable(text: str) -> str:
    """Return a text on one line with substitutes for what the font lacks; a warning names, once,
    what has none.
    """
    line, lost = legible(text, _has_glyph)
    if lost:
        process.warn("glyphs", f"the font has no {lost}: drawn as {LACKING}")
    return line


@functools.cache
def _glyphs() -> frozenset[int]:
    from matplotlib.font_manager import findfont
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(findfont(FONT)).get_charmap())


@functools.cache
def _ordered() -> bool:
    """Whether letters that are written from the right are put in order."""
    from PIL import features

    return bool(features.check("raqm"))


def _has_glyph(character: str) -> bool:
    from_right = unicodedata.bidirectional(character) in ("R", "AL")
    return ord(character) in _glyphs() and (_ordered() or not from_right)


def digits(coordinate: Fraction | Decimal, pixel: Fraction | float) -> str:
    """Return a coordinate to the digits that tell pixels of that extent apart."""
    places = max(1 - math.floor(math.log10(pixel)), 0)
    return f"{Decimal(round(Fraction(coordinate) * 10**places)).scaleb(-places):f}"
