"""Signal propagation, against mean-field theory and closed forms (arXiv:2403.02579)."""

import functools

import jax
import numpy as np
import pytest

from engine.analysis.curves import curves, other
from engine.analysis.tracing import trace
from engine.places.presets import preset
from engine.plane import Size, Window
from engine.spec import Spec
from engine.systems import signal as module
from engine.systems.common.blocks import block, weights_of
from engine.systems.mean_field import Nodes, tanh_apart, tanh_moments
from engine.systems.signal import DIFFERENCE, NETWORKS, THEORY, attention_overlaps
from engine.training.trainer import Trainer
from tests.inputs import inputs
from tests.small import LANES, small

SEPARATE = {"strengths": "one for each", "x": "alpha_a", "y": "alpha_m"}
MOMENTS = {1: (0.39429449, 0.46440290), 2: (0.63526123, 1.02380177),
           3: (0.74516671, 1.56806393), 4: (0.80539928, 2.10663034)}  # fmt: skip
# α_A, α_M, σ_A, σ_w; ln G_dev, ln G_com and λ_g for 12 blocks and 64 tokens, at the fixed point.
EXPONENTS = [
    (0.5, 0.5, 0.6, 2.0, -0.2357, 0.1157, -0.1761),
    (0.5, 0.5, 0.6, 3.0, -0.1137, 0.2157, -0.0648),
    (0.7, 0.3, 1.0, 4.0, -0.5755, 0.1143, -0.2310),
    (0.3, 0.8, 1.0, 4.0, 0.5896, 0.7041, 0.5933),
]


def value_at(spec, x, y):
    x, y = (np.ravel(part) for part in np.broadcast_arrays(np.asarray(x, float), y))
    values = np.full(x.size, np.nan)
    for batch in Trainer(spec, lanes=LANES).stream(inputs(x, y)):
        values[batch.index] = batch.value
    return values


def followed(spec, x, y):
    """All that is tracked of one run, and its value."""
    tracked, outcome = Trainer(spec, lanes=LANES).tracked(inputs(x, y))
    return tracked, outcome.value[0]


def signal(**settings):
    return Spec.make("signal", settings)


def separate(alpha_a, alpha_m, **settings):
    """A point of the plane of both strengths, and the spec."""
    return signal(**SEPARATE, **settings), alpha_a, alpha_m


def fixed_point(alpha_a, alpha_m, sigma_w):
    """The mean square of tokens that no block changes, with skips √(1 - α²)."""
    past = (1 - alpha_a**2) * (1 - alpha_m**2)
    return ((1 - alpha_m**2) * alpha_a**2 + alpha_m**2 * MOMENTS[sigma_w][0]) / (1 - past)


@pytest.mark.parametrize("sigma_w", MOMENTS)
def test_moments_of_tanh_are_the_known_ones(sigma_w):
    squares, slopes = jax.jit(tanh_moments)(Nodes.make(), float(sigma_w**2))
    assert float(squares) == pytest.approx(MOMENTS[sigma_w][0], abs=1e-8)
    assert float(sigma_w**2 * slopes) == pytest.approx(MOMENTS[sigma_w][1], abs=1e-6)


@pytest.mark.parametrize("deviation", [0.3, 2.0, 4.0, 10.0])
def test_moments_of_two_inputs_are_those_of_a_fine_rule(deviation):
    def rule(scale):
        at = 9 * (np.arange(1200) + 0.5) / 1200
        weight = np.exp(-(at**2) / 2)
        return scale * at, weight / weight.sum()

    for apart in (1e-8, 0.02, 0.5, 1.0, 1.7):
        (x, of_x), (r, of_r) = (rule(deviation * np.sqrt(s)) for s in (1 - apart / 2, apart / 2))
        # sinh(2 r)/(cosh(x + r) cosh(x - r)), without overflow.
        both = np.tanh(2 * r) * (1 - np.tanh(x[:, None] + r) * np.tanh(x[:, None] - r))
        expected = of_x @ both**2 @ of_r / 2
        found = jax.jit(tanh_apart)(Nodes.make(), deviation**2, apart)
        assert float(found) == pytest.approx(expected, rel=1e-7 if deviation < 10 else 1e-5)


