"""The zoomable picture: a Bokeh figure that stays exact at depth.

The browser moves the picture by itself, at once; the server hears of the new view a moment later
and sends tiles for it. Server and browser talk through data sources: `view` (the browser's ranges
and size), `coordinates` (what its numbers mean), and those of the tiles, marks and gestures. Other
figures may stand beside it, which share its ranges, and with them every gesture.
"""

import math
from collections.abc import Sequence

from bokeh.models import ColumnDataSource, CustomJS, Range1d
from bokeh.plotting import figure

from app.picture.coordinates import row
from app.picture.figures import label_ticks, make_figure, point, tags_of, tooltip
from app.picture.gestures import Gestures, Listener
from app.picture.marks import Marks
from app.picture.mosaic import TileUpdate
from app.picture.sharpness import Pace, runs_per_point
from app.picture.tiles import Tiles
from engine.analysis.tracing import Traced
from engine.pictures.local import LocalCoordinates
from engine.pictures.scripts import callback
from engine.places.links import Pin
from engine.plane import Size, Window
from engine.spec import Spec

MOST_VIEW_PIXELS = 4_000_000  # runs in one request; a larger screen gets larger pixels
FINEST_SCREEN = 3.0  # screen pixels along one of the page, beyond which nobody sees more
NAME = "training landscape"  # what it is called for those who hear the page
_VIEW = (
    "epoch", "gesture", "x0", "x1", "y0", "y1", "width", "height", "ratio", "sharpness",
    "predictions", "screen", "hidden",
)  # fmt: skip


