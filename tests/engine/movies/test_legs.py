"""Curves over movies: on every frame where a picture of that frame has them."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from engine.analysis.curves import chosen
from engine.analysis.tracing import Traced, trace
from engine.exports.export import Hooks
from engine.exports.movies.camera import Path
from engine.exports.movies.legs import Curves
from engine.exports.movies.picture import key_frames, travelled
from engine.exports.movies.stages import Formation, Sweep
from engine.exports.movies.zoom import Zoom
from engine.exports.poster import Poster
from engine.pictures.lines import draw
from engine.places.look import Look
from engine.plane import Size, Window
from engine.spec import Spec

SIZE = Size(96, 54)
TWO_FACTOR = Spec.make("two-factor", {"steps": 40, "mu": 1.5})
LOOK = Look(overlays=("separatrix", "minima"))
INFINITE = Spec.make("mean-field", {"steps": 12})  # whose critical line has no closed form
NEAR = 3  # pixels by which two drawings of a curve may differ, its halo being three wide


def drawn(spec, name, window):
    """Where a curve is drawn in a picture of a window."""
    image = Image.new("L", (SIZE.width, SIZE.height))
    curve = trace(spec, window, SIZE, name)
    draw(image, Traced(curve.curve, "#ffffff", curve.lines), SIZE)
    return image


def around(image):
    """The pixels within a few of those that are lit."""
    return np.asarray(image.filter(ImageFilter.MaxFilter(2 * NEAR + 1))) > 0


def within(pixels):
    """What is not at the edge, to which a curve traced in the very picture does not quite reach."""
    return pixels[NEAR:-NEAR, NEAR:-NEAR]


@pytest.mark.parametrize(
    ("spec", "name", "windows"),
    [
        (TWO_FACTOR, "separatrix", [("0", "0", "8"), ("1.5", "1.2", "0.5")]),
        (TWO_FACTOR, "minima", [("0", "0", "8"), ("1.2", "1.2", "1"), ("-1.2", "-1.2", "1")]),
        (INFINITE, "critical line", [("2", "0.5", "4"), ("3.204", "-0.109", "1")]),
    ],
)
def test_a_curve_is_on_every_frame_where_a_picture_of_it_has_it(spec, name, windows):
    assert name in chosen(spec, [name])
    windows = [spec.on_plane(Window.parse(*window)) for window in windows]
    shots = Path(tuple(windows), pace=1.0, hold=0.5).shots(6)
    curves = Curves(spec, [name], shots, key_frames(travelled(shots)), SIZE)
    seen = 0
    for number, shot in enumerate(shots):
        black = Image.new("RGB", (SIZE.width, SIZE.height))
        curves.draw(black, number)
        found, direct = black.convert("L"), drawn(spec, name, shot.window())
        assert not within((np.asarray(found) > 0) & ~around(direct)).any(), number
        assert not within((np.asarray(direct) > 0) & ~around(found)).any(), number
        seen += np.asarray(direct).any()
    assert seen > len(shots) / 2


def test_a_curve_is_traced_once_for_each_leg(monkeypatch):
    traced = []
    monkeypatch.setattr(
        "engine.exports.movies.legs.trace", lambda *a, own=trace: traced.append(a) or own(*a)
    )
    shots = Path((Window.parse("0", "0", "8"), Window.parse("1.5", "1.2", "0.5"))).shots(10)
    keys = key_frames(travelled(shots))
    curves = Curves(TWO_FACTOR, ["minima", "nothing"], shots, keys, SIZE)
    for number in range(len(shots)):
        curves.draw(Image.new("RGB", (SIZE.width, SIZE.height)), number)
    assert len(traced) == len(keys) - 1


def test_a_zoom_and_what_is_below_its_curves_stay_as_they_are(tmp_path):
    path = Path((Window.parse("0", "0", "8"), Window.parse("1.5", "1.2", "2")), hold=0.5)
    plain, curved = (Zoom(TWO_FACTOR, path, SIZE, 5, look) for look in (Look(), LOOK))
    for movie in (plain, curved):
        movie.train(tmp_path, None, Hooks())
    for number in range(plain.frames):
        before, after = (np.asarray(movie.frame(number), int) for movie in (plain, curved))
        changed = (before != after).any(axis=2)
        assert 0.01 < changed.mean() < 0.4
        mask = Image.new("L", (SIZE.width, SIZE.height))
        for name in LOOK.overlays:
            window = plain.shots[number].window()
            mask.paste(255, mask=drawn(TWO_FACTOR, name, window))
        assert not within(changed & ~around(mask)).any()


@pytest.mark.parametrize("kind", [Formation, Sweep])
def test_the_last_stage_has_the_curves_of_a_picture(tmp_path, kind):
    window = TWO_FACTOR.on_plane(Window.parse("0", "0", "8"))
    changes = ([1, 40],) if kind is Formation else ("mu", [0.5, 1.5])
    movie = kind(TWO_FACTOR, *changes, window, SIZE, 5, 3, look=LOOK)
    (tmp_path / "work").mkdir()
    movie.train(tmp_path / "work", None, Hooks())
    poster = Poster(TWO_FACTOR, window, SIZE, LOOK)
    poster.train(tmp_path, None, Hooks())
    poster.write(tmp_path / "a.png", Hooks())
    with Image.open(tmp_path / "a.png") as image:
        expected = np.asarray(image.convert("RGB"))
    upper = slice(SIZE.height // 2)  # below are words
    np.testing.assert_array_equal(np.asarray(movie.frame(movie.frames - 1))[upper], expected[upper])
    if kind is Sweep:
        own = Poster(TWO_FACTOR.replace({"mu": 0.5}), window, SIZE, LOOK)
        assert (np.asarray(movie.frame(0))[upper] != expected[upper]).any()
        assert movie.spec_of(0) == own.spec


class StoppedError(Exception):
    """Nobody wants it any more."""


def _stop(made):
    if made == 0:  # not a frame, but a sign of life
        raise StoppedError


@pytest.mark.parametrize("kind", [Poster, Zoom, Sweep])
def test_the_runs_of_a_curve_can_be_stopped_while_a_file_is_written(tmp_path, kind):
    window = INFINITE.on_plane(Window.parse("2", "0.5", "4"))
    look = Look(overlays=("critical line",))
    made = {
        Poster: lambda: Poster(INFINITE, window, SIZE, look),
        Zoom: lambda: Zoom(INFINITE, Path((window,)), SIZE, 5, look),
        Sweep: lambda: Sweep(INFINITE, "steps", [10, 20], window, SIZE, 5, 3, look=look),
    }[kind]()
    (tmp_path / "work").mkdir()
    made.train(tmp_path / "work", None, Hooks())
    path = tmp_path / ("a.png" if kind is Poster else "a.gif")
    with pytest.raises(StoppedError):
        made.write(path, Hooks(frames=_stop))
    assert not path.exists()


def test_without_curves_nothing_is_traced(monkeypatch, tmp_path):
    for place in ("legs", "stages"):
        monkeypatch.setattr(f"engine.exports.movies.{place}.trace", None)
    movie = Zoom(TWO_FACTOR, Path((Window.parse("0", "0", "8"),)), SIZE, 5)
    movie.train(tmp_path, None, Hooks())
    assert movie.frame(0).size == (SIZE.width, SIZE.height)
