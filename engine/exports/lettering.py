"""This module is the lettering: the font of what is written on pictures, and its numbers."""

import functools
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any


@functools.cache
def lettering(pixels: int) -> Any:
    """Return a font with the field's own symbols, so many pixels high."""
    from matplotlib.font_manager import findfont
    from PIL import ImageFont

    return ImageFont.truetype(findfont("DejaVu Sans"), pixels)


def digits(coordinate: Fraction | Decimal, pixel: Fraction | float) -> str:
    """Return a coordinate to the digits that tell pixels of that extent apart."""
    places = max(1 - math.floor(math.log10(pixel)), 0)
    return f"{Decimal(round(Fraction(coordinate) * 10**places)).scaleb(-places):f}"
