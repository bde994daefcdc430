"""The overviews: of every preset, made of just its runs, and carrying where they are from."""

import io

import jax
import numpy as np
import pytest
from PIL import Image
from scipy.stats import spearmanr

from engine.cli import main
from engine.pictures.colour import category_colour, ramp, suited
from engine.places import provenance
from engine.places.look import PUBLISHED
from engine.places.overviews import FOLDER as ASSETS
from engine.places.overviews import overview
from engine.places.presets import presets
from engine.tiles.lattice import Region
from engine.training.cost import operations
from engine.training.trainer import Trainer

FOLDER = ASSETS / "overviews"
TOO_MUCH = 1e10  # operations of a run, beyond which it needs a GPU
DRAWN = [name for name, preset in presets().items() if not preset.needs]
CHEAP = ["quadratic", "linear", "tanh-single", "two-factor", "two-factor-minibatch"]  # few of them
QUICK = ["quadratic", "two-factor"]  # all of their runs
MOST_BYTES = 1_500_000  # of all together
SIDE = 256  # pixels, of all that do not take long
ACROSS = 6  # pixels either way, of those whose runs are trained again
ALIKE = 0.97  # rank correlation; the last bits decide about some runs


def test_every_preset_whose_runs_a_processor_can_train_has_one_and_none_is_left_over():
    within = {name for name, preset in presets().items() if operations(preset.spec) < TOO_MUCH}
    assert within == set(DRAWN)
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.png" for name in DRAWN}
    assert [overview(name) for name in presets() if name not in within] == [""]
    assert overview("of my own") == ""
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < MOST_BYTES


@pytest.mark.parametrize("name", DRAWN)
def test_it_carries_the_spec_and_the_window_that_the_preset_has_now(name):
    preset, carried = presets()[name], provenance.load(FOLDER / f"{name}.png")
    assert (carried.place.spec, carried.place.window) == (preset.spec, preset.window("home"))
    assert suited(carried.place.look, preset.spec) == suited(PUBLISHED, preset.spec)
    height, width, _ = pixels(content(name)).shape
    assert (width, height) == (carried.size.width, carried.size.height)
    assert 64 <= width == height <= SIDE
    assert width == SIDE or operations(preset.spec) > 1e8


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=() if n in CHEAP else pytest.mark.slow) for n in DRAWN],
)
def test_it_has_the_colours_of_its_runs_and_no_other_has(name):
    values = {}  # by the size of a picture, which decides where its pixels lie
    for other in DRAWN:
        size = provenance.load(FOLDER / f"{other}.png").size
        if size not in values:
            values[size] = scattered(presets()[name], size)
        spec = presets()[other].spec
        assert fits(spec, *values[size], pixels(content(other))) == (other == name), other


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n in QUICK else pytest.mark.slow) for n in DRAWN]
)
def test_it_is_drawn_again_from_what_it_carries(name, tmp_path):
    if operations(presets()[name].spec) > 1e7:
        pytest.skip("takes minutes, and the last bits decide about many runs")
    if jax.__version__ != "0.10.2":
        pytest.skip("colours follow the last bits of values")
    origin, again = FOLDER / f"{name}.png", tmp_path / "again.png"
    assert main(["render", "--from", str(origin), "--store", "none", "-o", str(again)]) == 0
    assert np.abs(pixels(content(name)) - pixels(again.read_bytes())).max() <= 1


def content(name):
    return (ASSETS / overview(name)).read_bytes()


def pixels(picture):
    """The colours of a PNG, the bottom row first."""
    with Image.open(io.BytesIO(picture)) as image:
        return np.asarray(image.convert("RGB"), int)[::-1]


def scattered(preset, size):
    """The values of some runs, by the rows and columns of the pixels that they are."""
    points = Region.of_pixels(preset.window("home"), size)
    rows, columns = (
        np.random.default_rng(0).choice(n, ACROSS, replace=False) for n in (size.height, size.width)
    )
    runs = preset.spec.at(points.columns(columns), points.rows(rows)).runs()
    values = np.full(len(runs), np.nan)
    for batch in Trainer(preset.spec).stream(runs):
        values[batch.index] = batch.value
    return values, np.ix_(rows, columns)


def fits(spec, values, at, picture):
    """Whether pixels have the colours that runs of these values have, whatever the others are."""
    colours = picture[at].reshape(-1, 3)
    if suited(PUBLISHED, spec).categorical:
        expected = [rgb(category_colour(int(np.nan_to_num(value)))) for value in values]
        return np.mean((colours == expected).all(axis=1)) > 0.9
    off, depth = zip(*(nearest(colours, converged=side) for side in (True, False)), strict=True)
    assert np.minimum(*off).max() <= 1
    converged, fitting = values < 0, (off[0] < off[1]) == (values < 0)
    return fitting.mean() > 0.9 and all(
        in_order(np.abs(values[side & fitting]), depths[side & fitting])
        for side, depths in zip((converged, ~converged), depth, strict=True)
        if side.sum() > 8  # of few, the last bits decide too much
    )


def in_order(sizes, depths):
    """Whether larger magnitudes are deeper in their side, and equal ones as deep."""
    constant = [bool(np.ptp(numbers) == 0) for numbers in (sizes, depths)]
    return all(constant) if any(constant) else spearmanr(sizes, depths).statistic > ALIKE


def nearest(colours, *, converged):
    """How far colours are from a side of the palette, in parts of 255, and how deep in it."""
    known = np.array([rgb(c) for c in ramp(PUBLISHED.palette, converged=converged, count=2**10)])
    off = np.abs(colours[:, None] - known).max(axis=2)
    return off.min(axis=1), off.argmin(axis=1)


def rgb(colour):
    return list(bytes.fromhex(colour[1:]))
