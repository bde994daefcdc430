"""The commands `dimension` and `reproduce`, as a person uses and misuses them."""

import json

import numpy as np
import pytest
from PIL import Image

from app.command import main
from engine.reports import document, reproduction
from engine.reports.reproduction import PUBLISHED

VIEW = ["dimension", "--preset", "mandelbrot", "--set", "steps=60", "--size", "96"]
PLACE = ["--center", "-0.7436438870", "0.1318259042", "--width", "0.01"]


def said(capsys):
    return json.loads(capsys.readouterr().out, parse_constant=pytest.fail)


def test_a_view_is_measured_in_full(capsys):
    assert main([*VIEW, "--json"]) == 0
    found = said(capsys)
    (frame,) = found["frames"]
    assert found["spec"]["steps"] == 60
    assert frame["size"] == "96x96"
    assert frame["window"]["center"] == ["-0.75", "0"]
    counts = frame["outcomes"]
    assert counts["converged"] + counts["diverged"] == counts["runs"] == 96 * 96
    methods = [e["method"] for e in frame["dimensions"]]
    assert methods == ["published", "box counting", "uncertainty exponent"]
    for estimate, combined in zip(frame["dimensions"], found["combined"], strict=True):
        assert {"value", "error", "range_pixels", "counts", "slopes", "flags"} < set(estimate)
        assert {"noise", "smooth"} < set(estimate)
        assert combined["value"] == pytest.approx(estimate["value"])
    assert frame["neighbour_correlation"]["value"] > 0.8
    assert main(VIEW) == 0
    text = capsys.readouterr().out
    for words in ("box counting", "noise", "converged", "undecided", "96x96 runs"):
        assert words in text


def test_a_measure_of_chaos_is_told_in_its_own_words(capsys):
    assert main([*VIEW, "--size", "16", "--set", "measure=lyapunov"]) == 0
    assert {"contracting", "chaotic"} < set(capsys.readouterr().out.split())


def test_a_zoom_is_measured_frame_by_frame_and_as_a_whole(capsys):
    arguments = [*VIEW, *PLACE, "--frames", "3"]
    assert main([*arguments, "--json"]) == 0
    found = said(capsys)
    widths = [float(frame["window"]["width"]) for frame in found["frames"]]
    assert widths == [0.04, 0.02, 0.01]
    slopes = [s for f in found["frames"] for s in f["dimensions"][0]["slopes"] if s is not None]
    assert found["combined"][0]["value"] == pytest.approx(np.median(slopes))
    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert [line.split()[0] for line in text.splitlines()[2:5]] == ["0.04", "0.02", "0.01"]
    assert "median over all slopes of 3 frames" in text


def test_a_file_is_measured_as_the_view_that_it_shows(tmp_path, capsys):
    file = str(tmp_path / "a.npz")
    view = ["--preset", "mandelbrot", "--set", "steps=60", "--size", "96", *PLACE]
    assert main(["render", *view, "-o", file]) == 0
    assert main(["dimension", *view, "--json"]) == 0
    direct = said(capsys)
    assert main(["dimension", "--from", file, "--json"]) == 0
    again = said(capsys)
    for about in (direct, again):
        for frame in about["frames"]:
            del frame["seconds"], frame["runs_trained"]
    assert again == direct


def test_checks_are_told_as_they_were_asked_for(capsys):
    checks = ["--ulp-check", "--steps-check", "--ulp-check"]
    assert main([*VIEW, "--set", "steps=15", "--size", "40", *checks, "--json"]) == 0
    found = said(capsys)["checks"]
    assert [check["name"] for check in found] == ["ulp", "steps"]
    assert found[1]["changed"] > 0
    assert main([*VIEW, "--size", "20", "--precision-check"]) == 0
    assert "float32 instead of float64" in capsys.readouterr().out


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_box_counts_are_plotted(tmp_path, ending):
    file = tmp_path / f"a.{ending}"
    assert main([*VIEW, *PLACE, "--frames", "2", "--plot", str(file)]) == 0
    assert [f.name for f in tmp_path.iterdir()] == [file.name]
    if ending == "png":
        picture = np.asarray(Image.open(file).convert("L"))
        assert min(picture.shape) > 400
        assert (picture < 128).sum() > 2000
        assert main(["render", "--from", str(file), "-o", str(tmp_path / "b.npz")]) == 0
        with np.load(tmp_path / "b.npz") as data:
            assert data["field"].shape == (96, 96)
            assert data["x"].mean() == pytest.approx(-0.7436438870)


@pytest.mark.parametrize("size", ["8", "16", "50", "60", "90x12"])
def test_a_view_too_small_for_boxes_is_plotted_all_the_same(tmp_path, size, capsys):
    file = tmp_path / "a.png"
    assert main([*VIEW, "--size", size, "--plot", str(file)]) == 0
    assert file.stat().st_size > 10_000
    assert "too few boundary boxes" in capsys.readouterr().out


