"""The ground: a small picture of the whole plane, which lies under the tiles.

The browser loads it by itself, so that there is something to see before any run is known.
"""

from bokeh.models import ColumnDataSource

from engine.pictures.local import LocalCoordinates
from engine.plane import Size, Window

_NONE: dict[str, list[object]] = {"url": [""], "x": [0.0], "y": [0.0], "dw": [0.0], "dh": [0.0]}


class Ground:
    """A picture of a window, or none.

    Args:
        local: the coordinates in which it is drawn.

    Attributes:
        source: the data source that tells the browser of it.
    """

    def __init__(self, local: LocalCoordinates) -> None:
        self._local = local
        self._picture: tuple[str, Window] | None = None
        self.source = ColumnDataSource(_NONE)

    def show(self, url: str, window: Window) -> None:
        """Show the picture of a window, which is a square, or none if the address is empty."""
        self._picture = (url, window) if url else None
        self.lay(self._local)

    def lay(self, local: LocalCoordinates) -> None:
        """Tell the browser where it is in other coordinates."""
        self._local = local
        data = _NONE
        if self._picture is not None:
            url, window = self._picture
            x0, x1, y0, y1 = local.extent(window, Size(1, 1))
            data = {"url": [url], "x": [x0], "y": [y0], "dw": [x1 - x0], "dh": [y1 - y0]}
        if data != self.source.data:
            self.source.data = data
