"""Where the view lies: its depth in words, the minimap, and the dialog that goes elsewhere."""

from typing import Any

import panel as pn
from bokeh.models import ColumnDataSource, Range1d
from bokeh.plotting import figure
from markupsafe import Markup

from app.views.dialog import dialog
from app.views.fields import Fields
from app.views.style import WIDE
from app.views.view import View
from app.visitor import depth
from app.visitor.explorer import Explorer
from app.visitor.findings import Overview
from engine.errors import InputError
from engine.numbers import pair
from engine.pictures.colour import BACKGROUND
from engine.plane import Window

SIDE = 132  # pixels
SEEN = 0.05  # share of the overview below which a rectangle cannot be seen, but its lines can


class Where(View):
    """How deep the view is, and where in the whole plane."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._picture = ColumnDataSource({"image": []})  # of runs, or one that is kept
        self._kept = ColumnDataSource({"url": []})
        self._here = ColumnDataSource({key: [] for key in ("x", "y", "width", "height")})
        self._figure = self._make_figure()
        self.findings.param.watch(lambda event: self._soon(self._draw), "overview")
        self.navigation.param.watch(lambda event: self._soon(self._point), "window")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        where = self.navigation.param
        words = pn.pane.HTML(
            pn.bind(words_of, where.window, where.depth, self.findings.param.spacings),
            margin=(0, 0, 0, 10), **WIDE,
        )  # fmt: skip
        minimap = pn.pane.Bokeh(self._figure, width=SIDE, height=SIDE, margin=0)
        return pn.Row(minimap, words, margin=(10, 12, 4, 12), **WIDE)

    def _soon(self, change: object) -> None:
        self.explorer.page.soon(change)  # type: ignore[arg-type]

    def _make_figure(self) -> figure:
        minimap = figure(
            width=SIDE, height=SIDE, x_range=Range1d(0, 1), y_range=Range1d(0, 1), tools="",
            toolbar_location=None, background_fill_color=BACKGROUND, min_border=0, name="minimap",
        )  # fmt: skip
        minimap.axis.visible = False
        minimap.grid.visible = False
        minimap.image_rgba("image", x=0, y=0, dw=1, dh=1, source=self._picture)
        minimap.image_url("url", x=0, y=0, w=1, h=1, anchor="bottom_left", source=self._kept)
        line = {"line_color": "#ffffff", "line_width": 1, "line_alpha": 0.7}
        around = {"fill_alpha": 0, **line, "line_width": 2}
        minimap.rect("x", "y", "width", "height", source=self._here, **around)
        for angle in (0, 90, 180, 270):
            minimap.ray(
                "x", "y", length=0, angle=angle, angle_units="deg", source=self._here, **line
            )
        return minimap

    def _draw(self) -> None:
        """Show the whole plane, in coordinates from 0 to 1."""
        overview: Overview | None = self.findings.overview
        runs, kept = (None, "") if overview is None else (overview.rgba, overview.url)
        self._picture.data = {"image": [] if runs is None else [runs]}
        self._kept.data = {"url": [kept] if kept else []}
        self._point()

    def _point(self) -> None:
        """Show where in it the view lies: a rectangle, and lines that lead to it."""
        overview, window = self.findings.overview, self.navigation.window
        if overview is None or window is None:
            self._here.data = {key: [] for key in self._here.data}
            return
        x, y, width = within(window, overview.window)
        height = max(width * self.navigation.aspect, SEEN / 2)
        self._here.data = {
            "x": [x], "y": [y], "width": [max(width, SEEN / 2)], "height": [height]
        }  # fmt: skip


def within(window: Window, whole: Window) -> tuple[float, float, float]:
    """Return the centre and the width of a window as shares of the whole, which is a square."""
    across = 2 * whole.half_width
    axes = ((window.x - whole.x, across), (window.y - whole.y, across * 2.0**whole.stretch))
    x, y = (float(away) / full + 0.5 for away, full in axes)
    return x, y, window.half_width / whole.half_width


def words_of(window: Window, words: str, spacings: float) -> str:
    """Return how deep a view is, as HTML: in words, its width, and what float64 can tell apart."""
    width = f"width {2 * window.half_width:.3g}{window.proportion}"
    lines = [words, width, depth.of_float64(spacings)]
    return str(_LINES.format(Markup("<br>").join(line for line in lines if line)))


_LINES = Markup("<div style='font-size:.875rem;line-height:1.43'>{}</div>")


COORDINATES = {"x": "Centre x", "y": "Centre y", "width": "Width"}


class GoTo(View):
    """The dialog in which coordinates or a link are typed."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self.form = Fields(self._heard, margin=0, **WIDE)
        self._typed: dict[str, str] = {}
        self._again, self._wrong = 0, ""
        self._begin()
        explorer.param.watch(lambda event: self._begin(), "dialog")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the dialog."""
        return dialog(self.explorer, "go to", "Go to", self.form)

    def _begin(self) -> None:
        """Begin with where the view is."""
        if self.explorer.dialog == "go to":
            window = self.navigation.window
            width = repr(2 * window.half_width)
            self._typed = {"x": str(window.x), "y": str(window.y), "width": width, "link": ""}
            self._again, self._wrong = self._again + 1, ""
            self._show()

    def _show(self) -> None:
        common = {"kind": "text", "live": True, "enters": True, "again": self._again}
        coordinates = [
            {"name": name, "label": label, "value": self._typed[name], **common}
            for name, label in COORDINATES.items()
        ]
        self.form.fields = [
            {"name": "units", "kind": "note", "label": "", "value": _units(self.settings.spec)},
            *coordinates,
            {"name": "link", "label": "or a link", "value": self._typed["link"],
             "hint": "http://…/?v=…", **common},
            {"name": "go", "kind": "button", "label": "Go", "problem": self._wrong},
        ]  # fmt: skip

    def _heard(self, name: str, value: Any) -> None:
        if name in self._typed and value is not None:
            self._typed[name] = str(value)
        else:
            self._leave()

    def _leave(self) -> None:
        """Go where the fields say, or say what is wrong with them."""
        x, y, width, link = self._typed.values()
        try:
            if link.strip():
                self.explorer.open_link(link)
            else:
                at = pair(x) or pair(y) or (x, y)  # pasted in one piece
                self.navigation.go_to(Window.parse(*at, width))
            self.explorer.dialog = ""
        except InputError as error:
            self._wrong = str(error)
            self._show()


def _units(spec: object) -> str:
    x, y = spec.axis_label(spec.x), spec.axis_label(spec.y)  # type: ignore[attr-defined]
    return f"x is {x}; y is {y}. Decimals of any length."
