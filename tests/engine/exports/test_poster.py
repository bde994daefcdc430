"""Posters: the same picture however it is cut, with everything around it."""

import json

import numpy as np
import pytest
from PIL import Image, ImageOps

from engine.errors import InputError
from engine.exports.export import Hooks
from engine.exports.poster import Poster
from engine.pictures import caption
from engine.pictures.colour import picture, shade
from engine.pictures.plate import Layout
from engine.places import provenance
from engine.places.look import Look
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.field import compute_field

SPEC = Spec.make("mlp", {"single_datapoint": True, "width": 4, "steps": 60})
WINDOW = Window.parse("1.5", "1.5", "9")
SIZE = Size(48, 30)
LOOKS = (Look(), Look.of("log", "berlin"), Look.of("edges"), Look.of("outline"))


def made(poster, folder):
    folder.mkdir()
    poster.train(folder, None, Hooks())
    poster.write(folder / "poster.png", Hooks())
    with Image.open(folder / "poster.png") as image:
        return np.asarray(image.convert("RGB"), int)


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_made_in_bands_it_is_the_picture_of_the_field(tmp_path, monkeypatch, look):
    monkeypatch.setattr("engine.exports.bands.BAND", 7 * SIZE.width)
    field = compute_field(SPEC, WINDOW, SIZE)
    direct = np.asarray(picture(field.values, field.decided, look).convert("RGB"), int)
    np.testing.assert_array_equal(made(Poster(SPEC, WINDOW, SIZE, look), tmp_path / "a"), direct)


def test_samples_are_averaged(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.exports.bands.BAND", 3 * 4 * SIZE.width)
    look, fine = Look(), Size(2 * SIZE.width, 2 * SIZE.height)
    field = compute_field(SPEC, WINDOW, fine)
    packed = shade(field.values, field.decided, look.scale(field.values, field.decided))[::-1]
    colours = np.ascontiguousarray(packed).view(np.uint8).reshape(fine.height, fine.width, 4)
    mean = colours.reshape(SIZE.height, 2, SIZE.width, 2, 4).mean((1, 3))[..., :3]
    shown = made(Poster(SPEC, WINDOW, SIZE, look, samples=2), tmp_path / "a")
    assert np.abs(shown - mean).max() <= 0.5


def test_a_frame_leaves_the_picture_as_it_is(tmp_path):
    plain = made(Poster(SPEC, WINDOW, SIZE), tmp_path / "a")
    framed = made(Poster(SPEC, WINDOW, SIZE, title="η"), tmp_path / "b")
    layout = Layout.around(SIZE, framed=True)
    rows = slice(layout.top, layout.top + SIZE.height)
    columns = slice(layout.left, layout.left + SIZE.width)
    np.testing.assert_array_equal(framed[rows, columns], plain)
    assert framed.shape[:2] == (layout.whole.height, layout.whole.width)
    for around in (
        framed[: layout.top - 1], framed[layout.top + SIZE.height + 1 :],
        framed[:, : layout.left - 1],
    ):  # fmt: skip
        assert (around < 128).any()  # there is ink, and most is paper
        assert (around == 255).mean() > 0.5


def test_a_long_title_is_made_smaller_and_not_cut(tmp_path):
    size = Size(300, 40)
    spec = Spec.make("quadratic", {"steps": 2})
    framed = made(Poster(spec, Window.parse("0", "0", "4"), size, title="W" * 40), tmp_path / "a")
    layout = Layout.around(size, framed=True)
    title = framed[: layout.top - 1] < 128
    beyond = layout.left + size.width
    assert title[:, layout.left + size.width // 2 : beyond].any()
    assert not title[:, beyond:].any()


@pytest.mark.parametrize("title", [None, "a title"])
def test_it_carries_what_it_shows(tmp_path, title):
    deep = Window.parse("0.9123456789012345678", "1.56", "1e-9")
    look = Look.of("log", "cividis")
    made(Poster(SPEC, deep, SIZE, look, samples=2, title=title), tmp_path / "a")
    path = tmp_path / "a" / "poster.png"
    assert provenance.load_origin(path) == (SPEC, deep, SIZE)
    assert provenance.load_look(path) == look


def test_bands_that_were_kept_are_not_trained_again(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.exports.bands.BAND", 7 * SIZE.width)
    poster = Poster(SPEC, WINDOW, SIZE)
    before = made(poster, tmp_path / "a")
    monkeypatch.setattr("engine.exports.bands.compute_region", None)
    poster.write(tmp_path / "again.png", Hooks())
    poster.train(tmp_path / "a", None, Hooks())
    poster.write(tmp_path / "again.png", Hooks())
    with Image.open(tmp_path / "again.png") as image:
        np.testing.assert_array_equal(np.asarray(image.convert("RGB"), int), before)


def test_what_cannot_be_is_said(tmp_path):
    with pytest.raises(InputError, match="samples must be 1 to 8 a side, not 9"):
        Poster(SPEC, WINDOW, SIZE, samples=9)
    with pytest.raises(InputError, match="at most 65,536 pixels a side"):
        Poster(SPEC, WINDOW, Size(30_000, 100), samples=4)
    with pytest.raises(InputError, match=r"ends in .png, not 'a.npz'"):
        Poster(SPEC, WINDOW, SIZE).check(tmp_path / "a.npz")


def test_a_poster_of_unsettled_labels_is_grey_and_is_made_again_as_it_was(tmp_path):
    plain = Poster(SPEC, WINDOW, SIZE)
    muted = Poster(SPEC, WINDOW, SIZE, Look(muted_from=SPEC.steps))
    again = Poster.of(json.loads(json.dumps(muted.origin())))
    assert "muted_from" not in plain.origin()
    field = compute_field(SPEC, WINDOW, SIZE)
    undecided = field.decided[::-1] >= SPEC.steps
    assert 0 < undecided.sum() < undecided.size
    coloured, *grey = (
        made(poster, tmp_path / str(n)) for n, poster in enumerate((plain, muted, again))
    )
    np.testing.assert_array_equal(*grey)
    np.testing.assert_array_equal((coloured != grey[0]).any(axis=-1), undecided)


@pytest.mark.parametrize("length", [20, 60])
def test_a_caption_that_is_too_long_is_smaller_and_within_the_picture(length):
    size = Size(640, 640)
    image = Image.new("RGB", (size.width + 100, size.height), "white")
    caption.write(image, ["m" * length], size)
    left, top, right, bottom = ImageOps.invert(image).getbbox()
    assert 0 <= left < right <= size.width
    assert size.height / 2 < top < bottom <= size.height
