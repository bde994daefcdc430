"""The published colouring: a signed rank map, and its picture."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.colour import GAP, SPECTRAL, Scale, picture, shade

fields = arrays(np.float64, (5, 4), elements=st.floats(-1e9, 1e9))


def test_ranks_are_spread_evenly_on_either_side():
    values = np.array([-8.0, -4.0, -2.0, 1.0, 5.0])
    assert Scale.of(values).ranks(values).tolist() == [1.0, 0.625, 0.25, -0.25, -1.0]


@given(fields)
def test_ranks_are_those_of_the_published_definition(values):
    """Sorted values against two straight runs, interpolated: checked where no two are equal."""
    values = values + np.arange(20).reshape(5, 4) * 1e-3
    known = np.sort(values, axis=None)
    if np.any(np.diff(known) <= 0):
        return
    negative = int((known < 0).sum())
    scale = np.concatenate([np.linspace(-1, -GAP, negative), np.linspace(GAP, 1, 20 - negative)])
    np.testing.assert_array_equal(Scale.of(values).ranks(values), -np.interp(values, known, scale))


@given(fields, fields)
def test_the_sign_survives_any_reference(values, reference):
    ranks = Scale.of(reference).ranks(values)
    assert ((ranks > 0) == (values < 0)).all()
    assert (np.abs(ranks) >= GAP - 1e-12).all()


def test_unknown_pixels_are_transparent_and_infinite_ones_are_not():
    values = np.array([[np.nan, -1.0], [np.inf, 2.0]])
    alpha = shade(values, Scale.of(values)) >> 24
    assert alpha.tolist() == [[0, 255], [255, 255]]
    unknown = np.full((2, 2), np.nan)
    assert shade(unknown, Scale.of(unknown)).tolist() == [[0, 0], [0, 0]]


def test_slowly_converged_is_violet_and_slowly_diverged_dark_red():
    image = np.asarray(picture(np.array([[-500.0, -1.0, 1.0, 500.0]])))[0, :, :3]
    as_hex = ["#" + "".join(f"{c:02x}" for c in pixel) for pixel in image]
    assert as_hex[0] == SPECTRAL[-1]
    assert as_hex[-1] == SPECTRAL[0]


@given(fields, fields)
def test_a_value_has_the_same_colour_in_every_tile_that_shares_a_scale(values, others):
    scale = Scale.of(values)
    together = shade(np.stack([values, others, values]), scale)
    assert np.array_equal(together[0], shade(values, scale))
    assert np.array_equal(together[0], together[2])


def test_the_distance_of_scales_is_how_far_a_colour_would_move():
    evenly = Scale.of(np.array([-3.0, -2.0, -1.0, 1.0]))
    assert evenly.distance(evenly) == 0
    # -2 lies halfway along the converged side of the one, and a quarter along that of the other.
    other = Scale.of(np.array([-3.0, -2.0, -1.75, -1.5, -1.0, 1.0]))
    assert evenly.distance(other) == (1 - GAP) * (1 / 2 - 1 / 4)
    assert evenly.distance(Scale.of(np.array([np.nan]))) == 1 - GAP
