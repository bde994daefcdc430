"""Versions: what earlier ones wrote opens for ever, and what others wrote says which did."""

import json
import shutil
from pathlib import Path

import jax
import numpy as np
import pytest
from PIL import Image

from engine import __version__
from engine.cli import main
from engine.errors import InputError
from engine.exports import export as exports
from engine.exports.data import Data
from engine.places import bookmarks, links, provenance, versions
from engine.places.look import Look
from engine.places.presets import preset
from engine.places.provenance import Origin, record
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.field import compute_field

EARLIER = Path(__file__).parents[1] / "data" / "earlier"  # written by version 0.1.0
FILES = [
    "tanh-single.png", "tanh-single.npz", "framed.png", "quadratic.nc", "quadratic.png",
    "two-factor.png", "two-factor.zarr.zip", "comparison.png", "comparison.npz",
]  # fmt: skip
LINKS = json.loads((EARLIER / "links.json").read_text())
RECENT = EARLIER.parent / "recent"  # written by version 0.1.0 too, in the formats of today
RECENT_FILES = [
    "tanh-single.png", "deep.npz", "deep.nc", "deep.zarr.zip", "curves.png", "muted.png",
    "framed.png", "classes.npz", "comparison.png", "comparison.npz", "zoom.mp4",
]  # fmt: skip
RECENT_LINKS = json.loads((RECENT / "links.json").read_text())
SPEC, WINDOW, SIZE = Spec.make("quadratic", {"steps": 40}), Window.parse("1", "2", "4"), Size(4, 3)


@pytest.fixture(scope="module")
def fields():
    with np.load(EARLIER / "fields.npz") as known:
        return dict(known)


def differing(values, known):
    """Where values are others than they were; to the bit with the JAX that made what is known."""
    if jax.__version__ == "0.10.2":
        return values != known
    return ~np.isclose(values, known, rtol=1e-9, atol=0)


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_version_0_1_0_gives_the_same_field_again(name, fields):
    found = provenance.load(EARLIER / name)
    assert found.place.notes == ()
    field = compute_field(*provenance.load_origin(EARLIER / name))
    assert not differing(field.values, fields[name]).any()


@pytest.mark.parametrize("name", LINKS)
def test_a_link_of_version_0_1_0_gives_the_same_field_again(name, fields):
    place = links.parse(LINKS[name])
    assert place.notes == ()
    field = compute_field(place.spec, place.window, Size(8, 8))
    changed = differing(field.values, fields[f"link-{name}"])
    # Of the measure only what overflows has changed since, and has always diverged.
    assert not changed[field.decided == place.spec.steps].any()
    assert (field.values[changed] > 0).all()
    assert changed.any() == (name == "rippled")
    assert links.parse(links.query(place)) == place


def test_what_else_version_0_1_0_kept_is_read(tmp_path):
    kept = bookmarks.read(EARLIER / "bookmarks.json")
    assert {b.name: b.link for b in kept.bookmarks} == LINKS
    assert kept.notes == ()
    assert provenance.load(EARLIER / "tanh-single.png").place.look == Look("log", "cividis", 0.0)
    assert provenance.load(EARLIER / "two-factor.png").place.look.overlays == ("separatrix",)
    for name in ("comparison.png", "comparison.npz"):
        assert provenance.load(EARLIER / name).place.against == ("seed=1",)
    shutil.make_archive(str(tmp_path / "frames"), "zip", EARLIER / "frames")  # as from the page
    for path in (EARLIER / "frames", tmp_path / "frames.zip"):
        frames = provenance.load(path).place
        assert (frames.preset, frames.window) == ("quadratic", Window.parse("0", "0", "0.5"))
    shutil.unpack_archive(EARLIER / "two-factor.zarr.zip", tmp_path / "a.zarr")
    shutil.make_archive(str(tmp_path / "again"), "zip", tmp_path, "a.zarr")  # a folder in it
    for path in (tmp_path / "a.zarr", tmp_path / "again.zip"):
        assert provenance.load_origin(path) == provenance.load_origin(
            EARLIER / "two-factor.zarr.zip"
        )


@pytest.fixture(scope="module")
def recent_fields():
    with np.load(RECENT / "fields.npz") as known:
        return dict(known)


