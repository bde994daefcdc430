"""The two-factor model, against all that is known of it in closed form (arXiv:2605.21292)."""

import json

import jax.numpy as jnp
import numpy as np
import pytest

from engine import cli
from engine.measures import MEASURES
from engine.measures.common.tail import Tail
from engine.places.presets import preset
from engine.plane import Size, Window
from engine.spec import Spec
from engine.systems.two_factor import PHASES, critical_rate
from engine.tiles.field import compute_field
from engine.training.trainer import Trainer
from tests.inputs import inputs
from tests.small import LANES

KIND = {name: number for number, name in MEASURES["outcome"].category_names.items()}
BALANCED = {"start": "balanced line"}


def value_at(spec, x, y):
    """The values of runs at these hyperparameters, in their order."""
    return reduced(Trainer(spec, lanes=LANES if np.size(x) * np.size(y) < 100 else None), x, y)


def reduced(trainer, x, y):
    """What a trainer makes of runs, in their order."""
    x, y = (np.ravel(part) for part in np.broadcast_arrays(np.asarray(x, float), y))
    batches = [batch for batch in trainer.stream(inputs(x, y)) if len(batch.index)]
    order = np.argsort(np.concatenate([batch.index for batch in batches]))
    return np.concatenate([batch.value for batch in batches])[order]


def orbit(spec, x, y):
    """All that is tracked of one run."""
    return Trainer(spec.replace({"measure": "escape_time"}), lanes=LANES).tracked(inputs(x, y))[0]


def two_factor(**settings):
    return Spec.make("two-factor", settings)


def one_step(spec, a, b):
    """The map, as the trainer takes it: points after one step from points, as float64 arrays."""
    two = spec.replace({"steps": 2, "measure": "escape_time"})
    return tuple(
        reduced(Trainer(two, reduction=Tail(factor, 1)), a, b)[:, 0] for factor in ("a", "b")
    )


def separatrix(a, b, mu):
    return (a**2 + b**2 - mu * a * b) / (4 - mu**2) - 1


@pytest.fixture(scope="module")
def points():
    return np.random.default_rng(1).uniform(-1.5, 1.5, size=(2, 100))


@pytest.mark.parametrize("mu", [0.3, 0.95, 1.7])
def test_a_step_obeys_every_identity(points, mu):
    a, b = points
    after, beyond = one_step(two_factor(mu=mu), a, b)
    e, u, v, size = a * b - mu, a + b, a - b, a**2 + b**2
    exact = {"rtol": 1e-10, "atol": 1e-12}
    np.testing.assert_allclose(after + beyond, u * (1 - e), **exact)
    np.testing.assert_allclose(after - beyond, v * (1 + e), **exact)
    np.testing.assert_allclose(after**2 - beyond**2, (a**2 - b**2) * (1 - e**2), **exact)
    np.testing.assert_allclose(after * beyond - mu, e * (1 - size) + e**2 * (e + mu), **exact)
    np.testing.assert_allclose(
        separatrix(after, beyond, mu), separatrix(a, b, mu) * (1 + mu * e + e**2), **exact
    )


@pytest.mark.parametrize("mu", [0.3, 1.2])
def test_the_determinant_of_a_step_is_the_known_one(points, mu):
    import jax

    system = two_factor(mu=mu).system
    problem = system.problem(0, 1)
    hyper = {name: jnp.asarray(value) for name, value in system.base_values().items()}

    @jax.jit
    @jax.jacobian
    def derivative(point):
        state = type(system.initial(problem, hyper))(*point)
        return jnp.stack(system.step(problem, state, hyper, 0)[0])

    for a, b in points.T:
        e, size = a * b - mu, a**2 + b**2
        found = np.linalg.det(np.array(derivative(jnp.array([a, b]))))
        assert found == pytest.approx(1 - size - 3 * e**2 - 2 * mu * e, abs=1e-10)


@pytest.mark.parametrize("mu", [0.5, 1.0, 1.9])
def test_on_the_ellipse_angles_are_tripled(mu):
    t = np.random.default_rng(2).uniform(0, 2 * np.pi, 8)
    u, v = 2 * np.sqrt(2 + mu) * np.cos(t), 2 * np.sqrt(2 - mu) * np.sin(t)
    a, b = (u + v) / 2, (u - v) / 2
    np.testing.assert_allclose(a * b - mu, 2 * np.cos(2 * t), atol=1e-10)
    after, beyond = one_step(two_factor(mu=mu), a, b)
    new = np.pi - 3 * t
    np.testing.assert_allclose(after + beyond, 2 * np.sqrt(2 + mu) * np.cos(new), atol=1e-10)
    np.testing.assert_allclose(after - beyond, 2 * np.sqrt(2 - mu) * np.sin(new), atol=1e-10)
    e = a * b - mu
    np.testing.assert_allclose(after * beyond - mu, e**3 - 3 * e, atol=1e-10)


