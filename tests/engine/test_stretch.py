"""Planes whose axes have very unlike ranges: stretched by a power of two, as exact as others."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import cli
from engine.exports.files import save
from engine.exports.movies.camera import Path, Shot
from engine.exports.movies.sheets import Album, sheets_for
from engine.pictures.local import LocalCoordinates
from engine.places import links
from engine.places.links import Place
from engine.places.presets import presets
from engine.places.provenance import load_origin, place_of_picture
from engine.plane import Size, Window
from engine.spec import Spec
from engine.statistics.zoom import zoom
from engine.tiles.field import compute_field, compute_region
from engine.tiles.focus import focus_of
from engine.tiles.lattice import PLANE, Region
from engine.tiles.pyramid import TileCache
from tests.decimals import decimals

AXES = {"x": "amplitude", "y": "weight_decay"}  # 1 by 5: cheap, and stretched
HIGH = Spec.make("rippled-quadratic", {**AXES, "steps": 30})
WIDE = HIGH.replace({"x": AXES["y"], "y": AXES["x"]})
SIZE = Size(12, 7)
both = pytest.mark.parametrize("spec", [HIGH, WIDE], ids=["high", "wide"])
stretches = st.integers(-40, 40)


@st.composite
def windows(draw):
    """Windows of a stretched plane, from a thousand across to far below float64."""
    x, y = (draw(decimals(900, 60)) for _ in range(2))
    width = draw(st.floats(1, 9.99)) * 10.0 ** draw(st.integers(-100, 2))
    return Window(x, y, width, stretch=draw(stretches))


def window_of(spec, width=0.5):
    return spec.on_plane(Window.parse("0.5", "0.25", width))


def test_planes_of_alike_ranges_have_square_pixels():
    assert {known.spec.stretch for known in presets().values()} == {0}


def test_a_plane_is_stretched_by_the_power_of_two_nearest_the_ratio_of_its_ranges():
    values = {"optimiser": "momentum", "x": "momentum", "y": "learning_rate"}
    spec = Spec.make("mlp", values)
    assert spec.stretch == 3  # of a range of 1 by one of 9 decades
    assert spec.replace({"x": "learning_rate", "y": "momentum"}).stretch == -3
    assert (HIGH.stretch, WIDE.stretch) == (2, -2)
    assert spec.replace({"x_scale": "linear", "y_scale": "linear"}).stretch == 3  # 1 by 10
    assert Spec.make("transformer", {"x": "label_noise"}).stretch == -2  # 1 by 0.24


@both
def test_home_shows_the_whole_range_of_both_axes_and_little_else(spec):
    home = spec.home()
    for axis, centre, extent in (
        (spec.x, home.x, 2 * home.half_width),
        (spec.y, home.y, home.height_for(Size(1, 1))),
    ):
        low, high = spec.default_range(axis)
        assert float(centre) == (low + high) / 2
        assert high - low <= extent < 1.42 * (high - low)


def test_square_pixels_are_those_of_the_screen():
    window = Window.parse("0", "0", "3")
    window = Window(window.x, window.y, window.half_width, 8.0, stretch=2)
    assert window.height_for(SIZE) == 16.0
    assert window.square().height_for(Size(300, 100)) == 4.0
    assert window.fitting(Size(2, 1)) == Window(window.x, window.y, 4.0, stretch=2)
    assert window.square().fitting(Size(300, 300)) == window.square()


@given(st.integers(-(2**90), 2**90), st.integers(0, 300), st.integers(1, 90), stretches)
def test_levels_of_a_stretched_plane_are_nested(row, level, count, stretch):
    plane = PLANE.stretched(stretch)
    coarse = Region(plane, level, 3, row, 2, count)
    fine = Region(plane, level + 1, 6, 2 * row, 3, 2 * count - 1)
    assert fine.coarser(level) == coarse
    pitch = Fraction(1024, 2**level) * Fraction(2) ** stretch
    for rows in (coarse.rows(), fine.rows()[::2]):  # to far below float64
        exact = [(row + n) * pitch for n in range(count)]
        assert all(
            abs(Fraction(at) - y) < pitch / 10**25 for at, y in zip(rows, exact, strict=True)
        )
    assert (plane.name == "plane") == (stretch == 0)
    assert plane.stretched(-stretch) == PLANE


@given(windows(), st.integers(1, 900), st.integers(1, 900))
def test_a_view_of_a_stretched_plane_is_filled_and_comes_back(window, width, height):
    region = Region.of_view(window, Size(width, height))
    assert region.lattice == PLANE.stretched(window.stretch)
    pitch = region.lattice.up / 2**region.level
    half = Fraction(window.half_width) * height / width * Fraction(2) ** window.stretch
    first, last = region.row, region.row + region.height - 1
    assert (first - Fraction(1, 2)) * pitch <= Fraction(window.y) - half
    assert (last + Fraction(1, 2)) * pitch >= Fraction(window.y) + half
    try:
        exact = region.window()
    except ValueError:  # a region may reach beyond the bounds of windows
        return
    assert exact.half_height is None
    assert exact.stretch == window.stretch
    assert Region.of_pixels(exact, region.size) == region
    own = Region.of_pixels(window, Size(width, height))
    assert own.lattice.up == own.lattice.across * Fraction(2) ** window.stretch


@given(windows())
def test_a_window_of_a_stretched_plane_comes_back_from_the_browser(window):
    local, size = LocalCoordinates.around(window), Size(800, 600)
    extent = local.extent(window, size)
    assert local.fits(window)
    back = local.window(*extent)
    assert back.stretch == window.stretch
    x0, x1, y0, y1 = extent
    assert (y1 - y0) / (x1 - x0) == pytest.approx(local.shape * 600 / 800, rel=1e-9)
    for exponent, width, moved in (
        (local.exponent, 2 * window.half_width, back.x - window.x),
        (local.exponent_y, window.height_for(Size(1, 1)), back.y - window.y),
    ):
        if exponent:  # or as many digits are kept as the browser has
            assert 0.1 < width * 10.0**-exponent < 10.1
            assert abs(moved) <= Decimal(width) / 10**6


def test_both_axes_of_a_frame_have_round_units_of_their_own():
    window = Window(Decimal("0.98"), Decimal("1.45"), 5e-12, stretch=7)
    local = LocalCoordinates.around(window)
    assert (local.exponent, local.exponent_y) == (-11, -9)
    assert (local.x, local.y) == (Decimal("0.98"), Decimal("1.45"))
    across, up = local.labels(HIGH)
    assert across.endswith("Δ·10⁻¹¹")
    assert up.endswith("Δ·10⁻⁹")
    assert not local.fits(Window(window.x, window.y, 5e-12))
    plane = PLANE.stretched(7)
    for x, y, width, height in local.tiles(plane, list(Region.of_view(window, SIZE).tiles())):
        assert height == pytest.approx(width * local.shape)
        assert abs(x) < 100 * width
        assert abs(y) < 100 * height


def test_a_gesture_is_looked_at_where_it_was_made_on_a_stretched_plane():
    def foci(stretch):
        unit = Decimal(2) ** stretch
        old = Window(Decimal(0), Decimal(0), 1.0, stretch=stretch)
        for y, half_width in (("0.5", 1.0), ("0.25", 0.5)):
            new = Window(Decimal("0.25"), Decimal(y) * unit, half_width, stretch=stretch)
            yield focus_of(old, new, 0.75)

    assert list(foci(5)) == list(foci(-5)) == list(foci(0))


@both
def test_a_field_is_the_runs_at_its_points(spec):
    field = compute_field(spec, window_of(spec), SIZE)
    points = Region.of_pixels(window_of(spec), SIZE)
    assert field.y[1] - field.y[0] == pytest.approx(
        (field.x[1] - field.x[0]) * 2.0**spec.stretch, rel=1e-12
    )
    for row, column in ((0, 0), (3, 5), (6, 11)):
        x, y = points.columns()[column], points.rows()[row]
        alone = compute_field(spec, Window(x, y, 1e-20), Size(1, 1))
        assert alone.values[0, 0] == field.values[row, column]


@both
def test_links_and_files_bring_the_same_field_back(spec, tmp_path):
    place = Place("rippled-quadratic", spec, window_of(spec))
    assert links.parse(links.query(place)) == place
    field = compute_field(spec, place.window, SIZE)
    for ending in ("png", "npz"):
        save(field, tmp_path / f"a.{ending}")
        found, window, size = load_origin(tmp_path / f"a.{ending}")
        assert (found, window, size) == (spec, place.window, SIZE)
    assert place_of_picture((tmp_path / "a.png").read_bytes()).window == place.window
    again = compute_field(found, window, size)
    np.testing.assert_array_equal(again.values, field.values)


def test_the_command_line_draws_what_is_on_the_plane(tmp_path):
    first, home, again = (str(tmp_path / f"{name}.npz") for name in "abc")
    spec = ["--preset", "rippled-quadratic", "--size", "4", "--store", "none"]
    spec += ["--set", "steps=30", *(f"{axis}={name}" for axis, name in AXES.items())]
    assert cli.main(["render", *spec, "--center", "0.5", "0", "--width", "1", "-o", first]) == 0
    with np.load(first) as data:
        assert data["x"].tolist() == [0.125, 0.375, 0.625, 0.875]
        assert data["y"].tolist() == [-1.5, -0.5, 0.5, 1.5]
        field = data["field"]
    assert cli.main(["render", *spec, "-o", home]) == 0
    with np.load(home) as data:
        assert (data["x"].mean(), data["y"].mean()) == (0.5, -1.5)
    assert cli.main(["render", "--from", first, "--store", "none", "-o", again]) == 0
    with np.load(again) as data:
        np.testing.assert_array_equal(data["field"], field)


@both
def test_frames_of_a_zoom_are_what_render_gives_of_their_windows(spec):
    for field, frame in zoom(spec, window_of(spec), SIZE, 3):
        assert frame.window.half_height is None
        direct = compute_field(spec, frame.window, SIZE)
        np.testing.assert_array_equal(field.values, direct.values)


@both
def test_a_movie_shows_the_runs_of_its_windows(spec, tmp_path):
    """Where the pixels are the points of a level, they are just those of a field."""
    level = Region.of_view(window_of(spec), SIZE)
    path = Path((spec.home(), level.window()))
    shots = path.shots(4)
    assert shots[-1].window() == level.window()
    assert shots[0].window() == spec.home()
    sheets, album = sheets_for(shots[-1:], level.size), Album(tmp_path)
    cache = TileCache(memory=0)
    for sheet in sheets:
        fields = [compute_region(spec, r, cache)[0] for r in sheet.regions(spec.stretch)]
        album.keep(sheet, [(field.values, field.decided) for field in fields])
    cache.close()
    values, _ = album.sample(sheets, Shot.of(level.window()), level.size)
    direct = compute_field(spec, level.window(), level.size)
    np.testing.assert_array_equal(values, direct.values)
