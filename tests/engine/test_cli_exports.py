"""The commands that make posters and movies, as a person uses and misuses them."""

import json
import os
import sys

import numpy as np
import pytest
from PIL import Image

from app.command import main
from engine.pictures import caption
from engine.places import bookmarks, links, provenance
from engine.places.bookmarks import Bookmark
from engine.places.links import Place
from engine.places.look import Look
from engine.places.presets import preset
from engine.plane import Size, Window
from engine.statistics.summary import statistics
from engine.tiles.field import compute_field

SPEC = "--preset tanh-single --set width=4 steps=40 --store none"
VIEW = f"{SPEC} --center 1.2 1.3 --width 2"


def run(line, tmp_path):
    return main(line.format(tmp_path).split())


@pytest.mark.parametrize("ending", ["mp4", "webm", "gif"])
def test_a_zoom_is_made(tmp_path, capsys, ending):
    out = tmp_path / f"zoom.{ending}"
    assert run(f"animate {VIEW} --size 32x18 --fps 10 --seconds 3 -o {out}", tmp_path) == 0
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
    assert "trained in" in capsys.readouterr().out


def test_frames_are_numbered_in_a_folder(tmp_path):
    out = tmp_path / "frames"
    line = f"animate {VIEW} --size 32x18 --fps 5 --seconds 3 --start none -o {out}"
    assert run(line.replace("--seconds 3", "--hold 1"), tmp_path) == 0
    about = json.loads((out / "about.json").read_text())
    assert len(about["path"]["windows"]) == 1
    assert sorted(p.name for p in out.glob("*.png"))[0] == "00001.png"
    assert main(line.replace("--seconds 3", "--hold 1").split()) == 0  # replaced


def test_a_movie_leads_through_bookmarks_and_links(tmp_path):
    spec = preset("tanh-single").spec.set(["width=4", "steps=40"])
    near = [Window.parse("1.2", "1.3", w) for w in ("4", "1")]
    kept = [
        Bookmark(str(n), links.query(Place("tanh-single", spec, window, Look.of("log", "PuOr"))))
        for n, window in enumerate(near)
    ]
    (tmp_path / "b.json").write_text(bookmarks.dump(kept))
    link = links.query(Place("tanh-single", spec, Window.parse("1.25", "1.3", "0.5")))
    out = tmp_path / "frames"
    tour = ["animate", "--through", str(tmp_path / "b.json"), link, "--store", "none"]
    assert main([*tour, "--size", "32x18", "--fps", "4", "--pace", "0.5", "-o", str(out)]) == 0
    about = json.loads((out / "about.json").read_text())
    assert [view.split(",")[2] for view in about["path"]["windows"]] == ["4.0", "1.0", "0.5"]
    assert about["look"] == "log,PuOr,0"
    other = links.query(Place("tanh", preset("tanh").spec, near[0]))
    assert main([*tour[:3], other, "-o", str(tmp_path / "c.mp4")]) == 2


def test_a_window_changes_with_the_steps_and_with_a_setting(tmp_path):
    line = f"animate {VIEW} --size 16x10 --fps 5 --seconds 3 --stages 4"
    assert run(line + " --over steps -o {}/steps.mp4", tmp_path) == 0
    assert run(line + " --over initial_offset --range 0 1 -o {}/offset.mp4", tmp_path) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["offset.mp4", "steps.mp4"]


CURVED = "--preset two-factor --set steps=40 mu=1.5 --store none --size 48x32 --center 1 1.2 "
CURVED += "--width 4"


def frames_of(folder):
    found = []
    for path in sorted(folder.glob("*.png")):
        with Image.open(path) as image:
            found.append(np.asarray(image))
    return np.array(found)


