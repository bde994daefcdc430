"""Optimisers and schedules: Optax's own answers, closed forms, and no recompilation."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from engine.errors import InputError
from engine.plane import Size, Window
from engine.spec import Spec
from engine.systems import SYSTEMS
from engine.systems.common.optimised import Optimised
from engine.systems.optimisers import CLIPPINGS, OPTIMISERS, SCHEDULES
from engine.tiles.field import compute_field
from engine.training.program import program
from engine.training.trainer import Trainer
from tests.small import LANES, NETWORKS, losses, small

OURS = {
    "momentum": 0.8, "beta1": 0.7, "beta2": 0.95, "eps": 1e-6, "weight_decay": 0.03,
    "clip_norm": 0.2, "warmup_steps": 6.0, "decay_steps": 25.0, "final_share": 0.1,
}  # fmt: skip
SMALL = {"width": 3, "dataset_ratio": 0.5, "depth": 3, **OURS}
RATES = {"input_learning_rate": 0.04, "hidden_learning_rate": 0.02, "output_learning_rate": 0.03}
STEPS = 30


def transposed(weights):
    return optax.contrib.MuonDimensionNumbers(1, 0)


def optax_own(name, rate):
    """Optax's own optimiser with the same hyperparameters, as Python numbers."""
    h = OURS
    adam = {"b1": h["beta1"], "b2": h["beta2"], "eps": h["eps"]}
    decay = optax.add_decayed_weights(h["weight_decay"])
    return {
        "sgd": lambda: optax.chain(decay, optax.sgd(rate)),
        "momentum": lambda: optax.chain(
            optax.trace(h["momentum"]), decay, optax.scale_by_learning_rate(rate)
        ),
        "nesterov": lambda: optax.chain(
            optax.trace(h["momentum"], nesterov=True), decay, optax.scale_by_learning_rate(rate)
        ),
        "adam": lambda: optax.adam(rate, **adam),
        "adamw": lambda: optax.adamw(rate, **adam, weight_decay=h["weight_decay"]),
        "rmsprop": lambda: optax.chain(
            optax.rmsprop(1.0, decay=h["beta2"], eps=h["eps"]), optax.scale(-1.0), decay,
            optax.scale_by_learning_rate(rate),
        ),
        "adagrad": lambda: optax.chain(
            optax.adagrad(1.0, eps=h["eps"]), optax.scale(-1.0), decay,
            optax.scale_by_learning_rate(rate),
        ),
        "lion": lambda: optax.lion(
            rate, b1=h["beta1"], b2=h["beta2"], weight_decay=h["weight_decay"]
        ),
        "muon": lambda: optax.contrib.muon(
            rate, beta=h["momentum"], eps=h["eps"], weight_decay=h["weight_decay"],
            adam_b1=h["beta1"], adam_b2=h["beta2"],
            muon_weight_dimension_numbers=lambda tree: jax.tree.map(transposed, tree),
        ),
    }[name]()  # fmt: skip


def hyper_of(spec):
    return {name: jnp.float64(value) for name, value in spec.system.base_values().items()}


def trained(spec):
    """The weights after some steps of the system, one by one."""
    problem, hyper = jax.tree.map(jnp.asarray, spec.problem()), hyper_of(spec)
    learner, step = spec.system.initial(problem, hyper), jax.jit(spec.system.step)
    for t in range(STEPS):
        learner, _ = step(problem, learner, hyper, jnp.int32(t))
    return learner.weights


def by_optax(spec, rules):
    """The same by Optax: one of the rules for the weights of each layer."""
    problem, hyper = jax.tree.map(jnp.asarray, spec.problem()), hyper_of(spec)
    weights = spec.system.initial(problem, hyper).weights
    whole = optax.partition(dict(enumerate(rules)), (0, 1, 2))
    state = whole.init(weights)

    @jax.jit
    def step(weights, state):
        gradient = jax.grad(spec.system.loss)(weights, problem.inputs, problem.targets)
        updates, state = whole.update(gradient, state, weights)
        return optax.apply_updates(weights, updates), state

    for _ in range(STEPS):
        weights, state = step(weights, state)
    return weights


def assert_same(ours, theirs):
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_optimiser_is_optaxs_own(name):
    spec = Spec.make("mlp", {**SMALL, **RATES, "optimiser": name})
    assert_same(trained(spec), by_optax(spec, [optax_own(name, r) for r in RATES.values()]))


def test_the_defaults_are_those_of_published_training():
    spec = Spec.make("mlp", {**SMALL, **RATES, "weight_decay": 0})
    assert_same(trained(spec), by_optax(spec, [optax.sgd(r) for r in RATES.values()]))


