"""The command line, as a person uses and misuses it."""

import contextlib
import json
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.command import main
from engine import cli
from engine.commands import COMMANDS
from engine.places import provenance
from engine.places.look import Look
from engine.places.presets import preset, presets
from engine.plane import Size

README = Path(__file__).parents[2] / "README.md"
QUICK = ["--preset", "quadratic", "--set", "steps=5", "--size", "8"]


def field_of(path):
    with np.load(path) as data:
        return data["field"]


def test_render_and_render_again_from_each_file(tmp_path):
    first = tmp_path / "a.npz"
    spec = ["--preset", "tanh-single", "--set", "steps=20", "width=4"]
    place = ["--center", "1.12345678901234567890123", "1.2", "--width", "3"]
    assert main(["render", *spec, *place, "--size", "14x9", "-o", str(first)]) == 0
    for ending in ("png", "nc", "zarr"):
        copy, again = tmp_path / f"b.{ending}", tmp_path / f"c-{ending}.npz"
        assert main(["render", "--from", str(first), "-o", str(copy)]) == 0
        assert main(["render", "--from", str(copy), "-o", str(again)]) == 0
        assert np.array_equal(field_of(again), field_of(first))


def test_what_is_rendered_is_kept_shown_and_cleared(tmp_path, capsys, monkeypatch):
    store = ["--store", str(tmp_path / "tiles")]
    render = ["render", "--preset", "quadratic", "--size", "70x40", "--set", "steps=30", "-o"]
    first, again, without = (str(tmp_path / f"{name}.npz") for name in "abc")
    assert main([*render, first, *store]) == 0
    monkeypatch.setattr("engine.tiles.field.SpecRunner", None)  # nothing is trained any more
    assert main([*render, again, *store]) == 0
    monkeypatch.undo()
    assert main([*render, without, "--store", "none"]) == 0
    assert np.array_equal(field_of(again), field_of(first))
    assert np.array_equal(field_of(without), field_of(first))
    capsys.readouterr()
    assert main(["cache", "info", "--json", *store]) == 0
    about = json.loads(capsys.readouterr().out)
    assert (about["tiles"], about["specs"][0]["system"]) == (2, "quadratic")
    assert about["bytes"] == about["specs"][0]["nbytes"] > 1000
    assert main(["cache", "info", *store]) == 0
    assert "2 tiles" in capsys.readouterr().out
    assert main(["cache", "clear", *store]) == 0
    assert "removed 2 tiles" in capsys.readouterr().out
    assert main(["cache", "info", "--json", *store]) == 0
    assert json.loads(capsys.readouterr().out)["tiles"] == 0


