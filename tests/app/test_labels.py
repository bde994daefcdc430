"""A run has the same side wherever it is told of: tiles, pointer, legend, counts and files."""

import itertools

import numpy as np
import pytest

from app.picture.figures import tags_of
from app.picture.mosaic import Mosaic, for_the_pointer
from engine.analysis.comparison import Comparison, compared, relations
from engine.exports import files
from engine.measures import MEASURES
from engine.pictures.colour import category_colour, legend, picture, ramp, suited
from engine.places.look import CATEGORIES, Look, colourings
from engine.plane import Window
from engine.spec import Spec
from engine.statistics.boundary import labels_of
from engine.statistics.outcomes import category_counts, magnitudes
from engine.statistics.summary import statistics
from engine.systems import systems
from engine.tiles.field import Field
from engine.tiles.lattice import PLANE, TILE, Region
from engine.tiles.pyramid import Pyramid, TileCache
from engine.tiles.request import Request

FLOAT, SINGLE = np.finfo(float), np.finfo(np.float32)
SIZES = [
    FLOAT.smallest_subnormal, 1e-310, FLOAT.tiny, 1e-300, SINGLE.smallest_subnormal, 1e-40,
    SINGLE.tiny, 1e-6, 1.0, 1.0 + FLOAT.eps, 500.0, 1e6, SINGLE.max, 1e39, 1e300, FLOAT.max, np.inf,
]  # fmt: skip
EXTREMES = [0.0, -0.0, *SIZES, *(-size for size in SIZES)]
REGION = Region(PLANE, 14, -150, 37, 60, 40)


def values_of(measure):
    """Values over a region that a measure might have, each of them several times, not in order."""
    known = MEASURES[measure].category_names
    found = np.resize(list(known) if known else EXTREMES, (REGION.height, REGION.width))
    return np.random.default_rng(0).permuted(found, axis=None).astype(float)


def spec_of(measure):
    system = next(name for name, kind in systems().items() if measure in kind().measures)
    return Spec.make(system, {"measure": measure, "steps": 40})


def shown(spec, values, decided, look):
    """What a page shows of these runs, and tells under the pointer: shape (height, width) each."""
    pyramid = Pyramid(spec, PLANE, TileCache())
    request = Request(pyramid, REGION, levels=0)
    request.plan()
    for tile, points in request.take(10**9):
        rows = tile.index.row * TILE * 2 ** (14 - tile.index.level) - REGION.row
        columns = tile.index.column * TILE * 2 ** (14 - tile.index.level) - REGION.column
        stride = 2 ** (14 - tile.index.level)
        at = rows + points // TILE * stride, columns + points % TILE * stride
        tile.put(points, values[at], decided[at])
        request.put(tile, points)
    changes = Mosaic().update(request, look)
    rgba, told = np.zeros(values.shape, np.uint32), np.full(values.shape, np.nan)
    for index, colours in zip(changes.pictured, changes.rgba, strict=True):
        if index.level != REGION.level:
            continue
        within = REGION.slices(index)
        top, left = index.row * TILE - REGION.row, index.column * TILE - REGION.column
        here = tuple(
            slice(part.start + first, part.stop + first)
            for part, first in zip(within, (top, left), strict=True)
        )
        rgba[here] = colours[within]
        told[here] = changes.values[changes.valued.index(index)][within]
    return rgba, told


def packed(colours):
    rows = [[*bytes.fromhex(colour[1:]), 255] for colour in colours]
    return np.array(rows, np.uint8).view(np.uint32).ravel()


@pytest.mark.parametrize(
    ("measure", "colouring"),
    [
        (name, colouring)
        for name, measure in MEASURES.items()
        for colouring in colourings(categories=bool(measure.categories))
        if colouring not in ("edges", "outline")
    ],
)
def test_every_run_has_the_same_side_wherever_it_is_told_of(measure, colouring):
    spec, values, look = spec_of(measure), values_of(measure), Look.of(colouring)
    decided = np.resize(np.arange(41, dtype=np.int32), values.shape)
    labels = values < 0
    assert 0 < labels.sum() < labels.size
    rgba, told = shown(spec, values, decided, look)
    still = np.array(picture(values, decided, suited(look, spec)))[::-1].copy()
    still = still.view(np.uint32)[..., 0]
    if look.colouring == CATEGORIES:
        expected = packed([category_colour(int(value)) for value in values.flat]).reshape(
            values.shape
        )
        assert (rgba == expected).all()
        assert (still == expected).all()
        names = tags_of(spec)[2]
        assert {names[str(int(value))] for value in told.flat} == set(
            MEASURES[measure].category_names.values()
        )
    else:
        sides = [packed(ramp(look.palette, converged=c, count=2**13)) for c in (True, False)]
        for pixels in (rgba, still):
            assert np.isin(pixels[labels], sides[0]).all()
            assert np.isin(pixels[~labels], sides[1]).all()
        of_legend = [packed(ends.colours) for ends in legend(spec, look)]
        assert all(np.isin(of, side).all() for of, side in zip(of_legend, sides, strict=True))
    assert ((told < 0) == labels).all()  # as the browser's script asks
    np.testing.assert_allclose(np.abs(told), np.abs(values), rtol=1e-6)


