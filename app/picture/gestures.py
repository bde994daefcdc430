"""Gestures: what somebody does with a figure, as the browser sends it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bokeh.models import ColumnDataSource, CustomJS
from bokeh.plotting import figure

from engine.pictures.scripts import callback
from engine.plane import FARTHEST, NARROWEST, WIDEST, Size, Window

_BOUNDS = {"narrowest": 2 * NARROWEST, "widest": 2 * WIDEST, "farthest": float(FARTHEST)}


def _nothing(*gesture: object) -> None:
    """Do nothing about a gesture."""


@dataclass(frozen=True)
class Gestures:
    """Who hears of what somebody does with the figure.

    Attributes:
        view: is given the window, its size in pixels, and the number of the gesture.
        rest: is called when nobody looks at the page any more; `view`, when somebody does again.
        tap: is given the exact point of a click, in axis units.
        key: is given a key, or the one that a double click stands for.
    """

    view: Callable[[Window, Size, int], None]
    rest: Callable[[], None] = _nothing
    tap: Callable[[Decimal, Decimal], None] = _nothing
    key: Callable[[str], None] = _nothing


class Listener:
    """Hears of gestures and keys.

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
        self._mode = ColumnDataSource({"box": [False]})
        self._args = {"local": coordinates, "bounds": _BOUNDS, "pressed": self._key}
        self._click.on_change("data", self._hear_click)
        self._key.on_change("data", self._hear_key)

    @property
    def box(self) -> bool:
        """Whether a drag draws a box to zoom into, in all figures alike, and does not pan."""
        return bool(self._mode.data["box"][0])

    @box.setter
    def box(self, chosen: bool) -> None:
        self._mode.data = {"box": [chosen]}

    def hear_gestures(self, target: figure) -> CustomJS:
        """Return what has the browser begin to listen to what is done with a figure."""
        args = {"figure": target, **self._args, "mode": self._mode, "tapped": self._click}
        return CustomJS(args=args, code=callback(__package__, "gestures"))

    def hear_keys(self, target: figure, keys: Sequence[str]) -> CustomJS:
        """Return what has the browser begin to listen to keys.

        Args:
            target: the figure that arrows move, and + and - zoom.
            keys: those that the server hears of.
        """
        args = {"figure": target, **self._args, "keys": list(keys)}
        return CustomJS(args=args, code=callback(__package__, "keys"))

    def _hear_click(self, attr: str, old: object, new: object) -> None:
        x, y, epoch = (self._click.data[key][0] for key in ("x", "y", "epoch"))
        self._clicked(x, y, epoch)

    def _hear_key(self, attr: str, old: object, new: object) -> None:
        self._pressed(str(self._key.data["key"][0]))
