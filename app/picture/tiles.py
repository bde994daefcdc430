"""The tiles of a figure: which are shown, where, and with what pictures.

Server and browser talk through three data sources: `content` (pictures of tiles that are new),
`layout` (which tiles are shown, and where) and `acknowledged` (what has been drawn). The browser
holds the pictures, and lays one tile over another in `images`, of which the server knows nothing.
"""

from bokeh.models import ColumnDataSource, CustomJS
from bokeh.plotting import figure

from app.picture.ground import Ground
from app.picture.mosaic import TileUpdate
from engine.pictures.local import LocalCoordinates
from engine.pictures.scripts import callback
from engine.tiles.lattice import PLANE, TILE, TileIndex

PALE = 0.35  # opacity of a picture that is no longer true, until the first of the new one comes
_CONTENT = ("image_of", "image", "value_of", "value", "sent")
_PLACE = ("x", "y", "dw", "dh")


class Tiles:
    """The tiles of a figure.

    Args:
        target: the figure.
        local: the coordinates in which it is drawn.
        veil: the data source that says whether runs that are predicted lie under a veil.

    Attributes:
        figure: the figure.
        ground: what lies under the tiles.
        content, layout, acknowledged: the data sources.
    """

    def __init__(self, target: figure, local: LocalCoordinates, veil: ColumnDataSource) -> None:
        self.figure, self._local = target, local
        self._tiles: tuple[TileIndex, ...] = ()
        self._sent = 0
        self.ground = Ground(local)
        self.content = ColumnDataSource({key: [] for key in _CONTENT})
        self.layout = ColumnDataSource({"id": [], **{key: [] for key in _PLACE}})
        self.acknowledged = ColumnDataSource({"sent": [0]})
        images = ColumnDataSource({"image": [], **{key: [] for key in _PLACE}})
        self._picture = target.image_rgba("image", "x", "y", "dw", "dh", source=images)
        args = {
            "figure": target, "content": self.content, "layout": self.layout, "images": images,
            "acknowledged": self.acknowledged, "ground": self.ground.source, "veil": veil,
        }  # fmt: skip
        lay = CustomJS(args=args, code=callback(__package__, "lay"))
        self.layout.js_on_change("data", lay)
        self.ground.source.js_on_change("data", lay)
        veil.js_on_change("data", lay)
        target.js_on_change("inner_width", lay)

    @property
    def in_flight(self) -> int:
        """How many pictures were sent that the browser has not drawn yet."""
        return self._sent - int(self.acknowledged.data["sent"][0])

    def show(self, update: TileUpdate) -> None:
        """Show these tiles from now on, some of them with new pictures."""
        if update.pictured or update.valued:
            self._sent += 1
            self.content.data = {
                "image_of": [[_name(index) for index in update.pictured]],
                "image": [update.rgba.reshape(-1, TILE)],
                "value_of": [[_name(index) for index in update.valued]],
                "value": [update.values.reshape(-1, TILE)],
                "sent": [self._sent],
            }
        elif self._tiles == update.tiles:
            return
        self._tiles = update.tiles
        self._picture.glyph.global_alpha = 1.0
        self.lay(self._local)

    def fade(self) -> None:
        """Show what is shown as no longer true, until there is something new."""
        self._picture.glyph.global_alpha = PALE

    def clear(self) -> None:
        """Show nothing."""
        self.content.data = {key: [] for key in self.content.data}
        self._tiles = ()
        self.lay(self._local)

    def lay(self, local: LocalCoordinates) -> None:
        """Tell the browser which tiles are shown, and where."""
        self._local = local
        self.ground.lay(local)
        places = local.tiles(PLANE.stretched(local.stretch), self._tiles)
        self.layout.data = {
            "id": [_name(index) for index in self._tiles],
            **{key: list(column) for key, column in zip(_PLACE, places.T, strict=True)},
        }


def _name(index: TileIndex) -> str:
    return f"{index.level}:{index.column}:{index.row}"
