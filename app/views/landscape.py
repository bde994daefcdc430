"""This module is the landscape: the zoomable picture, a Bokeh figure that stays exact at depth.

The browser moves the picture by itself, at once; the server learns of the new view a moment later
and sends tiles for it. Server and browser talk through a few data sources: `view` (the browser's
ranges and size), `frame` (what its numbers mean), `content` (pictures of tiles that are new) and
`layout` (which tiles are shown, and where). The browser holds the pictures, and lays one tile over
another in `images`, of which the server knows nothing.
"""

from collections.abc import Callable
from decimal import Decimal

from bokeh.events import DocumentReady, Tap
from bokeh.models import (
    BoxZoomTool,
    ColumnDataSource,
    CustomJS,
    CustomJSHover,
    CustomJSTickFormatter,
    HoverTool,
    PanTool,
    Range1d,
    WheelZoomTool,
)
from bokeh.plotting import figure

from app.frame import Frame
from app.mosaic import Changes
from engine.colour import BACKGROUND
from engine.lattice import PLANE, TILE, TileIndex
from engine.measures import MEASURES
from engine.plane import Size, Window
from engine.spec import Spec

MOST_VIEW_PIXELS = 4_000_000  # runs in one viewport; a larger screen gets larger pixels
SEND_EVERY = 50  # milliseconds between two messages about a moving view; the last always goes out

# Says what the browser shows. Bokeh's own RangesUpdate event comes half a second too late for this.
_SEND = """
if (figure.pending_view) return
const since = performance.now() - (figure.told_at ?? -EVERY)
figure.pending_view = setTimeout(() => {
  figure.pending_view = null
  figure.told_at = performance.now()
  const {x_range, y_range, inner_width: width, inner_height: height} = figure
  if (!(width > 0 && height > 0)) return
  const told = Object.fromEntries(Object.entries(frame.data).map(([key, [value]]) => [key, value]))
  const at = () => [x_range.start, x_range.end, y_range.start, y_range.end].join()
  const {epoch: fitted, at: place} = figure.fitted ?? {}
  const fits = told.fit && (fitted !== told.epoch || place === at())
  let across = (x_range.end - x_range.start) / 2
  if (fits) {  // the whole window, at whatever size the page is laid out, until somebody moves it
    const centre = (told.x0 + told.x1) / 2, middle = (told.y0 + told.y1) / 2
    across = Math.max(told.x1 - told.x0, (told.y1 - told.y0) * width / height) / 2
    x_range.setv({start: centre - across, end: centre + across})
    y_range.setv({start: middle - across, end: middle + across})
  }
  const half = across * height / width
  if (Math.abs(2 * half / (y_range.end - y_range.start) - 1) > 1e-6) {  // square pixels
    const middle = (y_range.start + y_range.end) / 2
    y_range.setv({start: middle - half, end: middle + half})
  }
  if (fits) figure.fitted = {epoch: told.epoch, at: at()}
  const now = {epoch: told.epoch, x0: x_range.start, x1: x_range.end,
               y0: y_range.start, y1: y_range.end, width, height,
               ratio: window.devicePixelRatio || 1, screen: window.innerWidth}
  const last = view.data
  if (Object.keys(now).every((key) => last[key] && last[key][0] === now[key])) return
  view.data = Object.fromEntries(Object.entries(now).map(([key, value]) => [key, [value]]))
}, Math.max(0, EVERY - since))  // at once after a rest
""".replace("EVERY", str(SEND_EVERY))

# Moves the ranges to a new frame: to a given view, or wherever the user is by now, in new numbers.
_MOVE = """
const told = Object.fromEntries(Object.entries(frame.data).map(([key, [value]]) => [key, value]))
if (told.epoch === figure.epoch) return
figure.epoch = told.epoch
const {x_range: x, y_range: y} = figure
if (told.jump) {
  x.setv({start: told.x0, end: told.x1})
  y.setv({start: told.y0, end: told.y1})
} else {
  const {scale, dx, dy} = told
  x.setv({start: (x.start - dx) * scale, end: (x.end - dx) * scale})
  y.setv({start: (y.start - dy) * scale, end: (y.end - dy) * scale})
}
"""

_CONTENT = ("image_of", "image", "value_of", "value", "sent")
_PLACE = ("x", "y", "dw", "dh")
_FAR = 1e6  # in the browser's coordinates: beyond everything that can be seen
_VIEW = ("epoch", "x0", "x1", "y0", "y1", "width", "height", "ratio", "screen")

