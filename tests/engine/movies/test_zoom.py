"""The zoom movie: made once, decoded again, and compared with what it should show."""

import itertools
import json
import math
import os
import signal
import subprocess
import sys
import time

import av
import numpy as np
import pytest

from engine.cli import main
from engine.exports import export
from engine.exports.export import Hooks
from engine.exports.movies.camera import Path, Shot
from engine.exports.movies.zoom import Zoom
from engine.pictures.colour import shade
from engine.places.look import Look
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.field import compute_field
from engine.tiles.store import Store
from tests.engine.movies.decoding import decoded

SIZE, RATE = Size(128, 72), 20
WIDE, DEEP = Window.parse("-0.5", "0", "4"), Window.parse("-0.7436", "0.1318", "0.02")
LOOK = Look("published", "PuOr")
PATIENCE = 120.0  # seconds until a test gives up on another process
LARGEST_STEP = 8.0  # of the mean colour from frame to frame, in parts of 255


@pytest.fixture(scope="module")
def spec():
    """The set of Mandelbrot: all directions have detail, and one knows how it should look."""
    return Spec.make("mandelbrot", {"steps": 200})


@pytest.fixture(scope="module")
def movie(spec, tmp_path_factory):
    folder = tmp_path_factory.mktemp("zoom")
    made = Zoom(spec, Path((WIDE, DEEP), hold=0.5).lasting(6), SIZE, RATE, LOOK)
    told = []
    made.train(folder, None, Hooks(runs=told.append))
    assert sum(told) == made.runs
    made.write(folder / "zoom.mp4", Hooks())
    return made, folder / "zoom.mp4"


@pytest.fixture(scope="module")
def frames(movie):
    return np.array([np.asarray(frame, float) for frame in decoded(movie[1])])


def test_what_is_decoded_has_the_length_and_kind_that_plays_everywhere(movie):
    made, path = movie
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height, stream.average_rate) == (128, 72, RATE)
        assert container.duration == 6 * av.time_base
        times = [frame.pts * frame.time_base for frame in container.decode(video=0)]
    assert len(times) == made.frames == 6 * RATE
    assert np.diff(np.array(times, float)) == pytest.approx(np.full(len(times) - 1, 1 / RATE))


def test_it_rests_at_both_ends(frames):
    for resting in (frames[:10], frames[-10:]):
        assert np.abs(resting - resting[0]).mean() < 3
    assert np.abs(frames[30] - frames[40]).mean() > 6


def test_every_frame_is_a_part_of_the_one_before(movie, frames):
    """The boundary is followed: of all ratios of widths, the true one fits two frames best."""
    made, _ = movie
    widths = [float(shot.width) for shot in made.shots]
    assert (np.diff(widths) <= 0).all()
    sides = frames[..., 2] > frames[..., 0]  # converged runs are purple, the others orange
    for a, b in itertools.pairwise(range(15, made.frames - 10, 5)):
        tried = np.exp(np.linspace(-0.4, 0.4, 17))
        errors = [_mismatch(made, sides, a, b, widths[b] / widths[a] * ratio) for ratio in tried]
        assert abs(int(np.argmin(errors)) - 8) <= 1, (a, b, errors)
        assert min(errors) < 0.05


def _mismatch(made, sides, a, b, ratio):
    """Return on how many pixels frame b differs from the part of frame a that is `ratio` wide."""
    before, after = made.shots[a], made.shots[b]
    x, y = np.meshgrid(
        (np.arange(SIZE.width) + 0.5) / SIZE.width - 0.5,
        0.5 - (np.arange(SIZE.height) + 0.5) / SIZE.height,
    )
    moved = [
        float((now - then) / extent)
        for now, then, extent in (
            (after.x, before.x, before.width),
            (after.y, before.y, before.width * SIZE.height / SIZE.width),
        )
    ]
    columns = np.floor((x * ratio + moved[0] + 0.5) * SIZE.width).astype(int)
    rows = np.floor((0.5 - y * ratio - moved[1]) * SIZE.height).astype(int)
    there = (columns >= 0) & (columns < SIZE.width) & (rows >= 0) & (rows < SIZE.height)
    return (sides[a][rows[there], columns[there]] != sides[b][there]).mean()


def test_colours_never_flicker(frames):
    means = frames.mean(axis=(1, 2))
    assert np.abs(np.diff(means, axis=0)).max() < LARGEST_STEP
    # Where nothing moves nothing changes, and colours never go back and forth.
    turns = np.diff(np.sign(np.diff(means, axis=0).round()), axis=0)
    assert (np.abs(turns) < 2).mean() > 0.95


