"""The order in which the points of a level are trained: nearest to where one looks first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.tiles.focus import CENTRE, Focus, distance
from engine.tiles.lattice import TILE, Region, TileIndex
from engine.tiles.partial import PartialPicture
from engine.tiles.plan import Part


@dataclass(frozen=True)
class NearestFirst:
    """Tile by tile, the nearest to the focus first, and so the points within a tile."""

    focus: Focus = CENTRE

    def __call__(
        self, picture: PartialPicture, level: int, parts: Sequence[Part]
    ) -> Iterator[tuple[Part, np.ndarray]]:
        """Yield the points of the parts of a level, by number, nearest first."""
        del level
        region = picture.region
        for part in sorted(parts, key=lambda part: self.of_tile(region, part.tile.index)):
            points = part.unknown()
            away = self.of_points(region, part.tile.index, points)
            yield part, points[np.argsort(away, kind="stable")]

    def of_tile(self, region: Region, tile: TileIndex) -> float:
        """Return how far the middle of a tile is from the focus, in half-widths of the view."""
        return float(distance(self.focus, *_position(region, tile, (TILE - 1) / 2)))

    def of_points(self, region: Region, tile: TileIndex, points: np.ndarray) -> np.ndarray:
        """Return how far points of a tile, by number, are from the focus, shape (n,)."""
        x0, y0 = _position(region, tile, 0.0)
        step = 2 ** (region.level - tile.level) / (region.width / 2)
        return distance(self.focus, x0 + (points % TILE) * step, y0 + (points // TILE) * step)


def _position(region: Region, tile: TileIndex, points: float) -> tuple[float, float]:
    """Return where in a view the point is that lies so many points, up and right, from the first
    of a tile, in half-widths from the centre.
    """
    stride, half = 2 ** (region.level - tile.level), region.width / 2
    # Whole indices are subtracted as integers: at depth they do not fit a float.
    x = tile.column * TILE * stride - region.column + points * stride
    y = tile.row * TILE * stride - region.row + points * stride
    return (x + 0.5 - half) / half, (y + 0.5 - region.height / 2) / half
