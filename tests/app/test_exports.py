"""The exports of the server: made one after the other, behind everybody's views, and never lost."""

import gc
import os
import threading
import time
import weakref
import zipfile

import numpy as np
import pytest
from PIL import Image

from app.shared import queue as module
from app.shared.folders import Folders
from app.shared.limits import Limits
from app.shared.making import Making
from app.shared.progress import DONE, FAILED, TRAINING, WAITING
from app.shared.queue import Exports
from engine.errors import InputError
from engine.exports.data import Data
from engine.exports.movies.camera import Path as Route
from engine.exports.movies.stages import Sweep
from engine.exports.movies.zoom import Zoom
from engine.exports.poster import Poster
from engine.places import provenance
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.field import compute_region

PATIENCE = 60.0  # seconds
SPEC = Spec.make("quadratic", {"steps": 30})
WINDOW, SIZE = Window.parse("0.5", "0.5", "2"), Size(40, 30)
POSTER = Poster(SPEC, WINDOW, SIZE)
LIMITS = Limits()


def wait_for(condition):
    until = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < until
        time.sleep(0.01)
    return found


@pytest.fixture
def busy():
    """Whether somebody's view is being trained: set it."""
    return threading.Event()


@pytest.fixture
def start(tmp_path, busy):
    """Start the exports of a server, always in the same folder; those of before end first."""
    started = []

    def begin():
        for other in started:
            other.close()
        started[:] = [Exports(tmp_path, None, busy.is_set, LIMITS)]
        started[0].start()
        return started[0]

    yield begin
    busy.clear()
    for other in started:
        other.close()


def ended(exports, name):
    return wait_for(lambda: (found := exports.progress(name)).ended and found)


def test_what_is_asked_for_is_made(start, tmp_path):
    exports = start()
    name = exports.submit(POSTER, "picture.png")
    found = ended(exports, name)
    assert (found.state, found.file, found.share) == (DONE, "picture.png", 1)
    assert (found.known, found.runs) == (SIZE.pixels, SIZE.pixels)
    path = exports.files / exports.progress(name).path
    assert found.size == path.stat().st_size
    assert provenance.load_origin(path) == (SPEC, WINDOW, SIZE)
    with Image.open(path) as image:
        assert image.size == (SIZE.width, SIZE.height)
    assert found.preview.startswith(b"\x89PNG")
    kept = sorted(entry.name for entry in (tmp_path / "work" / name).iterdir())
    assert kept == ["about.json", "preview.png"]  # nothing that was needed on the way


def test_two_servers_do_not_make_the_same(start, tmp_path):
    exports = start()
    other = Exports(tmp_path, None, lambda: False, LIMITS)
    try:
        assert other.files == tmp_path / "server2" / "files"
    finally:
        other.close()
    name = exports.submit(POSTER, "a.png")
    assert ended(exports, name).state == DONE


def test_names_are_beyond_guessing(start):
    exports = start()
    names = {exports.submit(POSTER, "a.png") for _ in range(5)}
    assert len(names) == 5
    assert min(map(len, names)) >= 20


@pytest.mark.parametrize(
    ("made", "file", "inside"),
    [
        (Data(SPEC, WINDOW, SIZE), "field.zarr", "zarr.json"),
        (Zoom(SPEC, Route((WINDOW,), hold=0.5), Size(32, 18), 4), "frames", "00001.png"),
    ],
    ids=["zarr", "frames"],
)
def test_a_folder_is_handed_out_as_one_file(start, made, file, inside):
    exports = start()
    name = exports.submit(made, file)
    found = ended(exports, name)
    assert (found.state, found.file) == (DONE, f"{file}.zip")
    with zipfile.ZipFile(exports.files / exports.progress(name).path) as archive:
        assert inside in archive.namelist()


