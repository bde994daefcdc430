"""Systems of one's own: files that an environment variable names, through the command line."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.command import main
from engine import cli
from engine.console.asked import asked
from engine.places.presets import nearest, presets
from engine.plane import Size, Window
from engine.spec import Spec
from engine.systems import SYSTEMS, systems
from engine.systems.common.plugins import VARIABLE
from engine.tiles.field import compute_field
from engine.tiles.store import code_version

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = DOCS / "examples" / "deep_scalar.py"
SOURCE = EXAMPLE.read_text("utf-8")
PAGE = (DOCS / "own-system.md").read_text("utf-8")


def rendered(out, *words):
    """Render to a file with the command line, and keep nothing else."""
    return main(["render", *map(str, words), "--store", "none", "-o", str(out)])


def field_of(path):
    with np.load(path) as data:
        return data["field"]


@pytest.mark.parametrize("depth", [2, 4])
def test_the_example_escapes_where_its_closed_form_says(depth, own):
    own(EXAMPLE)
    spec = Spec.make("deep-scalar", {"depth": depth})
    computed = compute_field(spec, spec.home(), Size(48, 48))
    field, start = computed.values, np.array(computed.y)[:, None]
    rate = 10 ** np.array(computed.x)
    beyond = rate * start ** (depth - 2) * (start**depth - 1) - 2
    held = np.broadcast_to(rate < 1.2, field.shape)  # from there on some inside are sent out
    assert (field[beyond > 0] > 0).all()
    assert (field[(beyond < 0) & held] < 0).all()
    assert 0.1 < np.mean(field > 0) < 0.7


def test_the_example_comes_to_rest_left_of_where_its_minimum_repels(own):
    own(EXAMPLE)
    spec, critical = Spec.make("deep-scalar", {"steps": 2000}), np.log10(0.5)
    window = Window.parse(str(critical), "1", "0.2")
    field = compute_field(spec, window, Size(40, 10))
    rests = (field.values == -1) | (field.values == -2)
    x = np.array(field.x)
    stable, near = x < critical, np.abs(x - critical) < 0.01
    assert rests[:, stable & ~near].all()
    assert not rests[:, ~stable & ~near].any()


def test_a_file_of_ones_own_system_renders_itself_again_but_not_without_the_variable(
    own, tmp_path, capsys
):
    own(EXAMPLE)
    first, again = tmp_path / "a.npz", tmp_path / "b.npz"
    made = ["--preset", "deep-scalar", "--size", "9x7", "--set", "steps=40", "target=1.5"]
    assert rendered(first, *made) == 0
    assert rendered(again, "--from", first) == 0
    assert np.array_equal(field_of(first), field_of(again))
    capsys.readouterr()
    own("")
    link = "?preset=deep-scalar&set=steps=40"
    for origin, kind in ((first, "system"), (link, "preset")):
        assert rendered(tmp_path / "c.npz", "--from", origin) == 2
        said = capsys.readouterr().err
        assert f"unknown {kind} 'deep-scalar'" in said
        assert said.count("\n") == 1


def test_a_system_without_a_preset_has_one_of_its_name(own, tmp_path, capsys):
    for name in ("one", "two"):
        (tmp_path / f"{name}.py").write_text(SOURCE.replace("deep-scalar", name), "utf-8")
    (tmp_path / "_helpers.py").write_text("raise RuntimeError")
    own(f"{EXAMPLE}{os.pathsep}{tmp_path}{os.pathsep}{EXAMPLE}{os.pathsep}")
    assert [*systems()] == [*SYSTEMS, "deep-scalar", "one", "two"]
    assert [*presets()][-3:] == ["deep-scalar", "one", "two"]
    made = presets()["two"]
    assert (made.spec.system.name, made.about) == ("two", made.spec.system.summary)
    assert made.window("overview") == made.home(made.spec) == made.spec.home()
    assert nearest(made.spec.replace({"depth": 3})) == made
    assert main(["presets"]) == 0
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()][-1] == ["two"] * 2


def test_runs_of_ones_own_system_are_kept_by_its_text_and_others_as_ever(own, tmp_path):
    path, before = tmp_path / "a.py", code_version("mlp")
    codes = []
    for depth in (2, 4):
        path.write_text(SOURCE.replace("setting(4", f"setting({depth}"), "utf-8")
        own(path)
        codes.append(code_version("deep-scalar"))
        assert code_version("mlp") == code_version() == before
    assert len({*codes, before}) == 3


NO_SUMMARY = SOURCE.replace('summary: ClassVar[str] = "one', 'unsaid: ClassVar[str] = "one')
WRONG = {
    "syntax": ("def f(:", "SyntaxError: invalid syntax (own.py, line 1)"),
    "import": (
        "import no_such_module_",
        "ModuleNotFoundError: No module named 'no_such_module_', line 1",
    ),
    "raises": ("def f():\n    1 / 0\n\nf()", "own.py: ZeroDivisionError: division by zero, line 2"),
    "exits": ("raise SystemExit('a script')", "SystemExit: a script, line 1"),
    "empty": ("x = 1", "own.py has no SYSTEMS"),
    "no tuple": ("SYSTEMS = 3", "SYSTEMS must be a tuple of classes, not 3"),
    "no system": ("SYSTEMS = (int,)", "SYSTEMS holds <class 'int'>, which is no class of systems"),
    "taken": (SOURCE.replace("deep-scalar", "mlp"), "there is another system 'mlp'"),
    "taken by a preset": (SOURCE.replace("deep-scalar", "tanh"), "cannot be called 'tanh'"),
    "bad name": (SOURCE.replace("deep-scalar", "Deep Scalar"), "hyphens: 'Deep Scalar'"),
    "no summary": (NO_SUMMARY, "the summary of deep-scalar must be one line, not None"),
    "abstract": (
        SOURCE.replace("def step", "def stop"),
        "deep-scalar with its defaults: TypeError",
    ),
    "axis": (
        SOURCE.replace('"start")\n', '"strat")\n'),
        "must be two of ['learning_rate', 'start'",
    ),
    "bad default": (
        SOURCE.replace("setting(4", "setting(1"),
        "InputError: depth must be at least 2",
    ),
    "bad measure": (SOURCE.replace('"outcome"', '"outcom"'), "unknown measure 'outcom'"),
    "no measures": (SOURCE.replace('return "outcome"', "return ()  # "), "has no measures"),
    "taken setting": (SOURCE.replace("target", "seed"), "calls settings as every spec does: seed"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_system_is_refused_in_one_line(case, own, tmp_path, capsys):
    text, complaint = WRONG[case]
    (tmp_path / "own.py").write_text(text, "utf-8")
    own(tmp_path / "own.py")
    assert main(["presets"]) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("place", ["nowhere.py", "empty"])
def test_a_place_without_systems_is_named(place, own, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    own(tmp_path / place)
    assert main(["--help"]) == 2
    assert f"{place}\n" in (error := capsys.readouterr().err) or f"{place} has no SYSTEMS" in error
    assert error.startswith(f"trainscape: error: {VARIABLE}: ")


def test_the_code_of_the_page_about_it_is_that_of_the_example():
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) > 9
    for block in blocks:
        assert block in SOURCE
    assert len(SOURCE.splitlines()) <= 80


def test_the_commands_of_the_page_are_understood(own):
    own(EXAMPLE)
    parser = cli.build_parser("trainscape")
    lines = re.findall(r"^trainscape (.*)$", PAGE, re.MULTILINE)
    assert len(lines) > 4
    for line in lines:
        if not line.startswith("serve"):
            options = parser.parse_args(shlex.split(line))
            if "preset" in options:
                assert asked(options).spec.system.name == "deep-scalar"
    assert f"export {VARIABLE}={EXAMPLE.relative_to(DOCS.parent).as_posix()}\n" in PAGE


def test_wrong_use_of_the_variable_has_no_traceback_in_a_process_of_its_own(tmp_path):
    command = [sys.executable, "-m", "app.command", "serve", "--no-show"]
    environment = {**os.environ, VARIABLE: str(tmp_path / "missing.py")}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert ended.returncode == 2
    assert ended.stderr == (
        f"trainscape: error: {VARIABLE}: no such file or folder: {tmp_path / 'missing.py'}\n"
    )
