"""Gestures: what somebody does with a figure, as the browser sends it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bokeh.events import DoubleTap, Tap
from bokeh.models import BoxZoomTool, ColumnDataSource, CustomJS, PanTool
from bokeh.plotting import figure

from app.shared.javascript import callback
from engine.plane import Size, Window


def _nothing(*gesture: object) -> None:
    """Do nothing about a gesture."""


@dataclass(frozen=True)
class Gestures:
    """Who hears of what somebody does with the figure.

    Attributes:
        view: is given the window, its size in pixels, and the number of the gesture.
        tap: is given the exact point of a click, in axis units.
        key: is given a key, or the one that a double click stands for.
    """

    view: Callable[[Window, Size, int], None]
    tap: Callable[[Decimal, Decimal], None] = _nothing
    key: Callable[[str], None] = _nothing


class Listener:
    """Hears of clicks and keys.

    Args:
        coordinates: the data source that tells the browser what its numbers mean.
        clicked: is given the point of a click in local coordinates, and their epoch.
        pressed: is given a key.
    """

    def __init__(
        self,
        coordinates: ColumnDataSource,
        clicked: Callable[[float, float, int], None],
        pressed: Callable[[str], None],
    ) -> None:
        self._clicked, self._pressed = clicked, pressed
        self._click = ColumnDataSource({"x": [0.0], "y": [0.0], "epoch": [-1], "count": [0]})
        self._key = ColumnDataSource({"key": [""], "count": [0]})
        self._sources = {"local": coordinates, "tapped": self._click, "pressed": self._key}
        self._click.on_change("data", self._hear_click)
        self._key.on_change("data", self._hear_key)

    def hear_clicks(self, target: figure) -> None:
        """Hear of clicks and double clicks in a figure."""
        args = {"figure": target, **self._sources}
        target.js_on_event(Tap, CustomJS(args=args, code=callback(__package__, "click")))
        target.js_on_event(
            DoubleTap, CustomJS(args=args, code=callback(__package__, "double_click"))
        )

    def hear_keys(self, target: figure, keys: Sequence[str]) -> CustomJS:
        """Return what has the browser begin to listen to keys.

        Args:
            target: the figure that arrows move, and + and - zoom.
            keys: those that the server hears of.
        """
        args = {"figure": target, **self._sources, "keys": list(keys)}
        return CustomJS(args=args, code=callback(__package__, "keys"))

    def _hear_click(self, attr: str, old: object, new: object) -> None:
        x, y, epoch = (self._click.data[key][0] for key in ("x", "y", "epoch"))
        self._clicked(x, y, epoch)

    def _hear_key(self, attr: str, old: object, new: object) -> None:
        self._pressed(str(self._key.data["key"][0]))


class Drag:
    """What dragging does, in all figures alike: it pans, or draws a box to zoom into."""

    def __init__(self) -> None:
        self._box = False
        # One for each figure: those beside the first know of its models, but not it of theirs.
        self._modes: list[ColumnDataSource] = []

    @property
    def box(self) -> bool:
        """Whether it draws a box."""
        return self._box

    @box.setter
    def box(self, chosen: bool) -> None:
        self._box = chosen
        for mode in self._modes:
            mode.data = {"box": [chosen]}

    def follow(self, target: figure, pan: PanTool, box: BoxZoomTool) -> None:
        """Have the tools of a figure follow what is chosen."""
        mode = ColumnDataSource({"box": [self._box]})
        choose = CustomJS(
            args={"pan": pan, "box": box, "mode": mode}, code=callback(__package__, "drag")
        )
        mode.js_on_change("data", choose)
        target.js_on_change("inner_width", choose)  # the page holds what a callback of it names
        self._modes.append(mode)