def test_zipped_zarr_can_be_opened(start):
    import xarray as xr
    import zarr

    exports = start()
    name = exports.submit(Data(SPEC, WINDOW, SIZE), "field.zarr")
    ended(exports, name)
    kept = zarr.storage.ZipStore(exports.files / exports.progress(name).path, mode="r")
    with xr.open_zarr(kept, consolidated=False) as data:
        assert data["field"].shape == (30, 40)


def test_it_waits_while_somebody_zooms(start, busy):
    exports = start()
    busy.set()
    name = exports.submit(POSTER, "a.png")
    wait_for(lambda: exports.progress(name).paused)
    before = exports.progress(name)
    assert before.state == TRAINING
    assert before.known < before.runs
    busy.clear()
    assert ended(exports, name).state == DONE


def test_it_has_its_share_while_somebody_trains_without_end(start, busy, monkeypatch):
    monkeypatch.setattr("app.shared.making.SHARE", 0.9)  # or the test would wait nine times as long
    exports = start()
    busy.set()
    assert ended(exports, exports.submit(POSTER, "a.png")).state == DONE
    assert busy.is_set()


def test_one_is_made_after_the_other(start, busy):
    exports = start()
    busy.set()
    names = [exports.submit(POSTER, f"{n}.png") for n in range(3)]
    wait_for(lambda: exports.progress(names[0]).paused)
    assert [exports.progress(name).state for name in names] == [TRAINING, WAITING, WAITING]
    busy.clear()
    assert [ended(exports, name).state for name in names] == [DONE] * 3


def test_what_is_half_made_goes_on_after_a_restart(start, busy, monkeypatch):
    monkeypatch.setattr("engine.exports.bands.BAND", 5 * SIZE.width)
    trained, restarted = [], []

    def counted(spec, band, *arguments):
        trained.append(band.row)
        if len(trained) == 4 and not restarted:
            busy.set()  # and so it is stopped in the fourth of six bands
        return compute_region(spec, band, *arguments)

    monkeypatch.setattr("engine.exports.bands.compute_region", counted)
    exports = start()
    name = exports.submit(POSTER, "a.png")
    waiting = exports.submit(POSTER, "b.png")
    wait_for(lambda: exports.progress(name).paused)
    exports.close()
    busy.clear()
    trained.clear()
    restarted.append(True)
    again = start()
    found = ended(again, name)
    assert (found.state, found.file) == (DONE, "a.png")
    assert ended(again, waiting).state == DONE
    assert len(trained) == 3 + 6  # the fourth to the sixth, and all of the other
    with Image.open(again.files / again.progress(name).path) as a:
        pictures = [np.asarray(a)]
    with Image.open(again.files / again.progress(waiting).path) as b:
        pictures.append(np.asarray(b))
    np.testing.assert_array_equal(*pictures)
    third = start()
    assert third.progress(name).state == DONE  # listed still
    assert third.progress(name) == found


@pytest.mark.parametrize("state", [WAITING, TRAINING, DONE])
def test_what_is_no_longer_wanted_leaves_nothing(start, busy, tmp_path, state):
    exports = start()
    if state != DONE:
        busy.set()
    first = exports.submit(POSTER, "first.png")
    name = exports.submit(POSTER, "a.png") if state == WAITING else first
    if state == DONE:
        ended(exports, name)
    else:
        wait_for(lambda: exports.progress(first).paused)
    assert exports.progress(name).state == state
    exports.remove(name)
    assert exports.progress(name) is None
    wait_for(lambda: not (tmp_path / "work" / name).exists())
    assert not (tmp_path / "files" / name).exists()
    exports.remove(name)  # as another tab may


def give_up_at(moment, exports, monkeypatch):
    """Have the export that is being made given up at a moment of its making."""
    given_up = []

    def after(own):
        def hooked(*arguments, **keywords):
            found = own(*arguments, **keywords)
            if not given_up:
                given_up.append(exports.unfinished[0])
                exports.remove(given_up[0])
            return found

        return hooked

    place, name = {
        "chosen": (Making, "__init__"),
        "begun": (module.exports, "begin"),
        "trained": (Poster, "train"),
        "written": (Poster, "write"),
    }[moment]
    monkeypatch.setattr(place, name, after(getattr(place, name)))
    return given_up