def test_a_movie_of_a_link_has_the_curves_of_the_link(tmp_path):
    line = "animate --from {0} --store none --size 48x32 --fps 4 --seconds 3 --start none -o {1}"
    line = line.replace("--seconds 3", "--hold 0.5")
    spec = preset("two-factor").spec.set(["steps=40", "mu=1.5"])
    window = Window.parse("1", "1.2", "4")
    made = {}
    for name, look in (("plain", Look()), ("curved", Look(overlays=("separatrix", "minima")))):
        link = links.query(Place("two-factor", spec, window, look))
        assert main(line.format(link, tmp_path / name).split()) == 0
        made[name] = frames_of(tmp_path / name)
    assert (made["plain"] != made["curved"]).any(axis=(1, 2, 3)).all()
    asked = f"animate {CURVED} --fps 4 --hold 0.5 --start none --curves separatrix minima -o {{}}/c"
    assert run(asked, tmp_path) == 0
    np.testing.assert_array_equal(frames_of(tmp_path / "c"), made["curved"])


def test_both_commands_call_curves_and_captions_the_same_and_know_the_old_name(tmp_path):
    both = "--curves minima --caption depth coordinates"
    assert run(f"render {CURVED} {both} -o {{}}/a.png", tmp_path) == 0
    old = both.replace("--curves", "--overlay")
    assert run(f"render {CURVED} {old} -o {{}}/b.png", tmp_path) == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    movie = f"animate {CURVED} --fps 4 --hold 0.5 --start none"
    assert run(f"{movie} {both} -o {{}}/c", tmp_path) == 0
    assert run(f"{movie} {both.replace('--caption', '--overlay')} -o {{}}/d", tmp_path) == 0
    np.testing.assert_array_equal(*(frames_of(tmp_path / name) for name in "cd"))
    plain = frames_of(tmp_path / "c")[0]
    assert run(f"{movie} -o {{}}/e", tmp_path) == 0
    assert (frames_of(tmp_path / "e")[0] != plain).any()


def test_a_picture_is_captioned_with_the_words_of_a_movie_that_ends_there(tmp_path, monkeypatch):
    written, own = [], caption.write
    monkeypatch.setattr(
        caption, "write", lambda image, lines, *a: written.append(lines) or own(image, lines, *a)
    )
    said = "--caption depth coordinates dimension"
    assert run(f"animate {VIEW} {said} --size 192x108 --fps 5 --seconds 3 -o {{}}/a", tmp_path) == 0
    last = written[-1]
    assert run(f"render {VIEW} {said} --size 192x108 -o {{}}/a.png", tmp_path) == 0
    assert written[-1][:2] == last[:2]
    assert last[0] == "0.90 decades deep, width 2"
    spec, window, size = provenance.load_origin(tmp_path / "a.png")
    field = compute_field(spec, window, size)
    measured = caption.dimension_of(statistics(spec, 1, field.values, field.decided))
    assert written[-1][2] == f"dimension {measured}"
    assert run(f"render {VIEW} --size 192x108 -o {{}}/plain.png", tmp_path) == 0
    plain, lettered = (
        np.asarray(Image.open(tmp_path / name).convert("RGB")) for name in ("plain.png", "a.png")
    )
    changed = (plain != lettered).any(axis=2)
    assert changed[-30:, :60].any()
    assert not changed[:54].any()