_TICK = """
const exponent = frame.data.exponent[0]
const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : 1
const digits = Math.max(0, Math.min(12, -Math.floor(Math.log10(step) + 1e-9)))
const text = tick.toFixed(digits).replace('-', '\\u2212')
return exponent === 0 || tick <= 0 ? text : '+' + text
"""

# The exact decimal of base + u * 10**exponent, with a few digits below the width of the view.
_EXACT = """
const exponent = frame.data.exponent[0], base = frame.data[axis][0]
const below = Math.max(2, 4 - Math.floor(Math.log10(figure.x_range.end - figure.x_range.start)))
const digits = Math.max(0, -exponent) + below
const parse = (text) => {
  const negative = text.startsWith('-')
  const [whole, part = ''] = text.replace('-', '').split('.')
  const units = BigInt(whole + part.padEnd(digits, '0').slice(0, digits))
  return negative ? -units : units
}
let units = parse(base) + BigInt(Math.round(value * 10 ** below))
const sign = units < 0n ? '\\u2212' : ''
if (units < 0n) units = -units
const text = units.toString().padStart(digits + 1, '0')
return sign + text.slice(0, -digits) + '.' + text.slice(-digits)
"""

# The value of the finest tile that knows one under the pointer.
_VALUE = """
const {x, y} = special_vars
let found = NaN
for (const tile of figure.tiles ?? []) {
  const {shape} = tile.value
  const column = Math.floor((x - tile.x) / tile.dw * shape[1])
  const row = Math.floor((y - tile.y) / tile.dh * shape[0])
  if (column < 0 || row < 0 || column >= shape[1] || row >= shape[0]) continue
  const known = tile.value[row * shape[1] + column]
  if (!isNaN(known)) found = known
}
if (isNaN(found)) return 'not trained yet'
return `${figure.tags[found < 0 ? 0 : 1]}, ${Math.abs(found).toPrecision(6)}`
"""

# Keeps the pictures of the tiles that are shown, and draws them in the order given.
_LAY = """
const {id, x, y, dw, dh} = layout.data
const held = figure.held ?? new Map(), told = content.data
const cut = (key) => (tile, k) => {  // one tile out of an array of many
  const all = told[key][0], side = all.shape[1], points = side ** 2
  const part = new all.constructor(all.slice(k * points, (k + 1) * points), [side, side])
  held.set(tile, {...held.get(tile), [key]: part})
}
if (told.sent.length && told.sent[0] !== acknowledged.data.sent[0]) {
  told.image_of[0].forEach(cut('image'))
  told.value_of[0].forEach(cut('value'))
}
figure.tiles = []
id.forEach((id, k) => {
  const tile = held.get(id)
  if (tile) figure.tiles.push({...tile, id, x: x[k], y: y[k], dw: dw[k], dh: dh[k]})
})
figure.held = new Map(figure.tiles.map((tile) => [tile.id, tile]))
const column = (key) => figure.tiles.map((tile) => tile[key])
const data = Object.fromEntries(['image', 'x', 'y', 'dw', 'dh'].map((key) => [key, column(key)]))
images.setv({data}, {sync: false})
acknowledged.data = {sent: [content.data.sent[0] ?? acknowledged.data.sent[0]]}
"""


