"""How many labels of a picture hold when something small changes."""

import numpy as np
import pytest

from engine.errors import InputError
from engine.places.presets import preset
from engine.plane import Size, Window
from engine.spec import Spec
from engine.statistics import trust
from engine.statistics.trust import Check, check, prepare, sampled
from engine.tiles.field import compute_field
from engine.training.trainer import Trainer
from tests.inputs import inputs
from tests.small import LANES, losses

SMALL = Size(24, 24)


def seen(spec, centre=("0", "0"), width="4", size=SMALL):
    return compute_field(spec, Window.parse(*centre, width), size)


def test_twice_the_steps_change_the_labels_that_a_longer_training_changes():
    spec = Spec.make("mandelbrot", {"steps": 30})
    window = Window.parse("-0.75", "0", "3")
    short = compute_field(spec, window, SMALL)
    long = compute_field(spec.replace({"steps": 60}), window, SMALL)
    expected = np.count_nonzero((short.values < 0) != (long.values < 0))
    found = check(short, "steps")
    assert found.changed == expected > 0
    assert found.runs == 24 * 24
    assert found.change == "60 steps instead of 30"


def test_with_minibatches_twice_the_steps_are_the_same_run_continued():
    spec = Spec.make("mlp", {"batch_size": 4, "width": 4, "steps": 50})
    longer = Trainer(spec.replace({"steps": 100}), spec.continued_problem(50), lanes=LANES)
    first, all_of_it = losses(spec, 0.3, 2.0)[0], longer.losses(inputs(0.3, 2.0))[0]
    np.testing.assert_array_equal(all_of_it[:50], first)
    anew = losses(spec.replace({"steps": 100}), 0.3, 2.0)[0]
    assert (anew[:50] != first).any()
    _, problem = prepare(spec, "steps")
    drawn = spec.continued_problem(50).batches
    np.testing.assert_array_equal(problem.batches, drawn)
    assert not np.array_equal(drawn[:50], drawn[50:100])
    assert drawn[50:100].max() > 4


@pytest.mark.parametrize(("c", "changed"), [("-2", 1), ("-1", 0), ("3", 0)])
def test_the_last_bit_matters_on_the_boundary_alone(c, changed):
    """At c = -2 the orbit stays on |z| = 2; one bit further in it wanders within."""
    found = check(seen(Spec.make("mandelbrot"), (c, "0"), "0.001", Size(1, 1)), "ulp")
    assert (found.runs, found.changed, found.variants) == (1, changed, 4)


def test_the_last_bit_is_one_of_the_precision_of_the_runs():
    chosen = preset("tanh-single")
    lower = chosen.spec.replace({"precision": "float32"})
    field = compute_field(lower, chosen.window("published"), SMALL)
    found = check(field, "ulp")
    assert found.share > 0.05
    assert "float32" in found.change


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_rates_beyond_all_numbers_have_no_last_bit(precision):
    spec = Spec.make("quadratic", {"precision": precision, "steps": 30})
    found = check(seen(spec, ("308", "300"), "30", Size(4, 4)), "ulp")
    assert found.changed == 0


def test_what_a_check_cannot_train_is_said_before_anything_is(monkeypatch):
    with pytest.raises(InputError, match="steps must be at most 1000000, not 1200000"):
        prepare(Spec.make("mandelbrot", {"steps": 600_000}), "steps")
    monkeypatch.setattr("engine.systems.common.base.MOST_DRAWN", 2**15)
    drawn = Spec.make("mlp", {"batch_size": 100, "steps": 100, "width": 1})
    with pytest.raises(InputError, match="batch_size 100, steps 200 ask for"):
        prepare(drawn, "steps")


def test_the_other_precision_matters_where_training_is_chaotic():
    calm = check(seen(Spec.make("quadratic")), "precision")
    assert calm.changed <= 2
    chosen = preset("tanh-single")
    wild = check(compute_field(chosen.spec, chosen.window("published"), SMALL), "precision")
    assert wild.share > 0.02
    assert wild.change == "float32 instead of float64"
    lower = Spec.make("quadratic", {"precision": "float32"})
    assert check(seen(lower), "precision").change == "float64 instead of float32"


def test_a_check_trains_a_sample_that_is_spread_evenly(monkeypatch):
    monkeypatch.setattr(trust, "SAMPLE", 50)
    field = seen(Spec.make("quadratic"), size=Size(40, 20))
    finished = []
    found = check(field, "ulp", finished.append)
    assert found.runs == 5 * 10
    assert sum(finished) == sampled(field, "ulp") == 4 * 50
    assert list(trust.sample(20, 40)) == [2, 6, 10, 14, 18]


def test_a_check_computes_the_coordinates_of_its_sample_alone(coordinates, monkeypatch):
    field = seen(Spec.make("quadratic"), size=Size(400, 200))
    monkeypatch.setattr(trust, "SAMPLE", 50)
    coordinates.clear()
    assert check(field, "ulp").runs == 5 * 10
    assert len(coordinates) == 5 + 10


def test_the_error_of_a_share_does_not_vanish_with_it():
    none, some = Check("ulp", "", 1000, 0, 4), Check("ulp", "", 1000, 200, 4)
    assert none.share == 0
    assert 0 < none.error < 0.001
    assert some.error == pytest.approx((0.2 * 0.8 / 1000) ** 0.5, rel=0.01)
    few = Check("ulp", "", 4, 2, 4)  # half the width of Wilson's interval at one standard deviation
    assert few.error == pytest.approx(0.05**0.5)


def test_an_unknown_check_is_refused():
    with pytest.raises(InputError, match=r"check.*'seed'.*steps, ulp, precision"):
        check(seen(Spec.make("quadratic"), size=Size(2, 2)), "seed")


def test_a_check_can_be_stopped():
    def stop(runs):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(seen(Spec.make("quadratic"), size=Size(4, 4)), "steps", stop)
