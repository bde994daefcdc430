"""Cautions: where a picture means less than it seems, and its numbers with it.

A picture carries no information where precision, pixels, labels or values do not differ. Each
function returns the cautions that apply, in words.
"""

from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from engine.inputs import Grid
from engine.measures import MEASURES
from engine.places.look import PUBLISHED, QUANTITATIVE, Look
from engine.plane import Axis, float_spacings
from engine.spec import Spec
from engine.statistics.dimension import correlation
from engine.tiles.field import Field
from engine.tiles.lattice import Region

BY_CHANCE = 0.1  # correlation of neighbouring labels, below which they agree by chance
FEWEST_PIXELS = 24  # along a side, from which on that is worth saying
NEIGHBOURS = 8  # points at either end of an axis that show how far apart neighbours are

Ends = list[np.ndarray]  # hyperparameters at the lower end of an axis, and at the upper


def of_values(spec: Spec, values: np.ndarray, decided: np.ndarray) -> tuple[str, ...]:
    """Return cautions on the values of a view and the steps at which its runs were decided.

    Args:
        spec: what was trained.
        values, decided: shape (height, width) each, none of them NaN.
    """
    return tuple(_of_values(spec, values, decided))


def of_plane(spec: Spec, region: Region) -> tuple[str, ...]:
    """Return cautions on the hyperparameters of a view."""
    grids = _ends(spec, region)
    sides = ((spec.x, [grid.x for grid in grids]), (spec.y, [grid.y for grid in grids]))
    return tuple(words for axis, ends in sides for words in _of_axis(spec, axis, ends))


def of_field(field: Field, look: Look = PUBLISHED) -> tuple[str, ...]:
    """Return all cautions on a field that is drawn in a look."""
    spec, values = field.spec, field.values
    region = Region.of_pixels(field.window, field.size)
    return (
        *of_plane(spec, region), *of_values(spec, values, field.decided),
        *of_look(spec, values, look),
    )  # fmt: skip


def of_look(spec: Spec, values: np.ndarray, look: Look) -> tuple[str, ...]:
    """Return cautions on the colours of a picture in a look."""
    if look.colouring not in QUANTITATIVE or MEASURES[spec.measure].categories:
        return ()
    sides = [side for side in (values[values < 0], values[values >= 0]) if side.size]
    if any(side.min() < side.max() for side in sides):
        return ()
    return ("all runs of a side have the same value: colours tell the sides apart, and no more",)


def _of_values(spec: Spec, values: np.ndarray, decided: np.ndarray) -> Iterator[str]:
    sides, labels = MEASURES[spec.measure].sides, values < 0
    if labels.all() or not labels.any():
        yield f"all runs: {sides[0] if labels.all() else sides[1]}; there is no boundary in view"
        if not labels.any() and decided.max() == 0:
            yield "every run leaves the range of its numbers in its first step"
        return
    neighbours = correlation(labels).value
    if min(values.shape) >= FEWEST_PIXELS and neighbours < BY_CHANCE:
        yield (
            "neighbouring runs end alike no more often than by chance: the boundary is finer than "
            "the pixels"
        )


def spacings(spec: Spec, region: Region) -> float:
    """Return the least distance of neighbouring runs, in float64 spacings.

    Below one, neighbours share hyperparameters: there float64 ends.
    """
    grids = _ends(spec, region)
    return _spacings([values for grid in grids for values in (grid.x, grid.y)])


def _of_axis(spec: Spec, axis: Axis, ends: Ends) -> Iterator[str]:
    name = spec.axis_setting(axis).help.partition(",")[0]
    lowest, highest = ends[0][0], ends[1][-1]
    if not np.isfinite(lowest + highest):
        yield f"{name}: some of it is beyond the largest float64, and counts as infinite"
    elif axis.scale == "log10" and lowest == 0:
        yield f"{name}: some of it is below the smallest float64, and counts as zero"
    elif _spacings(ends) < 1:
        yield f"{name}: beyond float64, neighbouring pixels share values"


def _spacings(ends: Ends) -> float:
    return min(map(float_spacings, ends))


def _ends(spec: Spec, region: Region) -> list[Grid]:
    """Return what the runs at the lower left and at the upper right of a region are given."""
    return list(map(spec.at, _columns(region), _rows(region)))


def _columns(region: Region) -> tuple[list[Decimal], ...]:
    """Return the x coordinates of the first and of the last points of a region."""
    few = min(NEIGHBOURS, region.width)
    first, last = region.column, region.column + region.width - few
    return tuple(region.lattice.columns(region.level, at, few) for at in (first, last))


def _rows(region: Region) -> tuple[list[Decimal], ...]:
    """Return the y coordinates of the first and of the last points of a region."""
    few = min(NEIGHBOURS, region.height)
    first, last = region.row, region.row + region.height - few
    return tuple(region.lattice.rows(region.level, at, few) for at in (first, last))