class Landscape:
    """The figure, and the exact view behind it.

    Args:
        spec: whose plane is drawn.
        window: the view to start with.
        on_view: called with the window and its size in pixels whenever the view has changed.
        on_tap: called with the exact point, in axis units, that was clicked.
        fit: whether to show the whole window, as a square, rather than its width.
    """

    def __init__(
        self,
        spec: Spec,
        window: Window,
        on_view: Callable[[Window, Size], None],
        on_tap: Callable[[Decimal, Decimal], None],
        *,
        fit: bool = False,
    ) -> None:
        self._on_view, self._on_tap = on_view, on_tap
        self._spec = spec
        self._shown: tuple[TileIndex, ...] = ()
        self._sent = 0
        self._frame = Frame.around(window)
        extent = self._frame.extent(window, Size(1, 1))
        self.figure = self._figure(extent)
        self._frame_source = ColumnDataSource(self._frame_data(extent, fit=fit))
        self._view_source = ColumnDataSource({key: [0.0] for key in _VIEW})
        self._content = ColumnDataSource({key: [] for key in _CONTENT})
        self._layout = ColumnDataSource({"id": [], **{key: [] for key in _PLACE}})
        self._images = ColumnDataSource({"image": [], **{key: [] for key in _PLACE}})
        self._acknowledged = ColumnDataSource({"sent": [0]})
        self._connect()
        self.relabel(spec)

    @property
    def screen(self) -> int:
        """The width of the browser window in pixels, 0 before it is known."""
        return int(self._view_source.data["screen"][0])

    @property
    def in_flight(self) -> int:
        """How many pictures were sent that the browser has not drawn yet."""
        return self._sent - int(self._acknowledged.data["sent"][0])

    def current(self) -> tuple[Window, Size] | None:
        """Return what the browser shows and at how many pixels; None until it has said so.

        A view told in an earlier frame is none: the browser had not moved yet, and soon tells anew.
        """
        told = {key: column[0] for key, column in self._view_source.data.items()}
        laid_out = told["width"] >= 1 and told["height"] >= 1
        if not laid_out or int(told["epoch"]) != self._frame.epoch:
            return None
        window = self._frame.window(told["x0"], told["x1"], told["y0"], told["y1"])
        ratio = min(max(float(told["ratio"]), 1.0), 3.0)
        pixels = told["width"] * told["height"] * ratio**2
        ratio *= min(1.0, (MOST_VIEW_PIXELS / pixels) ** 0.5)
        size = Size(max(1, round(told["width"] * ratio)), max(1, round(told["height"] * ratio)))
        return window, size

    def jump(self, window: Window) -> None:
        """Go to a place where the whole window can be seen; the browser tells its view back."""
        frame = self._enter(Frame.around(window, self._frame.epoch + 1))
        self._frame_source.data = self._frame_data(frame.extent(window, Size(1, 1)), fit=True)
        self._lay()

    def settle(self, window: Window) -> None:
        """Change to a frame of the right depth, if the window has left the present one's."""
        if not self._frame.fits(window):
            old = self._frame
            frame = self._enter(Frame.around(window, old.epoch + 1))
            self._frame_source.data = self._frame_data(frame.extent(window, self._shape()), old)
            self._lay()

    def show(self, changes: Changes) -> None:
        """Show these tiles from now on, some of them with new pictures."""
        if changes.pictured or changes.valued:
            self._sent += 1
            self._content.data = {
                "image_of": [[_name(index) for index in changes.pictured]],
                "image": [changes.rgba.reshape(-1, TILE)],
                "value_of": [[_name(index) for index in changes.valued]],
                "value": [changes.values.reshape(-1, TILE)],
                "sent": [self._sent],
            }
        elif self._shown == changes.shown:
            return
        self._shown = changes.shown
        self._lay()

    def clear(self) -> None:
        """Show nothing."""
        self._content.data = {key: [] for key in self._content.data}
        self._shown = ()
        self._lay()

    def _lay(self) -> None:
        """Tell the browser which tiles are shown, and where in the present frame."""
        places = self._frame.tiles(PLANE, self._shown)
        self._layout.data = {
            "id": [_name(index) for index in self._shown],
            **{key: list(column) for key, column in zip(_PLACE, places.T, strict=True)},
        }

    def relabel(self, spec: Spec) -> None:
        """Label the axes and the two sides of the measure for a spec, in the present frame."""
        self._spec = spec
        self.figure.tags = list(MEASURES[spec.measure].sides)
        frame = self._frame
        pairs = ((self.figure.xaxis, spec.x, frame.x), (self.figure.yaxis, spec.y, frame.y))
        for drawn, axis, base in pairs:
            label = spec.axis_label(axis)
            if frame.exponent:
                label += f" = {_plain(base)} + Δ·10{_superscript(frame.exponent)}"
            drawn.axis_label = label

    def _enter(self, frame: Frame) -> Frame:
        self._frame = frame
        self.relabel(self._spec)
        return frame

    def _shape(self) -> Size:
        width, height = (int(self._view_source.data[key][0]) for key in ("width", "height"))
        return Size(max(width, 1), max(height, 1))

    def _frame_data(
        self,
        extent: tuple[float, float, float, float],
        old: Frame | None = None,
        *,
        fit: bool = False,
    ) -> dict[str, list[object]]:
        frame = self._frame
        dx, dy = old.place(frame.x, frame.y) if old else (0.0, 0.0)
        data: dict[str, object] = {
            "epoch": frame.epoch,
            "exponent": frame.exponent,
            "x": _plain(frame.x),
            "y": _plain(frame.y),
            "jump": old is None,
            "fit": fit,
            "scale": 10.0 ** (old.exponent - frame.exponent) if old else 1.0,
            "dx": dx,
            "dy": dy,
            **dict(zip(("x0", "x1", "y0", "y1"), extent, strict=True)),
        }
        return {key: [value] for key, value in data.items()}

    def _figure(self, extent: tuple[float, float, float, float]) -> figure:
        x0, x1, y0, y1 = extent
        wheel, pan = WheelZoomTool(maintain_focus=True), PanTool()
        drawn = figure(
            x_range=Range1d(x0, x1),
            y_range=Range1d(y0, y1),
            tools=[pan, wheel, BoxZoomTool(match_aspect=True)],
            active_scroll=wheel,
            active_drag=pan,
            toolbar_location="above",
            sizing_mode="stretch_both",
            min_height=320,
            min_border_left=64,
            output_backend="canvas",
            background_fill_color=BACKGROUND,
        )
        drawn.toolbar.logo = None
        drawn.grid.visible = False
        drawn.axis.axis_label_text_font_style = "normal"
        return drawn

    def _connect(self) -> None:
        drawn, frame = self.figure, self._frame_source
        shared = {"figure": drawn, "frame": frame}
        send = CustomJS(args={**shared, "view": self._view_source}, code=_SEND)
        for of_axis in (drawn.x_range, drawn.y_range):
            of_axis.js_on_change("start", send)
            of_axis.js_on_change("end", send)
        drawn.js_on_change("inner_width", send)
        drawn.js_on_change("inner_height", send)
        drawn.js_on_event(DocumentReady, send)
        frame.js_on_change("data", CustomJS(args=shared, code=_MOVE), send)
        self._view_source.on_change("data", self._viewed)
        drawn.axis.formatter = CustomJSTickFormatter(args={"frame": frame}, code=_TICK)
        drawn.image_rgba("image", "x", "y", "dw", "dh", source=self._images)
        drawn.add_tools(self._hover())
        drawn.on_event(Tap, self._tapped)
        lay = {"content": self._content, "layout": self._layout, "images": self._images}
        told = {**lay, "figure": drawn, "acknowledged": self._acknowledged}
        relay = CustomJS(args=told, code=_LAY)
        self._layout.js_on_change("data", relay)
        self._images.js_on_change("name", relay)  # the page holds what a callback of it names

    def _hover(self) -> HoverTool:
        known = {"figure": self.figure, "frame": self._frame_source}
        corners = {"left": [-_FAR], "right": [_FAR], "bottom": [-_FAR], "top": [_FAR]}
        everywhere = self.figure.quad(
            *corners, source=ColumnDataSource(corners), fill_alpha=0, line_alpha=0
        )
        return HoverTool(
            renderers=[everywhere],
            tooltips=[("x", "$x{custom}"), ("y", "$y{custom}"), ("run", "@left{custom}")],
            formatters={
                "$x": CustomJSHover(args={**known, "axis": "x"}, code=_EXACT),
                "$y": CustomJSHover(args={**known, "axis": "y"}, code=_EXACT),
                "@left": CustomJSHover(args={"figure": self.figure}, code=_VALUE),
            },
            point_policy="follow_mouse",
        )

    def _viewed(self, attr: str, old: object, new: object) -> None:
        if (known := self.current()) is not None:
            self._on_view(*known)

    def _tapped(self, event: Tap) -> None:
        if event.x is None or event.y is None or (known := self.current()) is None:
            return
        window, size = known
        x0, x1, y0, y1 = self._frame.extent(window, size)
        near = self._frame.window(
            event.x - (x1 - x0) / 2, event.x + (x1 - x0) / 2, event.y - (y1 - y0) / 2,
            event.y + (y1 - y0) / 2,
        )  # fmt: skip
        self._on_tap(near.x, near.y)


def _name(index: TileIndex) -> str:
    return f"{index.level}:{index.column}:{index.row}"


def _plain(number: Decimal) -> str:
    return f"{number:f}"


def _superscript(number: int) -> str:
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
