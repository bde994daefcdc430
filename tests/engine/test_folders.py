"""What the program keeps for itself: bounded, shown, cleared, and done without."""

import json
import os
import re
import shutil
import subprocess
import sys
import time

import pytest
from filelock import FileLock

from app.command import main
from engine.atomic import whole
from engine.machine import folders
from engine.texts import corpus

RENDER = ["render", "--preset", "quadratic", "--set", "steps=5", "--size", "6", "-o"]
POEM = "There was a young lady of Niger\n" * 40


def trainscape(*arguments, before=(), program=("-m", "app.command"), **variables):
    """Run the command line, and return its status, output and the lines of its errors."""
    environment = {k: v for k, v in os.environ.items() if k not in ("HOME", "XDG_CACHE_HOME")}
    command = [*before, sys.executable, *program, *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=180, env={**environment, **variables}
    )
    return done.returncode, done.stdout, done.stderr.splitlines()


def no_home(tmp_path):
    """What is said of a user whose folders are files."""
    (tmp_path / "file").touch()
    place = str(tmp_path / "file")
    names = ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "NUMBA_CACHE_DIR")
    return dict.fromkeys(names, place)


def test_a_command_without_a_home_says_in_one_line_that_nothing_is_kept(tmp_path):
    out, rooms = tmp_path / "a.png", tmp_path / "rooms"
    rooms.mkdir()
    status, _, errors = trainscape(*RENDER, out, **no_home(tmp_path), TMPDIR=str(rooms))
    assert status == 0
    assert out.exists()
    assert errors == [
        f"trainscape: nothing is kept: cannot write to {tmp_path}/file/trainscape/compiled: "
        "Not a directory"
    ]
    assert list(rooms.iterdir()) == []


HOMELESS = """
import sys
from app.command import main

for line in sys.argv[1:]:
    print(line, file=sys.stderr)
    print("status", main(line.split()), file=sys.stderr)
"""


def test_no_command_needs_a_home(tmp_path):
    lines = [
        "presets", "cache info", "cache clear", "inspect --preset quadratic --set steps=5 --at 0 0",
        f"dimension --preset quadratic --set steps=5 --size 8 --plot {tmp_path}/a.png",
    ]  # fmt: skip
    status, _, errors = trainscape(*lines, program=["-c", HOMELESS], **no_home(tmp_path))
    assert status == 0, errors
    # Which Matplotlib says where it takes five seconds: there is no folder to keep it in.
    errors = [line for line in errors if not line.startswith("Matplotlib is building the font")]
    for line in lines:
        at = errors.index(line)
        assert "status 0" in errors[at + 1 : at + 3], errors  # after one line at most
    assert len(errors) <= 3 * len(lines)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="another user can only be had by root, with setpriv",
)
def test_a_user_whom_the_machine_does_not_know_draws_pictures(tmp_path):
    can_read = "+dac_read_search"
    another = [
        "setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", f"--inh-caps={can_read}",
        f"--ambient-caps={can_read}", f"--bounding-set=-all,{can_read}",
    ]  # fmt: skip
    if subprocess.run([*another, "true"], capture_output=True).returncode:
        pytest.skip("this machine gives no capabilities to others")
    tmp_path.chmod(0o777)
    out = tmp_path / "a.png"
    status, _, errors = trainscape(*RENDER, out, before=another)
    assert (status, len(errors)) == (0, 1), errors
    assert "nothing is kept" in errors[0]
    assert out.exists()


def test_a_folder_that_is_gone_is_said_to_be(tmp_path):
    gone = "import os; os.mkdir('x'); os.chdir('x'); os.rmdir('../x')"
    code = f"{gone}; import app.command as c; c.main()"
    here = {**os.environ, "PYTHONPATH": os.getcwd()}
    command = [sys.executable, "-c", code, *RENDER, "a.png"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=here)
    assert done.returncode == 1
    assert done.stderr == "trainscape: error: the folder in which this was started is gone\n"