def test_clipping_is_optaxs_and_of_all_weights_together():
    spec = Spec.make("mlp", {**SMALL, **dict.fromkeys(RATES, 0.1), "clipping": "global norm",
                             "optimiser": "momentum", "weight_decay": 0})  # fmt: skip
    problem, hyper = jax.tree.map(jnp.asarray, spec.problem()), hyper_of(spec)
    weights = spec.system.initial(problem, hyper).weights
    whole = optax.chain(
        optax.clip_by_global_norm(OURS["clip_norm"]), optax.sgd(0.1, momentum=OURS["momentum"])
    )

    @jax.jit
    def step(weights, state):
        gradient = jax.grad(spec.system.loss)(weights, problem.inputs, problem.targets)
        updates, state = whole.update(gradient, state, weights)
        return optax.apply_updates(weights, updates), state, optax.tree.norm(gradient)

    state, norms = whole.init(weights), []
    for _ in range(STEPS):
        weights, state, norm = step(weights, state)
        norms.append(norm)
    assert np.count_nonzero(np.array(norms) > OURS["clip_norm"]) > 3
    assert_same(trained(spec), weights)


def optax_schedule(name):
    warmup, decay, last = (OURS[k] for k in ("warmup_steps", "decay_steps", "final_share"))
    return {
        "constant": lambda: optax.constant_schedule(1.0),
        "warm-up": lambda: optax.warmup_constant_schedule(0.0, 1.0, int(warmup)),
        "cosine": lambda: optax.warmup_cosine_decay_schedule(
            0.0, 1.0, int(warmup), int(decay), last
        ),
        "inverse square root": lambda: optax.join_schedules(
            [
                optax.linear_schedule(0.0, 1.0, int(warmup)),
                lambda t: (warmup / jnp.maximum(t + warmup, warmup)) ** 0.5,
            ],
            [int(warmup)],
        ),
    }[name]()  # fmt: skip


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_is_optaxs_own_and_multiplies_every_rate(name):
    schedule = optax_schedule(name)

    def exact(t):  # Optax counts in int32, whose quotients are float32
        return schedule(jnp.asarray(t, jnp.float64))

    hyper = {k: jnp.float64(v) for k, v in OURS.items()}
    ours = [float(SCHEDULES[name].factor(jnp.float64(t), hyper)) for t in range(60)]
    np.testing.assert_allclose(ours, [float(exact(t)) for t in range(60)], atol=1e-12)
    spec = Spec.make("mlp", {**SMALL, **RATES, "optimiser": "adam", "schedule": name})
    rules = [optax_own("adam", lambda t, r=r: r * exact(t)) for r in RATES.values()]
    assert_same(trained(spec), by_optax(spec, rules))


def test_a_warm_up_may_end_between_steps_or_never_begin():
    factor = SCHEDULES["warm-up"].factor
    assert float(factor(jnp.float64(2), {"warmup_steps": jnp.float64(2.5)})) == 0.8
    assert float(factor(jnp.float64(0), {"warmup_steps": jnp.float64(0)})) == 1


@pytest.mark.parametrize(
    ("optimiser", "share"), [("sgd", 1), ("momentum", 1 / 1.6), ("nesterov", 2.2 / 1.6)]
)
@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_momentum_is_stable_up_to_the_known_curvature(optimiser, share, decay):
    """Heavy ball: 2 (1 + β); Nesterov: 2 (1 + β) / (1 + 2 β), here for β = 0.6."""
    spec = Spec.make("quadratic", {"optimiser": optimiser, "momentum": 0.6, "steps": 2000,
                                   "weight_decay": decay})  # fmt: skip
    field = compute_field(spec, Window.parse("0.01", "0.02", "4"), Size(48, 48))
    r1, r2 = np.meshgrid(10.0**field.x, 10.0**field.y)
    hessian = share * np.array([[1, 0.5], [0.5, 1]]) + decay * np.eye(2)
    rates = np.stack([r1, r2], axis=-1)[..., None]
    top = np.linalg.eigvals(rates * hessian).real.max(axis=-1)
    clear = np.abs(top / 2 - 1) > 0.02
    assert np.array_equal((field.values < 0)[clear], (top < 2)[clear])
    assert 0.2 < np.mean(top < 2) < 0.8
    hyper = {**spec.system.base_values(), "learning_rate_1": r1, "learning_rate_2": r2}
    assert np.array_equal((np.minimum(*spec.system.margin(hyper)) > 0)[clear], (top < 2)[clear])


@pytest.mark.parametrize("chosen", NETWORKS, ids=lambda chosen: chosen["optimiser"])
def test_no_hyperparameter_of_any_optimiser_recompiles(chosen, compilations):
    spec = small("mlp", **chosen, **OURS, steps=20)
    first, _ = losses(spec, 0.1, 0.1)
    used, compiled = Trainer(spec, lanes=LANES).program, program.cache_info().misses
    optimiser, schedule = OPTIMISERS[chosen["optimiser"]], SCHEDULES[chosen["schedule"]]
    for uses in (optimiser.uses, schedule.uses, CLIPPINGS[chosen["clipping"]]):
        for hyperparameter in uses:
            moved = spec.replace({hyperparameter: 2 * OURS[hyperparameter] / 3})
            along = spec.replace({"x": hyperparameter})
            for other in (moved, along):
                assert Trainer(other, lanes=LANES).program is used
            assert first[-1] != losses(moved, 0.1, 0.1)[0][-1], hyperparameter
    assert compilations().count("jit(advance)") <= 1
    assert program.cache_info().misses == compiled


