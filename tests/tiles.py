"""Tiles and requests that are filled without training."""

import numpy as np

from engine.places.presets import preset
from engine.tiles.lattice import TILE, points_of_level

SPEC = preset("quadratic").spec


def tile(level, seed=0):
    """Return values and decided steps of a made-up tile."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(TILE, TILE))
    values[~points_of_level(level)] = np.nan
    return values, np.where(np.isnan(values), 0, random.integers(1, 500, (TILE, TILE)))


def same(found, made):
    """Whether two tiles hold the same values and decided steps."""
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(found, made, strict=True))


def outcome(tile, points):
    """Return a made-up value for each point, which says where the point is."""
    stride = 2 ** (20 - tile.index.level)
    row, column = (i * TILE for i in (tile.index.row, tile.index.column))
    return ((row + points // TILE) * 1e6 + column + points % TILE) * stride + 0.5


def train(request, most=10**9, value=outcome):
    """Finish up to so many runs, in the order in which they are asked for, with such values."""
    done = []
    while most > 0:
        request.plan()
        taken = list(request.take(most))
        if not taken:
            break
        for tile, points in taken:
            tile.put(points, value(tile, points), np.full(len(points), 3))
            request.put(tile, points)
            most -= len(points)
        done += taken
    return [(tile.index, points) for tile, points in done]


def points_of(request):
    """Return every point that a request wants, by tile and number in it."""
    region, every = request.region, np.arange(TILE * TILE)
    tiles = [i for level in range(region.level + 1) for i in region.cover(level).tiles()]
    held = [request.pyramid.tile(index) for index in tiles]
    return {
        (tile.index, int(point)) for tile in held for point in every[request.wants(tile, every)]
    }
