"""Curves drawn on a picture."""

from typing import Any

from engine.analysis.tracing import Traced
from engine.plane import Size

THIN = 400  # a line is one pixel wide for so many pixels of the shorter side of a picture
HALO = "#000000"  # around a curve, which may cross any colour


def draw(image: Any, traced: Traced, size: Size, left: int = 0, top: int = 0) -> None:
    """Draw a curve on a PIL image.

    Args:
        image: on which there is a picture of the window that the curve was traced in.
        traced: the curve.
        size: of that picture in pixels.
        left, top: where its upper left corner is.
    """
    from PIL import ImageDraw

    pen = ImageDraw.Draw(image)
    width = max(round(min(size.width, size.height) / THIN), 1)
    points = [
        [(left + x * size.width - 0.5, top + (1 - y) * size.height - 0.5) for x, y in line.tolist()]
        for line in traced.lines
    ]
    for colour, wide in ((HALO, 3 * width), (traced.colour, width)):
        for line in points:
            pen.line(line, colour, wide, joint="curve")
