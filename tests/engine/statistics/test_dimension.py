"""Estimates of the dimension, against sets whose dimension is known and against porespy."""

import math
import warnings
from pathlib import Path

import numpy as np
import pytest

from engine.places.presets import preset
from engine.plane import Size
from engine.statistics.boundary import edges_of, labels_of, shuffled, smooth
from engine.statistics.dimension import (
    METHODS,
    box_counting,
    box_counting_of_set,
    correlation,
    dimensions,
    published,
    published_of_set,
    uncertainty,
)
from engine.tiles.field import compute_field
from tests.engine.statistics import known

DATA = Path(__file__).parents[2] / "data"
N = 1024
KOCH, CARPET = math.log(4) / math.log(3), math.log(8) / math.log(3)


def noise(share, shape=(N, N)):
    return np.random.default_rng(1).random(shape) < share


SETS = {
    "straight line": (lambda: edges_of(known.below_line(N)), 1),
    "circle": (lambda: edges_of(known.inside_circle(N)), 1),
    "filled square": (lambda: np.ones((N, N), bool), 2),
    "carpet": (lambda: known.carpet(N), CARPET),
    "carpet without a row": (lambda: known.carpet(N)[:-1, :-1], CARPET),
    "Koch curve": (lambda: known.koch_curve(N), KOCH),
    "Koch curve, turned": (lambda: known.koch_curve(N, 0.4), KOCH),
    "even noise": (lambda: edges_of(noise(0.5)), 2),
    "rare noise": (lambda: edges_of(noise(0.03)), 2),
}


@pytest.mark.parametrize("name", SETS)
def test_boxes_count_the_known_dimension_of_a_set_to_two_per_cent(name):
    make, dimension = SETS[name]
    found = box_counting_of_set(make())
    assert found.value == pytest.approx(dimension, rel=0.02)
    assert abs(found.value - dimension) < 2 * found.error + 0.005
    assert found.resolved


@pytest.mark.parametrize(
    ("labels", "dimension"),
    [
        (known.below_line, 1),
        (known.inside_circle, 1),
        (known.snowflake, KOCH),
        (lambda n: noise(0.5, (n, n)), 2),
        (lambda n: noise(0.03, (n, n)), 2),
    ],
)
def test_pairs_know_the_dimension_of_a_boundary_to_two_per_cent(labels, dimension):
    found = uncertainty(labels(N))
    assert found.value == pytest.approx(dimension, rel=0.02)
    assert abs(found.value - dimension) < 2 * found.error + 0.005


@pytest.mark.parametrize("n", [128, 256, 512, 1024])
def test_a_snowflake_is_measured_within_the_error_at_every_resolution_or_not_at_all(n):
    for method, resolved_from in ((box_counting, 1024), (uncertainty, 256)):
        found = method(known.snowflake(n))
        assert found.resolved or n < resolved_from
        if found.resolved:
            assert abs(found.value - KOCH) < 2 * found.error < 0.2


@pytest.mark.parametrize(
    ("method", "n", "seeds", "dimension"),
    [
        (uncertainty, 256, 8, 1.2),
        (uncertainty, 256, 8, 1.4),
        (uncertainty, 256, 8, 1.6),
        (box_counting, 512, 5, 1.4),
        pytest.param(box_counting, 512, 5, 1.6, marks=pytest.mark.slow),
        (published, 256, 8, 1.2),
        (published, 256, 8, 1.6),
    ],
)
def test_the_error_covers_the_truth_of_boundaries_known_at_samples(method, n, seeds, dimension):
    found = [method(known.rough(n, dimension, seed)) for seed in range(seeds)]
    resolved = [e for e in found if e.resolved]
    assert len(resolved) > seeds / 2
    off = np.array([(e.value - dimension) / e.error for e in resolved])
    assert np.sqrt(np.mean(off**2)) < 1.6
    assert np.mean([e.error for e in resolved]) < 0.2


def test_boxes_too_small_to_trust_are_not_enough():
    """Within a few pixels a boundary known at samples passes unseen between them."""
    found = box_counting(known.rough(256, 1.4, 1))
    assert found.range[0] < 4
    assert found.flags == ("too few boundary boxes",)
    assert box_counting_of_set(edges_of(known.rough(256, 1.4, 1))).resolved


@pytest.mark.parametrize(("labels", "dimension"), [(known.below_line, 0.99), (noise, 2.01)])
def test_the_published_recipe_gives_what_is_known_of_it_at_1023(labels, dimension):
    picture = labels(N) if labels is known.below_line else labels(0.5)
    assert published(picture).value == pytest.approx(dimension, abs=0.03)


def test_the_boundary_of_the_mandelbrot_set_goes_to_two_slowly():
    """Its dimension is 2 (Shishikura, arXiv:math/9201282), of which little is seen from afar."""
    whole = known.mandelbrot(512)
    valley = known.mandelbrot(512, -0.743643887 + 0.131825904j, 1e-2, 1000)
    for method in (box_counting, uncertainty):
        far, near = method(whole), method(valley)
        assert 1.1 < far.value < near.value < 2
    assert uncertainty(valley).value > 1.7


def reference(name):
    """The edges of a published window, of an independent port."""
    with np.load(DATA / f"{name}-published.npz") as data:
        return edges_of(data["field"] < 0)