@pytest.mark.parametrize(
    ("rho", "alpha_a", "alpha_m", "sigma_a", "sigma_w", "expected"),
    [
        (0.5, 0.5, 0.5, 1.0, 2.0, (0.878188, 0.502497, 0.817456, 0.456303)),
        (0.2, 0.3, 0.7, 2.0, 3.0, (0.948179, 0.202104, 0.848703, 0.164514)),
        (0.9, 0.6, 0.6, 0.6, 4.0, (0.964583, 0.900581, 0.907277, 0.827516)),
    ],
)
def test_a_block_of_the_mean_field_is_the_known_one(
    rho, alpha_a, alpha_m, sigma_a, sigma_w, expected
):
    spec, x, y = separate(
        alpha_a, alpha_m, source=THEORY, tokens=64, sigma_a=sigma_a, sigma_w=sigma_w,
        separation=1 - rho, steps=1,
    )  # fmt: skip
    tracked, _ = followed(spec, x, y)
    q1, p1, q2, p2 = expected
    assert tracked.apart[0] == pytest.approx(1 - p2 / q2, abs=2e-6)
    attended, split = jax.jit(attention_overlaps)(1 - rho, sigma_a, 64.0)
    past = 1 - alpha_a**2
    assert past + alpha_a**2 * attended == pytest.approx(q1, abs=1e-6)
    assert past * rho + alpha_a**2 * (attended - split) == pytest.approx(p1, abs=1e-6)
    _, theory = after_one_step(spec.system.static(), spec.problem(), hyper_of(spec, x, y))
    assert float(theory.length) == pytest.approx(q2, abs=1e-6)
    assert float(theory.length - theory.deviation) == pytest.approx(p2, abs=1e-6)


def hyper_of(spec, x, y):
    values = {**spec.system.base_values(), spec.x.name: x, spec.y.name: y}
    return {name: np.float64(value) for name, value in values.items()}


@functools.partial(jax.jit, static_argnames="system")
def after_one_step(system, problem, hyper):
    return system.step(problem, system.initial(problem, hyper), hyper, 0)[0]


@pytest.mark.parametrize("alpha", [0.2, 0.6])
@pytest.mark.parametrize("sigma_w", MOMENTS)
def test_one_block_from_unit_tokens_has_the_closed_exponent(alpha, sigma_w):
    spec, x, y = separate(alpha, alpha / 2, source=THEORY, tokens=64, sigma_w=sigma_w, steps=1)
    tracked, _ = followed(spec, x, y)
    squares, slopes = MOMENTS[sigma_w]
    past = 1 - (alpha / 2) ** 2
    of_perceptron = (past + (1 - past) * slopes) / (past + (1 - past) * squares)
    expected = np.log(1 - alpha**2) + np.log(of_perceptron)
    assert tracked.angle[0] - np.log(1e-6) == pytest.approx(expected, abs=3e-6)


@pytest.mark.parametrize("row", EXPONENTS)
def test_exponents_at_the_fixed_point_are_the_known_ones(row):
    alpha_a, alpha_m, sigma_a, sigma_w, single, common, gradient = row
    length = fixed_point(alpha_a, alpha_m, int(sigma_w))
    spec, x, y = separate(
        alpha_a, alpha_m, source=THEORY, tokens=64, sigma_a=sigma_a, sigma_w=sigma_w,
        steps=12, length=length, separation=1e-12,
    )  # fmt: skip
    tracked, angle = followed(spec, x, y)
    assert angle == pytest.approx(single, abs=1e-4)
    assert tracked.gain[-1] / 12 == pytest.approx(gradient, abs=1e-4)
    mean = np.exp(12 * common) / 64 + (1 - 1 / 64) * np.exp(12 * single)
    assert np.log(mean) / 12 == pytest.approx(gradient, abs=1e-3)


@pytest.mark.parametrize(
    ("alpha", "stationary", "one_block"),
    [
        (0.1, 3.39851, 3.39369), (0.3, 3.58392, 3.53897), (0.5, 4.06534, 3.93092),
        (0.7, 5.31813, 5.02145),
    ],
)  # fmt: skip
def test_the_angle_exponent_vanishes_where_it_is_known_to(alpha, stationary, one_block):
    spec = signal(source=THEORY, steps=1000, separation=1e-8)
    below, above = value_at(spec, alpha, stationary + np.array([-1e-4, 1e-4]))
    assert below < 0 < above
    single = spec.replace({"steps": 1})
    below, above = (
        followed(single, alpha, one_block + d)[0].angle[0] - np.log(1e-8) for d in (-1e-4, 1e-4)
    )
    assert below < 0 < above


