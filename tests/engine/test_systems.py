"""Systems: the slow twin of the training loop, and maps whose answer is known."""

import numpy as np
import pytest

from engine.errors import InputError
from engine.places.presets import preset
from engine.plane import Size, Window
from engine.spec import Spec
from engine.systems import SYSTEMS
from engine.tiles.field import compute_field
from engine.tiles.lattice import Region
from tests import twin
from tests.small import losses, over, small

CONDITIONS = {
    "tanh": {},
    "relu": {"nonlinearity": "relu"},
    "linear": {"nonlinearity": "identity"},
    "single": {"single_datapoint": True},
    "minibatch": {"batch_size": 16},
    "offset": {"x": "step_offset", "y": "learning_rate"},
    "two outputs, half the data": {"target_dim": 2, "dataset_ratio": 0.5, "width": 8},
}
CALM, WILD = (0.3, 2.0), (13.0, 300.0)


def twin_losses(spec, x, y):
    drawn = spec.system.problem(spec.seed, spec.steps)
    offset, rates = 0.0, (x, y)
    if spec.x.name == "step_offset":
        offset, rates = x, (y, y)
    batches = drawn.batches if spec.system.batch_size else None
    return twin.losses(
        *(w.T for w in drawn.weights), drawn.inputs.T, drawn.targets.T, rates, spec.steps,
        spec.system.nonlinearity, offset, batches,
    )  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_losses_are_those_of_the_ten_line_twin(condition):
    spec = Spec.make("mlp", {**CONDITIONS[condition], "steps": 60})
    point = (0.01, 2.0) if condition == "offset" else CALM
    curve, _ = losses(spec, *point)
    np.testing.assert_allclose(curve, twin_losses(spec, *point), rtol=1e-9)


@pytest.mark.filterwarnings("ignore:overflow encountered", "ignore:invalid value encountered")
def test_a_run_that_blows_up_does_so_at_the_twins_step():
    spec = Spec.make("mlp", {"nonlinearity": "relu", "steps": 100})
    _, outcome = losses(spec, *WILD)
    expected = twin_losses(spec, *WILD)
    assert outcome.decided[0] == np.isfinite(expected).argmin() > 0
    assert outcome.value[0] == pytest.approx(twin.convergence(expected), rel=1e-9)


def test_the_published_draws_are_the_published_numbers():
    drawn = SYSTEMS["mlp"]().problem(0, 3)
    assert drawn.inputs.shape == (16, 272)
    assert drawn.targets.shape == (1, 272)
    # From an independent draw with the non-partitionable generator.
    assert drawn.weights[0][0, 0] == pytest.approx(FIRST_WEIGHT, rel=1e-12)
    assert drawn.targets[0, 0] == pytest.approx(FIRST_TARGET, rel=1e-12)


FIRST_WEIGHT, FIRST_TARGET = 1.8020351263179202, -2.3967584431649946


@pytest.mark.parametrize(
    ("changes", "samples"),
    [
        ({}, 272),
        ({"nonlinearity": "identity"}, 16),
        ({"single_datapoint": True}, 1),
        ({"dataset_ratio": 0.5}, 136),
        ({"depth": 3}, 528),
        ({"target_dim": 4}, 80),
    ],
)
def test_the_data_set_has_the_stated_size(changes, samples):
    assert SYSTEMS["mlp"](**changes).samples == samples


def test_drawing_more_minibatches_than_memory_holds_is_refused():
    with pytest.raises(InputError, match="lower one of them"):
        SYSTEMS["mlp"](batch_size=4096).problem(0, 1_000_000)


def test_an_offset_at_initialisation_is_added_once():
    once = Spec.make("mlp", {"initial_offset": 0.5, "steps": 2})
    again = Spec.make("mlp", {"step_offset": 0.5, "steps": 2})
    at_first, every_step = (losses(s, *CALM)[0] for s in (once, again))
    assert at_first[0] == every_step[0]
    assert at_first[1] != every_step[1]


def test_seeds_are_mixed_on_the_line_between_their_weights():
    spec = Spec.make("mlp", {"second_seed": 7, "steps": 20})
    problem = spec.problem()
    for ours, theirs in zip(
        problem.others, spec.replace({"seed": 7}).problem().weights, strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)

    def start(mix):
        hyper = spec.replace({"seed_mix": mix}).system.base_values()
        return spec.system.initial(problem, hyper)

    for known, mix in ((problem.weights, 0.0), (problem.others, 1.0)):
        for one, other in zip(start(mix).weights, known, strict=True):
            np.testing.assert_array_equal(one, other)
    for one, a, b in zip(start(0.25).weights, problem.weights, problem.others, strict=True):
        np.testing.assert_allclose(one, 0.75 * a + 0.25 * b, rtol=1e-15, atol=1e-15)
    curves = [losses(spec.replace({"seed_mix": m}), *CALM)[0] for m in (0, 0.5, 1)]
    assert len({curve[0] for curve in curves}) == 3