@pytest.mark.parametrize("moment", ["chosen", "begun", "trained", "written"])
def test_a_cancel_at_any_moment_ends_the_export_and_nothing_else(tmp_path, monkeypatch, moment):
    exports = Exports(tmp_path, None, lambda: False, LIMITS)
    trained, own = [], Poster.train
    monkeypatch.setattr(Poster, "train", lambda made, *a: trained.append(made) or own(made, *a))
    given_up = give_up_at(moment, exports, monkeypatch)
    name, other = (exports.submit(POSTER, f"{n}.png") for n in "ab")
    exports.start()
    try:
        assert ended(exports, other).state == DONE
        assert given_up == [name]
        assert exports.progress(name) is None
        assert not list(tmp_path.glob(f"*/{name}"))
        assert len(trained) == (1 if moment == "chosen" else 2)
    finally:
        exports.close()


def test_of_what_is_done_little_stays_in_memory_and_all_is_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_ENDED", 2)
    exports = Exports(tmp_path, None, lambda: False, LIMITS)
    posters = [Poster(SPEC, WINDOW, SIZE) for _ in range(5)]
    made = [weakref.ref(poster) for poster in posters]
    names = [exports.submit(posters.pop(), f"{n}.png") for n in range(5)]
    exports.start()
    try:
        ended(exports, names[-1])
        wait_for(lambda: gc.collect() >= 0 and not any(ref() for ref in made))
        wait_for(lambda: not exports.unfinished)
        read, own = [], Folders.progress
        monkeypatch.setattr(Folders, "progress", lambda *a: read.append(a[1]) or own(*a))
        found = [exports.progress(name) for name in names]
        assert [one.state for one in found] == [DONE] * 5
        assert [one.file for one in found] == [f"{n}.png" for n in range(5)]
        assert all(one.preview for one in found)
        assert len(read) >= 3  # all but two
    finally:
        exports.close()


@pytest.mark.parametrize("name", ["../secret", "", ".", "a/b", "none" * 9])
def test_what_has_no_name_of_an_export_is_none(start, tmp_path, name):
    exports = start()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "about.json").write_text("{}")
    assert exports.progress(name) is None
    exports.remove(name)
    assert (tmp_path / "secret" / "about.json").exists()
    assert (tmp_path / "work").is_dir()


def test_frames_that_have_been_packed_are_not_kept_twice(start, tmp_path):
    exports = start()
    movie = Zoom(SPEC, Route((WINDOW,), hold=0.5), Size(32, 18), 4)
    name = exports.submit(movie, "frames")
    ended(exports, name)
    wait_for(lambda: name not in exports.unfinished)
    kept = sorted(entry.name for entry in (tmp_path / "work" / name).iterdir())
    assert kept == ["about.json", "preview.png"]


@pytest.mark.parametrize(
    ("made", "taken"),
    [
        (Data(SPEC, WINDOW, Size(2**13, 2**13)), True),
        (Data(SPEC, WINDOW, Size(2**14, 2**14)), False),
        (Poster(SPEC, WINDOW, Size(2**14, 2**14)), True),
        (Poster(SPEC, WINDOW, Size(10_000, 10_000), samples=2), False),
        (Zoom(SPEC, Route((WINDOW,)), Size(3840, 2160), 30), True),
        (Sweep(SPEC, "seed", [1, 2], WINDOW, Size(2**13, 2**13), 30, 8), False),
    ],
    ids=lambda made: made.about[:30] if hasattr(made, "about") else None,
)
def test_each_kind_has_its_own_bound_which_is_said(monkeypatch, made, taken):
    monkeypatch.setattr("engine.machine.memory.free", lambda: 2**40)
    if taken:
        module.check_size(made, LIMITS)
    else:
        with pytest.raises(InputError, match=r"the page makes what takes up to (4.3 GB|268,4)"):
            module.check_size(made, LIMITS)
    monkeypatch.setattr("engine.machine.memory.free", lambda: 10**7)
    with pytest.raises(InputError, match=r"(takes up to 10.0 MB: choose a smaller size|268,4)"):
        module.check_size(made, LIMITS)