def test_a_render_that_was_interrupted_goes_on_where_it_was(tmp_path, monkeypatch):
    from engine.tiles.field import compute_field
    from engine.tiles.store import Store

    spec = preset("tanh-single").spec.replace({"steps": 20, "width": 4})
    place = preset("tanh-single").window("overview")
    store, size = Store.open(str(tmp_path)), Size(150, 90)

    def interrupt(known, seen=[0]):  # noqa: B006
        seen[0] += known
        if seen[0] > size.pixels // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compute_field(spec, place, size, interrupt, store)
    seen = []
    field = compute_field(spec, place, size, seen.append, store)
    assert seen[0] > size.pixels // 2
    assert np.array_equal(field.values, compute_field(spec, place, size).values)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            "render --preset quadratic --set steps=5 --size 4 -o a.npz --store nope://x",
            "'nope://x'",
        ),
        (
            "render --preset quadratic --set steps=5 -o a.npz --store-limit huge",
            "or 4GB, not 'huge'",
        ),
        ("cache info --store none", "a folder or a URL"),
        ("cache burn", "'burn'"),
    ],
)
def test_wrong_use_of_a_store_is_one_line(arguments, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments.split()) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_cache_folder_that_cannot_be_written_is_done_without(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    place = str(tmp_path / "file" / "tiles")
    monkeypatch.setattr("engine.console.storage.default_place", lambda: place)
    render = ["render", *QUICK, "-o", str(tmp_path / "a.npz")]
    assert main(render) == 0
    assert "nothing is kept" in capsys.readouterr().err
    assert main([*render, "--store", str(tmp_path / "file" / "tiles")]) == 1
    assert "cannot write to the store" in capsys.readouterr().err


def test_a_picture_keeps_the_look_it_was_given_and_can_be_given_another(tmp_path):
    link = "?preset=quadratic&set=steps=20&view=0,0,4&look=log,cividis,0.5"
    first, again, other = (tmp_path / f"{name}.png" for name in "abc")
    assert main(["render", "--from", link, "--size", "12", "-o", str(first)]) == 0
    assert main(["render", "--from", str(first), "-o", str(again)]) == 0
    assert first.read_bytes() == again.read_bytes()
    assert main(["render", "--from", str(first), "--colouring", "edges", "-o", str(other)]) == 0
    assert provenance.load_look(other) == Look.of("edges", "cividis")
    assert first.read_bytes() != other.read_bytes()


def test_render_from_a_link_and_with_another_size(tmp_path):
    link = "http://127.0.0.1:5006/?preset=quadratic&set=steps=40&view=0,0,4"
    out = tmp_path / "a.npz"
    assert main(["render", "--from", link, "--size", "6x4", "-o", str(out)]) == 0
    assert field_of(out).shape == (4, 6)


def test_samples_lie_at_the_pixel_centres_of_the_stated_window(tmp_path):
    out = tmp_path / "a.npz"
    arguments = "render --preset quadratic --center 1 -1 --width 2 --size 4x2 --set steps=5 -o"
    assert main([*arguments.split(), str(out)]) == 0
    with np.load(out) as data:
        assert data["x"].tolist() == [0.25, 0.75, 1.25, 1.75]
        assert data["y"].tolist() == [-1.25, -0.75]


def test_negative_numbers_may_be_written_with_an_exponent(tmp_path):
    out = tmp_path / "a.npz"
    place = "--center -1.5e-3 -2E-1 --width 1e-3 --size 1"
    assert main(["render", *QUICK, *place.split(), "-o", str(out)]) == 0
    with np.load(out) as data:
        assert (data["x"][0], data["y"][0]) == (-0.0015, -0.2)


def test_a_folder_of_the_users_own_is_never_replaced(tmp_path, capsys):
    mine = tmp_path / "mine.zarr"
    mine.mkdir()
    (mine / "precious").write_text("data")
    assert main(["render", "--preset", "quadratic", "--size", "2", "-o", str(mine)]) == 1
    assert "is a folder" in capsys.readouterr().err
    assert (mine / "precious").exists()


def test_the_engine_runs_as_a_module_without_the_page(tmp_path):
    out = tmp_path / "a.npz"
    code = (
        "import sys\n"
        "sys.stderr.isatty = lambda: True\n"
        "for name in ('app', 'bokeh', 'panel', 'holoviews', 'datashader', 'xarray', 'zarr', 'tqdm',"
        " 'platformdirs', 'PIL', 'param', 'matplotlib'):\n"
        "    sys.modules[name] = None\n"
        "from engine.cli import main\n"
        "small = '--preset tanh-single --size 4 --set steps=20'\n"
        "assert main(f'dimension {small} --json'.split()) == 0\n"
        "assert main(f'dimension {small} --plot a.png'.split()) == 1\n"
        f"sys.exit(main(f'render {{small}} -o {out}'.split()))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert field_of(out).shape == (4, 4)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("render --preset tnah -o {}/a.npz", "unknown preset 'tnah'; did you mean 'tanh'"),
        ("render -o {}/a.npz", "--preset is needed"),
        ("render --preset tanh --colouring lgo -o {}/a.png", "colouring 'lgo'; did you mean 'log'"),
        ("render --preset tanh --palette jet -o {}/a.png", "unknown palette 'jet'; choices: Spe"),
        ("render --preset tanh --equalise 2 -o {}/a.png", "between 0 and 1, not 2.0"),
        ("render --preset tanh --window publisht -o {}/a.npz", "did you mean 'published'"),
        ("render --preset mandelbrot --window published -o {}/a.npz", "unknown window"),
        ("render --preset tanh --width -3 -o {}/a.npz", "width"),
        ("render --preset tanh --width=-3 -o {}/a.npz", "width must lie between"),
        ("render --preset tanh --size 0 -o {}/a.npz", "size must be at least 1x1, not 0x0"),
        ("render --preset tanh --size 100000x100000 -o {}/a.npz", "not 100000x100000"),
        ("render --preset tanh --size ten -o {}/a.npz", "size must be N or WxH"),
        ("render --preset tanh --center nan 0 --width 1 -o {}/a.npz", "decimal number, not 'nan'"),
        ("render --preset tanh --set step=5 -o {}/a.npz", "did you mean 'steps'"),
        ("render --preset tanh --precision half -o {}/a.npz", "unknown precision 'half'"),
        ("render --preset tanh -o {}/a.gif", "unknown ending of 'a.gif'"),
        ("render --preset tanh", "-o/--output"),
        ("render --from {}/none.png -o {}/a.npz", "no such file"),
        ("render --from {}/bad.npz -o {}/a.png", "damaged"),
        ("render --from http://x/?preset=nix -o {}/a.npz", "unknown preset 'nix'"),
        ("render --preset tanh --from {}/bad.npz -o {}/a.npz", "--from carries"),
        ("rendr", "invalid choice: 'rendr'"),
        ("", "COMMAND"),
        ("inspect --preset tanh --at x 1", "--at X must be a decimal number"),
        ("inspect --preset tanh", "--at"),
        ("inspect --preset tanh --at 1e999 0", "input_learning_rate must lie within ±1000"),
        ("render --preset tanh --size 500000x1 -o {}/a.npz", "65,536 pixels a side, not 500000x1"),
        ("render --from http://[x/?preset=tanh -o {}/a.npz", "not a link"),
        ("render --from {}/bad.npz --set coupling=1e999 -o {}/a.npz", "damaged"),
        ("render --preset tanh --set width=64 depth=32 -o {}/a.npz", "too many for one run"),
        (
            "render --preset signal --set width=2048 networks=256 --size 4 -o {}/a.npz",
            "networks 256, width 2048, hidden 64, tokens 16 ask for",
        ),
        (
            "render --preset signal-training --set steps=1000000 --size 4 -o {}/a.npz",
            "steps 1000000, sequences 32, tokens 4, width 12",
        ),
        (
            "render --preset tanh-minibatch --set batch_size=4096 steps=100000 -o {}/a.npz",
            "batch_size 4096, steps 100000 ask for 819,200,000 random numbers",
        ),
        ("bench --only tanh", "unknown benchmark 'tanh'"),
        ("serve --preset nix --no-show", "unknown preset 'nix'"),
        ("serve --port 99999 --no-show", "port must be a whole number from 0 to 65535"),
    ],
)
def test_wrong_use_is_one_line_and_status_2(arguments, complaint, tmp_path, capsys):
    (tmp_path / "bad.npz").write_bytes(b"PK not a field")
    assert main(arguments.format(tmp_path, tmp_path).split()) == 2
    err = capsys.readouterr().err
    assert complaint in err
    assert err.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["bad.npz"]


