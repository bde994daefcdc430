"""Movies of one window that changes: every stage is what a render shows."""

import itertools

import numpy as np
import pytest

from engine.errors import InputError
from engine.exports.export import Hooks
from engine.exports.movies.stages import Formation, Sweep, steps_between, values_between
from engine.plane import Size, Window
from engine.tiles.field import compute_field
from tests.engine.movies.decoding import decoded

SIZE = Size(40, 24)
WINDOW = Window.parse("1.0", "1.5", "3")


@pytest.mark.parametrize("measure", ["convergence", "lyapunov"])
@pytest.mark.filterwarnings("ignore:overflow encountered")
def test_one_pass_gives_what_training_so_many_steps_gives(spec, tmp_path, measure):
    spec = spec.replace({"measure": measure})
    stages = [1, 2, 7, 19, 20, 21, 64, 120]
    movie = Formation(spec, stages, WINDOW, SIZE, 10, 3)
    told = []
    movie.train(tmp_path, None, Hooks(runs=told.append))
    assert sum(told) == movie.runs == SIZE.pixels
    for number, steps in enumerate(stages):
        direct = compute_field(spec.replace({"steps": steps}), WINDOW, SIZE)
        values, decided = movie.field(number)
        if measure == "convergence":
            np.testing.assert_array_equal(values, direct.values)
        np.testing.assert_allclose(values, direct.values, rtol=3e-16)
        # Runs that cycle are noticed at the end of a chunk, so the last stages may know earlier.
        np.testing.assert_array_equal(np.minimum(decided, steps), np.minimum(direct.decided, steps))


def test_bands_that_were_kept_are_not_trained_again(spec, tmp_path, monkeypatch):
    monkeypatch.setattr("engine.exports.movies.stages.BAND", 7 * SIZE.width)
    movie = Formation(spec, [5, 120], WINDOW, SIZE, 10, 3)
    movie.train(tmp_path, None, Hooks())
    first = [movie.field(stage) for stage in (0, 1)]
    assert len(list(tmp_path.glob("*.decided.npy"))) == 4
    (tmp_path / "band00001.decided.npy").unlink()
    trained = []
    monkeypatch.setattr(
        Formation, "band", lambda *a, own=Formation.band: trained.append(a) or own(*a)
    )
    movie.train(tmp_path, None, Hooks())
    assert len(trained) == 1
    for stage in (0, 1):
        for before, after in zip(first[stage], movie.field(stage), strict=True):
            np.testing.assert_array_equal(before, after)


def test_a_sweep_has_a_render_for_every_value(spec, tmp_path):
    values = values_between(spec, "initial_offset", ("0", "1"), 3)
    assert values == [0, 0.5, 1]
    movie = Sweep(spec, "initial_offset", values, WINDOW, SIZE, 10, 2, 0.5)
    movie.train(tmp_path, None, Hooks())
    for number, value in enumerate(values):
        direct = compute_field(spec.replace({"initial_offset": value}), WINDOW, SIZE)
        np.testing.assert_array_equal(movie.field(number)[0], direct.values)
    movie.write(tmp_path / "sweep.mp4", Hooks())
    frames = [np.asarray(frame, float) for frame in decoded(tmp_path / "sweep.mp4")]
    assert len(frames) == movie.frames == 20
    assert movie.stage_of(0) == (0, 0)
    assert movie.stage_of(19) == (1, 1)
    assert movie.stage_of(10) == (1, 0)
    steps = [np.abs(a - b).mean() for a, b in itertools.pairwise(frames)]
    between = np.abs(frames[5] - frames[10]).mean()  # from one stage to the next
    assert max(steps) < between / 2  # cross-faded, not cut


def test_stages_between():
    assert steps_between(1, 1000, 4) == [1, 10, 100, 1000]
    assert steps_between(1, 4, 48) == [1, 2, 3, 4]
    with pytest.raises(InputError, match="must ascend, not 5 to 5"):
        steps_between(5, 5, 3)


def test_values_between_follow_the_scale_of_the_setting(spec):
    assert values_between(spec, "learning_rate", ("0.01", "1"), 3) == pytest.approx([0.01, 0.1, 1])
    assert values_between(spec, "learning_rate", ("0", "1"), 3) == [0, 0.5, 1]
    assert values_between(spec, "seed", ("0", "4"), 3) == [0, 2, 4]
    assert values_between(spec, "seed", ("0", "2"), 9) == [0, 1, 2]
    for name in ("nonlinearity", "input_learning_rate", "nothing"):
        with pytest.raises(InputError, match="unknown numeric setting"):
            values_between(spec, name, ("0", "1"), 3)


def test_what_cannot_be_is_said(spec):
    with pytest.raises(InputError, match="at least two stages"):
        Sweep(spec, "seed", [1], WINDOW, SIZE, 10, 3)
    with pytest.raises(InputError, match="cannot rest twice for 2"):
        Sweep(spec, "seed", [1, 2], WINDOW, SIZE, 10, 3, 2)
    for stages in ([1, spec.steps - 1], [2, 1, spec.steps], [2, 2, spec.steps]):
        with pytest.raises(InputError, match="steps must ascend"):
            Formation(spec, stages, WINDOW, SIZE, 10, 3)