class Landscape:
    """The figure, and the exact view behind it.

    Args:
        spec: whose plane is drawn.
        window: the view to start with.
        gestures: who hears of what somebody does.
        keys: those that the server hears of.
        fit: whether to show the whole window, as a square, rather than its width.
        pace: returns the seconds that a run takes, None if they are not known yet.

    Attributes:
        figure: the Bokeh figure.
        tiles: the tiles of the figure.
        local: the coordinates of the browser's numbers.
        coordinates: the data source that tells the browser what they mean.
        view: the data source in which the browser tells what it shows.
    """

    def __init__(
        self,
        spec: Spec,
        window: Window,
        gestures: Gestures,
        *,
        keys: Sequence[str] = (),
        fit: bool = False,
        pace: Pace = lambda: None,
    ) -> None:
        self._gestures, self._spec, self._pace = gestures, spec, pace
        self._brief = False, False
        self.local = LocalCoordinates.around(window)
        extent = x0, x1, y0, y1 = self.local.extent(window, Size(1, 1))
        self._marks = Marks(self.local, window)
        self._every: list[Tiles] = []  # of this figure and those beside it
        self._veil = ColumnDataSource({"veiled": [0]})
        self.figure = make_figure(Range1d(x0, x1), Range1d(y0, y1), "landscape", NAME)
        self.coordinates = ColumnDataSource(row(self.local, extent, fit=fit))
        self.view = ColumnDataSource({key: [0.0] for key in _VIEW})
        self._listener = Listener(self.coordinates, self._clicked, gestures.key)
        self._send_views()
        label_ticks(self.figure, self.coordinates)
        self.tiles = self._equip(self.figure)
        self._marks.draw_curves(self.figure)
        self.begin_with(CustomJS(code=callback(__package__, "bokeh")))
        self.begin_with(self._listener.hear_keys(self.figure, keys))
        self.relabel(spec)

    @property
    def screen(self) -> int:
        """The width of the browser window in pixels, 0 before it is known."""
        return int(self.view.data["screen"][0])

    @property
    def predicts(self) -> bool:
        """Whether runs that are not trained yet are to be shown as predicted."""
        return self.view.data["predictions"][0] != "off"

    @property
    def in_flight(self) -> int:
        """How many pictures were sent that the browser has not drawn yet."""
        return self.tiles.in_flight

    @property
    def box_zoom(self) -> bool:
        """Whether dragging draws a box to zoom into, and does not pan."""
        return self._listener.box

    @box_zoom.setter
    def box_zoom(self, chosen: bool) -> None:
        self._listener.box = chosen

    def current(self) -> tuple[Window, Size] | None:
        """Return what the browser shows and with how many runs; None until it has said so.

        A view in the coordinates of another epoch is none: the browser soon tells anew.
        """
        view = {key: column[0] for key, column in self.view.data.items()}
        laid_out = view["width"] >= 1 and view["height"] >= 1
        sound = all(math.isfinite(view[key]) for key in ("x0", "x1", "y0", "y1"))
        if not (laid_out and sound) or int(view["epoch"]) != self.local.epoch:
            return None
        window = self.local.window(view["x0"], view["x1"], view["y0"], view["y1"])
        points = view["width"] * view["height"]
        density = min(max(float(view["ratio"]), 1.0), FINEST_SCREEN)
        density = min(density, (MOST_VIEW_PIXELS / points) ** 0.5)
        ratio = runs_per_point(view["sharpness"], density, points, self._pace())
        size = Size(max(1, round(view["width"] * ratio)), max(1, round(view["height"] * ratio)))
        return window, size

    def jump(self, window: Window, *, fit: bool = True) -> None:
        """Go to a window; the browser tells its view back.

        With `fit` the whole window can be seen, as a square; without, it is as wide as the view.
        """
        self._enter(window)
        shape = Size(1, 1) if fit else self._shape()
        self.coordinates.data = row(self.local, self.local.extent(window, shape), fit=fit)
        self._lay()

    def settle(self, window: Window) -> None:
        """Change to coordinates of the right depth, if the window has left the present ones."""
        if not self.local.fits(window):
            old = self.local
            self._enter(window)
            self.coordinates.data = row(self.local, self.local.extent(window, self._shape()), old)
            self._lay()

    def mark(self, pins: Sequence[Pin]) -> None:
        """Mark these runs, each with its number, from now on."""
        self._marks.pin(pins)

    def draw(self, window: Window, curves: Sequence[Traced]) -> None:
        """Draw these curves, and no others; traced in this window, which has its height."""
        self._marks.trace(window, curves)

    def lie_over(self, url: str, window: Window) -> None:
        """Lie over the picture of a window that the browser finds at an address; empty for none."""
        self.tiles.ground.show(url, window)

    def show(self, update: TileUpdate) -> None:
        """Show these tiles from now on, some of them with new pictures."""
        self.tiles.show(update)

    def fade(self) -> None:
        """Show what is shown as no longer true, until there is something new."""
        self.tiles.fade()

    def clear(self) -> None:
        """Show nothing."""
        self.tiles.clear()
        self._marks.forget_curves()

    def veil(self, *, on: bool) -> None:
        """Have the browser lay a veil over runs that are predicted, or take it away."""
        self._veil.data = {"veiled": [int(on)]}

    def beside(self, name: str, label: str) -> Tiles:
        """Return the tiles of a new figure that shares ranges, gestures and pins with this one.

        Args:
            name: of the figure.
            label: what it is called for those who hear the page.
        """
        first = self.figure
        other = make_figure(first.x_range, first.y_range, name, label)
        for axis, of_first in zip(other.axis, first.axis, strict=True):
            axis.formatter, axis.axis_label = of_first.formatter, of_first.axis_label
        return self._equip(other)

    def begin_with(self, script: CustomJS) -> None:
        """Have the browser run a callback once the figure is laid out, and when that changes.

        Panel renders the figure after Bokeh's own event of a ready document.
        """
        self.figure.js_on_change("inner_width", script)

    def abbreviate(self, *, x: bool, y: bool) -> None:
        """Label an axis by its symbol alone, where there is no room for words, or no longer."""
        self._brief = x, y
        self.relabel(self._spec)

    def relabel(self, spec: Spec) -> None:
        """Label the axes, in the present coordinates, and both sides of the measure of a spec."""
        self._spec = spec
        self.figure.tags = tags_of(spec)
        across, up = (
            label.rpartition(", ")[2] if brief else label
            for label, brief in zip(self.local.labels(spec), self._brief, strict=True)
        )
        for target in (tiles.figure for tiles in self._every):
            target.xaxis.axis_label, target.yaxis.axis_label = across, up
            target.hover.tooltips = tooltip(spec)

    def _equip(self, target: figure) -> Tiles:
        """Have a figure show tiles, pins and what is under the pointer, and hear of gestures."""
        tiles = Tiles(target, self.local, self._veil)
        self._every.append(tiles)
        point(target, self.coordinates, self._spec)
        self._marks.draw_pins(target)
        target.js_on_change("inner_width", self._listener.hear_gestures(target))
        return tiles

    def _send_views(self) -> None:
        """Have the browser send every new view, and hear of it."""
        args = {"figure": self.figure, "local": self.coordinates}
        send = CustomJS(args={**args, "view": self.view}, code=callback(__package__, "view"))
        for extent in (self.figure.x_range, self.figure.y_range):
            extent.js_on_change("start", send)
            extent.js_on_change("end", send)
        self.figure.js_on_change("inner_width", send)
        self.figure.js_on_change("inner_height", send)
        move = CustomJS(args=args, code=callback(__package__, "move"))
        self.coordinates.js_on_change("data", move, send)
        self.view.on_change("data", self._viewed)

    def _enter(self, window: Window) -> None:
        """Change to coordinates around a window."""
        self.local = LocalCoordinates.around(window, self.local.epoch + 1)
        self.relabel(self._spec)

    def _lay(self) -> None:
        """Tell the browser where everything is in the present coordinates."""
        for tiles in self._every:
            tiles.lay(self.local)
        self._marks.lay(self.local)

    def _shape(self) -> Size:
        width, height = (int(self.view.data[key][0]) for key in ("width", "height"))
        return Size(max(width, 1), max(height, 1))

    def _viewed(self, attr: str, old: object, new: object) -> None:
        if self.view.data["hidden"][0]:
            self._gestures.rest()
        elif (current := self.current()) is not None:
            self._gestures.view(*current, int(self.view.data["gesture"][0]))

    def _clicked(self, x: float, y: float, epoch: int) -> None:
        if epoch != self.local.epoch or (current := self.current()) is None:
            return
        x0, x1, y0, y1 = self.local.extent(*current)
        across, up = (x1 - x0) / 2, (y1 - y0) / 2
        near = self.local.window(x - across, x + across, y - up, y + up)
        self._gestures.tap(near.x, near.y)
