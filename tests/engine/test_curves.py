"""Curves over a picture: where they run, in every plane and file."""

import numpy as np
import pytest
from PIL import Image

from engine import cli
from engine.analysis.curves import chosen, colour_of, curves
from engine.analysis.tracing import trace
from engine.errors import InputError
from engine.places.look import Look
from engine.places.presets import presets
from engine.places.provenance import load_look
from engine.plane import Size, Window
from engine.spec import Spec
from engine.systems.two_factor import PHASES
from engine.tiles.field import compute_field

WIDE = Window.parse("0", "0", "5.2")
SQUARE = Size(60, 60)


def points_of(traced, window, size):
    """The points of a curve in axis units."""
    line = np.concatenate(traced.lines)
    half, up = window.half_width, window.height_for(size) / 2
    return (
        float(window.x) + (2 * line[:, 0] - 1) * half, float(window.y) + (2 * line[:, 1] - 1) * up
    )  # fmt: skip


def two_factor(**settings):
    return Spec.make("two-factor", settings)


@pytest.mark.parametrize("mu", [0.5, 1.5])
def test_closed_forms_run_where_their_equations_hold(mu):
    spec = two_factor(mu=mu)
    expected = {
        "separatrix": lambda a, b: a**2 + b**2 - mu * a * b - (4 - mu**2),
        "minima": lambda a, b: a * b - mu,
        "sharpness": lambda a, b: a**2 + b**2 - 2,
    }
    for name, equation in expected.items():
        a, b = points_of(trace(spec, WIDE, SQUARE, name), WIDE, SQUARE)
        assert np.abs(equation(a, b)).max() < 2e-3
        assert len(a) > 100
    assert trace(spec, WIDE, SQUARE, "phases").lines == ()  # μ is the same everywhere


def test_phase_lines_run_over_mu():
    spec = presets()["two-factor-balanced"].spec
    window = Window.parse("1.05", "1.05", "2.1")
    lines = trace(spec, window, SQUARE, "phases").lines
    found = sorted(2.1 * line[:, 0].mean() for line in lines)
    np.testing.assert_allclose(found, sorted(PHASES.values()), atol=2e-3)


@pytest.mark.parametrize(
    "name", ["two-factor-balanced", "two-factor-imbalance", "linear-attention", "two-factor"]
)
def test_the_separatrix_bounds_the_picture_in_every_plane(name):
    """Runs on either side of it end differently."""
    preset = presets()[name]
    spec, window = preset.spec.replace({"steps": 3000}), preset.window("overview")
    field = compute_field(spec, window, SQUARE)
    x, y = points_of(trace(spec, window, SQUARE, "separatrix"), window, SQUARE)
    pitch = 2 * window.half_width / SQUARE.width
    near = (
        np.hypot(field.x[None, :, None] - x, field.y[:, None, None] - y).min(axis=2) < 1.5 * pitch
    )
    bounded = field.values < 0
    changes = np.zeros_like(bounded)
    changes[:, 1:] |= bounded[:, 1:] != bounded[:, :-1]
    changes[1:] |= bounded[1:] != bounded[:-1]
    inside = np.zeros_like(changes)
    inside[2:-2, 2:-2] = True
    left_out = field.x[None, :] > 1.9  # there the end of everything, at μ = 2, is a boundary too
    if name in ("two-factor-balanced", "linear-attention"):
        inside &= ~left_out
    assert (changes & inside).sum() > 20
    assert near[changes & inside].all()


def test_a_curve_of_a_window_is_the_same_however_it_is_zoomed_into():
    spec = two_factor(mu=0.9)
    small = Window.parse("1.2", "0.75", "0.01")
    a, b = points_of(trace(spec, small, SQUARE, "minima"), small, SQUARE)
    assert np.abs(a * b - 0.9).max() < 1e-7


def test_the_boundary_of_a_quadratic_bounds_its_field():
    spec = Spec.make("quadratic", {"steps": 4000})
    window = Window.parse("0.3", "0.3", "1")
    field = compute_field(spec, window, Size(40, 40))
    x, y = points_of(trace(spec, window, Size(40, 40), "boundary"), window, Size(40, 40))
    crossed = 0
    for column, across in enumerate(field.x):
        here = np.abs(x - across) < 0.01
        switches = np.flatnonzero(np.diff(field.values[:, column] < 0))
        for row in switches:
            assert np.abs(y[here] - field.y[row]).min() < 0.06
        crossed += len(switches)
    assert crossed > 10


def test_names_that_are_no_curves_are_refused_with_the_choices():
    with pytest.raises(InputError, match="separatrix, minima, sharpness, phases"):
        colour_of(two_factor(), "ellipse")
    assert chosen(two_factor(), ("phases", "angle measured", "minima")) == ("minima", "phases")
    assert not curves(Spec.make("mlp"))


def test_a_look_with_overlays_is_written_and_read_again():
    look = Look(overlays=("separatrix", "angle measured"))
    assert Look.parse(str(look)) == look
    assert str(Look()).count(",") == 2  # without them as before
    for wrong in ("published,Spectral,1,<b>", "published,Spectral,1," + ".".join(["a"] * 20)):
        with pytest.raises(InputError, match="overlay"):
            Look.parse(wrong)


def pixels_of(path):
    with Image.open(path) as image:
        return np.array(image)


def test_render_draws_them_and_the_picture_brings_them_back(tmp_path, capsys):
    words = "render --preset two-factor --size 40 --set steps=60 --store none".split()  # noqa: SIM905
    plain, drawn, again, framed = (tmp_path / f"{n}.png" for n in ("a", "b", "c", "d"))
    assert cli.main([*words, "-o", str(plain)]) == 0
    assert cli.main([*words, "--overlay", "separatrix", "minima", "-o", str(drawn)]) == 0
    pixels, with_curves = (pixels_of(path) for path in (plain, drawn))
    changed = (pixels != with_curves).any(axis=2)
    assert 0.02 < changed.mean() < 0.4
    assert load_look(drawn).overlays == ("separatrix", "minima")
    assert cli.main(["render", "--from", str(drawn), "--store", "none", "-o", str(again)]) == 0
    np.testing.assert_array_equal(pixels_of(again), with_curves)
    assert cli.main([*words, "--overlay", "separatrix", "--border", "-o", str(framed)]) == 0
    with Image.open(framed) as image:
        assert min(image.size) > 40
    capsys.readouterr()
    assert cli.main([*words, "--overlay", "parabola", "-o", str(again)]) == 2
    assert "separatrix" in capsys.readouterr().err