def test_for_weak_branches_it_vanishes_where_the_perceptron_alone_says():
    spec = signal(source=THEORY, steps=1, separation=1e-8)
    below, above = (
        followed(spec, 1e-3, 3.37728729 + d)[0].angle[0] - np.log(1e-8) for d in (-1e-3, 1e-3)
    )
    assert below < 0 < above


@pytest.mark.parametrize(("width", "seeds", "most"), [
    (128, 1, 0.06), pytest.param(512, 4, 0.02, marks=pytest.mark.slow),
])  # fmt: skip
@pytest.mark.parametrize("row", EXPONENTS)
def test_real_networks_have_the_predicted_exponents(row, width, seeds, most):
    """Eight networks for a seed: at a width of 512 they scatter by 0.02 from seed to seed."""
    alpha_a, alpha_m, sigma_a, sigma_w, single, _, gradient = row
    length = fixed_point(alpha_a, alpha_m, int(sigma_w))
    spec, x, y = separate(
        alpha_a, alpha_m, tokens=64, width=width, hidden=width, networks=8,
        sigma_a=sigma_a, sigma_w=sigma_w, steps=12, length=length,
    )  # fmt: skip
    of_seeds = [followed(spec.replace({"seed": seed}), x, y) for seed in range(seeds)]
    angle = np.mean([value for _, value in of_seeds])
    assert angle == pytest.approx(single, abs=most)
    growth = np.mean([tracked.gain[-1] / 12 for tracked, _ in of_seeds])
    assert growth == pytest.approx(gradient, abs=most)


def test_tokens_far_apart_follow_the_mean_field_too():
    """To .03 in the cosine over 10 blocks, as known; here with narrower networks."""
    settings = {"steps": 10, "tokens": 64, "separation": 0.6, "sigma_a": 0.8, "sigma_w": 2.5}
    real, x, y = separate(0.4, 0.4, **settings, width=128, hidden=128, networks=8)
    predicted, _, _ = separate(0.4, 0.4, **settings, source=THEORY)
    found, expected = (followed(s, x, y)[0] for s in (real, predicted))
    np.testing.assert_allclose(found.apart, expected.apart, atol=0.04)
    assert expected.apart[0] > 2 * expected.apart[-1]


FEW = {"steps": 8, "width": 24, "hidden": 16, "networks": 2, "measure": "gradient_exponent"}


def test_the_difference_is_what_is_measured_less_what_is_predicted():
    for x, y in ((0.1, 1.2), (0.4, 2.0), (0.8, 3.1)):
        measured, predicted, difference = (
            (value, tracked.gain[-1] / 8, tracked.angle[-1] / 8)
            for tracked, value in (
                followed(signal(**FEW, skip="1", source=source), x, y)
                for source in (NETWORKS, THEORY, DIFFERENCE)
            )
        )
        np.testing.assert_allclose(
            difference, np.subtract(measured, predicted), rtol=1e-9, atol=1e-9
        )
        assert np.all(np.abs(difference) < 0.5)
        assert measured[0] == measured[1]


def test_with_whole_skips_everything_grows():
    """s = 1: no token is damped, so lengths grow, and gradients do not vanish."""
    alpha = np.array([0.2, 0.5, 0.9])
    damped, whole = (
        value_at(signal(**FEW, source=THEORY, skip=skip), alpha, 1.5) for skip in ("√(1 - α²)", "1")
    )
    assert np.all(whole > damped)
    assert np.all(whole > 0)