@pytest.mark.parametrize("place", ["{}/no/such/folder/a.npz", "/proc/a.npz"])
def test_an_unwritable_output_fails_before_any_training(place, tmp_path, capsys):
    out = place.format(tmp_path)
    assert main(["render", "--preset", "tanh", "--size", "4096", "-o", out]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_is_named_before_any_training(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    out = str(tmp_path / "a.nc")
    assert main(["render", "--preset", "tanh", "--size", "4096", "-o", out]) == 1
    assert ".nc files need the package xarray" in capsys.readouterr().err


def test_an_interrupted_render_leaves_no_file(tmp_path, monkeypatch, capsys):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("engine.commands.render.compute_field", interrupt)
    assert main(["render", *QUICK, "-o", str(tmp_path / "a.npz")]) == 130
    assert list(tmp_path.iterdir()) == []
    assert "no file was written" in capsys.readouterr().err


def test_ctrl_c_is_heard_even_where_a_library_drops_it(tmp_path, monkeypatch, capsys):
    finished = []

    def dropped(spec, window, size, progress, *others):
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        progress(1)
        finished.append(True)

    monkeypatch.setattr("engine.commands.render.compute_field", dropped)
    assert main(["render", *QUICK, "-o", str(tmp_path / "a.npz")]) == 130
    assert not finished
    assert "no file was written" in capsys.readouterr().err


def test_presets_lists_names_systems_and_windows(capsys):
    assert main(["presets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(presets())
    assert main(["presets", "--json"]) == 0
    listed = {p["name"]: p for p in json.loads(capsys.readouterr().out)}
    assert listed["tanh"]["windows"]["overview"]["width"] == "9.0"
    assert listed["tanh-minibatch"]["spec"]["steps"] == 1000


def test_inspect_shows_one_run(capsys):
    at = ["--at", "1.2", "0.3"]
    arguments = ["inspect", "--preset", "tanh-single", "--set", "steps=80", *at]
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["outcome"] == "converged"
    assert len(found["losses"]) == 80
    assert found["lyapunov_exponent"] < 0.01
    assert found["input_learning_rate"] == pytest.approx(10**1.2)
    assert main(arguments) == 0
    assert "converged" in capsys.readouterr().out


def test_inspect_of_a_run_that_blows_up_is_valid_json(capsys):
    spec = ["--preset", "relu", "--set", "width=4", "steps=60"]
    assert main(["inspect", *spec, "--at", "3", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert found["outcome"] == "diverged"
    assert found["losses"][found["decided_step"]] is None
    assert main(["inspect", *spec, "--at", "400", "3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out, parse_constant=pytest.fail)["outcome"] == "diverged"


@pytest.mark.parametrize(
    "command", [*(command.__name__.rpartition(".")[2] for command in COMMANDS), "serve"]
)
def test_every_command_has_help_with_examples(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert f"trainscape {command}" in text.partition("examples:")[2]


def test_the_commands_of_the_readme_are_understood():
    commands = re.findall(r"^trainscape (\w+ .*)$", README.read_text("utf-8"), re.M)
    assert len(commands) >= 4
    parser = cli.build_parser("trainscape")
    for line in commands:
        if not line.startswith("serve"):
            parser.parse_args(shlex.split(line, comments=True))


def test_other_axes_are_drawn_where_they_usually_are(tmp_path):
    out, again = tmp_path / "a.npz", tmp_path / "b.npz"
    few = ["--size", "3", "--store", "none"]
    changed = ["--set", "steps=5", "x=learning_rate", "y=weight_decay"]
    assert main(["render", "--preset", "tanh-single", *changed, *few, "-o", str(out)]) == 0
    home = preset("tanh-single").spec.set(changed[1:]).home()
    with np.load(out) as found:
        assert found["x"].mean() == pytest.approx(float(home.x))
        assert found["y"].mean() == pytest.approx(float(home.y))
    back = ["--set", "y=learning_rate", "x=weight_decay"]
    assert main(["render", "--from", str(out), *back, *few, "-o", str(again)]) == 0
    with np.load(again) as found:
        assert found["x"].mean() == pytest.approx(float(home.y))


def test_the_border_has_an_older_name_that_no_help_mentions(tmp_path, capsys):
    outs = [tmp_path / f"{name}.png" for name in ("border", "frame", "plain")]
    for out, option in zip(outs, (["--border"], ["--frame"], []), strict=True):
        assert main(["render", *QUICK, *option, "-o", str(out)]) == 0
    border, frame, plain = (out.read_bytes() for out in outs)
    assert border == frame != plain
    with pytest.raises(SystemExit):
        main(["render", "--help"])
    words = capsys.readouterr().out
    assert "--border" in words
    assert "--frame" not in words


@pytest.mark.parametrize("command", ["render", "compare --against seed=1"])
def test_what_from_names_is_opened_once(command, tmp_path, monkeypatch):
    first, again = tmp_path / "a.png", tmp_path / "b.png"
    assert main(["render", "--preset", "tanh-single", "--size", "4", "--set", "steps=5",
                 "-o", str(first)]) == 0  # fmt: skip
    opened = []
    load = provenance.load
    monkeypatch.setattr(provenance, "load", lambda path: opened.append(path) or load(path))
    assert main([*command.split(), "--from", str(first), "-o", str(again)]) == 0
    assert opened == [first]
