"""Whatever the command line is given, it ends with a status and one line, and trains nothing."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import command
from app.command import main
from engine import cli
from engine.errors import InputError

READING = ("--from", "--through", "--bookmarks", "--corpus")
REACHED = "training is reached"
HOSTILE = [
    "", " ", "-", "--", "---", "-1", "0", "nan", "inf", "1e999", "-1e-400", "9" * 5000,
    "a" * 10_000, "0." + "3" * 3000, "x" * 300 + ".png", "²", "−3", "1,5", "１２", "é" * 50,
    "\udcff.png", "中文", "🦄", "\x1b[2J", "a\nb", "a\0b", "%s %d {} {0!r}", "=", "==", "a=b",
    "steps", "steps=", "steps=" + "9" * 5000, "seed=" + "9" * 400, "steps=1e3", "x=y",
    "measure=?", "width=-1", "precision=float8", "corpus=x", "?", "?preset=",
    "?preset=tanh&set=" + "a=b;" * 800, "http://[", "://", "?preset=tanh&view=1,2", "/dev/zero",
    "/dev/stdin", "/dev/null", "/dev/tty", "/proc/self/mem", "/", ".", "..", "~",
    "~nobody-here/x", "no/such/place.png", "/proc/x.npz", "zero.png", "zero.npz", "zero.json",
    "fifo.png", "fifo.npz", "fifo.json", "fifo.zarr", "folder", "folder.png", "loop.png",
    "empty.png", "empty.npz", "empty.nc", "empty.json", "out.png", "out.npz", "out.svg",
    "out.md", "out.mp4", "out/", "OUT.PNG", "memory://x", "nope://x", "none", "4GB", "0B",
    "9" * 400 + "GB", "1x1", "3x0", "4k", "1X", "1" + "0" * 9, "65537x1", "::", "0.0.0.0",
    "steps", "tanh", "quadratic", "mandelbrot", "overview",
]  # fmt: skip
COMMANDS = cli.build_parser("trainscape")
command.add(COMMANDS)
PARSERS = COMMANDS.get_default("subparsers").choices


def takes_a_value(action):
    return action.nargs != 0


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder of traps; training, serving and timing are as good as done once they are reached."""
    monkeypatch.chdir(tmp_path)
    for variable in ("XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    os.mkdir("folder")
    os.mkdir("folder.png")
    os.mkdir("fifo.zarr")
    os.mkfifo("fifo.zarr/zarr.json")
    for ending in ("png", "npz", "json"):
        os.mkfifo(f"fifo.{ending}")
        os.symlink("/dev/zero", f"zero.{ending}")
        Path(f"empty.{ending}").touch()
    Path("empty.nc").touch()
    os.symlink("loop.png", "loop.png")

    def reached(*arguments, **keywords):
        raise InputError(REACHED)

    for known in (
        "engine.training.trainer.Trainer.__init__",
        "engine.benchmark.bench.measure",
        "app.server.serve",
    ):
        monkeypatch.setattr(known, reached)
    return tmp_path


def ends_well(arguments, capfd):
    try:
        status = main(arguments)
    except SystemExit as ended:
        status = ended.code
    said = capfd.readouterr()
    assert status in (0, 1, 2), arguments
    assert len(said.err) < 3000, arguments
    if status:
        assert said.err.count("\n") == 1, (arguments, said.err)
        assert said.err.startswith("trainscape: error: "), (arguments, said.err)
        assert said.err[:-1].isprintable() or "\udcff" in said.err, arguments
    return status, said.err


VALUES = st.sampled_from(HOSTILE) | st.text(max_size=20)


@st.composite
def lines(draw):
    name = draw(st.sampled_from(sorted(PARSERS)))
    actions = PARSERS[name].options
    words = [name]
    if name in ("render", "animate", "publish") and draw(st.booleans()):
        words += ["--dry-run"]
    if draw(st.booleans()) and any(a.dest == "preset" for a in actions):
        words += ["--preset", draw(st.sampled_from(["quadratic", "mandelbrot", "tanh-single"]))]
    if draw(st.booleans()) and any(a.dest == "output" for a in actions):
        words += ["-o", draw(st.sampled_from(["out.png", "out.npz", "out.md", "out.mp4"]))]
    for action in draw(st.lists(st.sampled_from(actions), max_size=4)):
        option = draw(st.sampled_from(action.option_strings)) if action.option_strings else ""
        values = []
        if takes_a_value(action):
            count = action.nargs if isinstance(action.nargs, int) else 1
            values = [draw(VALUES) for _ in range(count)]
        if option.startswith("--") and len(values) == 1 and draw(st.booleans()):
            words.append(f"{option}={values[0]}")
        else:
            words += [option, *values] if option else values
    words += draw(st.lists(VALUES, max_size=1))
    return [word for word in words if not word.startswith(("http:", "https:", "s3:"))]


FUZZ = {
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


@settings(max_examples=150, **FUZZ)
@given(arguments=lines())
def test_no_command_line_ends_in_anything_but_a_status_and_a_line(arguments, place, capfd):
    ends_well(arguments, capfd)


@pytest.mark.slow
@settings(max_examples=20_000, **FUZZ)
@given(arguments=lines())
def test_no_command_line_of_very_many_ends_in_anything_else(arguments, place, capfd):
    ends_well(arguments, capfd)


OPTIONS = [
    (name, option, action)
    for name, parser in PARSERS.items()
    for action in parser.options
    for option in action.option_strings
    if takes_a_value(action) and option.startswith("--")
]
ENOUGH = {
    "render": ["--preset", "quadratic", "-o", "out.png"],
    "compare": ["--preset", "quadratic", "--against", "steps=3", "-o", "out.png"],
    "animate": ["--preset", "quadratic", "-o", "out.mp4", "--dry-run"],
    "publish": ["--preset", "quadratic", "-o", "out", "--dry-run"],
    "inspect": ["--preset", "quadratic", "--at", "0", "0"],
    "dimension": ["--preset", "quadratic"],
    "diagram": ["--preset", "quadratic", "-o", "out.png"],
    "reproduce": ["-o", "out.md"],
    "cache": ["info"],
}


@pytest.mark.parametrize(("name", "option", "action"), OPTIONS)
def test_two_hyphens_are_no_value_of_any_option(name, option, action, place, capfd):
    given_ = [name, *ENOUGH.get(name, []), f"{option}=--"]
    before = set(os.listdir())
    status, said = ends_well(given_, capfd)
    assert status == 2
    assert option in said
    assert set(os.listdir()) == before


@pytest.mark.parametrize(("name", "option", "action"), OPTIONS)
def test_a_value_of_any_length_is_quoted_in_a_few_characters(name, option, action, place, capfd):
    count = action.nargs if isinstance(action.nargs, int) else 1
    for value in ("9" * 5000, "a " * 5000, "steps=" + "7" * 5000, "b=" + "c" * 9000):
        arguments = [name, *ENOUGH.get(name, []), option, *[value] * count]
        _, said = ends_well(arguments, capfd)
        assert len(said) < (2100 if " " in value else 1000)
        assert " " in value or value[:300] not in said


READ = [(name, option) for name, option, _ in OPTIONS if option in READING]
TRAPS = [
    "/dev/zero", "/dev/stdin", "/proc/self/mem", "zero.png", "zero.npz", "zero.json", "fifo.png",
    "fifo.npz", "fifo.json", "fifo.zarr", "folder.png", "loop.png", ".",
]  # fmt: skip


@pytest.mark.parametrize(("name", "option"), READ)
def test_nothing_but_files_that_end_is_read(name, option, place, capfd):
    for trap in TRAPS:
        enough = ENOUGH[name] if option == "--corpus" else ENOUGH[name][2:]
        status, _ = ends_well([name, *enough, option, trap], capfd)
        assert status == 2, trap


def test_every_option_that_reads_a_file_is_tried():
    named = {option for _, option, action in OPTIONS if "FILE" in str(action.metavar)}
    assert named - {"--output", "--plot", "--csv"} == set(READING)
