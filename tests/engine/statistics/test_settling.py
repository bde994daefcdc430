"""Whether labels would hold if runs were trained longer, against boundaries that are known."""

import dataclasses

import numpy as np
import pytest

from engine.pictures.colour import MUTED, legend, picture, shade
from engine.places.look import PUBLISHED, Look
from engine.places.presets import preset
from engine.plane import Size, Window
from engine.spec import Spec
from engine.statistics import cautions
from engine.statistics.settling import FEW, Settling, settled, settling
from engine.statistics.trust import Check
from engine.tiles.field import compute_field
from engine.tiles.lattice import Region

SIZE = Size(64, 64)
MANDELBROT = Spec.make("mandelbrot")


def seahorse(width, **settings):
    spec = MANDELBROT.replace(settings)
    window = Window.parse("-0.743643887037158704", "0.1318259042053119704", width)
    return spec, spec.on_plane(window)


def test_a_view_whose_runs_all_escape_later_is_not_settled_and_the_steps_that_settle_it_do():
    spec, window = seahorse("1e-4", steps=60)
    found = settling(spec, window, SIZE)
    assert found.unsettled
    assert found.check.share > 0.9
    assert "steps settle them" in found.words
    longer = settled(spec, found)
    assert longer.steps == found.settled_at > spec.steps
    fields = [compute_field(s, window, SIZE).values < 0 for s in (spec, longer)]
    assert np.mean(fields[0] != fields[1]) > 0.9
    again = settling(longer, window, SIZE)
    assert not again.unsettled
    assert again.words == ""
    assert settled(longer, again) == longer


@pytest.mark.parametrize("name", ["tanh-single", "quadratic", "two-factor", "mandelbrot"])
def test_a_view_is_settled_though_many_of_its_runs_are_never_decided(name):
    chosen = preset(name)
    window = chosen.spec.on_plane(chosen.window("overview"))
    found = settling(chosen.spec, window, SIZE)
    field = compute_field(chosen.spec, window, Size(24, 24))
    assert (field.decided >= chosen.spec.steps).any()
    assert found.check.runs >= 200
    assert not found.unsettled
    assert found.settled_at == chosen.spec.steps


def test_a_kind_of_outcome_is_a_label():
    spec, window = seahorse("1e-4", steps=60, measure="outcome")
    assert settling(spec, window, SIZE).unsettled
    # A cycle of period three, which 4 steps cannot tell from anything.
    inside = spec.on_plane(Window.parse("-0.1225", "0.7448", "0.001"))
    found = settling(spec.replace({"steps": 4}), inside, SIZE)
    assert found.unsettled
    sides = settling(spec.replace({"steps": 4, "measure": "convergence"}), inside, SIZE)
    assert not sides.unsettled


def test_labels_that_no_number_of_steps_settles_are_said_to_do_so():
    check = Check("steps", "", 100, 60, 1)
    never, some = (Settling(MANDELBROT, check, at, 8, 8000) for at in (None, 2000))
    assert never.words.endswith("no number of steps up to 8,000 settles them")
    assert some.words.startswith("60 % of these labels change if runs are trained 8 times as long")
    assert settled(MANDELBROT, never) == MANDELBROT
    assert settled(MANDELBROT, some).steps == 2000


def test_runs_that_are_too_dear_are_not_asked():
    spec = preset("transformer").spec
    found = settling(spec, spec.home(), SIZE)
    assert found.check is None
    assert not found.unsettled
    assert found.words == ""
    assert settled(spec, found) == spec


def test_what_a_sample_says_by_chance_is_no_finding():
    spec, window = seahorse("1e-4", steps=60)
    found = settling(spec, window, SIZE)
    lucky = dataclasses.replace(found.check, changed=int((FEW + 0.01) * found.check.runs))
    assert lucky.share > FEW
    assert not dataclasses.replace(found, check=lucky).unsettled


def test_undecided_runs_of_an_unsettled_view_have_no_colour_and_all_others_theirs():
    values = np.array([[-3.0, -2.0, 4.0, 5.0, np.nan]])
    decided = np.array([[10, 60, 60, 10, 0]])
    muted = dataclasses.replace(PUBLISHED, muted_from=60)
    scale = PUBLISHED.scale(values, decided)
    plain, grey = (shade(values, decided, scale, look) for look in (PUBLISHED, muted))
    assert (plain != grey).tolist() == [[False, True, True, False, False]]
    drawn = np.array(picture(values, decided, muted))[0, 1:3, :3]
    assert [f"#{bytes(pixel).hex()}" for pixel in drawn] == list(MUTED)
    words = [ends.small for ends in legend(MANDELBROT, muted)]
    assert words[-2:] == ["undecided, so far converged", "undecided, so far diverged"]
    assert len(words) == len(legend(MANDELBROT, PUBLISHED)) + 2
    assert Look.parse(str(muted)) == PUBLISHED  # it follows from what is drawn


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.full((30, 30), -2.0), "all runs: converged; there is no boundary"),
        (np.full((30, 30), 2.0), "all runs: diverged; there is no boundary"),
        (np.where(np.random.default_rng(0).random((64, 64)) < 0.5, -1.0, 1.0), "by chance"),
        (np.where(np.arange(64) < 20, -1.0, 1.0) * np.ones((64, 1)), ""),
    ],
)
def test_labels_that_carry_nothing_are_said_to(values, words):
    said = cautions.of_values(MANDELBROT, values, np.full(values.shape, 7))
    assert bool(said) == bool(words)
    assert words in "".join(said)


def test_runs_that_leave_at_once_are_said_to():
    values = np.full((9, 9), 1.0)
    assert len(cautions.of_values(MANDELBROT, values, np.zeros((9, 9), int))) == 2
    assert len(cautions.of_values(MANDELBROT, values, np.ones((9, 9), int))) == 1


@pytest.mark.parametrize(
    ("centre", "width", "words"),
    [
        ("1.5", "1", None),
        ("1.684", "1e-16", "beyond float64"),
        ("308", "4", "beyond the largest float64"),
        ("-330", "20", "below the smallest float64"),
    ],
)
def test_hyperparameters_that_float64_lacks_are_said_to(centre, width, words):
    spec = preset("tanh-single").spec
    window = spec.on_plane(Window.parse(centre, "1.26", width))
    said = cautions.of_plane(spec, Region.of_pixels(window, SIZE))
    assert bool(said) == (words is not None)
    assert all(words in line for line in said[:1])
    assert all("learning rate of the input layer" in line for line in said[:1])


def test_colours_of_equal_values_are_said_to_tell_the_sides_apart_and_no_more():
    values = np.array([[-2.0, -2.0, 5.0, 5.0]])
    assert cautions.of_look(MANDELBROT, values, PUBLISHED)
    assert not cautions.of_look(MANDELBROT, values, Look.of("decision step"))
    assert not cautions.of_look(MANDELBROT, values * [[1, 2, 1, 1]], PUBLISHED)
