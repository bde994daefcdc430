"""How the tiles of any level lie over a region of one level."""

from typing import NamedTuple

from engine.tiles.lattice import TILE, Region, TileIndex


class Overlap(NamedTuple):
    """How a tile lies in a view."""

    seen: bool  # some of it is in view
    inside: bool  # all of it is in view
    near: bool  # it is within one width and height of the view


class Shadow(NamedTuple):
    """The rows and columns of a region on which a tile falls, ends excluded.

    They are counted from the region's first, and may lie beyond it.
    """

    rows: tuple[int, int]
    columns: tuple[int, int]

    def within(self) -> tuple[slice, slice]:
        """Return the part of an array over the region on which the tile falls."""
        (bottom, top), (left, right) = self
        return slice(max(bottom, 0), max(top, 0)), slice(max(left, 0), max(right, 0))


def shadow(region: Region, tile: TileIndex) -> Shadow:
    """Return where a tile falls on a region.

    A tile reaches half a pitch of its own level beyond its outermost points.
    """
    bottom, top = span(tile.row * TILE, tile.level, region.level)
    left, right = span(tile.column * TILE, tile.level, region.level)
    return Shadow(
        (bottom - region.row, top - region.row + 1),
        (left - region.column, right - region.column + 1),
    )


def overlap(region: Region, tile: TileIndex) -> Overlap:
    """Return how a tile lies in a view that shows a region."""
    (y0, y1), (x0, x1) = shadow(region, tile)
    height, width = region.height, region.width
    return Overlap(
        seen=y0 < height and y1 > 0 and x0 < width and x1 > 0,
        inside=x0 >= 0 and x1 <= width and y0 >= 0 and y1 <= height,
        near=-width < x1 and x0 < 2 * width and -height < y1 and y0 < 2 * height,
    )


def span(first: int, level: int, onto: int) -> tuple[int, int]:
    """Return the first and last point of a level whose blocks touch those of a tile.

    Args:
        first: the number of the tile's first row or column on its level.
        level: the level of the tile.
        onto: the level of the points.
    """
    if level <= onto:
        stride = 2 ** (onto - level)
        return first * stride - stride // 2, (first + TILE - 1) * stride + stride // 2
    parts = 2 ** (level - onto)
    low = (2 * first - 1 + parts) // (2 * parts)
    return low, -((parts + 1 - 2 * (first + TILE)) // (2 * parts))