@pytest.mark.parametrize("number", [0, -1])
def test_the_first_and_last_frames_are_what_a_render_shows(spec, movie, number):
    """The runs are not those at the pixel centres, but as near as those of a render half a pixel
    away.
    """
    made, _ = movie
    shot = made.shots[number]
    key = made.frames - 1 if number else 0
    scale = LOOK.scale(*made.pictures.sample(key))
    half = shot.pixel(SIZE) / 2
    direct, aside = (
        coloured(compute_field(spec, v.window(), SIZE), scale)
        for v in (shot, Shot(shot.x + half, shot.y + half, shot.half_width))
    )
    shown = np.asarray(made.frame(key), float)
    assert np.abs(shown - direct).mean() < 1.2 * np.abs(aside - direct).mean()
    assert np.abs(shown.mean((0, 1)) - direct.mean((0, 1))).max() < 1


def coloured(field, scale):
    """Return the picture of a field on a scale, the top row first, shape (height, width, 3)."""
    packed = np.ascontiguousarray(shade(field.values, field.decided, scale, LOOK)[::-1])
    return packed.view(np.uint8).reshape(SIZE.height, SIZE.width, 4)[..., :3].astype(float)


def test_the_last_frames_are_as_sharp_as_a_render(spec, movie):
    made, _ = movie
    field = compute_field(spec, DEEP, SIZE)
    scale = LOOK.scale(field.values, field.decided)
    direct = coloured(field, scale)
    shown = np.asarray(made.frame(made.frames - 1), float)
    steps = [np.abs(np.diff(picture, axis=1)).mean() for picture in (shown, direct)]
    assert steps[0] > 0.7 * steps[1]


def test_runs_of_the_page_are_not_trained_again(spec, tmp_path, monkeypatch):
    made = Zoom(spec, Path((DEEP,), hold=0.2), Size(32, 18), 5)
    store = Store.open(str(tmp_path / "store"), 10**9)
    shown = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        made.train(tmp_path / folder, store, Hooks())
        shown.append(np.asarray(made.frame(0)))
        monkeypatch.setattr("engine.tiles.field.SpecRunner", None)  # nothing is trained any more
    np.testing.assert_array_equal(*shown)


def test_words_are_written_in_the_corner_only(spec, movie, tmp_path):
    made, path = movie
    lettered = Zoom(
        spec, made.path, SIZE, RATE, LOOK, captions=("depth", "coordinates", "dimension")
    )
    lettered.train(path.parent, None, Hooks())
    plain, said = (np.asarray(m.frame(60), int) for m in (made, lettered))
    differing = np.abs(plain - said).max(axis=2) > 0
    assert differing.any()
    assert not differing[: SIZE.height // 3].any()
    lines = lettered.lines(made.frames - 1)
    decades = math.log10(4 / 0.02)
    assert lines[0] == f"{decades:.2f} decades deep, width 0.02"
    assert lines[1] == "Re c = -0.74360, Im c = 0.13180"
    assert lines[2].startswith("dimension ")


COMMAND = [
    "animate", "--preset", "tanh-single", "--set", "steps=60", "width=4",
    "--center", "1.684", "1.26", "--width", "0.5", "--size", "64x36", "--fps", "8",
    "--seconds", "2", "--hold", "0.25", "--store", "none", "-o",
]  # fmt: skip


def test_killed_and_resumed_it_is_the_same_file(tmp_path, capsys):
    whole, zoom = str(tmp_path / "whole.mp4"), str(tmp_path / "zoom.mp4")
    assert main([*COMMAND, whole]) == 0
    work = tmp_path / "zoom.mp4.part"
    process = subprocess.Popen([sys.executable, "-m", "engine", *COMMAND, zoom])
    deadline = time.monotonic() + PATIENCE
    while len(list(work.glob("[0-9]*.npz"))) < 3:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    kept = {path.name: path.stat().st_mtime_ns for path in work.glob("[0-9]*.npz")}
    assert not (tmp_path / "zoom.mp4").exists()

    capsys.readouterr()
    assert main([*COMMAND, zoom]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"python -m engine: error: {work} holds unfinished work: --resume goes on, removing it "
        "begins anew"
    ]
    assert main([*COMMAND, zoom, "--resume", "--fps", "9"]) == 2
    assert "holds other work" in capsys.readouterr().err
    assert {p.name: p.stat().st_mtime_ns for p in work.glob("[0-9]*.npz")} == kept

    assert main([*COMMAND, zoom, "--resume"]) == 0
    assert (tmp_path / "zoom.mp4").read_bytes() == (tmp_path / "whole.mp4").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["whole.mp4", "zoom.mp4"]


def test_what_is_kept_says_what_it_is_of(spec, tmp_path):
    made = Zoom(spec, Path((DEEP,)), SIZE, RATE)
    export.begin(made, tmp_path / "work", resume=False)
    about = json.loads((tmp_path / "work" / export.PLAN).read_text())
    assert about["spec"] == spec.to_dict()
    assert Size.parse(about["size"]) == SIZE
