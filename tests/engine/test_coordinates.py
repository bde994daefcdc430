"""Coordinates in files: told apart, exact, and found by xarray's `sel`, however deep."""

from dataclasses import replace
from decimal import Decimal, localcontext

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cli import main
from engine.exports import files, triptych
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.field import Field, compute_field
from engine.tiles.lattice import Region
from tests.decimals import decimals

SPEC = Spec.make("quadratic", {"steps": 1})
centres = decimals(900, 40)
windows = st.builds(
    lambda x, y, exponent, shape: Window(
        x, y, 10.0**exponent, None if shape is None else shape * 10.0**exponent
    ),
    centres, centres | st.just(Decimal(0)), st.floats(-279, 2), st.sampled_from([None, 0.3, 2.0]),
)  # fmt: skip
sizes = st.builds(Size, st.integers(2, 200), st.integers(2, 9))


def field_of(window, size):
    """A field whose runs are numbered, not trained."""
    region = Region.of_pixels(window, size)
    numbers = np.arange(size.pixels, dtype=float).reshape(size.height, size.width)
    x, y = (np.array(list(map(float, c))) for c in (region.columns(), region.rows()))
    return Field(numbers, numbers.astype(np.int32), x, y, SPEC, window, "0.1.0", "cpu")


def exact(field, along):
    region = Region.of_pixels(field.window, field.size)
    return region.columns() if along == "x" else region.rows()


def assert_exact(base, offsets, coordinates):
    """Each offset is the coordinate's, rounded once."""
    assert np.all(np.diff(offsets) > 0)
    with localcontext(prec=1400):
        wanted = [float(coordinate - base) for coordinate in coordinates]
    assert offsets.tolist() == wanted


@given(windows, sizes)
def test_every_column_and_row_is_found_at_any_depth(window, size):
    field = field_of(window, size)
    data = files.dataset(field)
    for along in ("x", "y"):
        assert_exact(Decimal(data[along].attrs["base"]), data[along].values, exact(field, along))
    row, column = size.height // 2, size.width // 3
    at = {"x": data.x[column], "y": data.y[row]}
    assert data.field.sel(at) == field.values[row, column]
    assert data.field.sel(at, method="nearest") == field.values[row, column]
    assert data.field.sel(x=slice(data.x[1], None)).shape == (size.height, size.width - 1)


@given(windows, sizes)
def test_an_npz_has_the_exact_centre_and_offsets_at_any_depth(window, size):
    field = field_of(window, size)
    arrays = files.located(field)
    assert [Decimal(text) for text in arrays["centre"].tolist()] == [window.x, window.y]
    assert np.array_equal(arrays["x"], field.x)
    assert np.array_equal(arrays["y"], field.y)
    assert_exact(window.x, arrays["x_offset"], exact(field, "x"))
    assert_exact(window.y, arrays["y_offset"], exact(field, "y"))


@settings(max_examples=20)
@given(st.floats(-3, 2), centres)
def test_coordinates_of_shallow_windows_are_those_of_the_plane(exponent, x):
    field = field_of(Window(x, Decimal(1), 10.0**exponent), Size(64, 48))
    data = files.dataset(field)
    assert data.x.attrs["base"] == data.y.attrs["base"] == "0"
    assert np.array_equal(data.x, field.x)


@pytest.fixture(scope="module")
def deep():
    return compute_field(SPEC, Window.parse("1.684", "1.26", "1e-14"), Size(64, 64))


@pytest.mark.parametrize("ending", [".nc", ".zarr"])
def test_a_deep_file_says_where_its_coordinates_count_from(deep, ending, tmp_path):
    path = tmp_path / f"deep{ending}"
    files.save(deep, path)
    opened = xr.open_dataset(path) if ending == ".nc" else xr.open_zarr(path, consolidated=False)
    with opened as data:
        assert len(np.unique(data.x)) == len(np.unique(data.y)) == 64
        assert (data.x.attrs["base"], data.y.attrs["base"]) == ("1.684", "1.26")
        assert "base + the value" in data.x.attrs["comment"]
        assert data.x.attrs["long_name"].endswith("from the base on")
        assert data.field.sel(x=data.x[3], y=data.y[5]) == deep.values[5, 3]


def test_the_line_of_a_deep_diagram_has_them_too(tmp_path):
    out = tmp_path / "a.npz"
    view = ["--preset", "quadratic", "--center", "1.684", "1.26", "--width", "1e-14"]
    assert main(["diagram", *view, "--set", "steps=20", "--size", "16", "-o", str(out)]) == 0
    with np.load(out) as data:
        assert str(data["centre"]) == "1.684"
        assert len(np.unique(data["at_offset"])) == len(data["at"]) == len(data["at_offset"])
        assert abs(data["at_offset"]).max() < 1e-14


def test_a_deep_npz_and_a_deep_comparison_have_them_too(deep, tmp_path):
    files.save(deep, tmp_path / "a.npz")
    triptych.save(deep, replace(deep, spec=SPEC.replace({"steps": 2})), tmp_path / "c.npz")
    for name in ("a.npz", "c.npz"):
        with np.load(tmp_path / name) as data:
            assert data["centre"].tolist() == ["1.684", "1.26"]
            assert len(np.unique(data["x_offset"])) == len(np.unique(data["y_offset"])) == 64
