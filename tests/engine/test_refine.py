"""Refinement: coarse to fine, each run once, and in the end the field itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.field import compute_field
from engine.plane import Size, Window
from engine.presets import preset
from engine.refine import COARSEST, Refinement, _coarse_to_fine

WINDOW = Window.parse("1.5", "1.5", "9")


@given(st.integers(1, 70), st.integers(1, 70))
def test_levels_are_nested_lattices_and_hold_every_pixel_once(width, height):
    order, ends = _coarse_to_fine(Size(width, height))
    assert sorted(order.tolist()) == list(range(width * height))
    stride = COARSEST
    for end in ends:
        rows, columns = np.divmod(order[:end], width)
        assert not (rows % stride).any()
        assert not (columns % stride).any()
        assert end == -(-width // stride) * -(-height // stride)
        stride //= 2


@pytest.mark.parametrize("size", [Size(37, 53), Size(1, 1), Size(64, 2)])
def test_a_finished_refinement_is_the_field(size):
    spec = preset("tanh-single").spec.replace({"steps": 100})
    refinement = Refinement(spec, WINDOW, size)
    strides = set()
    while not refinement.finished:
        refinement.advance(0.0)
        if (snapshot := refinement.snapshot()) is not None:
            strides.add(snapshot.complete)
            assert not np.isnan(snapshot.values).any()
    assert np.array_equal(refinement.field(), compute_field(spec, WINDOW, size).values)
    assert refinement.runs == size.pixels
    assert refinement.done == 1
    assert refinement.complete == 1
    assert 1 in strides


def test_a_snapshot_fills_what_is_missing_from_the_level_before():
    spec = preset("quadratic").spec
    refinement = Refinement(spec, Window.parse("0", "0", "4"), Size(256, 256))
    while refinement.complete is None:
        assert refinement.snapshot() is None
        refinement.advance(0.0)
    snapshot = refinement.snapshot()
    assert snapshot is not None
    assert snapshot.stride == snapshot.complete // 2
    field = refinement.field()
    known = field[:: snapshot.stride, :: snapshot.stride]
    parent = field[:: snapshot.complete, :: snapshot.complete].repeat(2, 0).repeat(2, 1)
    expected = np.where(np.isnan(known), parent[: known.shape[0], : known.shape[1]], known)
    assert np.array_equal(snapshot.values, expected)
    runs = refinement.runs
    refinement.stop()
    refinement.advance(1.0)
    assert not refinement.finished
    refinement.close()
    refinement.advance(1.0)
    assert refinement.finished
    assert refinement.runs == runs
