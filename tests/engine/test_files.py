"""Files: each carries what it takes to compute the same field again."""

import json

import numpy as np
import pytest
import xarray as xr
import zarr
from PIL import Image

from engine.errors import InputError
from engine.exports import files
from engine.pictures.colour import shade
from engine.places import provenance
from engine.places.look import PUBLISHED, Look
from engine.places.provenance import read_provenance
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.field import compute_field

DEEP = Window.parse("0.1234567890123456789012345", "-0.5", "1e-9")


@pytest.fixture(scope="module")
def field():
    spec = Spec.make("mlp", {"width": 4, "steps": 50, "single_datapoint": True})
    return compute_field(spec, Window.parse("1.5", "1.5", "9"), Size(12, 9))


@pytest.mark.parametrize("ending", files.FORMATS)
def test_a_file_gives_the_same_field_again(field, ending, tmp_path):
    path = tmp_path / f"field{ending}"
    files.save(field, path)
    again = compute_field(*provenance.load_origin(path))
    assert np.array_equal(again.values, field.values)
    assert np.array_equal(again.decided, field.decided)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_provenance_keeps_every_digit_of_a_deep_window():
    spec = Spec.make("mandelbrot", {"steps": 20})
    field = compute_field(spec, DEEP, Size(3, 2))
    assert read_provenance(field.provenance()) == (spec, DEEP, Size(3, 2))


def test_the_arrays_of_an_npz_are_those_of_the_contract(field, tmp_path):
    files.save(field, tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as data:
        assert data["field"].shape == (9, 12)
        assert data["field"].dtype == np.float64
        assert data["x"].shape == (12,)
        assert data["y"].shape == (9,)
        assert np.all(np.diff(data["y"]) > 0)
        np.testing.assert_allclose(np.diff(data["y"]), np.diff(data["x"])[0])
        about = json.loads(str(data["spec"]))
    assert {"version", "precision", "backend", "window", "steps"} <= set(about)


def test_a_picture_carries_its_look_and_other_files_have_the_published_one(field, tmp_path):
    look = Look.of("decision step", "cividis", 0.25)
    files.save(field, tmp_path / "a.png", look)
    files.save(field, tmp_path / "a.npz", look)
    assert provenance.load_look(tmp_path / "a.png") == look
    assert provenance.load_look(tmp_path / "a.npz") == PUBLISHED


@pytest.mark.parametrize("ending", [".nc", ".zarr"])
def test_labelled_files_open_in_xarray_with_sensible_labels(field, ending, tmp_path):
    path = tmp_path / f"field{ending}"
    files.save(field, path)
    opened = xr.open_dataset(path) if ending == ".nc" else xr.open_zarr(path, consolidated=False)
    with opened as data:
        assert data["field"].dims == ("y", "x")
        assert data["x"].attrs["units"] == "decades"
        assert "learning rate of the input layer" in data["x"].attrs["long_name"]
        assert np.array_equal(data["field"].values, field.values)


def test_a_picture_shows_row_0_at_the_bottom(field, tmp_path):
    files.save(field, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (12, 9)
        top, bottom = np.asarray(image.convert("RGB"))[[0, -1]]
    scale = PUBLISHED.scale(field.values, field.decided)
    expected = shade(field.values, field.decided, scale).view(np.uint8).reshape(9, 12, 4)[..., :3]
    assert np.array_equal(bottom, expected[0])
    assert np.array_equal(top, expected[-1])
    assert not np.array_equal(top, bottom)


@pytest.mark.parametrize("ending", files.FORMATS)
@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"PK\x03\x04 cut short", b"\x89PNG\r\n\x1a\n"]
)
def test_a_corrupt_file_is_refused_in_one_line(ending, content, tmp_path):
    path = tmp_path / f"bad{ending}"
    path.write_bytes(content)
    with pytest.raises(InputError, match="bad") as raised:
        provenance.load_origin(path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("ending", files.FORMATS)
def test_a_file_cut_short_is_refused(field, ending, tmp_path):
    path = tmp_path / f"field{ending}"
    files.save(field, path)
    parts = [p for p in path.rglob("*") if p.is_file()] if path.is_dir() else [path]
    for part in parts:
        part.write_bytes(part.read_bytes()[: part.stat().st_size // 3])
    with pytest.raises(InputError):
        provenance.load_origin(path)


def test_a_picture_of_something_else_is_refused(tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "cat.png")
    with pytest.raises(InputError, match=r"cat\.png is damaged or not made by trainscape"):
        provenance.load_origin(tmp_path / "cat.png")


def test_a_zarr_group_of_the_users_own_is_never_replaced(field, tmp_path):
    path = tmp_path / "mine.zarr"
    zarr.open_group(path, mode="w").create_array("thesis", data=np.arange(3.0))
    for attempt in (lambda: files.check_writable(path), lambda: files.save(field, path)):
        with pytest.raises(IsADirectoryError, match="not one that render made"):
            attempt()
    assert zarr.open_group(path, mode="r")["thesis"][2] == 2


def test_a_picture_larger_than_pillow_likes_is_read(field, tmp_path, monkeypatch):
    files.save(field, tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 12 * 9 // 3)
    assert provenance.load_origin(tmp_path / "a.png")[2] == field.size


def test_a_failed_write_leaves_the_old_file_and_nothing_else(field, tmp_path, monkeypatch):
    path = tmp_path / "a.npz"
    files.save(field, path)
    before = path.read_bytes()

    def fail(*arguments, **keywords):
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez_compressed", fail)
    with pytest.raises(OSError, match="disk full"):
        files.save(field, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ending", files.FORMATS)
def test_saving_again_replaces_the_file(field, ending, tmp_path):
    path = tmp_path / f"field{ending}"
    files.save(field, path)
    other = compute_field(field.spec, DEEP, Size(3, 2))
    files.save(other, path)
    assert provenance.load_origin(path) == (field.spec, DEEP, Size(3, 2))
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
