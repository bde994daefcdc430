"""The path of a movie: geometric in width, about a point that keeps its place on the screen."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.exports.movies.camera import Path, Shot, between
from engine.plane import Size, Window

WIDE = Window.parse("1.5", "1.5", "9")
DEEP = Window.parse("1.68432112345678901234", "1.26", "1e-20")
SIDE = Window.parse("3", "1", "9")

shares = st.floats(0, 1)


def place(shot, x, y):
    """Where on the screen a point is, in half-widths from the middle."""
    return float((x - shot.x) / shot.half_width), float((y - shot.y) / shot.half_width)


def test_it_begins_and_ends_exactly_at_its_windows():
    shots = Path((WIDE, DEEP)).shots(30)
    assert shots[0] == Shot.of(WIDE)
    assert shots[-1] == Shot.of(DEEP)
    assert shots[0] == shots[29]  # a second of rest
    assert shots[-1] == shots[-29]


@given(shares)
def test_a_zoom_keeps_one_point_where_it_is_on_the_screen(share):
    start, end = Shot.of(WIDE), Shot.of(Window.parse("1.75", "1.25", "0.5"))
    left = end.half_width / (start.half_width - end.half_width)
    fixed = end.x + (end.x - start.x) * left, end.y + (end.y - start.y) * left
    shot = between(start, end, share)
    assert place(shot, *fixed) == pytest.approx(place(start, *fixed), abs=1e-9)


@given(shares, shares)
def test_a_zoom_in_only_ever_gets_closer_and_stays_within_what_was_seen(one, other):
    first, second = sorted((one, other))
    start, end = Shot.of(WIDE), Shot.of(DEEP)
    a, b = between(start, end, first), between(start, end, second)
    assert b.half_width <= a.half_width
    assert abs(b.x - a.x) + b.half_width <= a.half_width * (1 + Fraction(1, 10**9))


def test_there_and_back_are_the_same_way():
    start, end = Shot.of(WIDE), Shot.of(Window.parse("1.75", "1.25", "0.5"))
    for share in (0.1, 0.5, 0.9):
        there, back = between(start, end, share), between(end, start, 1 - share)
        assert float(there.half_width / back.half_width) == pytest.approx(1, abs=1e-12)
        assert float((there.x - back.x) / there.half_width) == pytest.approx(0, abs=1e-12)


def test_windows_of_one_width_are_panned_between():
    shot = between(Shot.of(WIDE), Shot.of(SIDE), 0.25)
    assert shot == Shot(Fraction("1.875"), Fraction("1.375"), Fraction("4.5"))


def test_windows_far_apart_are_reached_by_way_of_one_that_shows_both():
    here, there = Window.parse("0", "0", "0.01"), Window.parse("1", "0", "0.02")
    shots = Path((here, there)).shots(30)
    widest = max(shots, key=lambda shot: shot.half_width)
    assert float(widest.width) == pytest.approx(1.015, rel=1e-2)
    assert abs(float(widest.x) - 0.5) < 0.02
    before, after = (float(shots[n].width) for n in (0, -1))
    assert (before, after) == (0.01, 0.02)


def test_the_speed_is_constant_but_for_ramps_at_the_ends():
    shots = Path((WIDE, Window.parse("1.5", "1.5", "0.009")), pace=4, hold=0).shots(30)
    speed = -np.diff([np.log10(float(shot.half_width)) for shot in shots]) * 30
    assert speed[40:-40] == pytest.approx(np.full(len(speed) - 80, speed[100]), rel=1e-6)
    assert speed[0] < speed[100] / 20
    assert (np.diff(speed[:24]) > 0).all()
    steady = Path((WIDE, DEEP), hold=0, easing="linear").shots(30)
    widths = np.log10([float(shot.half_width) for shot in steady])
    assert np.diff(widths) == pytest.approx(np.full(len(widths) - 1, np.diff(widths)[0]), rel=1e-6)


@pytest.mark.parametrize("seconds", [5, 10, 61.5])
def test_a_path_can_be_made_to_last_so_long(seconds):
    path = Path((WIDE, DEEP, SIDE), pause=1).lasting(seconds)
    assert path.seconds == pytest.approx(seconds, abs=1e-6)
    assert len(path.shots(24)) == seconds * 24


def test_what_cannot_be_is_said():
    with pytest.raises(InputError, match=r"more than 2\.5 seconds"):
        Path((WIDE, DEEP)).lasting(2)
    with pytest.raises(InputError, match="easing must be one of smooth, linear, not 'wild'"):
        Path((WIDE, DEEP), easing="wild")
    with pytest.raises(InputError, match="lasts up to 3,600 seconds"):
        Path((WIDE, DEEP), pace=600)
    with pytest.raises(InputError, match="at least one window"):
        Path(())


def test_the_pixel_of_a_frame():
    assert Shot.of(WIDE).pixel(Size(900, 10)) == Fraction(1, 100)
