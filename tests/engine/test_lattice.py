"""The lattice: nested, exact at any depth, and every point in exactly one place."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.plane import Size, Window
from engine.tiles.lattice import PLANE, TILE, Region, TileIndex, exact_decimal, points_of_level
from tests.decimals import decimals

indices = st.one_of(st.integers(-300, 300), st.integers(-(2**200), 2**200))
spans = st.integers(1, 200)
levels = st.integers(0, 12)


@st.composite
def windows(draw):
    """Windows anywhere, from a thousand across to far below float64."""
    x, y = (draw(decimals(900, 40)) for _ in range(2))
    width = draw(st.floats(1, 9.99)) * 10.0 ** draw(st.integers(-100, 2))
    return Window.parse(x, y, repr(width))


@given(indices, indices, spans, levels)
def test_points_of_a_level_are_every_second_one_of_the_next(column, row, count, level):
    coarse = Region(PLANE, level, column, row, count, 3)
    fine = Region(PLANE, level + 1, 2 * column, 2 * row, 2 * count - 1, 5)
    assert fine.columns()[::2] == coarse.columns()
    assert fine.rows()[::2] == coarse.rows()
    assert fine.coarser(level) == coarse


@given(windows(), st.lists(st.integers(0, 199), max_size=9))
def test_some_columns_and_rows_are_the_same_as_among_all(window, which):
    for region in (f(window, Size(200, 200)) for f in (Region.of_pixels, Region.of_view)):
        columns, rows = (np.array(which, int) % n for n in (region.width, region.height))
        assert region.columns(columns) == [region.columns()[i] for i in columns]
        assert region.rows(rows) == [region.rows()[i] for i in rows]


@given(st.integers(0, 9), st.integers(-500, 500), st.integers(-500, 500), spans, spans)
def test_every_point_belongs_to_exactly_one_level_and_tile(level, column, row, width, height):
    region = Region(PLANE, level, column, row, width, height)
    found = np.zeros((height, width), int)
    for coarser in range(level + 1):
        part = region.coarser(coarser)
        stride = 2 ** (level - coarser)
        for index in part.tiles():
            rows, columns = np.nonzero(points_of_level(coarser))
            y = (index.row * TILE + rows) * stride - row
            x = (index.column * TILE + columns) * stride - column
            inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
            np.add.at(found, (y[inside], x[inside]), 1)
    assert (found == 1).all()


@given(indices, spans, st.integers(0, 8), st.integers(0, 20))
def test_a_cover_fills_the_region_and_no_point_of_it_is_idle(column, count, above, level):
    region = Region(PLANE, level + above, column, column, count, count)
    cover = region.cover(level)
    # In pitches of the region: its blocks, and those of the cover, 2**above wide.
    low, high = Fraction(2 * column - 1, 2), Fraction(2 * (column + count) - 1, 2)
    first = (Fraction(cover.column) - Fraction(1, 2)) * 2**above
    last = (Fraction(cover.column + cover.width) - Fraction(1, 2)) * 2**above
    assert first <= low < first + 2**above
    assert last - 2**above < high <= last
    assert (cover.row, cover.height) == (cover.column, cover.width)


@given(windows(), st.integers(1, 900), st.integers(1, 900))
def test_a_view_is_filled_at_about_one_point_a_pixel(window, width, height):
    size = Size(width, height)
    region = Region.of_view(window, size)
    pitch = PLANE.across / 2**region.level
    pixel = 2 * Fraction(window.half_width) / width
    if region.level:
        assert 0.7 < pitch / pixel < 1.42
    left = Fraction(window.x) - Fraction(window.half_width)
    right = Fraction(window.x) + Fraction(window.half_width)
    first, last = region.column, region.column + region.width - 1
    assert (first - Fraction(1, 2)) * pitch <= left < (first + Fraction(1, 2)) * pitch
    assert (last - Fraction(1, 2)) * pitch <= right <= (last + Fraction(1, 2)) * pitch


@given(windows(), st.integers(1, 900), st.integers(1, 900))
def test_the_window_of_a_region_has_its_points_at_the_pixel_centres(window, width, height):
    region = Region.of_view(window, Size(width, height))
    try:
        exact = region.window()
    except ValueError:  # a region may reach beyond the bounds of windows
        return
    assert Region.of_pixels(exact, region.size) == region
    assert Window.from_dict(exact.to_dict()) == exact


def test_other_windows_have_a_lattice_of_their_own():
    window = Window.parse("1.5", "1.5", "9")
    region = Region.of_pixels(window, Size(512, 512))
    assert region.lattice != PLANE
    assert (region.level, region.column, region.row) == (0, 0, 0)
    assert region.window() == window
    assert region.lattice.name != Region.of_pixels(window, Size(513, 513)).lattice.name
    assert PLANE.name == "plane"


@given(indices, indices, spans, spans)
def test_tiles_cut_a_region_without_gap_or_overlap(column, row, width, height):
    region = Region(PLANE, 300, column, row, width, height)
    found = np.zeros((height, width), int)
    for index in region.tiles():
        rows, columns = region.slices(index)
        top, left = (
            index.row * TILE + rows.start - row,
            index.column * TILE + columns.start - column,
        )
        found[top : top + rows.stop - rows.start, left : left + columns.stop - columns.start] += 1
    assert (found == 1).all()


@given(st.integers(-(10**40), 10**40), st.integers(0, 300))
def test_binary_fractions_are_exact_decimals(numerator, twos):
    number = Fraction(numerator, 2**twos)
    assert Fraction(exact_decimal(number)) == number


@pytest.mark.parametrize("level", [0, 1, 5])
def test_three_quarters_of_a_tile_belong_to_its_level(level):
    assert points_of_level(level).sum() == (TILE**2 if level == 0 else TILE**2 * 3 // 4)
    assert Region.of_tile(PLANE, TileIndex(level, -1, 2)).slices(TileIndex(level, -1, 2)) == (
        slice(0, TILE),
        slice(0, TILE),
    )
