"""What runs are given: one way leads from coordinates to hyperparameters."""

import ast
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from engine import inputs as inputs_module
from engine.inputs import Inputs
from engine.spec import Spec
from tests.inputs import inputs

TOP = Path(inputs_module.__file__).parents[1]
SPEC = Spec.make("mlp", {"y_scale": "linear"})


def calls(path):
    """What a file calls, as it is written there: `Grid.of` of `Grid.of(axes, columns, rows)`."""
    tree = ast.parse(path.read_text("utf-8"))
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def callers(*names):
    """The files of engine and app that call something by one of these names."""
    files = [path for part in ("engine", "app") for path in (TOP / part).rglob("*.py")]
    assert len(files) > 100
    return {
        path.relative_to(TOP).as_posix() for path in files
        if any(call == name or call.endswith(f".{name}") for call in calls(path) for name in names)
    }  # fmt: skip


def test_nothing_but_spec_at_turns_coordinates_into_floats_for_runs():
    """A trainer takes `Inputs` alone, which come from a `Grid`, which comes from `Spec.at`."""
    assert callers("Grid.of") == {"engine/spec.py"}
    assert callers("Inputs", "Grid", "_rounded") == {"engine/inputs.py"}
    assert {"engine/tiles/stream.py", "engine/exports/export.py"} < callers("at")


def test_a_grid_has_one_run_for_each_column_of_each_row():
    grid = SPEC.at(list(map(Decimal, (0, 1, 2))), [Decimal("0.5"), Decimal(-1)])
    runs = grid.runs()
    assert runs.x.tolist() == [1, 10, 100, 1, 10, 100]
    assert runs.y.tolist() == [0.5, 0.5, 0.5, -1, -1, -1]
    some = grid.runs(np.array([4, 0]))
    assert (some.x.tolist(), some.y.tolist()) == ([10, 1], [-1, 0.5])


def test_columns_and_rows_that_were_found_apart_make_the_same_grid():
    columns, rows = [Decimal(1), Decimal(2)], [Decimal(3)]
    whole, crossed = SPEC.at(columns, rows), SPEC.at(columns, ()).crossed(SPEC.at((), rows))
    assert np.array_equal(whole.x, crossed.x)
    assert np.array_equal(whole.y, crossed.y)
    assert crossed.x.dtype == crossed.y.dtype == np.float64


def test_a_line_has_one_value_along_y():
    line = SPEC.at([Decimal(0), Decimal(1)], ()).line(7.0)
    assert (line.x.tolist(), line.y.tolist()) == ([1, 10], [7, 7])


def test_inputs_are_joined_and_taken_apart():
    first, second = inputs([1, 2], [3, 4]), inputs(5, 6)
    joined = Inputs.joined([first, second])
    assert len(joined) == 3
    assert (joined[1:].x.tolist(), joined[np.array([2, 0])].y.tolist()) == ([2, 5], [6, 3])
    assert len(Inputs.joined([])) == 0


@pytest.mark.parametrize(("precision", "bit"), [("float64", 2.0**-52), ("float32", 2.0**-23)])
def test_neighbours_are_one_bit_away_to_every_side(precision, bit):
    apart = [
        (run.x[0] - 1.0, run.y[0] - 1.0) for run in inputs(1.0, 1.0).neighbours(precision)
    ]  # fmt: skip
    assert apart == [(bit, 0), (0, bit), (-bit, 0), (0, -bit)]


def test_what_is_infinite_has_no_neighbours():
    for run in inputs(np.inf, 1.0).neighbours("float64"):
        assert run.x[0] == np.inf
