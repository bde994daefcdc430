"""Frames: the browser's small numbers, and back, at every depth."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.pictures.local import LocalCoordinates
from engine.plane import Size, Window
from tests.decimals import decimals

windows = st.builds(
    Window,
    decimals(900, 250),
    decimals(900, 250),
    st.builds(lambda digits, depth: digits * 10.0**-depth, st.floats(1, 9.99), st.integers(0, 200)),
)


@given(windows, st.sampled_from([Size(800, 600), Size(1, 1), Size(300, 900)]))
def test_a_window_comes_back_from_the_browser_to_a_thousandth_of_a_pixel(window, size):
    local = LocalCoordinates.around(window)
    back = local.window(*local.extent(window, size))
    tolerance = Decimal(window.half_width) / 1000 / 1000 * 2
    if local.exponent:
        assert abs(back.x - window.x) <= tolerance
        assert abs(back.y - window.y) <= tolerance
        assert back.half_width == pytest.approx(window.half_width, rel=1e-9)


@given(windows)
def test_the_browser_only_sees_numbers_of_order_one_at_depth(window):
    local = LocalCoordinates.around(window)
    assert local.fits(window)
    if local.exponent:
        assert all(abs(u) < 100 for u in local.extent(window, Size(4, 3)))


def test_a_frame_stops_fitting_once_the_view_has_left_its_scale():
    window = Window.parse("0.5", "0.5", "1e-8")
    local = LocalCoordinates.around(window)
    assert local.fits(Window.parse("0.5", "0.5", "3e-8"))
    assert not local.fits(Window.parse("0.5", "0.5", "1e-10"))
    assert not local.fits(Window.parse("0.5", "0.5", "1e-6"))
    assert not local.fits(Window.parse("0.6", "0.5", "1e-8"))


def test_ticks_are_round_decimals():
    local = LocalCoordinates.around(Window.parse("0.123456789012345678", "-2.5", "3e-12"))
    assert (local.x, local.y, local.exponent) == (
        Decimal("0.1234567890123"),
        Decimal("-2.5000000000000"),
        -12,
    )


def test_a_window_keeps_no_more_digits_than_it_needs():
    local = LocalCoordinates.around(Window.parse("0.123456789012345678", "-2.5", "3e-12"))
    back = local.window(0.1, 0.4, -0.1, 0.1)
    assert len(str(back.x)) < 24
    assert LocalCoordinates().window(-2.0, 1.9999999999999996, -1.0, 1.0) == Window.parse(
        "0", "0", "4"
    )
    assert str(LocalCoordinates().window(-2.0, 1.9999999999999996, -1.0, 1.0).x) == "0"


def test_ranges_beyond_all_bounds_are_kept_within_them():
    assert LocalCoordinates().window(-1e30, 1e30, -1, 1).half_width <= 2000
    assert LocalCoordinates().window(1.0, 1.0, 1.0, 1.0).half_width > 0
    assert LocalCoordinates().window(2.0, 1.0, 0.0, 1.0).half_width == 0.5
    assert LocalCoordinates().window(2000.0, 2001.0, 0.0, 1.0).x == 1000
    assert LocalCoordinates().window(0.0, 1.0, -2001.0, -2000.0).y == -1000
