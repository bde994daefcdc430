"""This module is the tiles of a figure: which are shown, where, and with what pictures.

Server and browser talk through three data sources: `content` (pictures of tiles that are new),
`layout` (which tiles are shown, and where) and `acknowledged` (what has been drawn). The browser
holds the pictures, and lays one tile over another in `images`, of which the server knows nothing.
"""

from bokeh.models import ColumnDataSource, CustomJS
from bokeh.plotting import figure

from app.picture.mosaic import Shown
from app.shared.javascript import callback
from engine.pictures.local import LocalCoordinates
from engine.tiles.lattice import PLANE, TILE, TileIndex

PALE = 0.35  # opacity of a picture that is no longer true, until the first of the new one comes
_CONTENT = ("image_of", "image", "value_of", "value", "sent")
_PLACE = ("x", "y", "dw", "dh")


class Tiles:
    """The tiles of a figure.

    Args:
        drawn: the figure.
        local: the coordinates in which it is drawn.
    """

    def __init__(self, drawn: figure, local: LocalCoordinates) -> None:
        self.figure, self._local = drawn, local
        self._shown: tuple[TileIndex, ...] = ()
        self._sent = 0
        self._content = ColumnDataSource({key: [] for key in _CONTENT})
        self._layout = ColumnDataSource({"id": [], **{key: [] for key in _PLACE}})
        self._images = ColumnDataSource({"image": [], **{key: [] for key in _PLACE}})
        self._acknowledged = ColumnDataSource({"sent": [0]})
        self._picture = drawn.image_rgba("image", "x", "y", "dw", "dh", source=self._images)
        lay = {"content": self._content, "layout": self._layout, "images": self._images}
        told = {**lay, "figure": drawn, "acknowledged": self._acknowledged}
        relay = CustomJS(args=told, code=callback(__package__, "lay"))
        self._layout.js_on_change("data", relay)
        self._images.js_on_change("name", relay)  # the page holds what a callback of it names

    @property
    def in_flight(self) -> int:
        """How many pictures were sent that the browser has not drawn yet."""
        return self._sent - int(self._acknowledged.data["sent"][0])

    def show(self, changes: Shown) -> None:
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
        self._picture.glyph.global_alpha = 1.0
        self.lay(self._local)

    def fade(self) -> None:
        """Show what is shown as no longer true, until there is something new."""
        self._picture.glyph.global_alpha = PALE

    def clear(self) -> None:
        """Show nothing."""
        self._content.data = {key: [] for key in self._content.data}
        self._shown = ()
        self.lay(self._local)

    def lay(self, local: LocalCoordinates) -> None:
        """Tell the browser which tiles are shown, and where."""
        self._local = local
        places = local.tiles(PLANE.stretched(local.stretch), self._shown)
        self._layout.data = {
            "id": [_name(index) for index in self._shown],
            **{key: list(column) for key, column in zip(_PLACE, places.T, strict=True)},
        }


def _name(index: TileIndex) -> str:
    return f"{index.level}:{index.column}:{index.row}"
