"""A command ends in one line and with a known status, whenever it is stopped."""

import gc
import io
import itertools
import os
import re
import signal
import subprocess
import sys
import threading
import weakref
from pathlib import Path

import pytest

from engine.console.lines import FIRST, LONGEST, MANY, Lines
from engine.errors import InputError
from engine.machine import process
from engine.machine.reading import read_bytes

PROGRAMS = {
    "trainscape": [sys.executable, "-m", "app.command"],
    "python -m engine": [sys.executable, "-m", "engine"],
}
LONG = ["--preset", "quadratic", "--set", "steps=1000000", "--size", "2000"]
LONG += ["--store", "none", "-o"]
# What makes a process interrupt itself as soon as a module is imported: the same moment every time.
INTERRUPTED_BY = """
import os, runpy, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.{signal})

sys.meta_path.insert(0, Finder())
sys.argv[0] = {program!r}
runpy.run_module({program!r}, run_name="__main__")
"""


def stopped_at(program, module, arguments, by="SIGINT"):
    code = INTERRUPTED_BY.format(module=module, program=program, signal=by)
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def is_stopped(status, said):
    assert status == 130, said
    assert re.fullmatch(r"[a-z -]+: error: stopped; no file was written\n", said), said


@pytest.mark.parametrize(
    ("program", "module"),
    [
        ("app.command", "argparse"), ("app.command", "numpy"), ("app.command", "jax"),
        ("app.command", "jaxlib.xla_client"), ("app.command", "optax"),
        ("app.command", "fsspec"), ("app.command", "engine.cli"),
        ("app.command", "engine.training.trainer"),
        ("engine", "jax.numpy"), ("engine", "engine.console.options"),
    ],
)  # fmt: skip
def test_ctrl_c_while_something_is_imported_is_one_line(program, module, tmp_path):
    done = stopped_at(program, module, ["render", *LONG, str(tmp_path / "a.png")])
    is_stopped(done.returncode, done.stderr)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", ["datashader", "numba", "tqdm", "engine.exports.poster"])
def test_ctrl_c_while_a_command_imports_what_it_needs_is_one_line(module, tmp_path):
    done = stopped_at("app.command", module, ["render", *LONG, str(tmp_path / "a.png")])
    is_stopped(done.returncode, done.stderr)
    assert list(tmp_path.iterdir()) == []


def test_being_terminated_is_one_line_too(tmp_path):
    done = stopped_at("engine", "jax", ["render", *LONG, str(tmp_path / "a.npz")], "SIGTERM")
    assert (done.returncode, done.stderr.count("\n")) == (143, 1)


def begun(command, until):
    """Start a command and return it once a line of its errors says so much."""
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = []
    while not lines or not re.search(until, lines[-1]):
        lines.append(running.stderr.readline())
        assert lines[-1], lines
    return running


@pytest.mark.parametrize("program", PROGRAMS)
def test_ctrl_c_while_runs_are_trained_leaves_nothing(program, tmp_path):
    command = [*PROGRAMS[program], "render", *LONG, str(tmp_path / "a.npz")]
    running = begun(command, "runs to go")
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=120)
    is_stopped(running.returncode, said)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS)
def test_ctrl_c_at_any_of_many_moments_is_one_line(program, tmp_path):
    small = ["--preset", "tanh-single", "--size", "60", "--store", "none", "-o"]
    command = [*PROGRAMS[program], "render", *small, str(tmp_path / "a.png")]
    stopped = 0
    for number in range(60):
        running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            running.wait(timeout=0.1 + number / 10)
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=120)
        if running.returncode:
            is_stopped(running.returncode, said)
            stopped += 1
    assert stopped


class Noisy:
    """What a library does while the interpreter collects garbage."""


def test_an_interrupt_where_nothing_can_be_raised_is_raised_again(capfd, monkeypatch):
    noisy = [Noisy()]
    called = []

    def call_back(reference):
        called.append(reference)
        signal.raise_signal(signal.SIGINT)

    reference = weakref.ref(noisy[0], call_back)

    def wait_for_it():
        noisy.clear()
        gc.collect()
        assert called == [reference]
        threading.Event().wait(600)

    monkeypatch.setattr(sys, "unraisablehook", process.unraisable_hook)
    process.begin()
    with process.RememberedInterrupts(), pytest.raises(KeyboardInterrupt):
        wait_for_it()
    assert process.was_interrupted()
    process.begin()
    assert capfd.readouterr().err == ""


IMPATIENT = """
import os, signal, sys
from engine.machine import process

def command():
    with process.RememberedInterrupts():
        try:
            os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt:
            os.kill(os.getpid(), signal.SIGINT)
            print("cleared up")
    return 5

process.PATIENCE = float(sys.argv[1])
process.run("it", command)
"""