def test_the_gain_is_that_of_the_whole_jacobian():
    spec = signal(steps=3, width=6, hidden=5, tokens=4, networks=2, separation=0.3)
    tracked, _ = followed(spec, 0.5, 2.5)
    problem, hyper = spec.problem(), hyper_of(spec, 0.5, 2.5)
    strengths = spec.system.strengths_of(hyper)
    start, _ = spec.system.initial(problem, hyper)
    gains = []
    for network in range(2):

        def through(x, network=network):
            for b in range(3):
                drawn = jax.tree.map(lambda d, b=b: d[b, network], problem.draws)
                x = block(x, weights_of(drawn, hyper["sigma_w"], hyper["sigma_a"]), strengths)
            return x

        jacobian = np.array(jax.jit(jax.jacrev(through))(start.x[network])).reshape(24, 24)
        direction = np.ravel(problem.tangent[network])
        gains.append(np.sum((jacobian @ direction) ** 2) / np.sum(direction**2))
    assert tracked.gain[-1] == pytest.approx(np.log(np.mean(gains)), rel=1e-10)


def test_tokens_change_places_without_changing_anything_else():
    """Bidirectional attention without positions: the block is equivariant."""
    spec = signal(width=8, hidden=8, tokens=5)
    problem, hyper = spec.problem(), hyper_of(spec, 0.6, 2.0)
    drawn = jax.tree.map(lambda d: d[0, 0], problem.draws)
    weights = weights_of(drawn, hyper["sigma_w"], hyper["sigma_a"])
    x, order = np.random.default_rng(0).normal(size=(5, 8)), np.array([3, 1, 4, 0, 2])
    strengths = spec.system.strengths_of(hyper)
    through, moved = (np.array(jax.jit(block)(v, weights, strengths)) for v in (x, x[order]))
    np.testing.assert_allclose(moved, through[order], atol=1e-12)


def test_tokens_that_are_alike_stay_finite_and_ordered():
    """Attention alone makes them so at once: the cosine is 1 up to rounding."""
    (found,) = value_at(signal(steps=8), [1.0], 1.5)
    assert -10 < found < -1


def test_in_lower_precision_exponents_are_the_same():
    """What is lost in rounding is left out: in float32 that is nearly all of the way."""
    x, y = np.array([0.2, 0.5, 0.8, 0.95]), np.array([1.5, 2.0, 1.2, 2.5])
    double, single = (value_at(signal(steps=20, precision=p), x, y) for p in ("float64", "float32"))
    np.testing.assert_allclose(single, double, atol=0.15)


@pytest.mark.parametrize(("weights", "biases", "slope"), [
    (1.5, 0.05, 0.93863627), (2.5, 0.05, 1.13351570),
])  # fmt: skip
def test_the_mlp_has_the_known_slopes(weights, biases, slope):
    spec = Spec.make("mean-field", {"steps": 60})
    tracked, angle = followed(spec, weights, biases)
    assert tracked.gain[-1] - tracked.gain[-2] == pytest.approx(np.log(slope), abs=1e-7)
    assert angle == pytest.approx(np.log(slope), abs=1e-2)


@pytest.mark.parametrize(("weights", "length"), [
    (1.5, 0.41803720), (2.5, 1.06395838), (1.7609546, 0.5700479),
])  # fmt: skip
def test_the_mlp_has_the_known_fixed_points(weights, length):
    spec = Spec.make("mean-field")
    hyper = hyper_of(spec, weights, 0.05)
    pair, step = spec.system.initial(spec.problem(), hyper), jax.jit(spec.system.step)
    for _ in range(200):
        pair, _ = step(spec.problem(), pair, hyper, 0)
    assert float(pair.length) == pytest.approx(length, abs=1e-7)


def test_the_mlp_is_critical_where_it_is_known_to_be():
    long = Spec.make("mean-field", {"steps": 3000})
    below, above = value_at(long, 1.7609546 + np.array([-1e-5, 1e-5]), 0.05)
    assert below < 0 < above
    # Without biases and below 1 lengths vanish, and a linear network turns no inputs: there it is
    # the gradient that tells.
    gradient = long.replace({"steps": 300, "measure": "gradient_exponent", "length": 1e-6})
    unbiased = value_at(gradient, [0.98, 1.0, 1.02], 0.0)
    assert unbiased[0] == pytest.approx(np.log(0.98), abs=1e-5)
    assert unbiased[1] == pytest.approx(0, abs=1e-5)
    assert unbiased[2] > 1e-3