def test_the_hidden_rate_moves_the_hidden_layer_only():
    spec = small("mlp", depth=3, steps=5)
    base, moved = (
        losses(spec.replace({"hidden_learning_rate": rate}), *CALM)[0] for rate in (1, 2)
    )
    assert base[0] == moved[0]
    assert base[1] != moved[1]


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu", "identity", "gelu", "sigmoid", "sin"])
def test_small_rates_train_with_every_nonlinearity(nonlinearity):
    spec = Spec.make("mlp", {"nonlinearity": nonlinearity, "steps": 40})
    curve, outcome = losses(spec, 0.1, 0.1)
    assert outcome.value[0] < 0
    assert curve[-1] < curve[0]


def test_the_mandelbrot_set_is_the_mandelbrot_set():
    window, size, steps = Window.parse("-0.75", "0", "3"), Size(61, 61), 200
    field = compute_field(Spec.make("mandelbrot", {"steps": steps}), window, size)
    c = field.x[None, :] + 1j * field.y[:, None]
    z, escaped = np.zeros_like(c), np.zeros(c.shape, bool)
    for _ in range(steps):
        z = np.where(escaped, z, z**2 + c)
        escaped |= np.abs(z) > 2
    unsure = np.abs(c - 0.25) < 0.05  # escapes too slowly for either to tell
    assert np.mean(((field.values > 0) == escaped) | unsure) > 0.998
    assert 0.1 < np.mean(field.values < 0) < 0.3


def test_a_julia_set_comes_from_the_same_map_over_its_start():
    spec = Spec.make("mandelbrot", {"x": "z_re", "y": "z_im", "c_re": 0.0, "steps": 100})
    field = compute_field(spec, Window.parse("0.013", "0.017", "3"), Size(40, 40))
    radius = np.hypot(*np.meshgrid(field.x, field.y))
    assert 0.1 < np.mean(radius < 1) < 0.9
    assert np.array_equal(field.values < 0, radius < 1)


@pytest.mark.parametrize("coupling", [0.0, 0.5, -0.8])
def test_the_quadratic_converges_where_its_eigenvalues_say(coupling):
    spec = Spec.make("quadratic", {"coupling": coupling, "steps": 3000})
    size = Size(64, 64)
    field = compute_field(spec, Window.parse("0.01", "0.02", "4"), size)
    r1, r2 = np.meshgrid(10.0**field.x, 10.0**field.y)
    margin = 4 - 2 * (r1 + r2) + r1 * r2 * (1 - coupling**2)
    expected = (margin > 0) & (r1 + r2 < 4)
    assert np.array_equal(spec.system.converges(r1, r2), expected)
    clear = np.abs(margin) > 1e-3
    assert 0.1 < np.mean(expected[clear]) < 0.9
    assert np.array_equal((field.values < 0)[clear], expected[clear])


@pytest.mark.parametrize("ripple", ["additive", "multiplicative"])
def test_without_a_ripple_the_boundary_is_at_one(ripple):
    spec = Spec.make("rippled-quadratic", {"ripple": ripple, "amplitude": 0.0})
    field = compute_field(spec, Window.parse("1.003", "0.75", "1"), Size(50, 4))
    assert 0.1 < np.mean(field.x < 1) < 0.9
    assert np.array_equal(field.values < 0, np.tile(field.x < 1, (4, 1)))


def test_a_ripple_that_leaves_the_loss_convex_keeps_one_boundary_and_a_stronger_one_does_not():
    def changes(amplitude):
        spec = Spec.make(
            "rippled-quadratic",
            {"ripple": "multiplicative", "amplitude": amplitude, "wavelength": 0.1, "steps": 1000},
        )
        field = compute_field(spec, Window.parse("0.75", "1", "1.5"), Size(400, 1))
        return np.count_nonzero(np.diff(field.values[0] < 0))

    assert changes(0.0) == 1
    assert changes(0.2) > 10


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_system_renders_small_in_both_precisions(name):
    for precision in ("float64", "float32"):
        spec = small(name, steps=20, precision=precision)
        about = [spec.axis_setting(axis) for axis in (spec.x, spec.y)]
        centre = [sum(a.range) / 2 for a in about]
        window = Window.parse(centre[0], centre[1], about[0].range[1] - about[0].range[0])
        assert not np.isnan(over(spec, window, Size(5, 3))).any()


def test_rates_stay_apart_in_float32_below_its_spacing():
    """Neighbours that share a float32 still differ: hyperparameters are float64 at every depth."""
    spec = Spec.make("mlp", {"precision": "float32", "steps": 200})
    window = Window.parse(*preset("tanh").windows["published"].to_dict()["center"], "1e-9")
    size = Size(8, 1)
    rates = spec.at(Region.of_pixels(window, size).columns(), ()).x.astype(np.float32)
    assert len(set(rates.tolist())) == 1
    assert len(set(over(spec, window, size)[0].tolist())) > 1
