"""The depth: decades and words that are right at every depth."""

import pytest

from app.visitor import depth
from engine.places.presets import preset
from engine.plane import Size, Window, float_spacings
from engine.statistics.cautions import NEIGHBOURS, spacings
from engine.tiles.lattice import Region

HOME = Window.parse("1.5", "1.5", "9")


def at(width):
    return Window.parse("1.5", "1.5", width)


@pytest.mark.parametrize(
    ("width", "words"),
    [("9", "the whole overview"), ("90", "10 times as wide as the overview"),
     ("9e-5", "a football pitch"), ("9e-7", "a person"), ("9e-13", "a bacterium"),
     ("9e-17", "an atom"), ("9e-50", "smaller than anything")],
)  # fmt: skip
def test_depth_is_said_by_what_would_be_as_wide(width, words):
    assert words in depth.in_words(at(width), HOME)


def test_the_read_out_has_the_decades():
    assert depth.decades(at("9e-5"), HOME) == pytest.approx(5)
    assert depth.read_out(at("9e-5"), HOME).startswith("5.0 decades deep: a football pitch")
    assert depth.read_out(HOME, HOME) == "the whole overview"
    fitted = Window(HOME.x, HOME.y, 2 * HOME.half_width)  # into a view twice as wide as high
    assert depth.read_out(fitted, HOME, 0.5) == "the whole overview"


def test_landmarks_come_from_large_to_small():
    sizes = [size for size, _ in depth.LANDMARKS]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(
    ("width", "words"), [("1e-3", ""), ("3e-13", "spacings"), ("1e-16", "beyond")]
)
def test_the_end_of_float64_is_said(width, words):
    spec = preset("tanh").spec
    region = Region.of_view(at(width), Size(100, 100))
    told = depth.of_float64(spacings(spec, region))
    assert words in told
    assert bool(words) == bool(told)


@pytest.mark.parametrize("side", [1, 3, 300])
def test_the_spacing_takes_a_few_coordinates_however_large_the_view(side, coordinates):
    spec, region = preset("tanh").spec, Region.of_pixels(at("1e-9"), Size(side, side))
    x = spec.at(region.columns(), ()).x
    coordinates.clear()
    apart = spacings(spec, region)
    assert 0 < len(coordinates) <= 4 * NEIGHBOURS
    if side == 1:
        assert apart == float("inf")
    else:
        assert apart <= float_spacings(x[:NEIGHBOURS])
