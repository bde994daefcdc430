"""The mutants of small sources, and the trial of some in a small project."""

import textwrap
from dataclasses import replace

import pytest

from tests.mutations.__main__ import report
from tests.mutations.mutant import draw
from tests.mutations.python import python_mutants
from tests.mutations.reach import Reach
from tests.mutations.scripts import parses, script_mutants
from tests.mutations.tree import Copy
from tests.mutations.trial import KILLED, NOT_REACHED, SURVIVED, Trial, check, equivalents, tried
from tests.mutations.warm import ENDED

SOURCE = '''
"""A module."""

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    LEFT = 1

__all__ = ["clipped"]


@functools.lru_cache(maxsize=8)
def clipped(values: "list[3]", least: float = 0) -> "str[4]":
    """Return ≥ 5."""
    if not values and least <= 6:
        raise ValueError(f"none of {7 + 8}")
    return min(values[1:]) - table["a"]
'''
SCRIPT = """
// a < b
import * as all from './sources.js'
const text = 'a < b' + `c + ${1 < x ? '}' : -2} && d`
if (/[/]<=\\d+/.test(text) && !done || x?.y / 2 >= 0.5e-1) Math.min(...rest)
"""

TEST = """
from engine.half import half


def test():
    assert half(4) == 2
"""


def changes(mutants):
    return {(one.line, one.after) for one in mutants}


def test_the_mutants_of_a_module_change_what_runs_and_nothing_else():
    mutants = python_mutants("a.py", SOURCE)
    assert changes(mutants) == {
        (14, 'def clipped(values: "list[3]", least: float = 1) -> "str[4]":'),
        (16, "if True:"),
        (16, "if False:"),
        (16, "if values and least <= 6:"),
        (16, "if not values or least <= 6:"),
        (16, "if not values and least < 6:"),
        (16, "if not values and least <= 7:"),
        (17, "pass"),
        (18, "return None"),
        (18, 'return min(values[1:]) + table["a"]'),
        (18, 'return max(values[1:]) - table["a"]'),
        (18, 'return min(values[:]) - table["a"]'),
        (18, 'return min(values[2:]) - table["a"]'),
        (18, 'return min(values[1:]) - table["a_"]'),
    }
    for one in mutants:
        compile(one.applied(SOURCE), "a.py", "exec")


def test_a_statement_is_removed_where_its_names_stay_bound():
    source = textwrap.dedent("""
        def one(x):
            y = call(é="é", x=x)
            x = y
            self.y = x
            x += y
            act(x)
    """)
    removed = [one for one in python_mutants("a.py", source) if one.kind == "removed statement"]
    assert [one.line for one in removed] == [4, 5, 6, 7]
    assert all(one.after == "pass" for one in removed)


def test_the_mutants_of_a_script_are_in_its_code_and_its_templates():
    mutants = script_mutants("a.js", SCRIPT)
    beginnings = {one.start: SCRIPT[one.start : one.end] + " " + one.text for one in mutants}
    assert list(beginnings.values()) == [
        *("+ -", "1 2", "< <=", "- +", "2 3"),
        *("&& ||", "! ", "|| &&", "?. .", "/ *", "2 3", ">= >", "0.5e-1 1.05", "min max"),
    ]
    assert parses(SCRIPT)
    assert not parses("const = 1")


def test_a_draw_is_that_of_its_seed_and_takes_from_every_module():
    source = "def f(x):\n    return x + 1\n"
    modules = {f"{k}.py": python_mutants(f"{k}.py", source * (1 + 9 * (k == 0))) for k in range(9)}
    drawn = draw(modules, 12, 1)
    assert drawn == draw(modules, 12, 1) != draw(modules, 12, 2)
    assert len(drawn) == len(set(drawn)) == 12
    assert {one.path for one in drawn} == set(modules)
    assert len(draw(modules, 1000, 1)) == sum(map(len, modules.values()))


def test_the_tests_of_a_mutant_reach_it_and_the_quickest_come_first():
    source = "SIZE = 3\n\n\ndef f(x=4):\n    return x + SIZE\n\n\ndef g():\n    return 5\n"
    sources = {"engine/a.py": source}
    by_line = {5: {"slow", "quick", "gone"}, 9: set()}
    reach = Reach({"slow": 2.0, "quick": 1.0, "endless": 1e3}, {"engine/a.py": by_line})
    for one in python_mutants("engine/a.py", source):
        assert reach.tests(one, sources) == ([] if one.line == 9 else ["quick", "slow"])
    by_line[5] = {"endless"}
    assert reach.tests(python_mutants("engine/a.py", source)[0], sources) == ["endless"]


@pytest.fixture
def project(tmp_path):
    files = {
        "engine/half.py": "def half(x):\n    return x / 2 if x > 0 else 0\n",
        "engine/__init__.py": "",
        "tests/test_half.py": TEST,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    copy = Copy(tmp_path, list(files), tmp_path / "copy", tmp_path / "compiled")
    yield copy
    copy.close()


def test_a_mutant_that_a_test_notices_is_killed_and_another_survives(project):
    source = (project.tree / "engine/half.py").read_text()
    mutants = {one.after: one for one in python_mutants("engine/half.py", source)}
    tests = ["tests/test_half.py::test"]
    killed = tried(mutants["return x * 2 if x > 0 else 0"], tests, 1, project)
    assert (killed.result, killed.killer) == (KILLED, tests[0])
    survived = tried(mutants["return x / 2 if x >= 0 else 0"], tests, 1, project)
    assert (survived.result, survived.killer) == (SURVIVED, "")
    assert (project.tree / "engine/half.py").read_text() == source
    text = report([killed, survived, Trial(killed.mutant, NOT_REACHED)])
    assert f"survived: 1\n{survived.mutant}\n\nnot reached: 1\n" in text
    assert [line.split() for line in text.split("\n")[1:3]] == [
        ["engine", "1", "0", "1", "1", "0"],
        ["all", "1", "0", "1", "1", "0"],
    ]


def test_nothing_is_tried_where_tests_fail_without_a_mutant(project):
    check("tests/test_half.py::test", project)
    (project.tree / "tests/conftest.py").write_text("def pytest_unknown(): ...\n")
    with pytest.raises(SystemExit, match=r"(?s)py::test fails without.*unknown hook"):
        check("tests/test_half.py::test", project)


def test_what_is_known_to_change_nothing_is_told_by_its_lines(tmp_path):
    known = tmp_path / "known.txt"
    known.write_text("# Words.\n\na.py\n- x < 1\n+ x <= 1\nx is\nnever 1\n\nb.js\n- 1\n+ 2\nno\n")
    assert equivalents(known) == {
        ("a.py", "x < 1", "x <= 1"): "x is never 1",
        ("b.js", "1", "2"): "no",
    }
    assert all(equivalents().values())


def test_a_mutant_that_never_ends_runs_out_of_time(project):
    source = (project.tree / "engine/half.py").read_text()
    (endless,) = [one for one in python_mutants("engine/half.py", source) if one.text == "True"]
    endless = replace(endless, text="exec('while True: pass')")
    with project.changed(endless):
        assert project.pytest("tests/test_half.py", seconds=1) == (ENDED, "")
    assert project.pytest("tests/test_half.py", seconds=5)[0] == 0