def on_the_ellipse(mu, points):
    """Points of the separatrix, evenly spaced in the angle of which its measure is even."""
    t = 2 * np.pi * (np.arange(points) + 0.37) / points
    u, v = 2 * np.sqrt(2 + mu) * np.cos(t), 2 * np.sqrt(2 - mu) * np.sin(t)
    return (u + v) / 2, (u - v) / 2


@pytest.mark.parametrize(
    ("mu", "exponent"),
    [(0, 0.962423650), (0.5, 0.939483761), (1, 0.862554628), (1.5, np.log(2)), (1.9, 0.351469456)],
)
def test_the_ellipse_repels_at_the_known_rate(mu, exponent):
    """In the mean over it: there a run does not stay for long enough to be followed."""
    closed = 2 * np.arccosh((np.sqrt(5 + 2 * mu) + np.sqrt(5 - 2 * mu)) / 4)
    assert closed == pytest.approx(exponent, abs=1e-9)
    a, b = (1.00001 * factor for factor in on_the_ellipse(mu, 1024))
    after, beyond = one_step(two_factor(mu=mu), a, b)
    growth = separatrix(after, beyond, mu) / separatrix(a, b, mu)
    assert np.mean(np.log(growth)) == pytest.approx(exponent, abs=1e-4)


def test_at_the_end_the_ellipse_is_a_line_that_neither_repels_nor_attracts():
    """At μ = 2, where a - b is multiplied by 1 + e."""
    x = 2 * np.cos(np.pi * (np.arange(4096) + 0.37) / 4096)
    after, beyond = one_step(two_factor(mu=2), x + 1e-7, x - 1e-7)
    growth = np.abs(after - beyond) / 2e-7
    assert np.mean(np.log(growth)) == pytest.approx(0, abs=5e-3)


@pytest.mark.parametrize("mu", [1.0, 1.5, 1.9])
def test_along_the_ellipse_the_exponent_is_that_of_tripling(mu):
    """Between a step by which the tangent lies along it and one before runs leave it."""
    spec = two_factor(mu=mu, measure="lyapunov")
    summed = [
        steps * value_at(spec.replace({"steps": steps}), *on_the_ellipse(mu, 1000)).mean()
        for steps in (10, 25)
    ]
    assert (summed[1] - summed[0]) / 15 == pytest.approx(np.log(3), abs=5e-3)