@pytest.mark.parametrize("name", RECENT_FILES)
def test_a_file_in_the_formats_of_today_gives_the_same_field_again(name, recent_fields):
    carried = provenance.load(RECENT / name)
    assert carried.place.notes == ()
    size = Size(8, 8) if name.endswith(".mp4") else carried.size
    field = compute_field(carried.place.spec, carried.place.window, size)
    assert not differing(field.values, recent_fields[name]).any()
    if name.endswith(".npz"):
        with np.load(RECENT / name) as arrays:
            np.testing.assert_array_equal(arrays["field"], recent_fields[name])


@pytest.mark.parametrize("name", RECENT_LINKS)
def test_a_link_in_the_format_of_today_gives_the_same_field_and_itself_again(name, recent_fields):
    place = links.parse(RECENT_LINKS[name])
    assert place.notes == ()
    field = compute_field(place.spec, place.window, Size(8, 8))
    assert not differing(field.values, recent_fields[f"link-{name}"]).any()
    assert links.query(place) == RECENT_LINKS[name]


def test_what_else_is_kept_in_the_formats_of_today_is_read_and_written_again():
    text = (RECENT / "bookmarks.json").read_text()
    kept = bookmarks.load(text)
    assert {b.name: b.link for b in kept.bookmarks} == RECENT_LINKS
    assert bookmarks.dump(kept.bookmarks) == text
    assert provenance.load(RECENT / "curves.png").place.look.overlays == ("separatrix", "minima")
    assert provenance.load(RECENT / "comparison.npz").place.against == ("seed=1",)
    with np.load(RECENT / "deep.npz") as arrays:
        assert arrays["centre"].tolist() == ["1.68412345678901234567890123", "1.26"]
        assert np.diff(arrays["x_offset"]) == pytest.approx(1e-14 / 8)
    with np.load(RECENT / "classes.npz") as arrays:
        assert "period 2" in json.loads(str(arrays["classes"])).values()


@pytest.mark.skipif(jax.__version__ != "0.10.2", reason="colours follow the last bits of values")
@pytest.mark.parametrize("name", ["tanh-single.png", "curves.png", "muted.png"])
def test_a_picture_in_the_format_of_today_is_drawn_again_pixel_for_pixel(name, tmp_path):
    again = tmp_path / "again.png"
    assert main(["render", "--from", str(RECENT / name), "--store", "none", "-o", str(again)]) == 0
    with Image.open(RECENT / name) as old, Image.open(again) as new:
        np.testing.assert_array_equal(np.asarray(old), np.asarray(new))
        assert len(np.unique(np.asarray(old.convert("RGB")).reshape(-1, 3), axis=0)) > 1


def changed(**changes):
    data = json.loads(record(SPEC, WINDOW, SIZE))
    for name, value in changes.items():
        at = data["settings"] if name in data["settings"] or name.startswith("old") else data
        if value is None:
            at.pop(name)
        else:
            at[name] = value
    return json.dumps(data)


def told(text, tmp_path):
    """The notes on a picture that carries this."""
    look = provenance.png_text(text, Look())
    Image.new("RGB", (4, 3)).save(tmp_path / "a.png", pnginfo=look)
    return provenance.load(tmp_path / "a.png").place.notes