def test_relu_is_critical_at_2_and_maps_correlations_as_known():
    spec = Spec.make("mean-field", {
        "nonlinearity": "relu", "steps": 3, "separation": 1.0, "measure": "gradient_exponent",
    })  # fmt: skip
    tracked, _ = followed(spec, 2.0, 0.0)
    expected = [0.3183098862, 0.4937310902, 0.6048257201]
    np.testing.assert_allclose(1 - tracked.apart, expected, atol=1e-10)
    found = value_at(spec, [1.9, 2.0, 2.2], 0.0)
    np.testing.assert_allclose(found, np.log([0.95, 1.0, 1.1]), atol=1e-12)


def test_zeros_of_exponents_lie_where_the_field_changes_sign():
    spec = preset("signal").spec.replace({"source": THEORY, "y_scale": "linear"})
    assert set(curves(spec)) == {
        "angle measured", "angle predicted", "gradient measured", "gradient predicted",
    }  # fmt: skip
    window = Window.parse("0.3", "3.6", "0.4", "0.6")
    curve = trace(spec, window, Size(40, 40), "angle predicted")
    line = np.concatenate(curve.lines)
    x, y = 0.1 + 0.4 * line[:, 0], 3.3 + 0.6 * line[:, 1]
    below, above = value_at(spec, x, y - 0.03), value_at(spec, x, y + 0.03)
    assert np.all(below < 0) and np.all(above > 0)  # noqa: PT018


def test_training_is_drawn_with_the_exponents_of_its_own_initialisation():
    spec = preset("signal-training").spec
    measured = other(spec, curves(spec)["gradient measured"])
    assert measured.system.name == "signal"
    assert measured.steps == spec.system.blocks
    shared = ("tokens", "width", "hidden", "skip", "strengths", "sigma_a")
    for name in shared:
        assert getattr(measured.system, name) == getattr(spec.system, name)
    assert (measured.x, measured.y) == (spec.x, spec.y)
    assert not curves(spec.replace({"x": "learning_rate"}))  # they have no learning rate


def test_training_starts_from_the_draws_that_are_measured():
    spec = Spec.make("signal-training", {"blocks": 3, "seed": 2})
    twin = signal(networks=1, tokens=4, width=12, hidden=12, seed=2, steps=3)
    for trained, measured in zip(spec.problem().draws, twin.problem().draws, strict=True):
        np.testing.assert_array_equal(trained, measured[:3, 0])


def test_training_learns_and_its_first_losses_are_those_of_the_network():
    spec = small("signal-training", steps=64)
    tracked, value = followed(spec, 0.3, 2.0)
    problem, hyper = spec.problem(), hyper_of(spec, 0.3, 2.0)
    learner = spec.system.initial(problem, hyper).weights
    read, through = [], jax.jit(block)
    for x in problem.test_sequences:
        for b in range(2):
            of_block = jax.tree.map(lambda w, b=b: w[b], learner.weights)
            x = np.array(through(x, of_block, spec.system.strengths_of(hyper)))
        x /= np.sqrt(np.mean(x**2, axis=1, keepdims=True))
        read.append(x.mean(axis=0) @ np.array(learner.readout))
    targets = problem.test_targets
    share = np.mean((read - targets) ** 2) / np.mean(targets**2)
    assert tracked.test[0] == pytest.approx(share, rel=1e-9)
    assert tracked.test[-1] < 0.5 * tracked.test[0]
    assert value == pytest.approx(np.log(tracked.test[-1]), rel=1e-9)


def test_the_depths_of_a_few_blocks_share_a_program():
    room = {len(signal(steps=n).problem().draws.rise) for n in range(17, 21)}
    assert room == {20}
    assert module.BLOCKS_AT_ONCE == 4


@pytest.mark.parametrize(
    ("name", "plane"),
    [
        ("signal", ("alpha", "sigma_w")), ("signal-strengths", ("alpha_a", "alpha_m")),
        ("signal-attention", ("sigma_w", "sigma_a")), ("signal-training", ("alpha", "sigma_w")),
        ("mean-field", ("weight_variance", "bias_variance")),
    ],
)  # fmt: skip
def test_every_plane_has_a_preset(name, plane):
    spec = preset(name).spec
    assert (spec.x.name, spec.y.name) == plane