def test_a_dry_run_says_what_it_would_take_and_makes_nothing(tmp_path, capsys):
    assert run(f"animate {VIEW} --size 64x36 --seconds 4 --dry-run -o {{}}/a.mp4", tmp_path) == 0
    out = capsys.readouterr().out
    assert "4.0 s, 120 frames of 64x36" in out
    assert "times fewer than frame by frame" in out
    assert "of training" in out
    for ending in ("png", "npz"):
        assert run(f"render {VIEW} --size 64x36 --dry-run -o {{}}/a.{ending}", tmp_path) == 0
        assert "2,304 runs, about" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_a_poster_is_a_render_with_something_around_it(tmp_path):
    assert run(f"render {VIEW} --size 48x30 -o {{}}/plain.png", tmp_path) == 0
    framed = ["render", *VIEW.split(), "--size", "48x30", "--title", "Two words"]
    assert main([*framed, "--samples", "2", "-o", str(tmp_path / "framed.png")]) == 0
    shapes = []
    for name in ("plain", "framed"):
        path = tmp_path / f"{name}.png"
        _, window, size = provenance.load_origin(path)
        assert (window, size) == (Window.parse("1.2", "1.3", "2"), Size(48, 30))
        with Image.open(path) as image:
            shapes.append(image.size)
        assert main(["render", "--from", str(path), "-o", str(tmp_path / f"{name}.npz")]) == 0
    assert shapes[0] == (48, 30)
    assert shapes[1][0] > 48
    fields = [np.load(tmp_path / f"{name}.npz")["field"] for name in ("plain", "framed")]
    np.testing.assert_array_equal(*fields)


@pytest.mark.parametrize("ending", ["nc", "zarr"])
def test_other_programs_read_coordinates_units_and_where_it_came_from(tmp_path, ending):
    import xarray as xr

    assert run(f"render {VIEW} --size 16x10 -o {{}}/a.{ending}", tmp_path) == 0
    assert run(f"render {VIEW} --size 16x10 -o {{}}/a.npz", tmp_path) == 0
    path = tmp_path / f"a.{ending}"
    opened = xr.open_dataset(path) if ending == "nc" else xr.open_zarr(path, consolidated=False)
    with opened as data, np.load(tmp_path / "a.npz") as plain:
        np.testing.assert_array_equal(data["field"], plain["field"])
        np.testing.assert_array_equal(data["x"], plain["x"])
        assert data["field"].dims == ("y", "x")
        assert data["x"].attrs["long_name"] == "learning rate of the input layer, log₁₀ η₁"
        assert data["x"].attrs["units"] == "decades"
        assert data["field"].attrs["long_name"].endswith("negative = converged")
        assert data["decided"].attrs["units"] == "steps"
        assert json.loads(data.attrs["spec"])["steps"] == 40


