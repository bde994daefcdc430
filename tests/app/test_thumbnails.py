"""The gallery: a picture for every window, and of what it says."""

import io

import jax
import numpy as np
import pytest
from PIL import Image

from app.command import main
from app.views.gallery import Gallery
from engine.pictures.colour import ramp
from engine.places import provenance
from engine.places.look import PUBLISHED
from engine.places.overviews import FOLDER as ASSETS
from engine.places.overviews import picture
from engine.places.presets import presets
from engine.tiles.lattice import Region
from engine.training.cost import operations
from engine.training.trainer import Trainer

FOLDER = ASSETS / "thumbnails"
MUCH_WORK = 1e12  # operations of 160 x 160 runs, of which some alone are trained again
WINDOWS = [(name, window) for name, chosen in presets().items() for window in chosen.windows]
DRAWN = [(name, window) for name, window in WINDOWS if not presets()[name].needs]
THUMBNAILS = [(name, window) for name, window in DRAWN if window != "overview"]
EVERY = 8  # pixels along each side, of those of which runs are trained again


def work(name):
    return 160**2 * operations(presets()[name].spec)


def test_every_window_has_a_thumbnail_unless_it_is_the_overview_and_none_is_left_over():
    assert {path.name for path in FOLDER.iterdir()} == {f"{n}-{w}.png" for n, w in THUMBNAILS}


def test_a_card_without_a_picture_says_what_its_runs_need():
    cards = Gallery(lambda *place: None).cards
    assert len(cards) == len(WINDOWS)
    for place, card in zip(WINDOWS, cards, strict=True):
        assert (card["image"] == "") == (place not in DRAWN)
        assert ("needs a GPU" in card["needs"]) == (place not in DRAWN)


def pixels(file):
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB"), int)


@pytest.mark.parametrize(("name", "window"), DRAWN)
def test_every_window_of_a_preset_has_a_picture_of_just_that(name, window):
    chosen, shown = presets()[name], (ASSETS / picture(name, window)).read_bytes()
    place = provenance.place_of_picture(shown)
    assert (place.spec, place.window) == (chosen.spec, chosen.windows[window])
    assert pixels(io.BytesIO(shown)).std(axis=(0, 1)).min() > 5  # and not of one colour


@pytest.mark.slow
@pytest.mark.parametrize(("name", "window"), THUMBNAILS)
def test_a_thumbnail_is_that_of_its_runs(name, window, tmp_path):
    kept = FOLDER / f"{name}-{window}.png"
    if work(name) >= MUCH_WORK:
        has_the_colours_of_the_sides_of_its_runs(kept)
    elif jax.__version__ == "0.10.2":
        is_drawn_again_to_one_part_in_255(kept, name, window, tmp_path / "again.png")
    else:
        pytest.skip("colours follow the last bits of values")


def is_drawn_again_to_one_part_in_255(kept, name, window, again):
    size = provenance.load(kept).size
    place = ["--preset", name, "--window", window, "--size", str(size), "--store", "none"]
    assert main(["render", *place, "-o", str(again)]) == 0
    assert np.abs(pixels(kept) - pixels(again)).max() <= 1


def has_the_colours_of_the_sides_of_its_runs(kept):
    spec, shown, size = provenance.load_origin(kept)
    points = Region.of_pixels(shown, size)
    rows, columns = (np.arange(EVERY // 2, n, EVERY) for n in (size.height, size.width))
    runs = spec.at(points.columns(columns), points.rows(rows)).runs()
    values = np.full(len(runs), np.nan)
    for batch in Trainer(spec).stream(runs):
        values[batch.index] = batch.value
    colours = pixels(kept)[::-1][np.ix_(rows, columns)].reshape(-1, 3)
    off = [distance(colours, converged=converged) for converged in (True, False)]
    assert np.minimum(*off).max() <= 1
    assert 0.05 < np.mean(values < 0) < 0.95
    assert np.mean((off[0] < off[1]) == (values < 0)) > 0.95  # the last bits decide about some


def distance(colours, *, converged):
    """How far colours are from the nearest of a side of the palette, in parts of 255."""
    side = ramp(PUBLISHED.palette, converged=converged, count=2**10)
    known = np.array([list(bytes.fromhex(colour[1:])) for colour in side])
    return np.abs(colours[:, None] - known).max(axis=2).min(axis=1)