def test_a_file_of_this_version_or_an_earlier_one_opens_without_a_note(tmp_path):
    assert told(changed(), tmp_path) == ()
    assert told(changed(version="0.0.1"), tmp_path) == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": "99.0"}, f"made by trainscape 99.0, and this is {__version__}"),
        ({"version": "0.1.1.dev3"}, "made by trainscape 0.1.1.dev3"),
        ({"version": None}, "it does not say which version of trainscape made it"),
        ({"version": "x\ny\ud800"}, r"made by trainscape 'x\ny\ud800', and"),
        ({"version": {"a": [1]}}, "made by trainscape {'a': [1]}, and"),
        ({"beta1": None}, "0.1.0: it lacks, and here has, beta1=0.9"),
        (
            {"seed": None, "version": "99.0"},
            "99.0, and this is 0.1.0: it lacks, and here has, seed",
        ),
        ({"settings": {}}, "and 9 more"),
    ],
)
def test_a_file_of_another_version_says_so_and_what_was_filled_in(changes, words, tmp_path):
    (note,) = told(changed(**changes), tmp_path)
    assert words in note
    assert note.startswith(str(tmp_path / "a.png"))
    assert note.isprintable()
    assert len(note) < 500


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"old_trick": 1}, "unknown setting of quadratic 'old_trick'"),
        ({"tilt": 3}, "unknown setting of quadratic 'tilt'"),
        ({"optimiser": "shampoo"}, "unknown optimiser 'shampoo'"),
        ({"measure": "joy"}, "unknown measure"), ({"system": "nix"}, "unknown system 'nix'"),
        ({"window": {"center": ["0", "0"], "width": "1", "angle": 3}}, "unknown part of a window"),
        ({"size": "4x3x2"}, "size must be"),
    ],
)  # fmt: skip
def test_what_would_be_another_field_is_refused_with_the_version(changes, words):
    with pytest.raises(InputError, match=rf"made by trainscape 99\.0, and this is .*: {words}"):
        Origin.read(changed(version="99.0", **changes))


def test_a_setting_that_was_renamed_or_is_gone_is_told_or_refused(monkeypatch, tmp_path):
    monkeypatch.setitem(versions.RENAMED, ("quadratic", "old_momentum"), "momentum")
    monkeypatch.setitem(versions.GONE, ("quadratic", "old_trick"), False)
    (note,) = told(changed(momentum=None, old_momentum=0.5, old_trick=False), tmp_path)
    assert "old_momentum is momentum now" in note
    assert "old_trick is ignored, as it is always False now" in note
    found = Origin.read(changed(momentum=None, old_momentum=0.5)).spec
    assert found == SPEC.replace({"momentum": 0.5})
    with pytest.raises(InputError, match="old_trick=True can no longer be trained"):
        Origin.read(changed(old_trick=True))


@pytest.mark.parametrize("what", ["a.npz", "link", "bookmarks.json"])
def test_the_command_line_says_so_in_one_line(what, tmp_path, monkeypatch, capsys):
    path, origin = tmp_path / what, str(tmp_path / what)
    if what == "link":
        monkeypatch.setattr(links, "__version__", "99.0")
        origin = links.query(links.Place("quadratic", preset("quadratic").spec, WINDOW))
        monkeypatch.undo()
    elif what == "a.npz":
        np.savez(path, spec=np.array(changed(version="99.0")))
    else:
        entry = {"name": "a", "link": "?preset=quadratic&view=1,2,4.0"}
        about = {"trainscape": "bookmarks", "version": 2, "made_by": "99.0", "bookmarks": [entry]}
        path.write_text(json.dumps(about))
    option = "--through" if what == "bookmarks.json" else "--from"
    command = "animate" if what == "bookmarks.json" else "render"
    output = tmp_path / ("a.mp4" if what == "bookmarks.json" else "a.png")
    assert main([command, option, origin, "--size", "16", "--dry-run", "-o", str(output)]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("trainscape: ")
    assert f"made by trainscape 99.0, and this is {__version__}" in line


def test_work_that_another_version_began_is_refused_with_what_differs(tmp_path):
    made, folder = Data(SPEC, WINDOW, SIZE), tmp_path / "a.npz.part"
    exports.begin(made, folder, resume=False)
    plan = folder / exports.PLAN
    origin = json.loads(plan.read_text())
    exports.begin(made, folder, resume=True)
    plan.write_text(json.dumps({**origin, "code": "trainscape-99.0-cpu-0"}))
    with pytest.raises(InputError, match=r"begun by trainscape-99\.0-cpu-0, and this is"):
        exports.begin(made, folder, resume=True)
    plan.write_text(json.dumps({**origin, "size": "9x9", "spec": {**origin["spec"], "seed": 3}}))
    with pytest.raises(InputError, match=r"holds other work, which differs in size, spec"):
        exports.begin(made, folder, resume=True)
    plan.write_text("[" * 60_000)
    with pytest.raises(InputError, match="cannot go on"):
        exports.begin(made, folder, resume=True)
