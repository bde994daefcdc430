"""Comparisons: who agrees with whom, in numbers, words and colours."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.analysis import comparison
from engine.analysis.comparison import AGREE, DIFFER, Comparison, relations
from engine.errors import InputError
from engine.pictures.colour import BACKGROUND
from engine.places.against import differences, normal, other_of, titles
from engine.places.presets import preset
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.field import compute_field

QUANTITIES = Spec.make("quadratic")
CLASSES = Spec.make("two-factor", {"measure": "outcome"})
values = arrays(float, (5, 4), elements=st.sampled_from([-3.5, -1.0, 0.0, 2.0, np.inf, np.nan]))
outcomes = arrays(float, (5, 4), elements=st.sampled_from([-11.0, -2.0, -1.0, 1.0, np.nan]))


def test_a_small_field_by_hand():
    one = np.array([[-1.0, 2.0, -1.0, 5.0], [np.nan, 1.0, -8.0, 0.0]])
    other = np.array([[-9.0, 7.0, 3.0, -1.0], [-1.0, np.nan, np.inf, np.inf]])
    found = comparison.compared(QUANTITIES, QUANTITIES, one, other)
    assert found.tolist() == [[1, 2, 3, 4], [0, 0, 3, 2]]
    about = Comparison(QUANTITIES, QUANTITIES.set(["steps=7"]), found)
    assert {relation.words: n for relation, n in about.counts.items()} == {
        "both converged": 1, "both diverged": 2, "only the first converged": 2,
        "only the second converged": 1,
    }  # fmt: skip
    assert (about.runs, about.differing, about.share) == (6, 3, 0.5)
    assert about.words == "disagree: 50 % of 6 runs"
    assert (comparison.shade(found) == 0).tolist() == (found == 0).tolist()


def test_kinds_of_outcome_disagree_where_they_are_not_the_same():
    one = np.array([-1.0, -1.0, 1.0, -2.0, 1.0])
    other = np.array([-1.0, -2.0, 1.0, 1.0, -9.0])
    found = comparison.compared(CLASSES, CLASSES, one, other)
    assert found.tolist() == [1, 5, 2, 3, 4]
    assert Comparison(CLASSES, CLASSES, found).share == 0.6
    quantity = CLASSES.set(["measure=convergence"])
    assert comparison.compared(CLASSES, quantity, one, other).tolist() == [1, 1, 2, 3, 4]
    words = [relation.words for relation in relations(CLASSES, quantity)]
    assert words[:3] == [
        "bounded and converged", "diverged and diverged", "bounded, but diverged"
    ]  # fmt: skip
    assert len(words) == 4


@given(st.one_of(st.tuples(values, values, st.just(QUANTITIES)),
                 st.tuples(outcomes, outcomes, st.just(CLASSES))))  # fmt: skip
def test_every_pair_is_as_one_by_one(case):
    one, other, spec = case
    found = Comparison(spec, spec, comparison.compared(spec, spec, one, other))
    differing = runs = 0
    for mine, theirs in zip(one.flat, other.flat, strict=True):
        if mine == mine and theirs == theirs:
            runs += 1
            same_side = (mine < 0) is (theirs < 0)
            differing += not same_side or (spec is CLASSES and mine != theirs)
    assert (found.runs, found.differing) == (runs, differing)
    assert found.share == pytest.approx(differing / runs if runs else np.nan, nan_ok=True)


def test_two_fields_over_the_same_window_and_no_others():
    spec, window = preset("quadratic").spec.set(["steps=20"]), Window.parse(0, 0, 4)
    first = compute_field(spec, window, Size(8, 6))
    second = compute_field(spec.set(["steps=1"]), window, Size(8, 6))
    found = Comparison.of(first, second)
    assert 0 < found.differing < found.runs == 48
    again = Comparison.of(second, first)
    assert list(again.counts.values())[2:] == list(found.counts.values())[:1:-1]
    with pytest.raises(InputError, match="same window"):
        Comparison.of(first, compute_field(spec, window, Size(4, 3)))


def test_what_has_other_axes_is_refused_in_one_line():
    spec = preset("tanh").spec
    for changes in (["y_scale=linear"], ["x=output_learning_rate", "y=input_learning_rate"]):
        with pytest.raises(InputError) as raised:
            other_of(spec, changes)
        message = str(raised.value)
        assert message.count("input_learning_rate (log10)") >= 1
        assert "same axes" in message
        assert "\n" not in message


def test_differences_are_kept_once_each_and_lead_back():
    spec = preset("tanh").spec
    against = normal(spec, ["seed=1", "single-datapoint=TRUE", "seed = 2"])
    assert against == ("seed=2", "single_datapoint=true")
    other = other_of(spec, against)
    assert (other.seed, other.system.single_datapoint) == (2, True)
    assert spec.set(differences(spec, other)) == other
    assert titles(spec, other) == (
        "single datapoint no, seed 0", "single datapoint yes, seed 2"
    )  # fmt: skip


# What is seen of linear RGB by those who lack one kind of cone (Machado, Oliveira & Fernandes 2009,
# doi:10.1109/TVCG.2009.113, severity 1), and by others.
SIGHT = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
               [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
               [0.004733, 0.691367, 0.303900]],
    "trichromat": np.eye(3).tolist(),
}  # fmt: skip
TO_XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]


def lab(colour, sight):
    """A colour as somebody sees it, in CIE L*a*b*."""
    rgb = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(SIGHT[sight]) @ linear, 0, 1)
    x, y, z = np.cbrt(np.array(TO_XYZ) @ seen / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHT)
def test_whoever_looks_can_tell_the_kinds_apart_in_light_and_dark(sight):
    for one, other in combinations([*AGREE, *DIFFER], 2):
        assert np.linalg.norm(lab(one, sight) - lab(other, sight)) > 20, (one, other)
    for colour in (*AGREE, *DIFFER):
        for ground in (BACKGROUND, "#ffffff"):
            assert np.linalg.norm(lab(colour, sight) - lab(ground, sight)) > 12, (colour, ground)