def test_the_numbers_of_a_zoom_as_csv(tmp_path):
    import csv

    line = (
        "dimension --preset mandelbrot --set steps=100 --store none --size 128 --frames 2 "
        "--csv {}/a.csv --plot {}/a.pdf"
    )
    assert main(line.format(tmp_path, tmp_path).split()) == 0
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    with (tmp_path / "a.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert {float(line["width"]) for line in lines} == {6.0, 3.0}
    shares = {
        line["quantity"]: float(line["value"])
        for line in lines
        if line["width"] == "3.0" and line["quantity"].startswith("share")
    }
    assert shares["share converged"] + shares["share diverged"] == pytest.approx(1)
    steps = [
        float(line["value"])
        for line in lines
        if line["width"] == "3.0" and line["quantity"].startswith("decision step")
    ]
    assert steps == sorted(steps)
    assert len(steps) == 5
    (found,) = (
        line for line in lines
        if line["width"] == "3.0" and line["quantity"] == "dimension, box counting"
    )  # fmt: skip
    assert 1 < float(found["value"]) < 2
    assert float(found["error"]) > 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("animate --preset tanh -o {}/a.avi", "unknown ending of 'a.avi'; choices: .mp4, .webm"),
        ("animate --preset tanh --size 31x20 -o {}/a.mp4", "needs even sides, not 31x20"),
        ("animate --preset tanh --fps 61 -o {}/a.mp4", "--fps must be a whole number from 1 to 60"),
        ("animate --preset tanh --fps 60 -o {}/a.gif", "--fps must be 1 to 50 here, not 60"),
        ("animate --preset tanh --seconds 2 --pace 3 -o {}/a.mp4", "say the same thing"),
        ("animate --preset tanh --seconds 1 --width 1 -o {}/a.mp4", "more than 2.5 seconds"),
        ("animate --preset tanh --easing wild -o {}/a.mp4", "easing must be one of smooth"),
        ("animate --preset tanh --overlay all -o {}/a.mp4", "unknown caption 'all'; choices: dept"),
        ("animate --preset tanh --caption all -o {}/a.mp4", "unknown caption 'all'; choices: dept"),
        (
            "animate --preset tanh --curves all -o {}/a.mp4",
            "no curves are known of mlp, so not 'al",
        ),
        (
            "render --preset tanh --overlay all -o {}/a.png",
            "no curves are known of mlp, so not 'al",
        ),
        ("render --preset tanh --caption all -o {}/a.png", "unknown caption 'all'; choices: dept"),
        ("render --preset tanh --caption depth -o {}/a.npz", "and --caption are of a .png"),
        (
            "animate --preset two-factor --curves all -o {}/a.mp4",
            "unknown curve of two-factor 'all'; choices: separatrix, minima",
        ),
        (
            "animate --preset two-factor --over mu --range 1 2 --curves all -o {}/a.mp4",
            "unknown curve of two-factor 'all'; choices: separatrix, minima",
        ),
        ("animate --preset tanh --range 1 2 -o {}/a.mp4", "--range is of --over"),
        ("animate --preset tanh --over steps --pace 2 -o {}/a.mp4", "--pace is of a journey"),
        ("animate --preset tanh --over sted -o {}/a.mp4", "--range FIRST LAST of sted is needed"),
        ("animate --preset tanh --over sted --range 0 1 -o {}/a.mp4", "did you mean 'seed'"),
        ("animate --preset tanh --over seed --range 3 3 -o {}/a.mp4", "at least two stages"),
        ("animate --preset tanh --over steps --range 9 2 -o {}/a.mp4", "must ascend, not 9 to 2"),
        ("animate --through {}/none.json -o {}/a.mp4", "no such file"),
        (
            "animate --through ?preset=tanh --preset tanh -o {}/a.mp4",
            "--preset is carried by",
        ),
        ("animate --preset tanh --size big -o {}/a.mp4", "or 480p, 720p, 1080p, 1440p, 4k"),
        ("render --preset tanh --samples 9 -o {}/a.png", "samples must be 1 to 8 a side, not 9"),
        ("render --preset tanh --samples 2 -o {}/a.npz", "--title and --caption are of a .png"),
    ],
)
def test_wrong_use_is_one_line_and_status_2(arguments, complaint, tmp_path, capsys):
    assert main(arguments.format(tmp_path, tmp_path).split()) == 2
    err = capsys.readouterr().err
    assert complaint in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_movie_goes_on_and_nothing_else_is_left(tmp_path, monkeypatch, capsys):
    line = f"animate {VIEW} --size 32x18 --fps 10 --seconds 3 -o {{}}/zoom.mp4"

    def interrupt(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("engine.exports.movies.movie.video.writing", interrupt)
        assert run(line, tmp_path) == 130
    assert [path.name for path in tmp_path.iterdir()] == ["zoom.mp4.part"]
    assert run(line, tmp_path) == 2
    assert "--resume goes on" in capsys.readouterr().err
    with monkeypatch.context() as patch:
        patch.setattr("engine.exports.movies.zoom.compute_region", None)  # everything is trained
        assert run(f"{line} --resume", tmp_path) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["zoom.mp4"]


def test_a_movie_needs_no_page(tmp_path):
    import subprocess

    movie = "animate --preset quadratic --set steps=5 --size 16x10 --fps 4 --seconds 3 -o a.gif"
    code = (
        "import sys\n"
        "for name in ('app', 'bokeh', 'panel', 'holoviews', 'param', 'tqdm'):\n"
        "    sys.modules[name] = None\n"
        "from engine.cli import main\n"
        f"sys.exit(main({movie.split()!r}))"
    )
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, env=environment)
    assert (tmp_path / "a.gif").stat().st_size > 500