def test_a_text_that_cannot_be_kept_is_learnt_all_the_same(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setattr(corpus, "folder_of_texts", lambda: tmp_path / "file" / "texts")
    monkeypatch.setattr(corpus, "held", {})
    names = [corpus.keep((f"{n}" + POEM).encode()) for n in range(corpus.MOST_HELD + 1)]
    assert "nothing is kept" in capsys.readouterr().err
    assert corpus.text(names[-1]).endswith(POEM)
    assert list(corpus.held) == names[1:]
    corpus.text.cache_clear()


def test_texts_beyond_their_bound_are_forgotten_the_oldest_first(tmp_path, monkeypatch):
    monkeypatch.setattr(corpus, "folder_of_texts", lambda: tmp_path)
    monkeypatch.setattr(folders, "TEXTS", int(2.5 * len(POEM)))
    names = []
    for number in range(4):
        names.append(corpus.keep(f"{number}{POEM}".encode()))
        for path in tmp_path.iterdir():
            os.utime(path, (path.stat().st_mtime - 100,) * 2)
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(names[2:])


@pytest.fixture
def users(tmp_path, monkeypatch):
    """Folders of a user, and the environment that says where they are."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("engine.console.storage.default_place", lambda: str(tmp_path / "tiles"))
    caches, data = tmp_path / "cache" / "trainscape", tmp_path / "data" / "trainscape"
    for place, size in (
        (caches / "compiled" / "a-cache", 3000), (caches / "compiled-0.0.1" / "b", 4000),
        (data / "texts" / "c.txt", 500), (data / "exports" / "files" / "x" / "a.png", 60),
        (data / "exports" / "server2" / "work" / "y" / "plan.json", 7),
    ):  # fmt: skip
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"x" * size)
    return tmp_path


def test_all_that_is_kept_is_shown_and_cleared(users, capsys):
    assert main(["cache", "info", "--json"]) == 0
    beside = {kept["what"]: kept for kept in json.loads(capsys.readouterr().out)["beside"]}
    assert {what: kept["bytes"] for what, kept in beside.items()} == {
        "compiled programs": 7000, "texts to learn from": 500, "exports of the page": 67,
    }  # fmt: skip
    assert beside["compiled programs"]["limit"] == folders.COMPILED
    assert main(["cache", "info"]) == 0
    assert "compiled programs: 7.0 kB of 500.0 MB" in capsys.readouterr().out
    assert main(["cache", "clear"]) == 0
    capsys.readouterr()
    assert [path for path in users.rglob("*") if path.is_file()] == []


def test_clearing_a_store_leaves_all_else(users, capsys):
    assert main(["cache", "clear", "--store", str(users / "elsewhere")]) == 0
    assert len([path for path in users.rglob("*") if path.is_file()]) == 5


def test_what_a_server_is_making_is_not_cleared(users, capsys):
    room = users / "data" / "trainscape" / "exports"
    with FileLock(room / "lock"):
        assert main(["cache", "clear"]) == 0
        assert "except where a server is at work" in capsys.readouterr().out
        assert (room / "files" / "x" / "a.png").exists()
        assert not (users / "cache" / "trainscape" / "compiled").exists()
    assert main(["cache", "clear"]) == 0
    assert not room.exists()


def test_compiled_programs_are_kept_in_one_bounded_folder(tmp_path):
    out = tmp_path / "a.npz"
    home = {"XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    old = tmp_path / "trainscape" / "compiled-0.1.0"
    old.mkdir(parents=True)
    assert trainscape(*RENDER, out, **home)[0] == 0
    assert not old.exists()
    kept = tmp_path / "trainscape" / "compiled"
    # JAX notes when each was used, which it does only where their size is bounded.
    assert any(path.name.endswith("-atime") for path in kept.iterdir())


def test_what_a_killed_process_was_writing_is_removed_by_the_next(tmp_path):
    path = tmp_path / "a.npz"
    for name, age in ((".a.npz-abcdefgh", 1e6), (".a.npz-ijklmnop", 60), (".b.npz-abcdefgh", 1e6)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.npz").touch()
        os.utime(tmp_path / name / "a.npz", (time.time() - age,) * 2)
        os.utime(tmp_path / name, (time.time() - 1e6,) * 2)
    with whole(path) as made:
        made.write_bytes(b"x")
    left = sorted(p.name for p in tmp_path.iterdir())
    assert left == [".a.npz-ijklmnop", ".b.npz-abcdefgh", "a.npz"]


@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_written_through_and_stays(there, tmp_path):
    (tmp_path / "far").mkdir()
    link, target = tmp_path / "a.npz", tmp_path / "far" / "b.blob"
    if there:
        target.write_bytes(b"old")
    link.symlink_to(target)
    assert main([*RENDER, str(link), "--store", "none"]) == 0
    assert link.is_symlink()
    assert target.read_bytes()[:2] == b"PK"
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.npz", "b.blob", "far"]


@pytest.mark.parametrize("kind", ["device", "pipe", "circle", "nowhere"])
def test_what_is_no_file_is_never_replaced(kind, tmp_path, capsys):
    out = tmp_path / "a.npz"
    if kind == "pipe":
        os.mkfifo(out)
    else:
        where = {"device": "/dev/null", "circle": out, "nowhere": tmp_path / "no" / "a.npz"}
        out.symlink_to(where[kind])
    before = os.lstat(out)
    assert main([*RENDER, str(out), "--store", "none"]) == 1
    assert re.search("regular|circle|no such folder", capsys.readouterr().err)
    assert os.path.samestat(os.lstat(out), before)
