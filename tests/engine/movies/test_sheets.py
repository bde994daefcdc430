"""The sheets of a movie: every place once, as closely as any frame looks at it."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.exports.movies.camera import Path, Shot
from engine.exports.movies.ladder import Box, Rung
from engine.exports.movies.picture import Pictures
from engine.exports.movies.sheets import Album, Sheet, sheets_for
from engine.pictures.colour import ramp
from engine.places.look import Look
from engine.plane import Size, Window
from engine.tiles.lattice import PLANE

SIZE = Size(64, 36)
WIDE, NEAR = Window.parse("0.5", "0.25", "4"), Window.parse("0.875", "0.5", "0.03")
AWAY = Window.parse("-0.7", "0.1", "0.05")
PATHS = {
    "zoom": Path((WIDE, NEAR)),
    "pan": Path((WIDE, Window.parse("3", "-1", "4"))),
    "journey": Path((WIDE, NEAR, AWAY, WIDE)),
    "still": Path((NEAR,)),
}

small = st.integers(-9, 9)
boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h), small, small, st.integers(1, 9), st.integers(1, 9)
)


def points(*boxes):
    return [(x, y) for b in boxes for x in range(b.left, b.right) for y in range(b.bottom, b.top)]


@given(boxes, boxes)
def test_what_is_left_of_a_box_is_in_no_two_parts_and_is_all_of_it(box, other):
    left = points(*box.without(other))
    assert all(points(part) for part in box.without(other))
    assert len(left) == len(set(left))
    assert set(left) == set(points(box)) - set(points(other))


@given(st.fractions(Fraction(1, 10**30), 100))
def test_a_rung_is_the_coarsest_that_has_a_point_for_every_pixel(pixel):
    rung = Rung.for_pixel(pixel)
    assert rung.pitch <= pixel
    assert rung.number == 0 or Rung(rung.number - 1).pitch > pixel


def test_every_fourth_rung_is_a_level_of_the_page():
    for number in (0, 4, 40):
        assert Rung(number).lattice == PLANE
        assert Rung(number).pitch == PLANE.across / 2 ** (number // 4)
    pitches = [Rung(number).pitch for number in range(30)]
    ratios = [float(a / b) for a, b in itertools.pairwise(pitches)]
    assert min(ratios) > 1.18
    assert max(ratios) <= 1.2


def rectangle(rung, box):
    half = Fraction(1, 2)
    return [(n - half) * rung.pitch for n in (box.left, box.bottom, box.right, box.top)]


@given(boxes, st.integers(20, 30), st.integers(1, 12))
def test_a_box_on_another_rung_has_the_blocks_that_it_surely_fills(box, number, coarser):
    here, there = Rung(number), Rung(number - coarser)
    inner = box.on(here, there)
    left, bottom, right, top = rectangle(here, box)
    if inner.width > 0 and inner.height > 0:
        left2, bottom2, right2, top2 = rectangle(there, inner)
        assert left <= left2 < right2 <= right
        assert bottom <= bottom2 < top2 <= top
        grown = rectangle(there, inner.grown(1))
        assert grown[0] < left
        assert grown[2] > right
    else:  # two blocks side by side would hold a whole one
        assert min(right - left, top - bottom) < 2 * there.pitch


@pytest.mark.parametrize("name", PATHS)
def test_every_frame_finds_a_run_for_each_pixel_no_farther_than_that(name):
    shots = PATHS[name].shots(6)
    sheets = sheets_for(shots, SIZE)
    assert [s.rung for s in sheets] == sorted(s.rung for s in sheets)
    assert len({sheet.name for sheet in sheets}) == len(sheets)
    for shot in shots[::3]:
        pixel = shot.pixel(SIZE)
        known = np.zeros((SIZE.height, SIZE.width), bool)
        for sheet in sheets:
            if sheet.rung.pitch <= pixel:
                columns, rows = (
                    np.array([
                        round((centre + pixel * (n - Fraction(count - 1, 2))) / sheet.rung.pitch)
                        for n in range(count)
                    ], object)
                    for centre, count in ((shot.x, SIZE.width), (shot.y, SIZE.height))
                )  # fmt: skip
                for part in sheet.parts:
                    known |= np.outer(
                        (rows >= part.bottom) & (rows < part.top),
                        (columns >= part.left) & (columns < part.right),
                    )
        assert known.all(), (name, float(shot.width))


@pytest.mark.parametrize("name", PATHS)
def test_the_parts_of_a_sheet_have_nothing_in_common(name):
    for sheet in sheets_for(PATHS[name].shots(6), SIZE):
        taken = points(*sheet.parts)
        assert len(taken) == len(set(taken))
        assert all(sheet.box.holds(part) for part in sheet.parts)


def test_what_is_looked_at_more_closely_is_on_no_coarser_sheet():
    """Also where what is looked at as closely as comes next is elsewhere."""
    closely, nearby = Shot.of(Window.parse("-1", "0", "1")), Shot.of(Window.parse("1", "0", "2"))
    sheets = sheets_for([closely, nearby, Shot.of(Window.parse("0", "0", "5"))], SIZE)
    assert len(sheets) == 3
    wide = sheets[0]
    trained = np.zeros((wide.box.height, wide.box.width), bool)
    for part in wide.parts:
        trained[wide.within(part)] = True
    for shot in (closely, nearby):
        column, row = (int(at) for at in wide.place(shot.x, shot.y))
        assert not trained[row, column]
    assert trained.sum() == wide.runs > 0


def test_a_zoom_takes_less_than_two_runs_for_each_pixel_and_octave():
    """Frames twice as wide as one another, with the inner quarter known, would take three."""
    size = Size(1280, 720)
    path = Path((Window.parse("0", "0", "8"), Window.parse("0", "0", "0.008")))
    runs = sum(sheet.runs for sheet in sheets_for(path.shots(30), size))
    assert runs / size.pixels < 1 + 1.8 * np.log2(1000)


def test_what_was_kept_of_a_sheet_is_there_again(tmp_path):
    sheets = sheets_for(PATHS["journey"].shots(6), SIZE)
    album, random = Album(tmp_path), np.random.default_rng(3)
    sheet = max(sheets, key=lambda s: len(s.parts))
    known = [
        (random.normal(size=(p.height, p.width)), random.integers(9, size=(p.height, p.width)))
        for p in sheet.parts
    ]
    assert not album.has(sheet)
    album.keep(sheet, known)
    values, decided = Album(tmp_path).load(sheet)
    assert values.shape == decided.shape == (sheet.box.height, sheet.box.width)
    for part, (v, d) in zip(sheet.parts, known, strict=True):
        np.testing.assert_array_equal(values[sheet.within(part)], v)
        np.testing.assert_array_equal(decided[sheet.within(part)], d)
    assert np.isnan(values).sum() == values.size - sheet.runs


def test_a_sample_is_the_nearest_run_of_the_finest_sheet(tmp_path):
    """The value of each run is its distance from a point, so what is found can be foretold."""
    shots = PATHS["zoom"].shots(6)
    sheets, album = sheets_for(shots, SIZE), Album(tmp_path)
    for sheet in sheets:
        found = []
        for part in sheet.parts:
            region = sheet.rung.region(part)
            x, y = (np.array([float(c) for c in cs]) for cs in (region.columns(), region.rows()))
            found.append((np.hypot(x, y[:, None]), np.full((part.height, part.width), 7)))
        album.keep(sheet, found)
    for shot in (shots[0], shots[len(shots) // 2], shots[-1]):
        values, decided = album.sample(sheets, shot, SIZE)
        x, y = (
            float(c) + float(shot.pixel(SIZE)) * (np.arange(n) - (n - 1) / 2)
            for c, n in ((shot.x, SIZE.width), (shot.y, SIZE.height))
        )
        assert np.abs(values - np.hypot(x, y[:, None])).max() < float(shot.pixel(SIZE))
        assert (decided == 7).all()


def test_every_run_of_a_sheet_is_at_its_own_pixel_to_the_very_edge(tmp_path):
    rung, box, album = Rung(7), Box(-3, 2, 5, 6), Album(tmp_path)
    sheet = Sheet(rung, box, (box,))
    numbers = np.arange(32).reshape(4, 8)
    album.keep(sheet, [(numbers.astype(float), numbers)])
    shot = Shot(rung.pitch / 2, 7 * rung.pitch / 2, 4 * rung.pitch)
    for found in album.sample([sheet], shot, Size(8, 4)):
        np.testing.assert_array_equal(found, numbers)
    around = album.sample([sheet], Shot(shot.x, shot.y, 5 * rung.pitch), Size(10, 6))
    for found, unknown in zip(around, (np.nan, 0), strict=True):
        np.testing.assert_array_equal(
            found, np.pad(numbers.astype(float), 1, constant_values=unknown)
        )


@pytest.mark.parametrize(
    "size", [Size(160, 90), pytest.param(Size(320, 180), marks=pytest.mark.slow)], ids=str
)
@pytest.mark.parametrize("name", PATHS)
def test_no_seam_shows_where_sheets_meet(tmp_path, name, size):
    """Where every run has the same value, every pixel has the same colour, but for rounding: along
    the edge of a ring, half transparent, one part of 255 of an opacity is two of a colour.
    """
    shots = PATHS[name].shots(4)
    sheets, album = sheets_for(shots, size), Album(tmp_path)
    for sheet in sheets:
        shapes = [(part.height, part.width) for part in sheet.parts]
        album.keep(sheet, [(np.full(s, -2.0), np.full(s, 7)) for s in shapes])
    pictures = Pictures(album, sheets, shots, size, Look())
    colour = np.asarray(pictures.frame(len(shots) - 1))[0, 0]
    assert f"#{colour.tobytes().hex()}" in ramp(Look().palette, converged=True, count=2**13)
    for number in range(len(shots)):
        off = np.abs(np.asarray(pictures.frame(number), int) - colour.astype(int))
        assert off.max() <= 3, (name, number, float(shots[number].width))


def test_a_view_that_is_not_wholly_known_has_holes(tmp_path):
    sheets = sheets_for([Shot.of(NEAR)], SIZE)
    values, _ = Album(tmp_path).sample(sheets, Shot.of(NEAR), SIZE)
    assert np.isnan(values).all()