EDGES = {
    "half of all": lambda: noise(0.5, (255, 255)),
    "few": lambda: noise(0.02, (63, 130)),
    "many, tall": lambda: noise(0.9, (300, 95)),
    "a line": lambda: np.eye(200, dtype=bool),
    "none": lambda: np.zeros((50, 50), bool),
    "all": lambda: np.ones((64, 64), bool),
    "smaller than the smallest box": lambda: noise(0.5, (7, 7)),
    "snowflake": lambda: edges_of(known.snowflake(400)),
    "Mandelbrot": lambda: edges_of(known.mandelbrot(256)),
    "linear": lambda: reference("linear"),
    "tanh": lambda: reference("tanh"),
    "tanh-minibatch": lambda: reference("tanh-minibatch"),
}


@pytest.mark.parametrize("name", EDGES)
def test_the_published_recipe_is_porespys(name):
    edges = EDGES[name]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from porespy.metrics import boxcount

        expected = boxcount(edges, bins=10)
    found = published_of_set(edges)
    np.testing.assert_array_equal(found.sizes, expected.size)
    np.testing.assert_array_equal(found.counts, expected.count)
    np.testing.assert_allclose(found.slopes, expected.slope, rtol=1e-12, atol=1e-12)
    finite = expected.slope[np.isfinite(expected.slope)]
    median = np.median(finite) if finite.size else math.nan
    assert found.value == pytest.approx(median, abs=1e-12, nan_ok=True)


def test_edges_are_the_blocks_whose_extremes_have_opposite_signs():
    values = np.random.default_rng(2).normal(size=(40, 30))
    blocks = np.lib.stride_tricks.sliding_window_view(values, (2, 2))
    expected = blocks.max(axis=(2, 3)) * blocks.min(axis=(2, 3)) < 0
    np.testing.assert_array_equal(edges_of(labels_of(values)), expected)


def test_labels_of_an_unfinished_field_are_refused():
    with pytest.raises(ValueError, match="some are not computed yet"):
        labels_of(np.array([[1.0, np.nan]]))


def test_boxes_are_counted_as_a_loop_would():
    members = noise(0.1, (130, 71))
    found = box_counting_of_set(members, offsets=False)
    whole = members[:120, :60]  # 5 x 12 along the shorter side
    for size, count in zip(found.sizes, found.counts, strict=True):
        corners = [(i, j) for i in range(0, 120, size) for j in range(0, 60, size)]
        assert count == sum(whole[i : i + size, j : j + size].any() for i, j in corners)


def test_boxes_can_be_averaged_over_where_their_grid_lies():
    members = known.koch_curve(N)
    here, everywhere = (box_counting_of_set(members, offsets=o) for o in (False, True))
    corners = [
        box_counting_of_set(np.flip(members, axes), offsets=False)
        for axes in ([], [0], [1], [0, 1])
    ]
    np.testing.assert_allclose(everywhere.counts, np.mean([c.counts for c in corners], axis=0))
    assert (here.counts != everywhere.counts).any()


def test_pairs_are_counted_as_a_loop_would():
    labels = noise(0.3, (70, 83))
    found = uncertainty(labels)
    for size, count in zip(found.sizes, found.counts, strict=True):
        along = [
            sum(
                a[i, j] != a[i, j + size]
                for i in range(a.shape[0])
                for j in range(a.shape[1] - size)
            )
            / (a.shape[0] * (a.shape[1] - size))
            for a in (labels, labels.T)
        ]
        assert count == pytest.approx(sum(along) * labels.size, rel=1e-12)


def test_neighbours_of_noise_are_uncorrelated_and_those_of_a_line_are_not():
    for share in (0.5, 0.1):
        found = correlation(noise(share))
        assert abs(found.value) < 4 * found.error
    assert correlation(known.below_line(N)).value > 0.99
    board = np.indices((50, 50)).sum(axis=0) % 2 == 0
    assert correlation(board).value == pytest.approx(-1)
    assert correlation(np.ones((9, 9), bool)).flags == ("no boundary",)


def test_every_estimate_stands_beside_noise_of_its_own_composition_and_a_smooth_curve():
    labels = known.snowflake(512)
    for found in dimensions(labels):
        method = METHODS[found.method]
        assert found.noise.value == method(shuffled(labels)).value
        assert found.noise.value == pytest.approx(2, abs=0.07)
        assert found.smooth.value == method(smooth(labels.shape)).value
        assert found.smooth.value == pytest.approx(1, abs=0.05)
    assert shuffled(labels).sum() == labels.sum()


@pytest.mark.parametrize(
    ("labels", "flag", "resolved"),
    [
        (known.below_line(512), "near smooth null", True),
        (noise(0.5, (512, 512)), "near noise ceiling", False),
        (np.ones((512, 512), bool), "no boundary", False),
        (np.arange(512 * 512).reshape(512, 512) < 3, "too few boundary boxes", False),
        (known.inside_circle(40), "too few boundary boxes", False),
    ],
)
def test_estimates_say_what_speaks_against_them(labels, flag, resolved):
    for found in dimensions(labels):
        assert flag in found.flags, found.method
        assert found.resolved == resolved, found.method


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (2, 2), (9, 400), (61, 60)])
def test_pictures_too_small_for_a_number_have_none_or_a_flag(shape):
    for found in dimensions(noise(0.5, shape)):
        assert not found.resolved
        assert found.flags


def test_the_smooth_null_is_what_training_the_quadratic_gives():
    chosen = preset("quadratic")
    field = compute_field(
        chosen.spec.replace({"steps": 3000}), chosen.window("overview"), Size(96, 64)
    )
    null = smooth((64, 96))
    assert 0.1 < null.mean() < 0.9
    assert np.mean((field.values < 0) == null) > 0.999