@pytest.mark.parametrize("starts", [4_000, pytest.param(160_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("mu", np.linspace(0.05, 1.95, 10).tolist())
def test_runs_from_anywhere_stay_bounded_iff_they_start_within_the_ellipse(mu, starts):
    a, b = np.random.default_rng(7).uniform(-2.5, 2.5, size=(2, starts))
    found = value_at(two_factor(mu=mu, steps=3000, measure="escape_time"), a, b) < 0
    assert 0.1 < found.mean() < 0.9
    np.testing.assert_array_equal(found, separatrix(a, b, mu) < 0)


@pytest.mark.parametrize("mu", [0.3, 1.6])
def test_the_bounded_part_of_the_plane_has_the_known_area(mu):
    spec = two_factor(mu=mu, steps=2000, measure="escape_time")
    field = compute_field(spec, Window.parse("0.0137", "0.0208", "5.2"), Size(256, 256))
    area = np.mean(field.values < 0) * 5.2**2
    assert area == pytest.approx(2 * np.pi * np.sqrt(4 - mu**2), rel=5e-3)


def around(points):
    """Starts all over the plane, and a part of it where no run stays bounded."""
    a = np.linspace(-2.5, 2.5, 128)[:: 128 // points] + 0.0137
    return np.meshgrid(a, a + 0.0071)


@pytest.mark.parametrize(("mu", "bounded"), [(0.5, 7847), (0.95, 7130), (1.5, 5357), (1.9, 2524)])
def test_what_stays_bounded_starts_within_the_ellipse_point_by_point(mu, bounded):
    a, b = around(128)
    found = value_at(two_factor(mu=mu, steps=1000), a, b) < 0
    assert found.sum() == bounded
    np.testing.assert_array_equal(found, separatrix(a, b, mu).ravel() < 0)


@pytest.mark.parametrize("mu", [0.5, 0.95, 1.5, 1.9])
@pytest.mark.parametrize("measure", ["escape_time", "period", "imbalance"])
def test_every_measure_says_what_stays_bounded(mu, measure):
    a, b = around(64)
    found = value_at(two_factor(mu=mu, steps=1000, measure=measure), a, b) < 0
    np.testing.assert_array_equal(found, separatrix(a, b, mu).ravel() < 0)


def test_the_rendered_preset_counts_the_same(tmp_path):
    path, mu = tmp_path / "field.npz", 1.5
    words = (
        f"render --preset two-factor --set mu={mu} steps=400 --size 128 --store none "
        f"--center 0.0137 0.0208 --width {5 / 127 * 128!r} -o"
    )
    assert cli.main([*words.split(), str(path)]) == 0
    with np.load(path) as data:
        field, names = data["field"], json.loads(str(data["classes"]))
        a, b = np.meshgrid(data["x"], data["y"])
    assert (field < 0).sum() == 5357
    np.testing.assert_array_equal(field < 0, separatrix(a, b, mu) < 0)
    assert {names[str(int(v))] for v in np.unique(field)} <= set(KIND)


def test_below_1_runs_converge_to_a_minimum_of_small_sharpness():
    random = np.random.default_rng(3)
    for a, b in random.uniform(-0.9, 0.9, size=(5, 2)):
        tracked = orbit(two_factor(mu=0.8, steps=2000), a, b)
        assert tracked.a[-1] * tracked.b[-1] == pytest.approx(0.8, abs=1e-10)
        assert tracked.a[-1] ** 2 + tracked.b[-1] ** 2 < 2


def test_between_1_and_2_factors_become_balanced_and_above_2_runs_diverge():
    spec = two_factor(mu=1.4, steps=2000, measure="imbalance")
    a, b = np.meshgrid(np.linspace(-0.8, 0.8, 8) + 0.01, np.linspace(-0.7, 0.7, 8) + 0.02)
    assert np.all(np.abs(value_at(spec, a, b)) < 1e-10)
    assert np.all(value_at(spec.replace({"mu": 2.05}), a, b) > 0)


EXPONENTS = {
    0.26: -0.73397, 1.04: -0.19519, 1.16: -0.55252, 1.35: 0.27709, 1.5: 0.49126, 1.6: 0.68205,
    1.75: 0.78355, 1.9: 0.87806,
}  # fmt: skip
AT_THE_END = 2 - 1e-9


@pytest.fixture(scope="module")
def exponents():
    spec = two_factor(**BALANCED, steps=20_000, measure="lyapunov")
    mu = [*EXPONENTS, AT_THE_END]
    return dict(zip(mu, value_at(spec, mu, 0.3), strict=True))


@pytest.mark.parametrize(("mu", "exponent"), EXPONENTS.items())
def test_exponents_on_the_balanced_attractor_are_the_known_ones(exponents, mu, exponent):
    assert exponents[mu] == pytest.approx(exponent, abs=5e-3)


def test_on_the_balanced_line_it_is_that_of_tripling_at_the_end(exponents):
    """At μ = 2 the ellipse is the balanced line, and all but three of its points stay on it."""
    assert exponents[AT_THE_END] == pytest.approx(np.log(3), abs=5e-3)


PERIODS = {
    (0.05, 0.97): 1, (1.03, 1.2360): 2, (1.2370, 1.2880): 4, (1.2885, 1.2992): 8,
    (1.2993, 1.3016): 16, (1.30165, 1.3021): 32, (1.3336, 1.3354): 6, (1.394, 1.3957): 5,
    (1.4505, 1.4607): 3, (1.5479, 1.5487): 4,
}  # fmt: skip


@pytest.fixture(scope="module")
def periods():
    spec = two_factor(**BALANCED, steps=20_000, measure="period")
    mu = [low + (high - low) * share for low, high in PERIODS for share in (0.1, 0.35, 0.5)]
    return dict(zip(PERIODS, value_at(spec, mu, 0.31).reshape(-1, 3), strict=True))


@pytest.mark.parametrize(("ends", "period"), PERIODS.items())
def test_periods_on_the_balanced_line_are_the_known_ones(periods, ends, period):
    np.testing.assert_array_equal(periods[ends], -period)


def test_a_window_after_the_signs_have_merged_has_its_period_up_to_the_sign():
    """There the cycle of 3 visits both signs: f³(x) = -x, so its loss has period 3 and it 6."""
    spec = two_factor(**BALANCED, steps=20_000, measure="period")
    assert value_at(spec, [1.7005], 0.31) == [-6]
    tracked = orbit(spec, 1.7005, 0.31)
    np.testing.assert_allclose(tracked.loss[-3:], tracked.loss[-6:-3], atol=1e-8)
    np.testing.assert_allclose(tracked.a[-3:], -tracked.a[-6:-3], atol=1e-8)


def test_the_two_cycle_is_the_known_one():
    for mu in (1.05, 1.15, 1.2):
        tracked = orbit(two_factor(**BALANCED, steps=4000), mu, 0.31)
        squares = np.sort(tracked.a[-2:] ** 2)
        roots = np.sort(np.roots([1, -(1 + mu), 1]))
        np.testing.assert_allclose(squares, roots, atol=1e-10)
        product = np.prod(1 + mu - 3 * squares)
        assert product == pytest.approx(7 - 4 * mu - 2 * mu**2, abs=1e-9)


def test_training_is_monotone_from_everywhere_up_to_the_first_phase_line():
    """And just beyond it some starts catapult."""
    spec, starts = two_factor(**BALANCED, steps=3000), np.linspace(0.01, 1.67, 200)
    line = PHASES["catapult"]
    assert line == pytest.approx(2 * np.sqrt(2) - 2)
    below = value_at(spec, line - 0.002, starts)
    above = value_at(spec, line + 0.01, starts)
    assert set(below) == {KIND["monotone"]}
    assert set(above) == {KIND["monotone"], KIND["catapult"]}


def test_kinds_of_outcome_follow_the_phases():
    mu = [0.5, 1.1, 1.26, 1.29, 1.334, 1.395, 1.455, 1.5, 1.9, 2.01]
    names = [
        "monotone", "period 2", "period 4", "period 8", "period 6", "period 5", "period 3",
        "chaotic", "chaotic", "diverged",
    ]  # fmt: skip
    found = value_at(two_factor(**BALANCED, steps=10_000), mu, 0.31)
    assert list(found) == [KIND[name] for name in names]


def test_where_the_map_loses_its_chaos_is_where_signs_merge_and_where_it_ends():
    """The attractor is one-sided below 3√3/2 - 1 and two-sided above it."""
    crisis = 1.5 * np.sqrt(3) - 1
    assert crisis == pytest.approx(1.5980762)
    for mu, both in ((crisis - 1e-4, False), (crisis + 5e-3, True)):
        tracked = orbit(two_factor(**BALANCED, steps=8_000), mu, 0.31)
        assert (tracked.a.min() < 0) == both


def test_linear_attention_is_the_two_factor_map():
    """All weights trained, by the gradient of attention itself; only two numbers matter."""
    spec = Spec.make("linear-attention", {"steps": 20, "target": 0.9, "seed": 5})
    for rate, scale in ((0.3, 0.5), (1.1, 1.2), (1.7, 0.4)):
        full = orbit(spec, rate, scale)
        mu = rate * 0.9
        reduced = orbit(two_factor(mu=mu, steps=20), full.a[0], full.b[0])
        np.testing.assert_allclose(full.a, reduced.a, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(full.b, reduced.b, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(full.loss, reduced.loss / rate**2, rtol=1e-6, atol=1e-9)


def test_linear_attention_is_bounded_below_the_critical_rate_and_converges_below_1_over_y():
    rate, scale = np.meshgrid(np.linspace(0.02, 2.5, 60), np.linspace(0.02, 2.5, 60))
    spec = Spec.make("linear-attention", {"steps": 3000, "target": 0.8, "alignment": 0.6})
    found = value_at(spec, rate, scale)
    critical = critical_rate(scale, 0.6 * scale, 0.8).ravel()
    assert 0.1 < np.mean(found < 0) < 0.9
    np.testing.assert_array_equal(found < 0, rate.ravel() < critical)
    rests = (found == KIND["monotone"]) | (found == KIND["catapult"])
    clear = np.abs(rate.ravel() - 1 / 0.8) > 0.06  # near 1/y convergence takes for ever
    expected = rate.ravel() < np.minimum(1 / 0.8, critical)
    np.testing.assert_array_equal(rests[clear], expected[clear])


BATCHED = {"batches": 5, "curvature_spread": 0.3, "target_spread": 0.4}


def test_batches_are_unbiased_and_the_same_for_every_run():
    problem = two_factor(**BATCHED, seed=4).problem()
    for drawn in (problem.curvature, problem.target):
        assert drawn.mean() == pytest.approx(0, abs=1e-12)
        assert drawn.std() == pytest.approx(1, abs=1e-12)
    longer = two_factor(**BATCHED, seed=4, steps=5000).problem()
    np.testing.assert_array_equal(longer.order[: len(problem.order)], problem.order)


@pytest.mark.parametrize("mu", [0.6, 1.3])
def test_a_batch_moves_a_run_by_the_known_identity(points, mu):
    spec = two_factor(mu=mu, **BATCHED, seed=4)  # whose first batch moves some runs outward
    problem = spec.problem()
    batch = problem.order[0]
    a, b = points
    r = 1 + 0.3 * problem.curvature[batch]
    m = mu * (1 + 0.4 * problem.target[batch])
    e = r * a * b - m
    after, beyond = one_step(spec, a, b)
    np.testing.assert_allclose(after, a - e * b, rtol=1e-10, atol=1e-12)
    p, q = (a + b) ** 2 / (4 * (2 + mu)), (a - b) ** 2 / (4 * (2 - mu))
    before, now = separatrix(a, b, mu), separatrix(after, beyond, mu)
    np.testing.assert_allclose(now, (p + q) * e**2 - 2 * (p - q) * e + before, atol=1e-10)
    root = np.sqrt(np.maximum((p - q) ** 2 - (p + q) * before, 0))
    inside = before < 0
    outward = (e < (p - q - root) / (p + q)) | (e > (p - q + root) / (p + q))
    assert 0 < outward[inside].sum() < inside.sum()
    np.testing.assert_array_equal(now[inside] > 0, outward[inside])


def test_over_all_batches_the_mean_move_is_the_known_one():
    mu, a, b = 0.9, 0.7, -0.4
    problem = two_factor(mu=mu, **BATCHED).problem()
    errors = (1 + 0.3 * problem.curvature) * a * b - mu * (1 + 0.4 * problem.target)
    now = separatrix(a - errors * b, b - errors * a, mu)
    e, s = a * b - mu, separatrix(a, b, mu)
    expected = s * (1 + mu * e + e**2) + (1 + s) * errors.var()
    assert now.mean() == pytest.approx(expected, abs=1e-12)


def test_one_batch_is_no_batches():
    x = np.linspace(-1.5, 1.5, 16)
    spec = two_factor(steps=100, measure="escape_time")
    spread = spec.replace({"curvature_spread": 0.7, "target_spread": 0.9})
    np.testing.assert_array_equal(value_at(spec, x, 0.3), value_at(spread, x, 0.3))
    alike = spec.replace({"batches": 3, "curvature_spread": 0.0, "target_spread": 0.0})
    np.testing.assert_array_equal(value_at(spec, x, 0.3), value_at(alike, x, 0.3))


def test_scale_and_imbalance_say_where_a_run_starts():
    spec = two_factor(start="scale and imbalance", scale=0.7, mu=0.5)
    for imbalance in (-3.0, -0.2, 0.0, 0.4, 2.5):
        tracked = orbit(spec, 0.5, imbalance)
        assert tracked.a[0] * tracked.b[0] == pytest.approx(0.49, rel=1e-12)
        assert tracked.imbalance[0] == pytest.approx(imbalance, abs=1e-12)


def test_a_start_of_another_kind_brings_its_own_plane():
    spec = two_factor(steps=50)
    assert (spec.x.name, spec.y.name) == ("a", "b")
    balanced = spec.replace(BALANCED)
    assert (balanced.x.name, balanced.y.name) == ("mu", "scale")
    back = balanced.replace({"start": "factors", "x": "b"})
    assert (back.x.name, back.y.name) == ("b", "a")
    assert preset("two-factor-imbalance").spec.y.name == "imbalance"


@pytest.mark.parametrize(
    ("name", "plane"),
    [
        ("two-factor", ("a", "b")), ("two-factor-imbalance", ("mu", "imbalance")),
        ("two-factor-balanced", ("mu", "scale")), ("linear-attention", ("learning_rate", "scale")),
    ],
)  # fmt: skip
def test_every_plane_has_a_preset(name, plane):
    spec = preset(name).spec
    assert (spec.x.name, spec.y.name) == plane