def test_numbers_are_told_even_if_the_plot_fails(tmp_path, capsys, monkeypatch):
    def fail(*arguments):
        raise OSError("the disk is full")

    monkeypatch.setattr("engine.reports.plot.save", fail)
    assert main([*VIEW, "--json", "--plot", str(tmp_path / "a.png")]) == 1
    assert said(capsys)["frames"]


@pytest.mark.parametrize("ending", ["md", "png", "json"])
def test_a_folder_in_the_way_is_left_alone(tmp_path, capsys, ending):
    folder = tmp_path / f"a.{ending}"
    folder.mkdir()
    (folder / "precious").write_text("data")
    assert main(["reproduce", *SMALL, "-o", str(tmp_path / "a.md")]) == 1
    assert "is a folder" in capsys.readouterr().err
    assert (folder / "precious").exists()
    if ending == "png":
        assert main([*VIEW, "--plot", str(folder)]) == 1
        assert (folder / "precious").exists()


def test_a_narrow_view_says_nothing_on_the_side_but_that_there_is_no_boundary(capfd):
    assert main([*VIEW, "--size", "1x400"]) == 0
    caution = "trainscape: caution: all runs: diverged; there is no boundary in view\n"
    assert capfd.readouterr().err == caution


def test_a_view_without_a_boundary_is_measured_all_the_same(capsys):
    arguments = [*VIEW, "--center", "5", "5", "--width", "0.1"]
    assert main([*arguments, "--frames", "2", "--json"]) == 0
    found = said(capsys)
    assert {e["value"] for f in found["frames"] for e in f["dimensions"]} == {None}
    assert main([*arguments, "--frames", "2"]) == 0
    assert "no boundary" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([*VIEW, "--frames", "0"], "--frames must be a whole number from 1 to 1000, not '0'"),
        ([*VIEW, "--frames", "many"], "--frames must be a whole number from 1 to 1000"),
        ([*VIEW, "--frames", "900"], "frames must be at most 11 here, not 900"),
        ([*VIEW, "--plot", "a.gif"], "unknown ending of 'a.gif'; choices: .png, .svg, .pdf"),
        (["dimension"], "--preset is needed"),
        (["dimension", "--from", "none.npz"], "no such file: none.npz"),
        (["reproduce", "--only", "cubic"], "unknown condition 'cubic'; choices: linear, relu"),
        ([*VIEW, "--set", "steps=600000", "--steps-check"], "steps must be at most 1000000"),
        (["reproduce", "--size", "0"], "size must be at least 1x1"),
        (["reproduce", "-o", "a.txt"], "the document must end in .md, not 'a.txt'"),
    ],
)
def test_wrong_use_is_one_line_that_says_what_is_right(arguments, complaint, capsys):
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert len(error.splitlines()) == 1