@pytest.mark.parametrize("measure", MEASURES)
def test_counts_comparisons_and_files_agree_with_the_labels(measure, tmp_path):
    spec, values = spec_of(measure), values_of(measure)
    decided = np.full(values.shape, 40, np.int32)
    labels = values < 0
    assert 0 < labels.sum() < labels.size
    assert (labels_of(values) == labels).all()
    of = statistics(spec, 1, values, decided)
    assert (of.outcomes.converged, of.outcomes.diverged) == (labels.sum(), (~labels).sum())
    assert of.values.negative.sum() == labels.sum()
    known, sides = MEASURES[measure].category_names, MEASURES[measure].sides
    if known:
        counted = category_counts(values, known)
        assert sum(n for k, n in counted.items() if k in [known[v] for v in known if v < 0]) == (
            labels.sum()
        )
    same = compared(spec, spec, values, values)
    words = [relation.words for relation in relations(spec, spec)]
    assert words[:2] == ([f"{'same kind,' if known else 'both'} {side}" for side in sides])
    assert (same == np.where(labels, 1, 2)).all()
    assert Comparison(spec, spec, same).differing == 0
    window = spec.on_plane(Window.parse("0", "0", "1"))
    columns, rows = np.arange(values.shape[1]) / 7, np.arange(values.shape[0]) / 7
    field = Field(values, decided, columns, rows, spec, window, "0", "cpu")
    for ending in (".npz", ".nc"):
        files.save(field, tmp_path / f"field{ending}")
    with np.load(tmp_path / "field.npz") as kept:
        np.testing.assert_array_equal(kept["field"], values)
        assert (np.signbit(kept["field"]) == np.signbit(values)).all()
    import xarray as xr

    with xr.open_dataset(tmp_path / "field.nc", engine="netcdf4") as kept:
        np.testing.assert_array_equal(kept["field"].values, values)


def test_what_is_told_under_the_pointer_is_short_where_that_loses_nothing():
    assert for_the_pointer(np.array([-500.0, 0.0, np.nan, np.inf])).dtype == np.float32
    for size in (1e-40, 1e-310, 1e39):
        told = for_the_pointer(np.array([1.0, -size]))
        assert told.dtype == np.float64
        assert told[1] == -size


@pytest.mark.parametrize("equalise", [0.0, 0.5, 1.0])
def test_colours_are_in_order_of_size_whatever_the_sizes(equalise):
    """Also of sizes that differ by one bit, are subnormal, huge, or all the same."""
    several = [SIZES, [500.0, 500.0 * (1 + FLOAT.eps)], [5e-324, 1e-323, 1.5e-323], [FLOAT.max] * 9]
    for sizes, sign in itertools.product(several, (-1, 1)):
        values = sign * np.array([sizes])
        decided = np.zeros(values.shape, np.int32)
        look = Look("linear", equalise=equalise)
        at = look.coordinates(values, decided, look.scale(values, decided))
        assert np.isfinite(at).all()
        assert ((at > 0) == (sign < 0)).all()
        assert (np.diff(np.abs(at)) >= 0).all()
        if len(set(sizes)) == 2:
            assert np.abs(at)[0, -1] - np.abs(at)[0, 0] > 0.5  # not drawn as if they were one


@pytest.mark.parametrize(
    "values",
    [
        [-500.0, -500.0 * (1 - FLOAT.eps)],
        [5e-324, 5e-324],
        [5e-324, 1.5e-323, -1e-322],
        [FLOAT.max, -FLOAT.max],
        [FLOAT.max, 5e-324, 0.0, -0.0, np.inf],
    ],
)
def test_a_histogram_counts_every_value_whatever_its_size(values):
    found = magnitudes(np.array(values))
    assert found.negative.sum() == (np.array(values) < 0).sum()
    assert found.positive.sum() == (np.array(values) >= 0).sum()
    assert np.isfinite(found.limits).all()
    assert (found.limits > 0).all()
