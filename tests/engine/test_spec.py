"""Specs: frozen, hashable, JSON both ways, and clear about what is wrong."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.places.presets import presets
from engine.plane import Axis, Size, Window
from engine.spec import Spec
from engine.systems import SYSTEMS
from engine.tiles.field import compute_field


@pytest.mark.parametrize("name", presets())
def test_every_preset_survives_json(name):
    spec = presets()[name].spec
    again = Spec.from_json(spec.to_json())
    assert again == spec
    assert hash(again) == hash(spec)
    assert again.digest() == spec.digest()


@given(st.integers(1, 64), st.floats(1e-300, 1e300), st.integers(1, 10**6))
def test_any_legal_spec_survives_json_and_texts(width, rate, steps):
    spec = Spec.make("mlp", {"width": width, "learning_rate": rate, "steps": steps})
    assert Spec.from_json(spec.to_json()) == spec
    texts = [f"{k}={str(v).lower() if isinstance(v, bool) else v}" for k, v in spec.flat().items()]
    assert Spec.make("mlp").set(texts) == spec


def test_different_specs_have_different_digests():
    spec = Spec.make("mlp")
    others = [{"steps": 501}, {"seed": 1}, {"width": 17}, {"learning_rate": 2.0}]
    others += [{"x": "step_offset"}, {"x_scale": "linear"}, {"precision": "float32"}]
    assert len({spec.replace(o).digest() for o in others} | {spec.digest()}) == len(others) + 1


def test_an_axis_takes_its_hyperparameters_own_scale_unless_told():
    assert Spec.make("mandelbrot").x == Axis("c_re", "linear")
    assert Spec.make("mlp", {"x": "step_offset"}).x == Axis("step_offset", "log10")
    assert Spec.make("mlp", {"x": "step_offset", "x_scale": "linear"}).x.scale == "linear"


@pytest.mark.parametrize(
    ("assignment", "complaint"),
    [
        ("stepz=3", "unknown setting of mlp 'stepz'; did you mean 'steps'"),
        ("steps", "key=value"),
        ("steps=many", "steps must be a whole number, not 'many'"),
        ("steps=0", "steps must be at least 1, not 0"),
        ("steps=99999999", "steps must be at most 1000000"),
        ("width=-1", "width must be at least 1"),
        ("learning_rate=nan", "learning_rate must be finite"),
        ("learning_rate=fast", "learning_rate must be a number"),
        ("nonlinearity=tahn", "unknown nonlinearity 'tahn'; did you mean 'tanh'"),
        ("single_datapoint=maybe", "true or false"),
        ("precision=float16", "unknown precision 'float16'"),
        ("x=momentum", "unknown axis for mlp 'momentum'"),
        ("x=output_learning_rate", "two hyperparameters"),
        ("x_scale=log2", "scale of input_learning_rate"),
        ("measure=loss", "unknown measure"),
        ("width=1024", "width 1024, depth 2 and dataset_ratio 1.0 make 1,049,600 samples"),
    ],
)
def test_a_bad_setting_is_refused_with_the_choices(assignment, complaint):
    with pytest.raises(InputError, match=complaint) as raised:
        Spec.make("mlp").set([assignment])
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "not a spec: it is no JSON"), ("[]", "not a spec"), ("3", "not a spec: 3"),
        ("{}", "not a spec"), ('{"system": 3}', "not a spec"),
        ('{"system": "mlp", "settings": 4}', "settings of a spec must be an object, not 4"),
        ('{"system": "mpl"}', "unknown system 'mpl'; did you mean 'mlp'"),
        ('{"system": "mlp", "steps": "many"}', "steps must be of type int, not 'many'"),
        ('{"system": "mlp", "steps": 1.5}', "steps must be of type int, not 1.5"),
        ('{"system": "mlp", "settings": {"width": true}}', "width must be of type int, not True"),
        ('{"system": "mlp", "x": ["a"]}', "unknown axis for mlp"),
    ],
)  # fmt: skip
def test_bad_json_is_refused_in_one_line(text, complaint):
    with pytest.raises(InputError, match=complaint) as raised:
        Spec.from_json(text)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("digits", [400, 4000, 5000])
def test_an_integer_of_very_many_digits_is_refused_and_not_quoted_in_full(digits):
    number = "9" * digits
    for read in (
        lambda: Spec.make("mlp").set([f"seed={number}"]),
        lambda: Spec.from_json(f'{{"system": "mlp", "settings": {{"width": {number}}}}}'),
        lambda: Spec.from_json(f'{{"system": "mlp", "learning_rate": {number}}}'),
    ):
        with pytest.raises(InputError) as raised:
            read()
        assert len(str(raised.value)) < 200


def test_the_hidden_rate_is_an_axis_only_with_hidden_layers():
    rate = "hidden_learning_rate"
    assert Spec.make("mlp", {"depth": 3, "x": rate}).x.name == rate
    with pytest.raises(InputError, match=f"unknown axis for mlp '{rate}'"):
        Spec.make("mlp", {"depth": 2, "x": rate})


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_setting_has_help_a_heading_and_a_legal_default(system):
    for name, about in Spec.make(system).choices().items():
        assert about.help, name
        assert about.group, name


def test_only_what_makes_a_difference_applies():
    shallow, single = Spec.make("mlp"), Spec.make("mlp", {"single_datapoint": True})
    assert "hidden_learning_rate" not in shallow.applicable()
    assert "hidden_learning_rate" in Spec.make("mlp", {"depth": 3}).applicable()
    assert "dataset_ratio" in shallow.applicable()
    assert "dataset_ratio" not in single.applicable()
    assert "input_learning_rate" not in shallow.applicable()  # it is the x axis
    assert "input_learning_rate" in Spec.make("mlp", {"x": "step_offset"}).applicable()


def test_a_setting_that_does_not_apply_leaves_the_field_as_it_is():
    spec = Spec.make("mlp", {"single_datapoint": True, "width": 3, "steps": 20})
    window, size = Window.parse("1.5", "1.5", "9"), Size(5, 4)
    other = spec.replace({"dataset_ratio": 0.5, "hidden_learning_rate": 7.0})
    same = (compute_field(s, window, size).values for s in (spec, other))
    assert np.array_equal(*same)


def test_the_home_of_a_spec_shows_the_range_of_both_axes():
    assert Spec.make("mlp").home() == Window.parse("1.5", "1.5", "9")
    assert Spec.make("mandelbrot").home() == Window.parse("-0.75", "0.0", "3")
    linear = Spec.make("mlp", {"x_scale": "linear", "y_scale": "linear"}).home()
    assert linear == Window.parse("5.0", "5.0", "10")
    large = Spec.make("mlp", {"learning_rate": 1e9, "x": "learning_rate", "x_scale": "linear"})
    assert large.default_range(large.x) == (0, 1000)
    small = large.replace({"learning_rate": 1e-300})
    assert small.home().half_width > 0
    logarithmic = Spec.make("quadratic", {"x": "coupling", "x_scale": "log10"})
    assert logarithmic.default_range(logarithmic.x) == (-4, 0)


def test_bounds_are_said_in_words():
    choices = Spec.make("mlp").choices()
    assert choices["width"].bounds == "1 to 1024 units"
    assert choices["steps"].bounds == "1 to 1,000,000 steps"
    assert choices["seed"].bounds == "0 to 2,147,483,548"
    assert choices["learning_rate"].bounds == ""
