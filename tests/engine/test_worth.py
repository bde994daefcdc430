"""The order by worth: what is predicted, what is trained first, and what an audit says of it."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.places.presets import preset
from engine.plane import Size
from engine.tiles.audit import LABELS, Audit, Refinement
from engine.tiles.field import compute_field
from engine.tiles.lattice import PLANE, TILE, Region
from engine.tiles.order import NearestFirst
from engine.tiles.partial import Hull
from engine.tiles.prediction import DIFFERS, Predictor
from engine.tiles.pyramid import Pyramid, TileCache
from engine.tiles.request import Request
from engine.tiles.store import Store
from engine.tiles.worth import ByWorth
from tests.tiles import train

SPEC = preset("quadratic").spec
KINDS = preset("two-factor").spec.replace({"measure": "outcome"})
REGION = Region(PLANE, 16, -150, 37, 300, 240)


def disc(x, y):
    """Converged within a circle of a hundred points, the slower the nearer to it."""
    away = np.hypot(x, y - 150) - 100
    return np.sign(away + 1e-9) * np.exp(-np.abs(away) / 40)


def ripples(x, y):
    return np.sin(x / 9.0) + np.cos(y / 7.0) + 0.01


def noise(x, y):
    mixed = np.sin(x * 12.9898 + y * 78.233) * 43758.5453
    return mixed - np.floor(mixed) - 0.5


def islands(x, y):
    """Mostly smooth, with small squares of the other label."""
    small = (x // 3 * 7919 + y // 3 * 104729) % 997 == 0
    return np.where(small, -1.0, 1.0) * (1 + ((x + y) % 300) / 300)


def kinds(x, y):
    return np.where(np.hypot(x, y - 150) < 100, -1.0, np.where(x > 40, 1.0, 2.0))


def at(truth, region):
    """The values of a made-up landscape at the points of a region."""
    y, x = np.mgrid[: region.height, : region.width]
    return truth((x + region.column) * 1.0, (y + region.row) * 1.0)


def values_of(truth, region):
    """What `train` enters for the points of a tile."""

    def value(tile, points):
        stride = 2 ** (region.level - tile.index.level)
        y = (tile.index.row * TILE + points // TILE) * stride
        x = (tile.index.column * TILE + points % TILE) * stride
        return truth(x * 1.0, y * 1.0)

    return value


def request_for(truth, order, region=REGION, cache=None, spec=SPEC, **options):
    """A request, and a function that trains so many of its runs."""
    pyramid = Pyramid(spec, region.lattice, cache or TileCache())
    request = Request(pyramid, region, order, **options)
    value = values_of(truth, region)
    return request, lambda most: train(request, most, value)


def wrong_labels(request, truth):
    values = request.prediction()[1].values
    return np.mean((values < 0) != (at(truth, request.region) < 0))


@given(
    st.sampled_from([disc, ripples, noise, islands]),
    st.lists(
        st.tuples(
            st.integers(13, 17), st.integers(-400, 200), st.integers(-100, 300),
            st.integers(1, 120), st.integers(1, 120), st.integers(1, 4000),
        ),
        min_size=1, max_size=4,
    ),
    st.booleans(),
)  # fmt: skip
@settings(max_examples=12, deadline=None)
def test_whatever_path_leads_there_the_whole_picture_is_the_truth(truth, views, slow):
    """Zooms and pans at other levels leave points known, of which none is trained again."""
    cache, trained = TileCache(), set()
    for number, (level, column, row, width, height, most) in enumerate(views):
        region = Region(PLANE, level, column, row, width, height)

        def landscape(x, y, level=level):
            scale = 2.0 ** (17 - level)
            return truth(x * scale, y * scale)

        request, go = request_for(
            landscape, ByWorth(), region, cache, pace=1e-2 if slow else 1e-6
        )  # fmt: skip
        while not request.finished:
            taken = go(most)
            for index, points in taken:
                new = {(index, int(point)) for point in points}
                assert not new & trained
                trained |= new
            if number < len(views) - 1:
                break
            assert taken
        for stride in (1, 2, 4):
            shown, predicted = request.prediction(level - stride.bit_length() + 1)
            size = 2 ** (level - shown.level)
            truth_there = at(lambda x, y, s=size, of=landscape: of(x * s, y * s), shown)
            there = predicted.trained
            assert np.array_equal(predicted.values[there], truth_there[there])
    assert request.known == request.points
    assert np.array_equal(request.snapshot().values, at(landscape, region))
    assert request.prediction()[1].trained.all()


@pytest.mark.parametrize(("truth", "share"), [(disc, 0.12), (ripples, 0.4)])
def test_labels_are_right_long_before_most_runs_are_trained(truth, share):
    request, go = request_for(truth, ByWorth(), pace=1e-3)
    while wrong_labels(request, truth) > 1 - LABELS:
        assert go(300)
    assert request.known < share * request.points
    by_level, go = request_for(truth, NearestFirst(), pace=1e-3)
    while by_level.known < request.known:
        go(300)
    assert wrong_labels(by_level, truth) > 2 * (1 - LABELS)


def test_noise_is_trained_no_worse_than_level_by_level():
    errors = []
    for order in (ByWorth(), NearestFirst()):
        request, go = request_for(noise, order, pace=1e-4)
        of_order = []
        for share in (0.02, 0.1, 0.3, 0.6, 0.9):
            while request.known < share * request.points:
                go(200)
            of_order.append(wrong_labels(request, noise))
        errors.append(np.array(of_order))
        assert not request.sharp
    assert (errors[0] <= errors[1] + 0.02).all()
    assert errors[1][0] > 0.4
    assert errors[1][-1] < 0.06


def test_a_surprise_in_a_smooth_part_is_followed():
    """A narrow spike between the coarse points is found by the sweep, and then all of it."""

    def spike(x, y):
        return np.where((np.abs(x - 3) < 5) & (np.abs(y - 150) < 90), -1.0, 1.0) * (2 + y / 900)

    request, go = request_for(spike, ByWorth(), pace=1e-3)
    while wrong_labels(request, spike) > 0:
        assert go(200)
    assert request.known < 0.3 * request.points


def test_what_is_nearest_the_gesture_comes_first_among_equals():
    from engine.tiles.focus import Box

    request, go = request_for(noise, ByWorth((Box(1, 1, 0, 0),)), pace=1e-3)
    while request.known < 0.3 * request.points:
        go(100)
    trained = request.prediction()[1].trained
    assert trained[:, 150:].mean() > trained[:, :150].mean() + 0.01


def test_the_bound_of_an_audit_holds_against_the_truth_and_is_not_far_from_it():
    """At every look on the way, of pictures with very many wrong labels and with few."""
    holds, shares, near = [], [], []
    for truth, shift in itertools.product((disc, ripples, islands), range(0, 300, 30)):

        def moved(x, y, shift=shift, truth=truth):
            return truth(x + 1.7 * shift, y - 1.3 * shift)

        request, go = request_for(moved, ByWorth(), pace=1e-3)
        while not request.sharp and request.known < 0.9 * request.points:
            wrong = wrong_labels(request, moved) if request.known else 1.0
            go(400)  # plans with what is known now, and audits the prediction from that
            if request.audit is not None and request.audit.sampled >= 100:
                most = 1 - request.audit.labels
                holds.append(wrong <= most)
                shares.append(wrong)
                near.append(most <= 4 * wrong + 8 / request.audit.sampled)
    assert np.mean(holds) >= 0.95
    assert np.mean(near) >= 0.9
    assert len(holds) > 300
    assert max(shares) > 10 * (1 - LABELS)
    assert min(shares) < (1 - LABELS) / 2


def test_an_audit_is_as_bad_as_what_it_finds_and_more_is_trained():
    """Small islands are found by the sample alone, and so nothing is sharp until they are known."""
    request, go = request_for(islands, ByWorth(), pace=1e-3)
    bounds = []
    while request.known < 0.5 * request.points:
        go(500)
        if request.audit:
            bounds.append(request.audit.labels)
            if request.audit.wrong > 1:
                assert not request.sharp
    assert min(bounds) < LABELS
    smooth, go = request_for(disc, ByWorth(), pace=1e-3)
    while not smooth.sharp:
        go(500)
    assert smooth.audit.labels >= LABELS
    assert smooth.known < 0.3 * smooth.points
    assert not smooth.finished


def test_bounds_are_those_of_clopper_and_pearson():
    assert Audit(1000, 1000, 300, 0, 3).labels == pytest.approx(0.05 ** (1 / 300))
    assert Audit(1000, 500, 300, 0, 3).labels == pytest.approx(1 - (1 - 0.05 ** (1 / 300)) / 2)
    assert Audit(1000, 1000, 300, 0, 3).colours == pytest.approx(0.025651, rel=1e-3)
    assert Audit(1000, 600, 0, 0, 0).labels == pytest.approx(0.4)
    assert Audit(1000, 600, 5, 5, 5).labels == pytest.approx(0.4)
    good, bad = Audit(10**6, 9 * 10**5, 6000, 0, 20), Audit(10**6, 9 * 10**5, 6000, 9, 20)
    assert Refinement().holds(good)
    assert not Refinement().holds(bad)
    assert Refinement(0.99).holds(bad)
    assert not Refinement(0.99, 0.001).holds(bad)
    assert Refinement(0.99, None).holds(bad)


def test_known_points_stay_as_they_are_and_others_lie_between_them():
    region = Hull.of(REGION).region
    truth = at(disc, region)
    for stride, most in ((8, 0.04), (16, 0.08)):
        values = np.full(truth.shape, np.nan)
        values[::stride, ::stride] = truth[::stride, ::stride]
        values[5, 7] = 123.0
        predictor = Predictor(32, categories=False)
        predictor.rank(values)
        predicted = predictor.predict(values, np.full(truth.shape, 7, np.int32))
        known = ~np.isnan(values)
        assert np.array_equal(predicted.trained, known)
        assert np.array_equal(predicted.values[known], values[known])
        assert np.isfinite(predicted.values).all()
        assert (predicted.decided == 7).all()
        assert np.mean((predicted.values < 0) != (truth < 0)) < most
        off = np.abs(np.abs(predicted.values) - np.abs(truth))
        assert np.median(off) < most


def test_of_kinds_of_outcome_a_point_has_that_of_its_neighbours():
    region = Hull.of(REGION).region
    truth = at(kinds, region)
    values = np.full(truth.shape, np.nan)
    values[::8, ::8] = truth[::8, ::8]
    predictor = Predictor(32, categories=True)
    predicted = predictor.predict(values, np.zeros(truth.shape, np.int32))
    assert set(np.unique(predicted.values)) == {-1.0, 1.0, 2.0}
    assert 0 < np.mean(predicted.values != truth) < 0.05
    surface = predictor.surface(values)
    agreed = surface.doubt < DIFFERS / 4
    assert 0.5 < agreed.mean() < 1
    assert np.mean(predicted.values[agreed] != truth[agreed]) < 0.002


def test_kinds_of_outcome_are_trained_by_worth_too():
    request, go = request_for(kinds, ByWorth.of(KINDS), spec=KINDS, pace=1e-3)
    while not request.sharp:
        assert go(500)
    assert request.known < 0.4 * request.points
    predicted = request.prediction()[1].values
    assert np.mean(predicted != at(kinds, REGION)) < 0.01


def test_nothing_is_predicted_beyond_what_is_known():
    """After a pan, the strip that came into view is empty until something of it is known."""
    cache = TileCache()
    request, go = request_for(disc, ByWorth(), cache=cache, pace=1e-3)
    while request.known < 0.3 * request.points:
        go(1000)
    panned = Region(PLANE, 16, -150 + 200, 37, 300, 240)
    request, go = request_for(disc, ByWorth(), panned, cache, pace=1e-3)
    values = request.prediction()[1].values
    assert np.isnan(values[:, 180:]).all()
    assert np.isfinite(values[40:-40, :60]).all()
    while request.known < 0.45 * request.points:
        go(1000)
    assert np.isfinite(request.prediction()[1].values).all()


def steadily(truth, cache, most, before=0):
    """Refine with some known before, so many runs at a time; return which count as trained."""
    if before:
        _, go = request_for(truth, NearestFirst(), cache=cache, levels=0)
        go(before)
    order = ByWorth(steady=True)
    request, go = request_for(truth, order, cache=cache, levels=0, until_sharp=True)
    while not request.finished:
        go(most)
    return order.trained, request.refined(order.trained)


def test_which_runs_are_trained_follows_from_their_values_alone():
    first, predicted = steadily(disc, TileCache(), 10_000)
    assert 0.05 < first.mean() < 0.6
    for most, before in ((700, 0), (10_000, 30_000), (3000, 72_000)):
        again, same = steadily(disc, TileCache(), most, before)
        assert np.array_equal(first, again)
        for one, other in zip(predicted, same, strict=True):
            assert np.array_equal(one, other)


@pytest.mark.parametrize("name", ["mandelbrot", "two-factor", "quadratic"])
def test_a_refined_field_has_the_bits_of_the_field_where_it_was_trained(name, tmp_path):
    chosen, size = preset(name), Size(260, 200)
    window = chosen.window("overview")
    whole = compute_field(chosen.spec, window, size)
    store = Store(str(tmp_path))
    for each in (None, store, store):  # the second time all that is needed is known
        field = compute_field(chosen.spec, window, size, store=each, refinement=Refinement())
        trained = field.refined.trained
        assert 0 < trained.mean() < 0.6
        assert np.array_equal(field.values[trained], whole.values[trained])
        assert np.array_equal(field.decided[trained], whole.decided[trained])
        wrong = np.mean((field.values < 0) != (whole.values < 0))
        assert wrong <= 1 - field.refined.audit.labels <= 1 - LABELS
    assert whole.refined is None


def test_what_cannot_be_sharp_is_trained_whole():
    field = compute_field(SPEC, preset("quadratic").window("overview"), Size(9, 7),
                          refinement=Refinement())  # fmt: skip
    assert field.refined.trained.all()
    assert field.tally.predicted == 0
    assert np.array_equal(
        field.values,
        compute_field(SPEC, preset("quadratic").window("overview"), Size(9, 7)).values,
    )
    order = ByWorth(steady=True)
    request, go = request_for(noise, order, levels=0, until_sharp=True)
    while not request.finished:
        go(20_000)
    assert request.known > 0.95 * request.points


def test_points_find_their_tiles_wherever_they_lie():
    """Every point that is wanted is trained at its place, at any depth and on any lattice."""
    for level, column, row in itertools.product((14, 70, 400), (0, -3, 2**61), (5, -(2**62))):
        region = Region(PLANE, level, column, row, 90, 70)
        request, _ = request_for(disc, ByWorth(), region, pace=1e-3)
        seen = set()

        def number(tile, points, seen=seen):
            seen.update((tile.index, int(point)) for point in points)
            return points % 5 - 2.0

        train(request, 10**9, number)
        assert request.finished
        assert len(seen) == request.points
