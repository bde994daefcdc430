"""What takes more memory than is free is said before anything is trained."""

import platform
import tracemalloc

import psutil
import pytest

from app.command import main
from engine.errors import InputError
from engine.exports.data import Data
from engine.exports.export import Hooks
from engine.exports.movies.camera import Path
from engine.exports.movies.movie import ENCODED
from engine.exports.movies.picture import KEPT
from engine.exports.movies.zoom import Zoom
from engine.machine import memory
from engine.places.look import Look
from engine.plane import Size, Window
from engine.spec import Spec

SPEC, WINDOW = Spec.make("quadratic", {"steps": 2}), Window.parse("0", "0", "4")


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine whose files say how much is free; write them."""
    monkeypatch.setattr(memory, "MACHINE", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "GROUP", tmp_path)
    return tmp_path


def test_free_is_what_the_machine_and_the_container_leave(machine):
    assert memory.free() is None
    (machine / "meminfo").write_text("MemTotal: 9000 kB\nMemAvailable:    2000 kB\n")
    assert memory.free() == 2000 * 1024
    for name, text in (("max", "max"), ("current", "700000"), ("stat", "anon 5\n")):
        (machine / f"memory.{name}").write_text(text)
    assert memory.free() == 2000 * 1024  # no bound
    (machine / "memory.max").write_text("1000000\n")
    assert memory.free() == 300_000
    (machine / "memory.stat").write_text("anon 5\ninactive_file 100000\n")
    assert memory.free() == 400_000
    (machine / "memory.current").write_text("2000000")
    assert memory.free() == 0


def test_where_nobody_knows_nothing_is_refused(machine):
    memory.check(10**18, "all", "less")
    (machine / "meminfo").write_text("MemAvailable: 1000000 kB")
    with pytest.raises(InputError, match=r"^all takes about 2.0 GB of memory, and 1.0 GB are free"):
        memory.check(2 * 10**9, "all", "less")


def test_a_run_of_a_field_takes_no_more_than_is_said(tmp_path):
    taken = []
    for side in (50, 300, 600):  # the first brings the libraries with it
        made = Data(SPEC, WINDOW, Size(side, side))
        tracemalloc.start()
        made.train(tmp_path, None, Hooks())
        made.write(tmp_path / "a.npz", Hooks())
        taken.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    a_run = (taken[2] - taken[1]) / (600**2 - 300**2)
    assert memory.RUN / 2 < a_run < memory.RUN


def test_a_zoom_takes_the_memory_of_its_largest_sheets_and_of_all_runs_of_one():
    made = Zoom(SPEC, Path((WINDOW, Window.parse("0", "0", "0.01"))), Size(400, 225), 24, Look())
    areas = sorted(sheet.box.width * sheet.box.height for sheet in made.sheets)
    pictures = 2 * sum(areas[-KEPT:]) * len("RGBA")  # each whole, and as a ring
    assert len(areas) > KEPT
    assert made.memory - pictures - memory.RUN * areas[-1] == ENCODED * 400 * 225


@pytest.mark.parametrize(
    "line",
    [
        "render --preset quadratic --size 3000 -o {}/a.npz",
        "render --preset quadratic --size 3000 -o {}/a.nc",
        "render --preset quadratic --size 3000 -o {}/a.zarr",
        "render --preset quadratic --size 3000 --dry-run -o {}/a.npz",
        "render --preset quadratic --size 9000 -o {}/a.png",
        "animate --preset quadratic --size 9000x5000 --start none -o {}/a.mp4",
        "dimension --preset quadratic --size 3000 --frames 1",
        "compare --preset quadratic --size 3000 --against steps=3 -o {}/a.npz",
    ],
)
def test_sizes_that_do_not_fit_are_refused_before_anything_is_trained(
    line, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr("engine.machine.memory.free", lambda: 300 * 10**6)
    monkeypatch.setattr("engine.training.trainer.Trainer.__init__", None)
    assert main([*line.format(tmp_path).split(), "--store", "none"]) == 2
    err = capsys.readouterr().err
    assert "of memory, and 300.0 MB are free; a smaller --size takes less" in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries keep nothing back")
def test_what_is_freed_between_what_is_used_is_given_back():
    before = psutil.Process().memory_info().rss
    used = [bytearray(60_000) for _ in range(3000)]  # too small for mappings of their own
    del used[:-1]
    memory.trim()
    assert psutil.Process().memory_info().rss - before < 20e6
