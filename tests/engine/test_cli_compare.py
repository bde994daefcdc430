"""The command `compare`, as a person uses and misuses it."""

import json

import numpy as np
import pytest
from PIL import Image

from app.command import main
from engine.analysis.comparison import relations
from engine.pictures.plate import Layout
from engine.places import provenance
from engine.plane import Size
from engine.spec import Spec

VIEW = "--preset quadratic --set steps=40 --center 0 0 --width 4 --size 40x24 --store none"


def run(line, folder):
    return main(line.format(folder).split())


def test_the_arrays_are_those_that_render_writes(tmp_path, capsys):
    assert run(f"compare {VIEW} --against steps=2 --json -o {{}}/a.npz", tmp_path) == 0
    printed = json.loads(capsys.readouterr().out)
    for name, steps in (("field", 40), ("other", 2)):
        assert run(f"render {VIEW} --set steps={steps} -o {{}}/{name}.npz", tmp_path) == 0
    with np.load(tmp_path / "a.npz") as data:
        for name in ("field", "other"):
            with np.load(tmp_path / f"{name}.npz") as alone:
                np.testing.assert_array_equal(data[name], alone["field"])
                for axis in "xy":
                    np.testing.assert_array_equal(data[axis], alone[axis])
        differ = (data["field"] < 0) != (data["other"] < 0)
        np.testing.assert_array_equal(data["disagreement"], differ)
        assert 0 < differ.sum() < differ.size
        specs = [json.loads(str(data[name])) for name in ("spec", "other_spec")]
        words = json.loads(str(data["kinds"]))
        counts = {words[str(n)]: int((data["compared"] == n).sum()) for n in (1, 2, 3, 4)}
    assert [spec["steps"] for spec in specs] == [40, 2]
    assert printed["share"] == pytest.approx(differ.mean())
    assert (printed["runs"], printed["disagree"]) == (differ.size, differ.sum())
    assert printed["counts"] == counts
    assert (printed["spec"]["steps"], printed["other_spec"]["steps"]) == (40, 2)


def test_the_picture_holds_three_and_leads_back(tmp_path, capsys):
    assert run(f"compare {VIEW} --against steps=2 -o {{}}/a.png", tmp_path) == 0
    said = capsys.readouterr().out
    assert "steps 40 against steps 2: disagree: " in said
    assert run(f"compare {VIEW} --against steps=2 -o {{}}/a.npz", tmp_path) == 0
    assert run(f"render {VIEW} -o {{}}/alone.png", tmp_path) == 0
    layout = Layout.around(Size(40, 24), framed=True)
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (3 * layout.whole.width, layout.whole.height)
        shown = np.asarray(image.convert("RGB"))
    rows = slice(layout.top, layout.top + 24)
    panels = [
        shown[rows, left : left + 40]
        for left in (layout.left + n * layout.whole.width for n in range(3))
    ]
    with Image.open(tmp_path / "alone.png") as image:
        np.testing.assert_array_equal(panels[0], np.asarray(image.convert("RGB")))
    spec = Spec.make("quadratic")
    colours = [relation.colour for relation in relations(spec, spec)]
    painted = np.array([list(bytes.fromhex(colour[1:])) for colour in colours], np.uint8)
    with np.load(tmp_path / "a.npz") as data:
        np.testing.assert_array_equal(panels[2], painted[data["compared"][::-1] - 1])
    place = provenance.place_of_picture((tmp_path / "a.png").read_bytes())
    assert (place.spec.steps, place.against) == (40, ("steps=2",))
    for origin in ("{0}/a.png", "?preset=quadratic&set=steps=40&against=steps=2&view=0,0,4"):
        again = f"compare --from {origin} --size 40x24 --store none -o {{0}}/b.png"
        assert run(again, tmp_path) == 0
        assert (tmp_path / "b.png").read_bytes() == (tmp_path / "a.png").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--against seed=0 -o a.png", "seed=0 changes nothing"),
        ("--against x_scale=linear -o a.png", "same axes"),
        ("--against sead=1 -o a.png", "did you mean 'seed'"),
        ("--against seed -o a.png", "key=value"),
        ("--against seed=1 -o a.gif", "choices: .png, .npz"),
        ("--against seed=1 --size 8k -o a.png", "size must be"),
        ("--against seed=1 --size 5000 -o a.png", "at most 16,777,216"),
        ("-o a.png", "--against is needed"),
    ],
)
def test_wrong_use_is_one_line_and_leaves_nothing(arguments, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(f"compare --preset quadratic {arguments}".split()) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_comparison_leaves_no_file(tmp_path, monkeypatch):
    def interrupt(*fields):
        raise KeyboardInterrupt

    monkeypatch.setattr("engine.pictures.plate.draw_categories", interrupt)
    assert run(f"compare {VIEW} --against steps=2 -o {{}}/a.png", tmp_path) == 130
    assert list(tmp_path.iterdir()) == []
