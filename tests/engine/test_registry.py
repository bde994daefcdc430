"""The registry: the document in `docs` is what the tables say, and says all of it."""

import re
from pathlib import Path

import pytest

from app.command import main
from engine import settings
from engine.commands import COMMANDS
from engine.exports.kinds import EXPORTS
from engine.measures import MEASURES
from engine.places.look import COLOURINGS, PALETTES
from engine.places.presets import presets
from engine.reports import markdown
from engine.spec import Spec
from engine.statistics.dimension import METHODS
from engine.systems import SYSTEMS

DOCUMENT = Path(__file__).parents[2] / "docs" / "registry.md"
TEXT = DOCUMENT.read_text("utf-8")


def section(title, level="##"):
    """Return the text of a section, without what pads the cells of its tables."""
    ends = "\n## " if level == "##" else "\n##"
    text = TEXT.partition(f"\n{level} {title}\n")[2].partition(ends)[0]
    return re.sub(" +", " ", text)


def row(text, name):
    """Return the cells of the row of a table that begins with a name."""
    (line,) = [line for line in text.splitlines() if line.startswith(f"| `{name}` |")]
    return [cell.strip() for cell in line.replace("\\|", "¦").strip("|").split("|")]


def test_the_document_is_what_the_code_gives_now(capsys):
    assert main(["registry"]) == 0
    assert capsys.readouterr().out == TEXT, "run `trainscape registry -o docs/registry.md`"


@pytest.mark.parametrize(
    ("title", "table"),
    [
        ("Presets", presets()),
        ("Settings", [*settings.table(Spec), "x", "y", "x_scale", "y_scale"]),
        ("Measures", MEASURES),
        ("Colourings", COLOURINGS),
        ("Palettes", PALETTES),
        ("Estimates of the dimension", METHODS),
        ("Exports", EXPORTS),
        ("Commands", [*(c.__name__.rpartition(".")[2] for c in COMMANDS), "serve"]),
    ],
)
def test_every_entry_of_a_table_has_a_row_with_something_in_it(title, table):
    for name in table:
        assert all(row(section(title), name)[-1:]), name


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_system_is_there_with_all_its_settings_measures_and_curves(name):
    text, system = section(name, "###"), SYSTEMS[name]()
    assert system.summary[1:] in text.replace("\\", "")
    for setting, about in settings.table(system).items():
        cells = row(text, setting)
        assert about.help in cells[-1].replace("\\", "").replace("¦", "|")
        assert (about.symbol or setting).replace("|", "¦") in " ".join(cells)
        assert all(f"`{choice}`" in " ".join(cells) for choice in about.choices)
    for measure in system.measures:
        assert f"`{measure}`" in text
        assert f"`{name}`" in row(section("Measures"), measure)[-1]
    for curve in system.curves():
        assert f"`{curve.name}`" in text
        assert f"| `{curve.name}` | `{name}` |" in section("Curves")


def test_kinds_of_outcome_are_named():
    for measure in MEASURES.values():
        for kind in measure.categories:
            assert f"{kind.value} {kind.name}" in section("Measures")


def test_what_applies_only_sometimes_says_when():
    mlp = section("mlp", "###")
    assert row(mlp, "dataset_ratio")[4] == "not with `single_datapoint=true`"
    assert row(mlp, "hidden_learning_rate")[6] == "with `depth=3`"
    assert row(mlp, "learning_rate")[3:7] == ["log10", "10⁻³ to 10⁶", "", "always"]
    assert row(mlp, "warmup_steps")[5] == "steps"
    factors = section("two-factor", "###")
    assert row(factors, "imbalance")[5] == "with `start=scale and imbalance`"
    assert row(factors, "curvature_spread")[5] == "with `batches=2`"


def test_the_document_is_written_to_a_file_that_ends_in_md(tmp_path, capsys):
    out = tmp_path / "own.md"
    assert main(["registry", "-o", str(out)]) == 0
    assert out.read_text("utf-8") == TEXT
    assert main(["registry", "-o", str(tmp_path / "own.txt")]) == 2
    assert "must end in .md, not 'own.txt'" in capsys.readouterr().err


def test_prose_means_nothing_to_markdown_but_for_its_code():
    assert markdown.prose("a|b * `c|d` <e>") == r"a\|b \* `c|d` \<e>"
