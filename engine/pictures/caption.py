"""Words on a picture, in a corner, on a ground of their own: how deep it is, where, how jagged."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from engine.errors import unknown
from engine.pictures.lettering import digits, drawable, lettering
from engine.plane import Size, Window
from engine.spec import Spec
from engine.statistics.scaling import value_and_error
from engine.statistics.summary import Statistics

# What can be said, and what that is.
CAPTIONS: dict[str, str] = {
    "depth": "how many powers of ten narrower it is than the whole plane, and its width",
    "coordinates": "those of its middle, to the digits that tell its pixels apart",
    "dimension": "that of the boundary in it, by counting boxes, with its error",
}
METHOD = "box counting"  # the dimension that is written
LINES = 32  # lines of text that would fill a picture
SMALLEST = 8  # pixels of a letter
INK, GROUND = (255, 255, 255, 255), (0, 0, 0, 120)


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """Return these captions, each once; InputError, with the choices, if one is none."""
    for name in names:
        if name not in CAPTIONS:
            raise unknown("caption", name, CAPTIONS)
    return tuple(dict.fromkeys(names))


def words(
    captions: Sequence[str],
    spec: Spec,
    window: Window,
    size: Size,
    overview: Window,
    dimension: Callable[[], str],
) -> list[str]:
    """Return what captions say of a picture, a line for each.

    Args:
        captions: of `CAPTIONS`.
        spec, window, size: of the picture.
        overview: the window that it is compared with.
        dimension: its dimension in words; asked for only where a caption says it.
    """
    lines = []
    if "depth" in captions:
        decades = math.log10(overview.half_width / window.half_width)
        lines.append(f"{decades:.2f} decades deep, width {2 * window.half_width:.3g}")
    if "coordinates" in captions:
        pixels = 2 * window.half_width / size.width, window.height_for(size) / size.height
        lines.append(", ".join(
            f"{spec.axis_setting(axis).symbol} = {digits(at, pixel)}"
            for axis, at, pixel in zip((spec.x, spec.y), (window.x, window.y), pixels, strict=True)
        ))  # fmt: skip
    if "dimension" in captions:
        lines.append(f"dimension {dimension()}")
    return lines


def dimension_of(statistics: Statistics) -> str:
    """Return the dimension that a caption says, of the statistics of a picture."""
    return value_and_error(next(e for e in statistics.dimensions if e.method == METHOD))


def write(image: Any, lines: Sequence[str], size: Size, left: int = 0, top: int = 0) -> None:
    """Write lines of text into the lower left corner of a picture.

    Args:
        image: a PIL image, on which the picture is.
        lines: the text.
        size: of the picture, in pixels.
        left, top: where its upper left corner is.
    """
    from PIL import Image, ImageDraw

    if not lines:
        return
    text = "\n".join(map(drawable, lines))
    pixels = max(size.height // LINES, SMALLEST)
    font = lettering(pixels)
    measure = ImageDraw.Draw(Image.new("L", (1, 1)))
    widest = measure.multiline_textbbox((0, 0), text, font)[2]
    room = size.width - 4 * pixels
    if widest > room:
        font = lettering(max(int(pixels * room / widest), SMALLEST))
    gap = int(font.size) // 2
    x0, y0, x1, y1 = map(int, measure.multiline_textbbox((0, 0), text, font, spacing=gap))
    corner = left + gap + x0, top + size.height - 3 * gap - (y1 - y0)  # of the ground
    ground = x1 - x0 + 2 * gap, y1 - y0 + 2 * gap
    layer = Image.new("RGBA", (ground[0] + 1, ground[1] + 1))
    pen = ImageDraw.Draw(layer)
    pen.rounded_rectangle((0, 0, *ground), gap, GROUND)
    pen.multiline_text((gap - x0, gap - y0), text, INK, font, spacing=gap)
    box = (*corner, corner[0] + layer.width, corner[1] + layer.height)
    below = image.crop(box).convert("RGBA")
    image.paste(Image.alpha_composite(below, layer).convert(image.mode), box)
