"""The gallery: a picture for every window, and of what it says."""

import importlib.resources
import io
from pathlib import Path

import jax
import numpy as np
import pytest
from PIL import Image

from app.command import main
from app.views.gallery import thumbnail
from engine.places import provenance
from engine.places.presets import presets
from engine.training.cost import operations

FOLDER = Path(str(importlib.resources.files("assets"))) / "thumbnails"
MOST_WORK = 1e15  # operations of 160 x 160 runs; what takes more needs a GPU, and has no picture
WINDOWS = [
    (name, window)
    for name, chosen in presets().items()
    for window in chosen.windows
    if 160**2 * operations(chosen.spec) < MOST_WORK
]
QUICK = [("quadratic", "overview"), ("mandelbrot", "overview"), ("two-factor", "overview")]


def pixels(picture):
    with Image.open(picture) as image:
        return np.asarray(image.convert("RGB"), int)


@pytest.mark.parametrize(("name", "window"), WINDOWS)
def test_every_window_of_a_preset_has_a_picture_of_just_that(name, window):
    chosen, shown = presets()[name], thumbnail(name, window)
    place = provenance.place_of_picture(shown)
    assert (place.spec, place.window) == (chosen.spec, chosen.windows[window])
    assert pixels(io.BytesIO(shown)).std(axis=(0, 1)).min() > 5  # and not of one colour


@pytest.mark.skipif(jax.__version__ != "0.10.2", reason="colours follow the last bits of values")
@pytest.mark.parametrize(
    ("name", "window"),
    [pytest.param(*at, marks=() if at in QUICK else pytest.mark.slow) for at in WINDOWS],
)
def test_a_picture_is_drawn_again_to_one_part_in_255(name, window, tmp_path):
    kept, again = FOLDER / f"{name}-{window}.png", tmp_path / "again.png"
    size = provenance.load(kept).size
    place = ["--preset", name, "--window", window, "--size", str(size), "--store", "none"]
    assert main(["render", *place, "-o", str(again)]) == 0
    assert np.abs(pixels(kept) - pixels(again)).max() <= 1


def test_only_what_takes_too_long_has_no_picture():
    assert set(presets()) - {name for name, _ in WINDOWS} == {"transformer"}
    assert thumbnail("transformer", "overview") == b""


def test_no_picture_is_left_over():
    assert {path.name for path in FOLDER.iterdir()} == {f"{n}-{w}.png" for n, w in WINDOWS}
