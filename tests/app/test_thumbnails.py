"""The gallery: a picture for every window, and of what it says."""

import importlib.resources
from pathlib import Path

import pytest
from PIL import Image

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


@pytest.mark.parametrize(("name", "window"), WINDOWS)
def test_every_window_of_a_preset_has_a_picture_of_just_that(name, window):
    chosen, path = presets()[name], FOLDER / f"{name}-{window}.png"
    assert thumbnail(name, window) == path.read_bytes()
    spec, shown, size = provenance.load_origin(path)
    assert (spec, shown) == (chosen.spec, chosen.windows[window])
    with Image.open(path) as picture:
        assert picture.size == (size.width, size.height)


def test_only_what_takes_too_long_has_no_picture():
    assert set(presets()) - {name for name, _ in WINDOWS} == {"transformer"}
    assert thumbnail("transformer", "overview") == b""


def test_no_picture_is_left_over():
    assert {path.name for path in FOLDER.iterdir()} == {f"{n}-{w}.png" for n, w in WINDOWS}
