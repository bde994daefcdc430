"""Windows, sizes and axes: exact at every depth."""

import itertools
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.plane import Size, Window, float_spacings, log10_span
from engine.spec import Spec
from engine.tiles.lattice import Region
from tests.decimals import decimals

DIGITS = "0.5123456789012345678901234567890123456789"
SPEC = Spec.make("mlp")  # its axes are logarithmic


def values(coordinates):
    """The hyperparameter at each coordinate along a logarithmic axis."""
    return SPEC.at(coordinates, ()).x


def test_samples_sit_at_pixel_centres():
    window = Window.parse("1", "-2", "8")
    pixels = Region.of_pixels(window, Size(4, 2))
    assert [float(c) for c in pixels.columns()] == [-2.0, 0.0, 2.0, 4.0]
    assert [float(r) for r in pixels.rows()] == [-3.0, -1.0]


def test_pixels_are_square_unless_a_height_is_given():
    assert Window.parse("0", "0", "3").height_for(Size(300, 200)) == 2.0
    assert Window.parse("0", "0", "3", "3.5").height_for(Size(300, 200)) == 3.5


def test_neighbours_stay_apart_far_below_float64():
    columns = Region.of_pixels(Window.parse(DIGITS, "0", "1e-60"), Size(5, 5)).columns()
    steps = {b - a for a, b in itertools.pairwise(columns)}
    assert columns[2] == Decimal(DIGITS)
    assert all(abs(step / Decimal("2e-61") - 1) < Decimal("1e-15") for step in steps)


@given(
    decimals(6, 25),
    st.integers(1, 14),
    st.integers(0, 40),
)
def test_a_value_belongs_to_the_point_not_to_the_window(centre, depth, pixel):
    wide = Window(centre, centre, 10.0**-depth)
    column = Region.of_pixels(wide, Size(41, 41)).columns()[pixel]
    value = values(Region.of_pixels(wide, Size(41, 41)).columns())[pixel]
    elsewhere = Region.of_pixels(Window(column, column, 1e-3), Size(3, 3)).columns()
    assert values(elsewhere)[1] == value


def test_far_outside_every_plane_a_value_is_infinite():
    far = values([Decimal(-(10**7)), Decimal(10**7)])
    assert far.tolist() == [0.0, np.inf]


@given(decimals(300, 20))
def test_values_on_a_log_axis_are_correctly_rounded_powers_of_ten(coordinate):
    with localcontext(prec=80):
        expected = float(10**coordinate)
    assert values([coordinate])[0] == expected


@given(decimals(900, 60), st.floats(1e-200, 1e3), st.none() | st.floats(1e-200, 1))
def test_a_window_survives_json(x, half_width, half_height):
    window = Window(x, -x, half_width, half_height)
    assert Window.from_dict(window.to_dict()) == window


@pytest.mark.parametrize(
    ("x", "width", "complaint"),
    [
        ("nan", "1", "centre x must be a decimal number, not 'nan'"),
        ("inf", "1", "centre x"),
        ("1e999999999", "1", "centre x"),
        ("0x10", "1", "centre x"),
        ("", "1", "centre x"),
        ("1_000", "1", "centre x"),
        ("9" * 500, "1", "centre x"),
        ("2000", "1", "centre x must lie within ±1000"),
        ("0", "0", "width must lie between"),
        ("0", "-3", "width must lie between"),
        ("0", "1e999", "width must"),
        ("0", "nan", "width must be a decimal number"),
    ],
)
def test_a_bad_window_is_refused_by_name(x, width, complaint):
    with pytest.raises(InputError, match=complaint.replace("(", r"\(")):
        Window.parse(x, "0", width)


@pytest.mark.parametrize(
    "text", ["0", "-5", "1x0", "axb", "", "1e3", "100000x100000", "99999999999"]
)
def test_a_bad_size_is_refused_by_value(text):
    with pytest.raises(InputError, match="size must be"):
        Size.parse(text)


def test_sizes_read_both_ways():
    assert Size.parse("64") == Size(64, 64)
    assert Size.parse("800x600") == Size.parse(str(Size(800, 600))) == Size(800, 600)


def test_spacings_count_floats_between_neighbours():
    assert float_spacings(np.array([1.0, 1.0 + 8 * np.finfo(float).eps])) == 8
    assert float_spacings(np.array([1.0, 1.0])) == 0
    assert float_spacings(np.array([1.0, 2.0, np.inf, np.inf])) == 2**51
    assert float_spacings(np.array([-np.inf, np.inf])) == np.inf


def test_a_published_span_is_centred_in_decades():
    centre, width = log10_span("10", "1000")
    assert (centre, width) == (2, 2.0)
