"""This module is the overlay: words on a picture, in a corner, on a ground of their own."""

from collections.abc import Sequence
from typing import Any

from engine.exports.lettering import drawable, lettering

OVERLAYS = ("depth", "coordinates", "dimension")
LINES = 32  # lines of text that would fill a frame
SMALLEST = 8  # pixels of a letter
INK, GROUND = (255, 255, 255, 255), (0, 0, 0, 120)


def write(image: Any, lines: Sequence[str]) -> Any:
    """Return a picture, a PIL image in RGB, with lines of text in its lower left corner."""
    from PIL import Image, ImageDraw

    if not lines:
        return image
    text = "\n".join(map(drawable, lines))
    layer = Image.new("RGBA", image.size)
    draw = ImageDraw.Draw(layer)
    pixels = max(image.height // LINES, SMALLEST)
    font = lettering(pixels)
    widest = draw.multiline_textbbox((0, 0), text, font)[2]
    room = image.width - 4 * pixels
    if widest > room:
        font = lettering(max(int(pixels * room / widest), SMALLEST))
    gap = int(font.size) // 2
    left, top, right, bottom = draw.multiline_textbbox((0, 0), text, font, spacing=gap)
    x, y = 2 * gap, image.height - 2 * gap - bottom
    draw.rounded_rectangle(
        (x + left - gap, y + top - gap, x + right + gap, y + bottom + gap), gap, GROUND
    )
    draw.multiline_text((x, y), text, INK, font, spacing=gap)
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")