def test_what_failed_leaves_a_note_and_that_for_a_while(start, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Poster, "write", lambda *arguments: 1 / 0)
        exports = start()
        name = exports.submit(POSTER, "a.png")
        assert ended(exports, name).state == FAILED
    assert [entry.name for entry in (tmp_path / "work" / name).iterdir()] == ["about.json"]
    past = time.time() - LIMITS.exports_kept - 10
    os.utime(tmp_path / "work" / name, (past, past))
    again = start()
    assert again.progress(name) is None
    assert not (tmp_path / "work" / name).exists()


def test_a_failure_is_told_and_others_go_on(start, monkeypatch):
    def fail(*arguments):
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("engine.exports.bands.compute_region", fail)
        exports = start()
        name = exports.submit(POSTER, "a.png")
        found = ended(exports, name)
    assert (found.state, found.error) == (FAILED, "the disk is full")
    assert ended(exports, exports.submit(POSTER, "b.png")).state == DONE
    again = start()
    assert (again.progress(name).state, again.progress(name).error) == (FAILED, "the disk is full")


def test_what_cannot_be_made_is_refused_and_leaves_nothing(start, busy, tmp_path):
    exports = start()
    with pytest.raises(InputError, match=r"ends in .png, not 'a.npz'"):
        exports.submit(POSTER, "a.npz")
    with pytest.raises(InputError, match="letters, digits"):
        exports.submit(POSTER, "../a.png")
    with pytest.raises(InputError, match="makes what takes up to"):
        exports.submit(Poster(SPEC, WINDOW, Size(10_000, 10_000), samples=2), "a.png")
    assert list((tmp_path / "work").iterdir()) == []
    busy.set()
    for number in range(LIMITS.exports_waiting):
        exports.submit(POSTER, f"{number}.png")
    with pytest.raises(InputError, match="20 exports are waiting already"):
        exports.submit(POSTER, "a.png")


def test_what_nobody_has_fetched_for_long_is_removed(start, tmp_path):
    exports = start()
    old, new = (exports.submit(POSTER, f"{n}.png") for n in "ab")
    ended(exports, old)
    ended(exports, new)
    past = time.time() - LIMITS.exports_kept - 10
    os.utime(tmp_path / "files" / old, (past, past))
    again = start()
    assert again.progress(old) is None
    assert again.progress(new).state == DONE
    assert not (tmp_path / "work" / old).exists()


def test_a_damaged_export_stops_nobody(start, tmp_path):
    for name, text in (("bad", "{"), ("worse", "[]"), ("worst", '{"export": {"kind": "opera"}}')):
        (tmp_path / "work" / name).mkdir(parents=True)
        (tmp_path / "work" / name / "about.json").write_text(text)
    exports = start()
    assert ended(exports, exports.submit(POSTER, "a.png")).state == DONE


def test_time_left_is_told_once_there_is_a_pace(start, busy, monkeypatch):
    monkeypatch.setattr("app.shared.making.PACE_AFTER", 0.0)
    monkeypatch.setattr("engine.exports.bands.BAND", 5 * SIZE.width)
    exports = start()
    left = []
    own = exports.tell

    def tell(name, **changes):
        left.append(changes.get("left"))
        own(name, **changes)

    monkeypatch.setattr(exports, "tell", tell)
    ended(exports, exports.submit(POSTER, "a.png"))
    told = [seconds for seconds in left if seconds is not None]
    assert told
    assert min(told) >= 0
