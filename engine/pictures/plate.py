"""What stands around a poster, so that it explains itself on a wall.

A title, both axes, a legend of the colours, and a line that says what was computed and where.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine import __version__, words
from engine.analysis.curves import chosen, colour_of
from engine.pictures.colour import Ends, legend, suited
from engine.pictures.lettering import digits, drawable, lettering
from engine.pictures.lines import HALO
from engine.pictures.local import LocalCoordinates
from engine.places.look import Look
from engine.plane import Size, Window
from engine.spec import Spec
from engine.training.devices import backend

INK, FAINT = (25, 25, 25, 255), (110, 110, 110, 255)
BLANK = 0xFFFFFFFF  # the paper, packed as RGBA
LEFT, TOP, RIGHT, BOTTOM = 8, 5, 3, 14  # units around the picture
UNITS = 72  # parts of the longer side of the picture that a unit of the layout is one of
SMALLEST = 7  # pixels of a unit
TINY = 4  # pixels of a letter where there is no room for more
TICKS = 7  # along an axis, about
SHADES = 64  # colours of a bar of the legend

Words = tuple[str, str]  # a title, and what is said below the picture


@dataclass(frozen=True)
class Layout:
    """Where things stand, in pixels.

    Attributes:
        size: of the picture.
        unit: the height of small letters; 0 for a picture with nothing around it.
    """

    size: Size
    unit: int

    @staticmethod
    def around(size: Size, *, framed: bool) -> "Layout":
        """Return the layout around a picture of a size."""
        longer = max(size.width, size.height)
        return Layout(size, max(longer // UNITS, SMALLEST) if framed else 0)

    @property
    def left(self) -> int:
        """The column at which the picture begins."""
        return LEFT * self.unit

    @property
    def top(self) -> int:
        """The row at which the picture begins."""
        return TOP * self.unit

    @property
    def whole(self) -> Size:
        """The size of everything."""
        width, height = self.size.width, self.size.height
        return Size(self.left + width + RIGHT * self.unit, self.top + height + BOTTOM * self.unit)


def draw(
    image: Any,
    layout: Layout,
    spec: Spec,
    window: Window,
    look: Look,
    title: str,
    *more: str,
) -> None:
    """Draw everything around a picture.

    Args:
        image: a PIL image in RGBA, on which the picture is already.
        layout: where things stand.
        spec, window, look: what is shown, where, and how it is coloured.
        title: what stands above it.
        more: what is said below it beside where it came from.
    """
    pen = _border(image, layout, spec, window, title)
    _legend(pen, layout, spec, look)
    _curves(pen, layout, spec, look)
    _origin(pen, layout, " · ".join([_said(spec, window, layout.size), *more]))


def draw_categories(
    image: Any, layout: Layout, spec: Spec, window: Window, legend: Sequence[Ends], texts: Words
) -> None:
    """Draw everything around a picture whose colours stand for kinds.

    Args:
        image: a PIL image in RGBA, on which the picture is already.
        layout: where things stand.
        spec, window: whose axes these are, and where on them the picture is.
        legend: what each colour stands for.
        texts: the title above it, and what is said below.
    """
    title, said = texts
    pen = _border(image, layout, spec, window, title)
    _entries(pen, layout, legend, layout.top + layout.size.height + 6 * layout.unit)
    _origin(pen, layout, said)


def _border(image: Any, layout: Layout, spec: Spec, window: Window, title: str) -> Any:
    """Draw the title, the edges and the axes, and return the pen."""
    from PIL import ImageDraw

    pen = ImageDraw.Draw(image)
    unit, size = layout.unit, layout.size
    title = drawable(title)
    font = _fitting(title, 2 * unit, size.width)
    pen.text((layout.left, layout.top - 2 * unit), title, INK, font, anchor="ls")
    pen.rectangle(
        (layout.left - 1, layout.top - 1, layout.left + size.width, layout.top + size.height),
        outline=INK, width=max(unit // 8, 1),
    )  # fmt: skip
    _axes(image, pen, layout, spec, window)
    return pen


def _axes(image: Any, pen: Any, layout: Layout, spec: Spec, window: Window) -> None:
    from PIL import Image, ImageDraw

    local, size, unit = LocalCoordinates.around(window), layout.size, layout.unit
    x0, x1, y0, y1 = local.extent(window, size)
    small, line = lettering(unit), max(unit // 8, 1)
    bottom = layout.top + size.height
    for at in _ticks(x0, x1):
        x = layout.left + round((at - x0) / (x1 - x0) * size.width)
        pen.line((x, bottom, x, bottom + unit // 2), INK, line)
        pen.text((x, bottom + unit), _number(at), INK, small, anchor="ma")
    for at in _ticks(y0, y1):
        y = bottom - round((at - y0) / (y1 - y0) * size.height)
        pen.line((layout.left - unit // 2, y, layout.left - 1, y), INK, line)
        pen.text((layout.left - unit, y), _number(at), INK, small, anchor="rm")
    across, up = map(drawable, local.labels(spec))
    middle = layout.left + size.width // 2
    pen.text(
        (middle, bottom + 3 * unit), across, INK, _fitting(across, unit, size.width), anchor="ma"
    )
    font = _fitting(up, unit, size.height)
    width, height = (int(n) + 2 for n in font.getbbox(up, anchor="lt")[2:])
    turned = Image.new("RGBA", (width, height))
    ImageDraw.Draw(turned).text((0, 0), up, INK, font, anchor="lt")
    turned = turned.rotate(90, expand=True)
    image.paste(turned, (unit, layout.top + (size.height - width) // 2), turned)


def _legend(pen: Any, layout: Layout, spec: Spec, look: Look) -> None:
    """Draw a bar of colours for either side, from small to large magnitudes; or every kind."""
    unit = layout.unit
    gap = 2 * unit
    top = layout.top + layout.size.height + 6 * unit
    sides = [
        replace(side, small=drawable(side.small), large=drawable(side.large))
        for side in legend(spec, look, SHADES)
    ]
    length = (layout.size.width - gap * (len(sides) - 1)) // len(sides)
    if suited(look, spec).categorical:
        _entries(pen, layout, sides, top)
        return
    for number, side in enumerate(sides):
        left = layout.left + number * (length + gap)
        for x in range(length):
            colour = side.colours[len(side.colours) * x // length]
            pen.line((left + x, top, left + x, top + unit), colour)
        font = _fitting(f"{side.small}  {side.large}", unit, length)
        below = top + 3 * unit // 2
        pen.text((left, below), side.small, INK, font, anchor="la")
        pen.text((left + length, below), side.large, INK, font, anchor="ra")


def _curves(pen: Any, layout: Layout, spec: Spec, look: Look) -> None:
    """Name the curves that are drawn, each behind a dash of its colour, above the picture."""
    unit, font = layout.unit, lettering(layout.unit)
    right, middle = layout.left + layout.size.width, layout.top - unit
    for name in reversed(chosen(spec, look.overlays)):
        left = right - int(font.getlength(name))
        pen.text((left, middle), name, INK, font, anchor="lm")
        dash = (left - 2 * unit, middle, left - unit // 2, middle)
        pen.line(dash, HALO, max(unit // 2, 3))
        pen.line(dash, colour_of(spec, name), max(unit // 4, 1))
        right = left - 3 * unit


def _entries(pen: Any, layout: Layout, legend: Sequence[Ends], top: int) -> None:
    """Draw a square for every kind of outcome, with its name beside it, in two rows."""
    unit, columns = layout.unit, -(-len(legend) // 2)
    room = layout.size.width // columns
    for number, entry in enumerate(legend):
        row, column = divmod(number, columns)
        left, upper = layout.left + column * room, top + row * (7 * unit // 4)
        pen.rectangle((left, upper, left + unit, upper + unit), entry.colours[0])
        font = _fitting(entry.small, unit, room - 2 * unit)
        at = (left + 3 * unit // 2, upper + unit // 2)
        pen.text(at, entry.small, INK, font, anchor="lm")


def _origin(pen: Any, layout: Layout, said: str) -> None:
    """Write what was computed and where, in as many lines as that takes."""
    unit = layout.unit
    font = lettering(max(3 * unit // 4, SMALLEST))
    width = max(int(layout.size.width / font.getlength("0")), 20)
    text = "\n".join(textwrap.wrap(drawable(said), width, max_lines=3, placeholder=" …"))
    top = layout.top + layout.size.height + 10 * unit
    pen.multiline_text((layout.left, top), text, FAINT, font, spacing=unit // 4)


def _said(spec: Spec, window: Window, size: Size) -> str:
    default = Spec.make(spec.system.name).flat()
    changed = [
        f"{name.replace('_', ' ')} {words.value(value) if isinstance(value, bool) else value}"
        for name, value in spec.flat().items()
        if value != default[name]
    ]
    pixel = 2 * window.half_width / size.width
    about = [
        f"{spec.system.name}: {spec.steps} steps", *changed, f"{spec.precision} on {backend()}",
        f"centre {digits(window.x, pixel)}, {digits(window.y, pixel * 2.0**window.stretch)}",
        f"width {2 * window.half_width:g}{window.proportion}",
        f"trainscape {__version__}",
    ]  # fmt: skip
    return " · ".join(about)


def _ticks(low: float, high: float) -> list[float]:
    from matplotlib.ticker import MaxNLocator

    ticks = MaxNLocator(TICKS, steps=[1, 2, 5, 10]).tick_values(low, high)
    return [at for at in ticks if low <= at <= high]


def _number(at: float) -> str:
    return f"{at:.6g}".replace("-", "−")


def _fitting(text: str, pixels: int, width: int) -> Any:
    """Return the font, at most so large, in which a text is no wider than that."""
    long = lettering(pixels).getlength(text)
    return lettering(pixels if long <= width else max(int(pixels * width / long), TINY))