def trains():
    return [name for name, kind in SYSTEMS.items() if issubclass(kind, Optimised)]


def test_every_system_that_trains_by_gradients_takes_every_optimiser():
    assert {"mlp", "transformer", "signal-training", "linear-attention"} <= set(trains())
    for system in trains():
        offered = Spec.make(system).choices()["optimiser"].choices
        assert set(OPTIMISERS) - set(offered) <= {"muon"}
        for name in offered:
            uses = Spec.make(system, {"optimiser": name}).system.hyperparameters()
            for known in OPTIMISERS.values():
                for hyperparameter in known.uses:
                    mine = OPTIMISERS[name]
                    if hyperparameter not in mine.for_others:
                        assert (hyperparameter in uses) == (hyperparameter in mine.uses)


def test_what_an_optimiser_does_not_have_is_no_axis():
    with pytest.raises(InputError, match="unknown axis for mlp 'momentum'"):
        Spec.make("mlp", {"x": "momentum"})
    assert Spec.make("mlp", {"optimiser": "momentum", "x": "momentum"}).x.scale == "linear"
    with pytest.raises(InputError, match="unknown optimiser 'muon'"):
        Spec.make("quadratic", {"optimiser": "muon"})


def test_an_axis_that_goes_with_its_optimiser_gives_way():
    spec = Spec.make("mlp", {"optimiser": "adam", "x": "beta2"})
    assert spec.replace({"optimiser": "sgd"}).x.name == "input_learning_rate"


@pytest.mark.parametrize("name", ["adam", "rmsprop", "lion"])
def test_in_float32_hyperparameters_are_still_float64(name):
    spec = Spec.make("mlp", {"optimiser": name, "precision": "float32", "steps": 120})
    rates = [0.03 * (1 + i * 1e-9) for i in range(6)]
    assert len(set(np.float32(rates).tolist())) == 1
    assert len({losses(spec, rate, 0.03)[0].tobytes() for rate in rates}) > 1


def test_the_exponent_of_a_run_with_an_optimiser_is_a_number_where_gradients_vanish():
    values = {"optimiser": "adam", "nonlinearity": "relu", "single_datapoint": True, "width": 4,
              "measure": "lyapunov", "steps": 60}  # fmt: skip
    spec = Spec.make("mlp", values)
    _, batch = losses(spec, 1e-3, 1e-3)
    assert np.isfinite(batch.value[0])
    assert batch.decided[0] == 60


def test_mup_moves_the_output_as_much_at_any_width_and_the_standard_parametrisation_does_not():
    """The coordinate check of arXiv:2203.03466: how far one update moves what the network gives."""

    def moved(width, parametrisation, optimiser, rate):
        spec = Spec.make("mlp", {
            "width": width, "parametrisation": parametrisation, "optimiser": optimiser,
            "single_datapoint": True, "depth": 3, "steps": 2, "eps": 1e-12,
            **dict.fromkeys(RATES, rate),
        })  # fmt: skip

        @jax.jit
        def outputs(problem):
            start = spec.system.initial(problem, hyper_of(spec))
            after, _ = spec.system.step(problem, start, hyper_of(spec), jnp.int32(0))
            zero = jnp.zeros_like(problem.targets)
            return [
                jnp.sqrt(spec.system.loss(learner.weights, problem.inputs, zero))
                for learner in (start, after)
            ]

        before, after = outputs(spec.problem())
        return abs(float(after) - float(before))

    for optimiser, rate in (("sgd", 1e-3), ("adam", 1e-4), ("muon", 1e-4)):
        growth = {
            p: moved(512, p, optimiser, rate) / moved(32, p, optimiser, rate)
            for p in ("muP", "standard")
        }
        assert growth["muP"] < 3 < growth["standard"], (optimiser, growth)


def test_mup_is_the_standard_parametrisation_at_its_base_width():
    one, other = (
        small("mlp", parametrisation=p, base_width=4, steps=20) for p in ("muP", "standard")
    )
    assert np.array_equal(*(losses(spec, 0.1, 0.1)[0] for spec in (one, other)))
    assert "base_width" in one.applicable()
    assert "base_width" not in other.applicable()


@pytest.mark.parametrize("parametrisation", ["standard", "muP"])
def test_outputs_begin_of_order_one_at_most(parametrisation):
    spec = Spec.make("mlp", {"parametrisation": parametrisation, "width": 256, "depth": 4,
                             "single_datapoint": True, "steps": 1})  # fmt: skip

    @jax.jit
    def square(problem):
        weights = spec.system.initial(problem, hyper_of(spec)).weights
        return spec.system.loss(weights, problem.inputs, np.zeros((1, 1)))

    squares = [float(square(spec.replace({"seed": seed}).problem())) for seed in range(30)]
    expected = 1.0 if parametrisation == "standard" else 16 / 256
    assert 0.2 * expected < np.mean(squares) < 1.5 * expected
