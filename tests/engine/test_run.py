"""One run: its Lyapunov exponent where it is known."""

import math
from decimal import Decimal

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.analysis.run import inspect
from engine.errors import InputError
from engine.plane import Size, Window
from engine.spec import Spec
from engine.systems.common.tangent import Tangent
from engine.tiles.field import compute_field
from engine.training.trainer import Trainer
from tests.inputs import inputs
from tests.small import LANES, small


def test_the_exponent_of_a_superattracting_and_a_chaotic_orbit():
    """At c = -2 the real map z^2 - 2 from a generic start is conjugate to doubling: ln 2."""
    chaotic = Spec.make("mandelbrot", {"x": "z_re", "y": "z_im", "c_re": -2.0, "steps": 1000})
    found = inspect(chaotic, Decimal("0.3137"), Decimal(0))
    # Along the real line the orbit is chaotic; off it, rounding is never amplified: im stays 0.
    assert found.lyapunov == pytest.approx(math.log(2), abs=0.02)


def test_the_exponent_of_a_linear_map_is_the_logarithm_of_its_largest_factor():
    spec = Spec.make("quadratic", {"coupling": 0.0, "steps": 400})
    found = inspect(spec, Decimal("-1"), Decimal("-0.5"))
    assert found.lyapunov == pytest.approx(math.log(1 - 0.1), abs=0.01)


def test_a_run_that_diverges_has_an_exponent_up_to_there():
    found = inspect(Spec.make("quadratic", {"coupling": 0.0}), Decimal(1), Decimal(1))
    assert found.outcome == "diverged"
    assert found.decided is not None
    assert found.lyapunov == pytest.approx(math.log(9), abs=0.05)


def test_the_exponent_is_that_of_the_run_in_its_own_precision():
    chaotic = {"x": "z_re", "y": "z_im", "c_re": -2.0, "steps": 1000}
    exact, rounded = (
        inspect(
            Spec.make("mandelbrot", {**chaotic, "precision": precision}),
            Decimal("0.3137"),
            Decimal(0),
        ).lyapunov
        for precision in ("float64", "float32")
    )
    assert rounded == pytest.approx(math.log(2), abs=0.03)
    assert rounded != exact


@pytest.mark.parametrize("batch_size", [0, 2])
def test_the_exponent_is_the_stretch_of_all_steps_taken_together(batch_size):
    """The slow twin: one derivative of the whole map, with the batch of each step in its turn."""
    spec = small("mlp", batch_size=batch_size, steps=50)
    problem, x, y = jax.tree.map(jnp.asarray, spec.problem()), 0.7, 0.3
    values = {name: jnp.float64(value) for name, value in spec.system.base_values().items()}
    values |= {spec.x.name: jnp.float64(x), spec.y.name: jnp.float64(y)}

    @jax.jit
    def all_steps(state):
        def one(t, state):
            return spec.system.step(problem, state, values, t)[0]

        return jax.lax.fori_loop(0, spec.steps, one, state)

    state, direction = Tangent(spec.system).initial(problem, values)
    along = jax.tree.unflatten(jax.tree.structure(state), direction)
    _, moved = jax.jvp(all_steps, (state,), (along,))
    stretch = np.linalg.norm(np.concatenate([np.ravel(v) for v in jax.tree.leaves(moved)]))
    exponents = spec.replace({"measure": "lyapunov"})
    _, outcome = Trainer(exponents, lanes=1).losses(inputs(x, y))  # as a run for itself is trained
    assert outcome.value[0] == pytest.approx(np.log(stretch) / spec.steps, rel=1e-9)


def test_a_run_looked_at_has_the_values_of_its_pixel():
    for measure in ("convergence", "lyapunov"):
        spec = Spec.make("mlp", {"single_datapoint": True, "steps": 100, "measure": measure})
        field = compute_field(spec, Window.parse("1.684", "1.26", "0.1"), Size(1, 1))
        found = inspect(spec, Decimal("1.684"), Decimal("1.26"))
        assert found.value == field.values[0, 0]
    assert found.value == found.lyapunov


