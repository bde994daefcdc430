"""The published colouring: a signed rank map, and its picture."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.colour import GAP, SPECTRAL, picture, shade, signed_ranks

fields = arrays(np.float64, (5, 4), elements=st.floats(-1e9, 1e9))


def test_ranks_are_spread_evenly_on_either_side():
    values = np.array([-8.0, -4.0, -2.0, 1.0, 5.0])
    assert signed_ranks(values).tolist() == [1.0, 0.625, 0.25, -0.25, -1.0]


@given(fields)
def test_ranks_are_those_of_the_published_definition(values):
    """Sorted values against two straight runs, interpolated: checked where no two are equal."""
    values = values + np.arange(20).reshape(5, 4) * 1e-3
    known = np.sort(values, axis=None)
    if np.any(np.diff(known) <= 0):
        return
    negative = int((known < 0).sum())
    scale = np.concatenate([np.linspace(-1, -GAP, negative), np.linspace(GAP, 1, 20 - negative)])
    np.testing.assert_array_equal(signed_ranks(values), -np.interp(values, known, scale))


@given(fields, fields)
def test_the_sign_survives_any_reference(values, reference):
    ranks = signed_ranks(values, reference)
    assert ((ranks > 0) == (values < 0)).all()
    assert (np.abs(ranks) >= GAP - 1e-12).all()


def test_unknown_pixels_are_transparent_and_infinite_ones_are_not():
    values = np.array([[np.nan, -1.0], [np.inf, 2.0]])
    alpha = shade(values) >> 24
    assert alpha.tolist() == [[0, 255], [255, 255]]
    assert shade(np.full((2, 2), np.nan)).tolist() == [[0, 0], [0, 0]]


def test_slowly_converged_is_violet_and_slowly_diverged_dark_red():
    image = np.asarray(picture(np.array([[-500.0, -1.0, 1.0, 500.0]])))[0, :, :3]
    as_hex = ["#" + "".join(f"{c:02x}" for c in pixel) for pixel in image]
    assert as_hex[0] == SPECTRAL[-1]
    assert as_hex[-1] == SPECTRAL[0]