def test_a_plot_that_cannot_be_written_is_said_before_any_training(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("engine.statistics.zoom.compute_region", None)
    assert main([*VIEW, "--plot", str(tmp_path / "none" / "a.png")]) == 1
    assert "no such folder" in capsys.readouterr().err


SMALL = ["--size", "16", "--frames", "2"]


def test_the_reproduction_is_written_anew_and_keeps_what_it_cost(tmp_path, capsys):
    output = tmp_path / "found.md"
    command = ["reproduce", "-o", str(output), "--store", str(tmp_path / "tiles")]

    def results():
        return json.loads((tmp_path / "found.json").read_text())["conditions"]

    assert main([*command, *SMALL, "--only", "tanh-single"]) == 0
    assert "tanh-single, published 1.41" in capsys.readouterr().out
    cost = results()["tanh-single"]["cost"]
    seconds = cost["runs"] * cost["seconds_per_run"] + cost["check_seconds"]
    assert f"| {seconds / 60:.1f} min |" in output.read_text()
    assert cost["runs"] == 16 * 16 + 3 * 16 * 16 // 4
    assert cost["check_runs"] == 6 * 16 * 16
    assert cost["seconds_per_run"] > 0
    assert main([*command, *SMALL, "--only", "linear", "tanh-single"]) == 0
    assert results()["tanh-single"]["frames"][0]["runs_trained"] == 0
    assert results()["tanh-single"]["cost"]["seconds_per_run"] == cost["seconds_per_run"]
    text = output.read_text()
    assert text.index("| linear ") < text.index("| tanh-single ")
    for words in ("1.17", "1.41", "16x16", "448 + 1,536", "(found.png)"):
        assert words in text
    assert (tmp_path / "found.png").stat().st_size > 10_000
    assert {f.name for f in tmp_path.iterdir()} == {"found.md", "found.png", "found.json", "tiles"}
    other = ["--size", "12", "--frames", "1", "--only", "tanh-single"]
    assert main([*command, *other]) == 0
    assert results()["tanh-single"]["cost"]["runs"] == 144
    assert results()["linear"]["size"] == "16x16"
    capsys.readouterr()


@pytest.mark.parametrize("text", ["[1, 2", '{"tanh-single": 3, "name": "pkg"}', "[]"])
def test_results_that_are_something_else_are_refused_and_left_alone(tmp_path, capsys, text):
    (tmp_path / "a.json").write_text(text)
    assert main(["reproduce", *SMALL, "-o", str(tmp_path / "a.md")]) == 2
    assert "not the results of a reproduction" in capsys.readouterr().err
    assert (tmp_path / "a.json").read_text() == text


def test_the_published_values_are_in_ascending_order():
    assert list(PUBLISHED.values()) == sorted(PUBLISHED.values())
    assert reproduction.PUBLISHED["tanh"] == 1.66


def test_the_order_of_the_conditions_is_counted_not_claimed():
    def result(published, value):
        names = document.METHODS
        return {
            "published": published,
            "combined": [{"method": name, "value": value} for name in names],
        }

    right = {"a": result(1.1, 1.0), "b": result(1.2, 1.3), "c": result(1.5, None)}
    assert "published 1 of 1" in document.order(right)
    wrong = {"a": result(1.1, 1.4), "b": result(1.2, 1.3), "c": result(1.5, 1.6)}
    assert "uncertainty exponent 2 of 3" in document.order(wrong)


SEAHORSE = ["--center", "-0.743643887037158704", "0.1318259042053119704", "--width", "1e-4"]


def test_labels_that_longer_training_changes_are_said_to_do_so_everywhere(capsys, tmp_path):
    out = tmp_path / "seahorse.png"
    render = ["render", *VIEW[1:], *SEAHORSE, "-o", str(out)]
    assert main([*VIEW, *SEAHORSE, "--json"]) == 0
    found, said_there = said_and_warned(capsys)
    assert found["settling"]["unsettled"]
    assert found["settling"]["check"]["share"] > 0.9
    assert any("there is no boundary" in words for words in found["cautions"])
    assert main(render) == 0
    said_here = capsys.readouterr().err
    for text in (said_here, said_there):
        assert "labels change if runs are trained 32 times as long" in text
    assert "--set steps=auto" in said_here
    assert len(colours_of(out)) == 1  # not a landscape
    assert main([*render, "--colouring", "published"]) == 0
    assert len(colours_of(out)) > 50  # unless it is asked for by name
    capsys.readouterr()
    assert main([*render, "--set", "steps=auto"]) == 0
    text = capsys.readouterr().err
    assert f"steps=auto: {found['settling']['settled_at']} steps" in text
    assert "labels change" not in text
    with Image.open(out) as image:
        assert json.loads(image.info["trainscape"])["steps"] == found["settling"]["settled_at"]
    assert len(colours_of(out)) > 50


def test_a_movie_and_a_comparison_say_so_too(capsys, tmp_path):
    settings = ["--preset", "mandelbrot", "--set", "steps=60", *SEAHORSE, "--size", "32"]
    compare = ["compare", *settings, "--against", "steps=50", "-o", str(tmp_path / "a.png")]
    animate = ["animate", *settings, "--hold", "0.1", "--start", "none"]
    for command in (compare, [*animate, "-o", str(tmp_path / "a.gif")]):
        assert main(command) == 0
        assert "labels change if runs are trained" in capsys.readouterr().err


def test_steps_that_nothing_says_are_no_number_where_there_is_no_view(capsys):
    inspect = ["inspect", "--preset", "mandelbrot", "--set", "steps=auto", "--at", "0", "0"]
    assert main(inspect) == 2
    assert "steps must be a whole number, not 'auto'" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--frames", "2"]])
def test_a_number_that_there_is_not_comes_with_the_reason(arguments, capsys):
    place = ["--center", "5", "5", "--width", "0.1"]
    assert main([*VIEW, *place, *arguments]) == 0
    text = capsys.readouterr().out
    assert "none: no boundary" in text
    assert "nan" not in text
    assert not any(line.rstrip().endswith(" -") for line in text.splitlines())
    assert main([*VIEW, "--size", "20", *arguments]) == 0
    assert "none: too small a picture" in capsys.readouterr().out


def said_and_warned(capsys):
    printed = capsys.readouterr()
    return json.loads(printed.out, parse_constant=pytest.fail), printed.err


def colours_of(path):
    with Image.open(path) as image:
        return image.convert("RGB").getcolors(10**6)
