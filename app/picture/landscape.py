"""This module is the landscape: the zoomable picture, a Bokeh figure that stays exact at depth.

The browser moves the picture by itself, at once; the server learns of the new view a moment later
and sends tiles for it. Server and browser talk through a few data sources: `view` (the browser's
ranges and size), `frame` (what its numbers mean) and those of `Tiles`. `tapped` and `pressed` tell
of clicks and keys, `pins` says which runs are marked, and `mode` what dragging does. Other figures
may stand beside it, which share its ranges, and with them every gesture.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bokeh.events import DoubleTap, Tap
from bokeh.models import (
    BoxZoomTool,
    ColumnDataSource,
    CrosshairTool,
    CustomJS,
    CustomJSHover,
    CustomJSTickFormatter,
    HoverTool,
    PanTool,
    Range1d,
    WheelZoomTool,
)
from bokeh.plotting import figure

from app.picture.mosaic import Shown
from app.picture.tiles import Tiles
from app.shared.javascript import callback
from engine.analysis.tracing import Traced
from engine.measures import MEASURES
from engine.pictures.colour import BACKGROUND
from engine.pictures.lines import HALO
from engine.pictures.local import LocalCoordinates
from engine.places.links import Pin
from engine.plane import Size, Window
from engine.spec import Spec

MOST_VIEW_PIXELS = 4_000_000  # runs in one request; a larger screen gets larger pixels

HALF_A_LABEL = 24  # pixels of a tick label beyond the end of an axis
NAME = "training landscape"  # what it is called for those who hear the page
_FAR = 1e6  # in the browser's coordinates: beyond everything that can be seen
_VIEW = ("epoch", "gesture", "x0", "x1", "y0", "y1", "width", "height", "ratio", "screen")
# Okabe & Ito's colours of the pins, which the colour-blind can tell apart, by number.
PIN_COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#cc79a7")


def _nothing(*told: object) -> None:
    """Do nothing about a gesture."""


@dataclass(frozen=True)
class Gestures:
    """Who is told of what somebody does with the figure."""

    view: Callable[[Window, Size, int], None]  # the window, its size in pixels, which gesture it is
    tap: Callable[[Decimal, Decimal], None] = _nothing  # the exact point, in axis units
    key: Callable[[str], None] = _nothing  # a key, or what a double click stands for


class Landscape:
    """The figure, and the exact view behind it.

    Args:
        spec: whose plane is drawn.
        window: the view to start with.
        gestures: who is told of what somebody does.
        keys: those that are told of.
        fit: whether to show the whole window, as a square, rather than its width.
    """

    def __init__(
        self,
        spec: Spec,
        window: Window,
        gestures: Gestures,
        *,
        keys: Sequence[str] = (),
        fit: bool = False,
    ) -> None:
        self._gestures, self._keys = gestures, list(keys)
        self._spec = spec
        self._pins: Sequence[Pin] = ()
        self._local = LocalCoordinates.around(window)
        extent = self._local.extent(window, Size(1, 1))
        x0, x1, y0, y1 = extent
        self._box_zoom, self._brief = False, (False, False)
        # Of this figure and those beside it, which know of this one's models, but not they of them.
        self._modes: list[ColumnDataSource] = []
        self._tiles: list[Tiles] = []
        self.figure = self._figure(Range1d(x0, x1), Range1d(y0, y1), "landscape", NAME)
        self._local_source = ColumnDataSource(self._local_data(extent, fit=fit))
        self._view_source = ColumnDataSource({key: [0.0] for key in _VIEW})
        self._tapped = ColumnDataSource({"x": [0.0], "y": [0.0], "epoch": [-1], "count": [0]})
        self._pressed = ColumnDataSource({"key": [""], "count": [0]})
        self._curves = ColumnDataSource({key: [] for key in ("xs", "ys", "colour")})
        self._traced: tuple[Window, Sequence[Traced]] = (window, ())
        self._marks = ColumnDataSource({key: [] for key in ("x", "y", "colour", "number")})
        self._connect()
        self.relabel(spec)

    @property
    def screen(self) -> int:
        """The width of the browser window in pixels, 0 before it is known."""
        return int(self._view_source.data["screen"][0])

    @property
    def in_flight(self) -> int:
        """How many pictures were sent that the browser has not drawn yet."""
        return self.tiles.in_flight

    def current(self) -> tuple[Window, Size] | None:
        """Return what the browser shows and at how many pixels; None until it has said so.

        A view told in earlier coordinates is none: the browser soon tells anew.
        """
        told = {key: column[0] for key, column in self._view_source.data.items()}
        laid_out = told["width"] >= 1 and told["height"] >= 1
        sound = all(math.isfinite(told[key]) for key in ("x0", "x1", "y0", "y1"))
        if not (laid_out and sound) or int(told["epoch"]) != self._local.epoch:
            return None
        window = self._local.window(told["x0"], told["x1"], told["y0"], told["y1"])
        ratio = min(max(float(told["ratio"]), 1.0), 3.0)
        pixels = told["width"] * told["height"] * ratio**2
        ratio *= min(1.0, (MOST_VIEW_PIXELS / pixels) ** 0.5)
        size = Size(max(1, round(told["width"] * ratio)), max(1, round(told["height"] * ratio)))
        return window, size

    def jump(self, window: Window, *, fit: bool = True) -> None:
        """Go to a window; the browser tells its view back.

        With `fit` the whole window can be seen, as a square; without, it is as wide as the view.
        """
        local = self._enter(LocalCoordinates.around(window, self._local.epoch + 1))
        shape = Size(1, 1) if fit else self._shape()
        self._local_source.data = self._local_data(local.extent(window, shape), fit=fit)
        self._lay()

    def mark(self, pins: Sequence[Pin]) -> None:
        """Mark these runs, each with its number, from now on."""
        self._pins = tuple(pins)
        self._lay()

    def draw(self, window: Window, curves: Sequence[Traced]) -> None:
        """Draw these curves, and no others, that were traced in a window whose height is said."""
        self._traced = (window, curves)
        self._lay_curves()

    @property
    def box_zoom(self) -> bool:
        """Whether dragging draws a box to zoom into, and does not pan."""
        return self._box_zoom

    @box_zoom.setter
    def box_zoom(self, chosen: bool) -> None:
        self._box_zoom = chosen
        for mode in self._modes:
            mode.data = {"box": [chosen]}

    def beside(self, name: str, label: str) -> Tiles:
        """Return the tiles of a new figure that shares ranges, gestures and pins with this one.

        Args:
            name: of the figure.
            label: what it is called for those who hear the page.
        """
        main = self.figure
        drawn = self._figure(main.x_range, main.y_range, name, label)
        drawn.xaxis.formatter = main.xaxis[0].formatter
        drawn.yaxis.formatter = main.yaxis[0].formatter
        for axis, of_main in zip(drawn.axis, main.axis, strict=True):
            axis.axis_label = of_main.axis_label
        tiles = self._equip(drawn)
        known = {"figure": drawn, "local": self._local_source, "tapped": self._tapped}
        drawn.js_on_event(Tap, CustomJS(args=known, code=callback(__package__, "click")))
        known["pressed"] = self._pressed
        drawn.js_on_event(
            DoubleTap, CustomJS(args=known, code=callback(__package__, "double_click"))
        )
        return tiles

    def abbreviate(self, *, x: bool, y: bool) -> None:
        """Label an axis by its symbol alone, where there is no room for words, or no longer."""
        self._brief = x, y
        self.relabel(self._spec)

    def begin_with(self, callback: CustomJS) -> None:
        """Have the browser run a callback once the figure is laid out, and when that changes.

        Panel renders the figure after Bokeh's own event of a ready document.
        """
        self.figure.js_on_change("inner_width", callback)

    def fade(self) -> None:
        """Show what is shown as no longer true, until there is something new."""
        self.tiles.fade()

    def settle(self, window: Window) -> None:
        """Change to coordinates of the right depth, if the window has left the present ones."""
        if not self._local.fits(window):
            old = self._local
            local = self._enter(LocalCoordinates.around(window, old.epoch + 1))
            self._local_source.data = self._local_data(local.extent(window, self._shape()), old)
            self._lay()

    def show(self, changes: Shown) -> None:
        """Show these tiles from now on, some of them with new pictures."""
        self.tiles.show(changes)

    def clear(self) -> None:
        """Show nothing."""
        self.tiles.clear()
        self.draw(self._traced[0], ())

    def _lay(self) -> None:
        """Tell the browser where everything is in the present coordinates."""
        for tiles in self._tiles:
            tiles.lay(self._local)
        pins = [self._local.to_local(x, y) for x, y in self._pins]
        marks = {
            "x": [x for x, _ in pins],
            "y": [y for _, y in pins],
            "colour": list(PIN_COLOURS[: len(pins)]),
            "number": [str(n + 1) for n in range(len(pins))],
        }
        if marks != self._marks.data:
            self._marks.data = marks
        self._lay_curves()

    def _lay_curves(self) -> None:
        """Tell the browser where the curves run in the present coordinates."""
        window, curves = self._traced
        if not curves and not self._curves.data["xs"]:
            return
        x0, x1, y0, y1 = self._local.extent(window, Size(1, 1))
        lines = [(curve.colour, line) for curve in curves for line in curve.lines]
        self._curves.data = {
            "xs": [x0 + (x1 - x0) * line[:, 0] for _, line in lines],
            "ys": [y0 + (y1 - y0) * line[:, 1] for _, line in lines],
            "colour": [colour for colour, _ in lines],
        }

    def relabel(self, spec: Spec) -> None:
        """Label the axes, in the present coordinates, and both sides of the measure of a spec."""
        self._spec = spec
        self.figure.tags = tags_of(spec)
        across, up = (
            label.rpartition(", ")[2] if brief else label
            for label, brief in zip(self._local.labels(spec), self._brief, strict=True)
        )
        for drawn in (tiles.figure for tiles in self._tiles):
            drawn.xaxis.axis_label, drawn.yaxis.axis_label = across, up
            drawn.hover.tooltips = _tooltip(spec)

    def _enter(self, local: LocalCoordinates) -> LocalCoordinates:
        self._local = local
        self.relabel(self._spec)
        return local

    def _shape(self) -> Size:
        width, height = (int(self._view_source.data[key][0]) for key in ("width", "height"))
        return Size(max(width, 1), max(height, 1))

    def _local_data(
        self,
        extent: tuple[float, float, float, float],
        old: LocalCoordinates | None = None,
        *,
        fit: bool = False,
    ) -> dict[str, list[object]]:
        local = self._local
        dx, dy = old.to_local(local.x, local.y) if old else (0.0, 0.0)
        data: dict[str, object] = {
            "epoch": local.epoch,
            "exponent_x": local.exponent,
            "exponent_y": local.exponent_y,
            "shape": local.shape,
            "x": f"{local.x:f}",
            "y": f"{local.y:f}",
            "jump": old is None,
            "fit": fit,
            "scale_x": 10.0 ** (old.exponent - local.exponent) if old else 1.0,
            "scale_y": 10.0 ** (old.exponent_y - local.exponent_y) if old else 1.0,
            "dx": dx,
            "dy": dy,
            **dict(zip(("x0", "x1", "y0", "y1"), extent, strict=True)),
        }
        return {key: [value] for key, value in data.items()}

    def _figure(self, x_range: Range1d, y_range: Range1d, name: str, label: str) -> figure:
        """Return a figure that is dragged and zoomed, and of which box zoom may be chosen."""
        wheel, pan, box = WheelZoomTool(maintain_focus=True), PanTool(), BoxZoomTool()
        box.match_aspect = True
        drawn = figure(
            x_range=x_range,
            y_range=y_range,
            tools=[pan, wheel, box],
            name=name,
            html_attributes={"role": "application", "aria-label": label},
            active_scroll=wheel,
            active_drag=box if self.box_zoom else pan,
            toolbar_location=None,
            sizing_mode="stretch_both",
            min_height=240,
            frame_align=False,  # whatever stands beside or below it
            min_border_right=HALF_A_LABEL,
            min_border_left=88,  # more than any tick label needs, or the picture would not rest
            output_backend="canvas",
            background_fill_color=BACKGROUND,
        )
        drawn.grid.visible = False
        drawn.title.update(text_font_size="13px", text_font_style="normal", standoff=4)
        drawn.axis.axis_label_text_font_style = "normal"
        mode = ColumnDataSource({"box": [self.box_zoom]})
        tools = CustomJS(
            args={"pan": pan, "box": box, "mode": mode}, code=callback(__package__, "drag")
        )
        mode.js_on_change("data", tools)
        drawn.js_on_change("inner_width", tools)  # the page holds what a callback of it names
        self._modes.append(mode)
        return drawn

    def _equip(self, drawn: figure) -> Tiles:
        """Have a figure show tiles, pins, and what is under the pointer."""
        tiles = Tiles(drawn, self._local)
        self._tiles.append(tiles)
        line = {"line_color": "#ffffff", "line_alpha": 0.35, "line_width": 1}
        drawn.add_tools(self._make_hover(drawn), CrosshairTool(**line))
        self._mark_pins(drawn)
        return tiles

    def _connect(self) -> None:
        drawn, local = self.figure, self._local_source
        shared = {"figure": drawn, "local": local}
        send = CustomJS(
            args={**shared, "view": self._view_source}, code=callback(__package__, "view")
        )
        for of_axis in (drawn.x_range, drawn.y_range):
            of_axis.js_on_change("start", send)
            of_axis.js_on_change("end", send)
        drawn.js_on_change("inner_width", send)
        drawn.js_on_change("inner_height", send)
        local.js_on_change("data", CustomJS(args=shared, code=callback(__package__, "move")), send)
        self._view_source.on_change("data", self._viewed)
        for ticked, axis in ((drawn.xaxis, "x"), (drawn.yaxis, "y")):
            known = {"local": local, "axis": axis}
            ticked.formatter = CustomJSTickFormatter(args=known, code=callback(__package__, "tick"))
        self.tiles = self._equip(drawn)
        for width, colour in ((4, HALO), (1.5, "colour")):
            drawn.multi_line("xs", "ys", source=self._curves, line_color=colour, line_width=width)
        self._listen()

    def _mark_pins(self, drawn: figure) -> None:
        source = self._marks
        drawn.scatter(
            "x", "y", source=source, marker="circle", size=19, fill_color="colour",
            line_color="#000000", line_width=1.5, level="overlay",
        )  # fmt: skip
        drawn.text(
            "x", "y", text="number", source=source, text_align="center", text_baseline="middle",
            text_font_size="12px", text_font_style="bold", text_color="#000000", level="overlay",
        )  # fmt: skip

    def _listen(self) -> None:
        """Be told of clicks and keys."""
        drawn, local = self.figure, self._local_source
        told = {"tapped": self._tapped, "pressed": self._pressed}
        known = {"figure": drawn, "local": local, **told}
        drawn.js_on_event(Tap, CustomJS(args=known, code=callback(__package__, "click")))
        drawn.js_on_event(
            DoubleTap, CustomJS(args=known, code=callback(__package__, "double_click"))
        )
        keys = CustomJS(args={**known, "keys": self._keys}, code=callback(__package__, "keys"))
        self.begin_with(keys)
        self._tapped.on_change("data", self._clicked)
        self._pressed.on_change("data", self._key_pressed)

    def _make_hover(self, drawn: figure) -> HoverTool:
        known = {"figure": drawn, "local": self._local_source}
        corners = {"left": [-_FAR], "right": [_FAR], "bottom": [-_FAR], "top": [_FAR]}
        everywhere = drawn.quad(
            *corners, source=ColumnDataSource(corners), fill_alpha=0, line_alpha=0
        )
        return HoverTool(
            renderers=[everywhere],
            tooltips=_tooltip(self._spec),
            formatters={
                "$x": CustomJSHover(
                    args={**known, "axis": "x"}, code=callback(__package__, "coordinate")
                ),
                "$y": CustomJSHover(
                    args={**known, "axis": "y"}, code=callback(__package__, "coordinate")
                ),
                "@left": CustomJSHover(args={"figure": drawn}, code=callback(__package__, "value")),
            },
            point_policy="follow_mouse",
        )

    def _viewed(self, attr: str, old: object, new: object) -> None:
        if (known := self.current()) is not None:
            self._gestures.view(*known, int(self._view_source.data["gesture"][0]))

    def _clicked(self, attr: str, old: object, new: object) -> None:
        told = self._tapped.data
        if told["epoch"][0] != self._local.epoch or (known := self.current()) is None:
            return
        window, size = known
        x0, x1, y0, y1 = self._local.extent(window, size)
        x, y, across, up = told["x"][0], told["y"][0], (x1 - x0) / 2, (y1 - y0) / 2
        near = self._local.window(x - across, x + across, y - up, y + up)
        self._gestures.tap(near.x, near.y)

    def _key_pressed(self, attr: str, old: object, new: object) -> None:
        self._gestures.key(str(self._pressed.data["key"][0]))


def tags_of(spec: Spec) -> list[object]:
    """Return what the browser calls the two sides of the measure, and kinds of outcome."""
    measure = MEASURES[spec.measure]
    return [*measure.sides, {str(number): name for number, name in measure.category_names.items()}]


def _tooltip(spec: Spec) -> str:
    """Return what is said beside the pointer, as HTML: where it is, and what became of the run.

    On a logarithmic axis the value itself stands below its logarithm.
    """
    rows = []
    for axis, name in ((spec.x, "$x"), (spec.y, "$y")):
        symbol = spec.axis_setting(axis).symbol
        if axis.scale == "log10":
            rows.append((f"log₁₀ {symbol}", f"{name}{{coordinate}}"))
            rows.append((symbol, f"{name}{{value}}"))
        else:
            rows.append((symbol, f"{name}{{coordinate}}"))
    cells = "".join(f"<tr><td>{name}&ensp;</td><td>{text}</td></tr>" for name, text in rows)
    table = f"<table style='border-spacing:0'>{cells}</table>"
    return f"<div style='color:#111;font-size:12px'>{table}<b>@left{{custom}}</b></div>"
