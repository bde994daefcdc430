"""Refined fields: what is predicted is said, counted, and never taken for trained."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from app.command import main
from engine.analysis.comparison import Comparison
from engine.errors import InputError
from engine.exports import files
from engine.exports.data import Data
from engine.exports.export import Hooks
from engine.exports.movies.camera import Path as Route
from engine.exports.movies.stages import Sweep
from engine.exports.movies.zoom import Zoom
from engine.exports.poster import Poster
from engine.places import carried, provenance
from engine.places.provenance import NOT_REFINED, Origin, record
from engine.plane import Size, Window
from engine.spec import Spec
from engine.statistics.trust import check, sampled
from engine.tiles.audit import Audit, Refinement
from engine.tiles.field import compute_field
from engine.tiles.store import Store
from engine.tiles.tally import Tally

SPEC = Spec.make("mandelbrot", {"steps": 60})
WINDOW, SIZE = Window.parse("-0.5", "0", "4"), Size(200, 160)
REFINE = 0.98
FLAT = {"consolidated": False}
VIEW = ["--preset", "mandelbrot", "--set", "steps=60", "--center", "-0.5", "0", "--width", "4",
        "--size", str(SIZE), "--store", "none"]  # fmt: skip


@pytest.fixture(scope="module")
def whole():
    return compute_field(SPEC, WINDOW, SIZE)


@pytest.fixture(scope="module")
def field():
    return compute_field(SPEC, WINDOW, SIZE, refinement=Refinement(REFINE))


def same(first, second):
    """Whether two refined fields are the same to the last bit."""
    arrays = [(f.values, f.decided, f.refined.trained) for f in (first, second)]
    return all(map(np.array_equal, *arrays)) and first.refined.audit == second.refined.audit


def test_what_is_trained_is_trained_bit_for_bit_and_most_is_not(field, whole):
    trained = field.refined.trained
    assert 0.02 < trained.mean() < 0.4
    for name in ("values", "decided"):
        np.testing.assert_array_equal(getattr(field, name)[trained], getattr(whole, name)[trained])
    assert (field.values[~trained] != whole.values[~trained]).any()
    wrong = ((field.values < 0) != (whole.values < 0)).mean()
    assert wrong <= 1 - field.refined.audit.labels <= 1 - REFINE
    assert np.isnan(field.trained_values[~trained]).all()
    assert not np.isnan(field.trained_values[trained]).any()
    assert whole.refined is None
    assert whole.trained_values is whole.values


def test_the_bits_are_the_same_whatever_the_store_knew(field, tmp_path):
    store = Store.open(str(tmp_path))
    known = [(Window.parse("-0.5", "0.3", "1"), Size(50, 40)), (WINDOW, Size(100, 80)),
             (WINDOW, SIZE)]  # fmt: skip
    for window, size in known:
        compute_field(SPEC, window, size, store=store)
        again = compute_field(SPEC, WINDOW, SIZE, store=store, refinement=Refinement(REFINE))
        assert same(again, field)


def test_progress_reaches_the_end_and_counts_what_is_predicted():
    counts = []
    compute_field(SPEC, WINDOW, SIZE, counts.append, refinement=Refinement(REFINE))
    assert sum(counts) == SIZE.pixels


def test_where_no_audit_could_hold_every_run_is_trained():
    size = Size(20, 16)
    field = compute_field(SPEC, WINDOW, size, refinement=Refinement(0.999))
    assert field.refined.trained.all()
    assert (field.tally.predicted, field.tally.labels, field.tally.colours) == (0, 1, 0)
    np.testing.assert_array_equal(field.values, compute_field(SPEC, WINDOW, size).values)


def test_tallies_of_parts_are_joined_by_their_points():
    audit = Audit(1000, 800, 200, 3, 10)
    one, other = Tally.of(audit, 700), Tally(3000, 0, 0.0, 0.0)
    both = Tally.joined([one, other])
    assert (both.points, both.predicted, both.trained) == (4000, 700, 3300)
    assert 1 - both.labels == pytest.approx((1 - audit.labels) / 4)
    assert both.colours == pytest.approx(audit.colours / 4)
    assert Tally.from_array(both.to_array()) == both
    assert Tally.joined([]).labels == 1
    assert "trained 30.0 %" in one.words


@pytest.mark.parametrize("ending", files.FORMATS)
def test_a_file_says_what_was_asked_and_how_many_are_predicted(field, whole, ending, tmp_path):
    path = tmp_path / f"a{ending}"
    files.save(field, path)
    about = json.loads(carried.texts_of(path)[carried.PNG_TEXT])["refined"]
    trained = int(field.refined.trained.sum())
    assert about["asked"] == {"labels": REFINE, "colours": 0.01}
    assert (about["trained"], about["predicted"]) == (trained, SIZE.pixels - trained)
    assert about["labels"] == pytest.approx(field.refined.audit.labels)
    assert about["colours"] == pytest.approx(field.refined.audit.colours)
    loaded = provenance.load(path)
    assert (loaded.refine, loaded.place.window, loaded.size) == (REFINE, WINDOW, SIZE)
    files.save(whole, path)
    assert "refined" not in json.loads(carried.texts_of(path)[carried.PNG_TEXT])
    assert provenance.load(path).refine is None


def test_files_of_data_hold_which_runs_were_trained(field, whole, tmp_path):
    files.save(field, tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as data:
        assert data["trained"].dtype == bool
        np.testing.assert_array_equal(data["trained"], field.refined.trained)
    for ending in (".nc", ".zarr"):
        path = tmp_path / f"a{ending}"
        files.save(field, path)
        with xr.open_dataset(path) if ending == ".nc" else xr.open_zarr(path, **FLAT) as data:
            assert data["trained"].dims == ("y", "x")
            assert data["trained"].dtype == bool
            np.testing.assert_array_equal(data["trained"], field.refined.trained)
    files.save(whole, tmp_path / "b.npz")
    with np.load(tmp_path / "b.npz") as data:
        assert "trained" not in data
    assert "trained" not in files.dataset(whole)


@pytest.mark.parametrize(
    ("refined", "share"),
    [
        ({"asked": {"labels": 0.95, "colours": 0.01}}, 0.95),
        ({"asked": {"labels": 0.95, "surprise": [1]}, "more": {}, "trained": "few"}, 0.95),
        ({"asked": {"labels": 1.0}}, None),
        ({"asked": {"labels": "0.95"}}, None),
        ({"asked": []}, None),
        ("0.95", None),
    ],
)
def test_refinements_that_other_versions_wrote_are_read_or_told_of(refined, share):
    about = json.loads(record(SPEC, WINDOW, SIZE))
    assert Origin.read(json.dumps(about)).refine is None  # as all files before there were any
    origin = Origin.read(json.dumps({**about, "refined": refined}))
    assert (origin.spec, origin.window, origin.refine) == (SPEC, WINDOW, share)
    assert (NOT_REFINED in origin.changes) == (share is None)


def test_a_refined_file_gives_itself_again_unless_another_share_is_asked_for(tmp_path, capsys):
    first, again, finer, plain, direct = (str(tmp_path / f"{n}.npz") for n in "abcde")
    asked = ["--store", "none", "-o"]
    assert main(["render", *VIEW, "--refine", str(REFINE), "-o", first]) == 0
    assert "the others are predicted" in capsys.readouterr().out
    assert main(["render", "--from", first, *asked, again]) == 0
    assert main(["render", "--from", first, "--refine", "0.999", *asked, finer]) == 0
    assert main(["render", "--from", first, "--refine", "none", *asked, plain]) == 0
    assert main(["render", *VIEW, "-o", direct]) == 0
    paths = map(Path, (first, again, finer, plain, direct))
    one, two, three, four, five = (path.read_bytes() for path in paths)
    assert one == two
    assert four == five
    assert len({one, three, four}) == 3
    with np.load(first) as known, np.load(finer) as more:
        assert known["trained"].sum() < more["trained"].sum()


@pytest.mark.parametrize("command", ["render", "animate", "dimension", "reproduce"])
@pytest.mark.parametrize("share", ["0.9", "1", "2", "-0.99", "nan", "many"])
def test_a_share_that_is_none_is_refused_in_one_line(command, share, capsys, tmp_path):
    view = [] if command == "reproduce" else ["--preset", "mandelbrot"]
    output = [] if command == "dimension" else ["-o", str(tmp_path / "a.md")]
    if command in ("render", "animate"):
        output = ["-o", str(tmp_path / {"render": "a.png", "animate": "a.gif"}[command])]
    assert main([command, *view, "--size", "16", f"--refine={share}", *output]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "--refine" in error
    assert share in error
    assert not list(tmp_path.iterdir())


def test_a_formation_has_no_refinement(capsys, tmp_path):
    over = ["--over", "steps", "--refine", "-o", str(tmp_path / "a.gif")]
    assert main(["animate", "--preset", "mandelbrot", "--size", "32", *over]) == 2
    assert "--refine is not of --over steps" in capsys.readouterr().err


def test_a_refined_poster_is_counted_and_its_bands_are_each_refined(tmp_path, monkeypatch, field):
    monkeypatch.setattr("engine.exports.bands.REFINED_BAND", SIZE.pixels // 2)
    poster = Poster(SPEC, WINDOW, SIZE, title="a title", refine=REFINE)
    poster.train(tmp_path, None, Hooks())
    poster.write(tmp_path / "a.png", Hooks())
    assert len(list(tmp_path.glob("band*.npz"))) == 2
    assert 0 < poster.tally.predicted < SIZE.pixels == poster.tally.points
    assert poster.tally.labels >= REFINE
    loaded = provenance.load(tmp_path / "a.png")
    assert (loaded.refine, loaded.size) == (REFINE, SIZE)
    again = Poster.of(json.loads(json.dumps(poster.origin())))
    assert again.origin() == poster.origin()
    monkeypatch.setattr("engine.exports.bands.compute_region", None)  # everything is known
    again.train(tmp_path, None, Hooks())
    again.write(tmp_path / "b.png", Hooks())
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert "refine" not in Poster(SPEC, WINDOW, SIZE).origin()


MOVIES = [
    Zoom(SPEC, Route((WINDOW,), hold=0.2), SIZE, 10, refine=REFINE),
    Sweep(SPEC, "steps", [30, 60], WINDOW, SIZE, 5, 1.0, 0.2, refine=REFINE),
]


@pytest.mark.parametrize("movie", MOVIES, ids=lambda movie: movie.kind)
def test_a_refined_movie_is_counted(movie, tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    movie.train(folder, None, Hooks())
    assert 0 < movie.tally.predicted < movie.tally.points == movie.runs
    movie.write(tmp_path / "frames", Hooks())
    about = json.loads(carried.texts_of(tmp_path / "frames")[carried.PNG_TEXT])
    assert about["refine"] == REFINE
    assert about["refined"]["predicted"] == movie.tally.predicted
    assert about["refined"]["labels"] >= REFINE
    assert provenance.load(tmp_path / "frames").refine is None  # that is of the movie
    again = type(movie).of(json.loads(json.dumps(movie.origin())))
    assert again.refine == REFINE


def test_data_from_the_page_takes_a_refinement_too(tmp_path, field):
    data = Data(SPEC, WINDOW, SIZE, refine=REFINE)
    assert Data.of(json.loads(json.dumps(data.origin()))).refine == REFINE
    assert "or fewer" in data.about
    assert data.memory > Data(SPEC, WINDOW, SIZE).memory
    data.train(tmp_path, None, Hooks())
    data.write(tmp_path / "a.npz", Hooks())
    with np.load(tmp_path / "a.npz") as kept:
        np.testing.assert_array_equal(kept["trained"], field.refined.trained)


def test_a_comparison_takes_predicted_runs_for_unknown(field, whole):
    compared = Comparison.of(field, whole)
    assert compared.runs == field.refined.trained.sum()
    assert compared.differing == 0


def test_a_check_trains_what_is_predicted_of_its_sample(field, whole, monkeypatch):
    monkeypatch.setattr("engine.statistics.trust.SAMPLE", 400)
    lies = np.where(field.refined.trained, field.values, -field.values)
    wrong = replace(field, values=lies)  # as if no prediction were right
    trained = []
    found = check(wrong, "steps", trained.append)
    assert found == check(whole, "steps")
    assert sum(trained) == sampled(wrong, "steps") > sampled(whole, "steps") == found.runs


def test_numbers_of_a_refined_view_say_so(capsys, tmp_path):
    csv = tmp_path / "a.csv"
    view = ["dimension", *VIEW, "--refine", str(REFINE)]
    assert main([*view, "--json", "--csv", str(csv)]) == 0
    (frame,) = json.loads(capsys.readouterr().out)["frames"]
    about = frame["refined"]
    assert about["trained"] + about["predicted"] == SIZE.pixels
    assert about["labels"] >= REFINE
    for estimate in (*frame["dimensions"], frame["neighbour_correlation"]):
        assert 0 < estimate["label_error"] <= estimate["error"]
    assert f"share converged,1,{frame['outcomes']['converged'] / SIZE.pixels}," in csv.read_text()
    assert "share of labels right" in csv.read_text()
    assert main(view) == 0
    said = capsys.readouterr().out
    assert f"trained {100 * about['trained'] / SIZE.pixels:.1f} %, labels >= " in said
    assert main(["dimension", *VIEW, "--json"]) == 0
    (plain,) = json.loads(capsys.readouterr().out)["frames"]
    assert "refined" not in plain
    assert not any("label_error" in estimate for estimate in plain["dimensions"])


def test_a_file_is_measured_on_trained_runs_alone_unless_others_are_asked_for(tmp_path, capsys):
    file = str(tmp_path / "a.npz")
    assert main(["render", *VIEW, "--refine", str(REFINE), "-o", file]) == 0
    capsys.readouterr()
    assert main(["dimension", "--from", file, "--store", "none", "--json"]) == 0
    (frame,) = json.loads(capsys.readouterr().out)["frames"]
    assert "refined" not in frame
    assert frame["runs_trained"] == SIZE.pixels


def test_a_zoom_of_refined_frames_shares_its_runs(capsys):
    zoom = ["dimension", *VIEW, "--frames", "2", "--refine", str(REFINE), "--json"]
    assert main(zoom) == 0
    first, last = json.loads(capsys.readouterr().out)["frames"]
    alone = ["dimension", *VIEW, "--refine", str(REFINE), "--json"]
    assert main(alone) == 0
    (only,) = json.loads(capsys.readouterr().out)["frames"]
    assert last["outcomes"] == only["outcomes"]
    assert last["refined"] == only["refined"]
    assert 0 < last["runs_trained"] < only["runs_trained"]
    assert first["refined"]["predicted"] > 0


def test_a_bad_share_is_refused_before_anything_is_asked_of_it():
    from engine.console import values

    assert values.refinement("--refine", None) is None
    assert values.refinement("--refine", "none") is None
    assert values.refinement("--refine", "0.95") == 0.95
    with pytest.raises(InputError, match=r"--refine must lie between 0.9 and 1.* not 0.9"):
        values.refinement("--refine", "0.9")