def test_exponents_over_a_plane_of_julia_starts_are_those_of_the_linear_map_inside():
    """With c = 0 a step takes an angle to twice the angle: the tangent stretches by 2 |z|."""
    values = {"x": "z_re", "y": "z_im", "c_re": 0.0, "measure": "lyapunov", "steps": 7}
    field = compute_field(
        Spec.make("mandelbrot", values), Window.parse("0", "0", "1.6"), Size(8, 8)
    )
    radius = np.hypot(*np.meshgrid(field.x, field.y))
    powers = np.sum([2.0**t for t in range(7)])
    expected = np.log(2) + powers * np.log(radius) / 7
    inside = radius < 0.9
    assert inside.sum() > 30
    np.testing.assert_allclose(field.values[inside], expected[inside], rtol=1e-9)
    assert (field.values[radius < 0.5] < 0).all()


def test_an_orbit_that_passes_the_critical_point_contracts_beyond_measure():
    superstable = Spec.make("mandelbrot", {"c_re": -1.0, "steps": 100})
    assert inspect(superstable, Decimal(-1), Decimal(0)).lyapunov < -300
    spec = Spec.make("mandelbrot", {"steps": 500})
    # c = 1/4 - 1/16 has its fixed point at 1/4, where the derivative is 1/2.
    found = inspect(spec, Decimal("0.1875"), Decimal(0))
    assert found.lyapunov == pytest.approx(math.log(0.5), abs=0.01)


def test_a_measure_of_chaos_keeps_the_outcome_of_the_run():
    spec = Spec.make("quadratic", {"coupling": 0.0, "measure": "lyapunov"})
    found = inspect(spec, Decimal(1), Decimal(1))
    assert (found.outcome, found.value) == ("diverged", found.lyapunov)


def test_looking_at_a_run_can_be_stopped_after_any_chunk():
    spec = Spec.make("quadratic", {"steps": 400})
    calls = []

    def stop_at(call):
        def check():
            calls.append(None)
            if len(calls) == call:
                raise InterruptedError

        return check

    inspect(spec, Decimal(-1), Decimal(-1), stop_at(0))
    assert len(calls) == 2 * 400 / 20
    for call in (1, 30):
        calls.clear()
        with pytest.raises(InterruptedError):
            inspect(spec, Decimal(-1), Decimal(-1), stop_at(call))
        assert len(calls) == call


def test_a_point_outside_every_plane_is_refused():
    with pytest.raises(InputError, match=r"learning_rate_1 must lie within ±1000, not 1E\+999"):
        inspect(Spec.make("quadratic"), Decimal("1e999"), Decimal(0))


@pytest.mark.parametrize(
    "settings",
    [{}, {"depth": 3, "optimiser": "adam"}, {"batch_size": 2}, {"step_offset": 0.01}],
)
def test_the_update_norms_are_those_of_steps_taken_one_by_one(settings):
    spec, x, y = small("mlp", steps=30, **settings), 1.3, 0.5
    found = Trainer(spec, lanes=LANES).updates(inputs(x, y))
    problem = spec.problem()
    hyper = {name: jnp.float64(value) for name, value in spec.system.base_values().items()}
    hyper |= {spec.x.name: jnp.float64(x), spec.y.name: jnp.float64(y)}
    learner, step, expected = spec.system.initial(problem, hyper), jax.jit(spec.system.step), []
    for t in range(spec.steps):
        after, _ = step(problem, learner, hyper, jnp.int32(t))
        pairs = zip(after.weights, learner.weights, strict=True)
        expected.append([np.linalg.norm(a - b) for a, b in pairs])
        learner = after
    np.testing.assert_allclose(found, expected, rtol=1e-7)
    assert len(spec.system.parts) == spec.system.depth


def test_a_run_looked_at_has_the_update_norms_of_every_layer():
    spec = small("mlp", batch_size=2, steps=50)
    found = inspect(spec, Decimal("0.1"), Decimal("-0.3"))
    assert found.parts == ("input layer", "output layer")
    norms = Trainer(spec).updates(inputs(found.x, found.y))
    np.testing.assert_array_equal(found.updates, norms)


def test_a_system_whose_state_has_no_named_parts_has_no_update_norms():
    found = inspect(Spec.make("quadratic", {"steps": 30}), Decimal(0), Decimal(0))
    assert found.updates.shape == (30, 0)