@pytest.mark.parametrize(
    ("patience", "status", "said"), [("60", 5, "cleared up\n"), ("0", process.STOPPED, "")]
)
def test_a_second_ctrl_c_soon_after_lets_it_clear_up_and_a_late_one_ends_it(patience, status, said):
    ended = subprocess.run(
        [sys.executable, "-c", IMPATIENT, patience], capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout) == (status, said)


def test_what_was_written_before_is_named(tmp_path, capsys):
    process.begin()
    process.note_written(tmp_path / "a.csv")
    process.note_written(tmp_path / "movie.mp4.part" / "plan.json")
    assert process.stopped("trainscape", KeyboardInterrupt()) == 130
    process.begin()
    said = capsys.readouterr().err
    assert said == f"trainscape: error: stopped; written before: {tmp_path / 'a.csv'}\n"


def test_what_nobody_has_foreseen_is_one_line():
    code = (
        "from engine.machine import process\n"
        "def fail(): raise ZeroDivisionError('so\\nit is')\n"
        "process.run('trainscape', fail)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    fault = (
        r"trainscape: error: a fault in engine.machine.process, line \d+: "
        r"ZeroDivisionError: so it is\n"
    )
    assert re.fullmatch(fault, done.stderr)


class Clock:
    """Time that passes when it is told to."""

    now = 100.0

    def __call__(self):
        return self.now


def said_of(total, steps, unit="run"):
    """Return what is said of work as (seconds, more that is known) go by."""
    clock, said = Clock(), []
    lines = Lines(total, unit, lambda line: said.append((clock.now - 100, line)), clock)
    for seconds, known in steps:
        clock.now += seconds
        lines.add(known)
    lines.end()
    return said


def test_much_work_is_told_at_its_start_and_then_at_growing_intervals():
    said = said_of(100_000, [(0, 0), (0, 0), *[(1, 20)] * 1000])
    assert said[0] == (0, "100,000 runs to go")
    times = [seconds for seconds, _ in said[1:-1]]
    assert times == [10, 30, 70, 150, 310, 610, 910]
    assert said[1][1] == "0 % of 100,000 runs, 20 a second, about 83 min left"
    assert said[-1] == (1000, "20,000 runs in 17 min")


def test_little_work_that_is_soon_done_says_nothing():
    assert said_of(MANY - 1, [(0.1, 100)] * 90) == []


def test_the_pace_is_that_of_late_and_the_share_never_says_that_all_is_done():
    said = said_of(1000, [(10, 999), (20, 0), (40, 1)])
    assert [line for _, line in said] == [
        "99 % of 1,000 runs, 100 a second, about 0 s left",
        "99 % of 1,000 runs, none finished of late",
        "99 % of 1,000 runs, 0.025 a second",
        "1,000 runs in 70 s",
    ]


def test_an_hour_of_work_of_unknown_length_is_told_a_dozen_times():
    said = said_of(None, [(1, 1)] * 3600, "chunk")
    assert 10 <= len(said) <= 20
    assert said[0] == (FIRST, "10 chunks in 10 s, 1 a second")
    gaps = [b - a for (a, _), (b, _) in itertools.pairwise(said[:-1])]
    assert max(gaps) == LONGEST


def test_a_command_tells_a_file_what_a_terminal_is_shown(tmp_path):
    many = ["--preset", "quadratic", "--set", "steps=5", "--size", "128", "--store", "none"]
    command = [*PROGRAMS["python -m engine"], "render", *many, "-o", str(tmp_path / "a.npz")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines()[0] == "python -m engine: 16,384 runs to go"


@pytest.mark.parametrize(
    "place", ["/dev/zero", "/dev/stdin", "/proc/self/mem", "/", "pipe", "nowhere"]
)
def test_what_is_no_file_is_not_read(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    os.symlink("/dev/zero", "link")
    for path in (place, "link"):
        with pytest.raises(InputError, match=r"cannot be read|goes on beyond"):
            read_bytes(path, 1000)


def test_a_file_that_would_keep_its_reader_waiting_is_not_waited_for(tmp_path, monkeypatch):
    class Waiting(io.BytesIO):
        def read(self, most):
            return None

    (tmp_path / "a.txt").touch()
    monkeypatch.setattr("builtins.open", lambda *_: Waiting())
    with pytest.raises(InputError, match="nothing is there yet"):
        read_bytes(tmp_path / "a.txt")


def test_a_file_that_grows_while_it_is_read_is_read_no_further(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    path.write_bytes(b"x" * 100)
    assert read_bytes(path, 100) == b"x" * 100
    small = os.stat(path)
    path.write_bytes(b"x" * 500)
    monkeypatch.setattr("os.fstat", lambda handle: small)
    with pytest.raises(InputError, match="goes on beyond 100 bytes"):
        read_bytes(path, 100)
    monkeypatch.undo()
    with pytest.raises(InputError, match="has 500 bytes; at most 100"):
        read_bytes(Path(path), 100)
