"""What lies over the tiles: the pinned runs, and the curves that the system knows."""

from collections.abc import Sequence

from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

from engine.analysis.tracing import Traced
from engine.pictures.lines import HALO
from engine.pictures.local import LocalCoordinates
from engine.places.links import Pin
from engine.plane import Size, Window

# Okabe & Ito's colours of the pins, which the colour-blind can tell apart, by number.
PIN_COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#cc79a7")


class Marks:
    """Pins and curves, the same in every figure that shows them.

    Args:
        local: the coordinates in which they are drawn.
        window: the view to start with.
    """

    def __init__(self, local: LocalCoordinates, window: Window) -> None:
        self._local = local
        self._pins: Sequence[Pin] = ()
        self._traced: tuple[Window, Sequence[Traced]] = (window, ())
        self._points = ColumnDataSource({key: [] for key in ("x", "y", "colour", "number")})
        self._lines = ColumnDataSource({key: [] for key in ("xs", "ys", "colour")})

    def draw_pins(self, target: figure) -> None:
        """Have a figure show the pins, each with its number."""
        source = self._points
        target.scatter(
            "x", "y", source=source, marker="circle", size=19, fill_color="colour",
            line_color="#000000", line_width=1.5, level="overlay",
        )  # fmt: skip
        target.text(
            "x", "y", text="number", source=source, text_align="center", text_baseline="middle",
            text_font_size="12px", text_font_style="bold", text_color="#000000", level="overlay",
        )  # fmt: skip

    def draw_curves(self, target: figure) -> None:
        """Have a figure show the curves, each with a halo."""
        for width, colour in ((4, HALO), (1.5, "colour")):
            target.multi_line("xs", "ys", source=self._lines, line_color=colour, line_width=width)

    def pin(self, pins: Sequence[Pin]) -> None:
        """Mark these runs, and no others."""
        self._pins = tuple(pins)
        self._lay_pins()

    def trace(self, window: Window, curves: Sequence[Traced]) -> None:
        """Draw these curves, and no others.

        Args:
            window: in which they were traced, with its height.
            curves: as shares of it.
        """
        self._traced = window, curves
        self._lay_curves()

    def forget_curves(self) -> None:
        """Draw no curves."""
        self.trace(self._traced[0], ())

    def lay(self, local: LocalCoordinates) -> None:
        """Tell the browser where everything is in other coordinates."""
        self._local = local
        self._lay_pins()
        self._lay_curves()

    def _lay_pins(self) -> None:
        points = [self._local.to_local(x, y) for x, y in self._pins]
        data = {
            "x": [x for x, _ in points],
            "y": [y for _, y in points],
            "colour": list(PIN_COLOURS[: len(points)]),
            "number": [str(n + 1) for n in range(len(points))],
        }
        if data != self._points.data:
            self._points.data = data

    def _lay_curves(self) -> None:
        window, curves = self._traced
        if not curves and not self._lines.data["xs"]:
            return
        x0, x1, y0, y1 = self._local.extent(window, Size(1, 1))
        lines = [(curve.colour, line) for curve in curves for line in curve.lines]
        self._lines.data = {
            "xs": [x0 + (x1 - x0) * line[:, 0] for _, line in lines],
            "ys": [y0 + (y1 - y0) * line[:, 1] for _, line in lines],
            "colour": [colour for colour, _ in lines],
        }
