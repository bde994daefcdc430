"""Requests: what is wanted, in which order, and what is told of it."""

import ast
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine.places.presets import preset
from engine.plane import Window
from engine.tiles.focus import CENTRE, Box, focus_of
from engine.tiles.lattice import PLANE, TILE, Region, TileIndex
from engine.tiles.memory import Memory, Tile
from engine.tiles.order import NearestFirst
from engine.tiles.overlap import span
from engine.tiles.partial import FEWEST_SAMPLES, FIRST_PICTURE, PartialPicture, covered
from engine.tiles.pyramid import Pyramid, TileCache
from engine.tiles.request import Request
from tests.tiles import train

SPEC = preset("quadratic").spec
REGION = Region(PLANE, 14, -150, 37, 300, 200)


def view(region=REGION, cache=None, **options):
    return Request(Pyramid(SPEC, PLANE, cache or TileCache()), region, **options)


def expected(region):
    stride = 2 ** (20 - region.level)
    rows = (region.row + np.arange(region.height)[:, None]) * 1e6
    return (rows + region.column + np.arange(region.width)) * stride + 0.5


@pytest.mark.parametrize("levels", [0, 1, 3, 5])
def test_every_run_is_asked_for_once_and_lands_at_its_point(levels):
    request = view(levels=levels)
    asked = 0
    while not request.finished:
        asked += sum(len(points) for _, points in train(request, 1000))
    assert asked == request.points == request.known == request.trained
    assert np.array_equal(request.snapshot().values, expected(REGION))
    assert train(request) == []
    assert np.array_equal(request.pyramid.assemble(REGION)[0], expected(REGION))
    assert (request.pyramid.assemble(REGION)[1] == 3).all()


def test_a_coarser_level_is_complete_before_a_finer_one_begins():
    request = view(levels=3)
    last = request.first - 1
    while not request.finished:
        asked = train(request, 100)
        stages = [max(index.level, request.first) for index, _ in asked]
        assert stages == sorted(stages)
        if request.complete is not None and request.complete > last:
            last = request.complete
            part, known, decided = request.snapshot(last)
            assert part == REGION.coarser(last)
            assert np.array_equal(known, expected(part))
            assert (decided == 3).all()
    assert last == REGION.level


def test_within_a_level_what_is_nearest_the_focus_comes_first():
    request = view(levels=0, order=NearestFirst((Box(1.0, 1.0, 0.5, 0.5),)))
    where = []
    while not request.finished:
        for index, points in train(request, 500):
            rows, columns = np.divmod(points, TILE)
            stride = 2 ** (REGION.level - index.level)
            x = (index.column * TILE + columns) * stride - REGION.column
            y = (index.row * TILE + rows) * stride - REGION.row
            where.append(np.hypot((x - 150) / 150 - 1, (y - 100) / 150 - 0.5).mean())
    quarter = len(where) // 4
    assert max(where[:3]) < 0.3
    assert np.mean(where[:quarter]) < np.mean(where[quarter:-quarter]) < np.mean(where[-quarter:])


@pytest.mark.parametrize("depth", [20, 60, 330, 900])
def test_the_order_is_the_same_at_any_depth(depth):
    far = 3 * 2**depth
    shallow, deep = (
        Region(PLANE, max(depth, 14) + 20, first, first, 300, 200)
        for first in (3 * 2**14, far * 2**14)
    )

    def order(region):
        request, taken = view(region, order=NearestFirst((Box(1, 1, 0, 0),)), levels=5), []
        while len(taken) < 200:
            train(request, 1000, lambda tile, points: points % 7 - 3.0)
            known = ~np.isnan(request.snapshot().values)
            taken.append(np.packbits(known).tobytes())
        return taken

    assert order(deep) == order(shallow)
    assert len(set(order(deep))) > 50


class FarthestFirst(NearestFirst):
    """Another order, which trains a third of what is unknown at a time, the last points first."""

    def __init__(self):
        self.asked = []

    def following(self, known, pace, most):
        self.asked.append((known.values, pace, most))
        unknown = np.flatnonzero(np.isnan(known.values) & known.wanted)[::-1]
        return unknown[: -(-len(unknown) // 3)]


def places(request, tile, points):
    """The numbers in the hull of a request of points of one of its tiles."""
    y, x, _ = request._picture._places(tile, points)
    return y * request._picture.hull.region.width + x


def test_another_order_is_asked_for_each_round_with_what_is_known_then_and_obeyed():
    order, region = FarthestFirst(), Region(PLANE, 9, -70, 5, 140, 90)
    request, trained = view(region, levels=2, order=order, pace=0.5), []
    while not request.finished:
        rounds = len(order.asked)
        before = request._picture.copy(1).values
        taken = train(request, 300)
        trained += [places(request, index, points) for index, points in taken]
        if len(order.asked) > rounds:
            assert np.array_equal(order.asked[rounds][0], before, equal_nan=True)
    assert [pace for _, pace, _ in order.asked] == [0.5] * len(order.asked)
    unknown = [int(np.isnan(values).sum()) for values, _, _ in order.asked]
    assert len(unknown) > 5
    assert unknown == sorted(unknown, reverse=True)
    trained = np.concatenate(trained)
    assert len(trained) == len(set(trained.tolist())) == request.points
    third = len(trained) // 3
    assert trained[:third].min() > np.median(trained)
    assert np.array_equal(request.snapshot().values, expected(region))


def test_an_order_that_repeats_points_or_names_known_ones_has_none_trained_twice():
    class Careless(NearestFirst):
        def following(self, known, pace, most):
            everything = np.arange(known.values.size)
            return np.concatenate([everything[::-1], everything])

    request = view(levels=1, order=Careless())
    assert sum(len(points) for _, points in train(request)) == request.points
    assert request.finished


def test_a_snapshot_stays_as_it_was():
    request = view(levels=2)
    train(request, 500)
    before = request.snapshot()
    values = before.values.copy()
    train(request)
    assert np.isnan(values).any()
    assert np.array_equal(before.values, values, equal_nan=True)
    assert not np.isnan(request.snapshot().values).any()


class WatchedLock:
    """A lock that tells whether it is held."""

    def __init__(self, lock):
        self.lock, self.holders = lock, 0

    def __enter__(self):
        self.lock.acquire()
        self.holders += 1

    def __exit__(self, *error):
        self.holders -= 1
        self.lock.release()


def test_whoever_looks_need_not_hold_the_lock(monkeypatch):
    cache = TileCache()
    request = view(cache=cache)
    lock, calls = WatchedLock(cache.lock), []

    def watched(method):
        def call(*arguments):
            assert lock.holders
            calls.append(method.__name__)
            return method(*arguments)

        return call

    monkeypatch.setattr(cache, "lock", lock)
    for name in ("snapshot", "unknown"):
        monkeypatch.setattr(PartialPicture, name, watched(getattr(PartialPicture, name)))
    monkeypatch.setattr(cache.memory, "get", watched(cache.memory.get))
    request.snapshot()
    request.news()
    request.pyramid.assemble(REGION)
    assert not lock.holders
    assert set(calls) == {"snapshot", "unknown", "get"}


def test_news_say_which_tiles_were_covered_then_and_bring_gaps_once_another_level_is_complete():
    request, index = view(levels=2), TileIndex(13, 0, 1)
    news = request.news()
    assert news.complete is None
    assert not covered(REGION, news.unknown, index)
    train(request, 10)
    assert request.news([index]).tiles.keys() & {index} == set()
    train(request)
    assert not covered(REGION, news.unknown, index)
    assert covered(REGION, request.news(complete=14).unknown, index)
    assert request.news([index], 14).tiles == {}
    assert list(request.news([index], 13).tiles) == [index]


def test_what_is_known_is_neither_asked_for_again_nor_forgotten_when_zooming():
    cache = TileCache()
    pyramid = Pyramid(SPEC, PLANE, cache)
    first = Request(pyramid, REGION, levels=2)
    train(first)
    finer = Region(PLANE, 15, -200, 150, 200, 150)  # within the first, one level deeper
    second = Request(pyramid, finer, levels=2)
    known = second.known
    assert known >= finer.coarser(14).width * finer.coarser(14).height
    assert sum(len(points) for _, points in train(second)) == second.points - known
    assert np.array_equal(second.snapshot().values, expected(finer))
    coarser = Region(PLANE, 13, -75, 19, 150, 99)
    third = Request(pyramid, coarser, levels=0)
    assert third.finished
    assert np.array_equal(third.snapshot().values, expected(coarser))


def test_news_are_the_tiles_that_look_different():
    request = view(levels=2)
    shown = {}
    while not request.finished:
        train(request, 700)
        news = request.news()
        assert (news.known, news.points) == (request.known, request.points)
        for index, (values, _) in news.tiles.items():
            assert request.first <= index.level <= REGION.level
            whole = expected(Region.of_tile(PLANE, index))
            known = ~np.isnan(values)
            assert np.array_equal(values[known], whole[known])
            shown[index] = values
    assert news.finished
    assert news.done == 1
    assert request.news().tiles == {}
    for index in REGION.tiles():
        rows, columns = REGION.slices(index)
        assert not np.isnan(shown[index][rows, columns]).any()


def test_a_view_that_is_known_tells_all_of_it_at_once():
    cache = TileCache()
    train(view(cache=cache, levels=3))
    again = view(cache=cache)
    assert again.finished
    assert set(again.news().tiles) == set(REGION.tiles())


@pytest.mark.parametrize("pace", [1e-7, 1e-5, 1e-4, 1e-3, 1.0])
def test_the_first_level_is_the_finest_that_comes_in_time(pace):
    request = view(pace=pace)
    cover = REGION.cover(request.first)
    runs = cover.width * cover.height
    assert runs * pace <= FIRST_PICTURE or min(cover.width, cover.height) < 2 * FEWEST_SAMPLES
    if request.first < REGION.level:
        finer = REGION.cover(request.first + 1)
        assert finer.width * finer.height * pace > FIRST_PICTURE
    assert min(cover.width, cover.height) >= FEWEST_SAMPLES


def test_the_first_level_takes_account_of_what_is_known_and_starts_coarse_when_in_doubt():
    cache = TileCache()
    request = view(cache=cache, pace=None)
    slow = view(pace=1.0)
    assert request.first == slow.first < REGION.level - 3
    while request.complete is None or request.complete < REGION.level - 1:
        train(request, 100)
    assert view(cache=cache, pace=1.0).first == REGION.level - 1


def half_views(x, y, width):
    return Window.parse(repr(x), repr(y), repr(width))


@given(
    st.floats(0.2, 5).filter(lambda r: abs(r - 1) > 0.01), st.floats(-1, 1), st.floats(-0.5, 0.5)
)
def test_the_focus_of_a_zoom_is_its_fixed_point(ratio, fx, fy):
    """A zoom about a point leaves it where it was on the screen."""
    old_half, x, y = 2.0, 0.3, -0.2
    new_half = old_half / ratio
    point = (x + fx * old_half, y + fy * old_half)
    new = half_views(point[0] - fx * new_half, point[1] - fy * new_half, 2 * new_half)
    (box,) = focus_of(half_views(x, y, 2 * old_half), new, 0.5)
    assert (box.x0, box.y0) == (pytest.approx(fx, abs=1e-9), pytest.approx(fy, abs=1e-9))


@pytest.mark.parametrize(
    ("dx", "dy", "inside", "outside"),
    [(0.5, 0, (0.9, 0), (0.4, 0)), (-0.5, 0, (-0.9, 0.2), (0, 0)), (0, 0.2, (0, 0.5), (0, 0.2)),
     (0, -0.2, (0.3, -0.5), (0, 0)), (0.1, 0.1, (0.95, -0.3), (0, 0))],
)  # fmt: skip
def test_the_focus_of_a_pan_is_the_edge_it_exposes(dx, dy, inside, outside):
    focus = focus_of(half_views(0.0, 0.0, 2.0), half_views(dx, dy, 2.0), 0.6)
    assert min(box.distance(*inside) for box in focus) == 0
    assert min(box.distance(*outside) for box in focus) > 0


def test_without_a_gesture_or_after_a_jump_the_centre_comes_first():
    here = half_views(0.0, 0.0, 2.0)
    assert focus_of(None, here, 1) == CENTRE
    assert focus_of(here, here, 1) == CENTRE
    assert focus_of(here, half_views(50.0, 0.0, 2.0), 1) == CENTRE


@given(st.integers(-300, 300), st.integers(0, 12), st.integers(0, 12))
def test_the_span_of_a_tile_is_every_point_whose_block_it_touches(first, level, onto):
    low, high = span(first, level, onto)
    scale = 2.0 ** (onto - level)
    left, right = (first - 0.5) * scale, (first + TILE - 0.5) * scale
    touched = [k for k in range(low - 3, high + 4) if k + 0.5 > left and k - 0.5 < right]
    assert (touched[0], touched[-1]) == (low, high)


def test_memory_forgets_the_least_recently_used_but_nothing_in_use():
    one = Tile(TileIndex(0, 0, 0), loaded=True).nbytes
    memory = Memory(3 * one)
    in_use = Tile(TileIndex(3, 0, 0), loaded=True)
    memory.put("in use", in_use)
    for k in range(10):
        memory.put(k, Tile(TileIndex(3, k, 0), loaded=True))
        memory.get(1)
        assert memory.nbytes <= 3 * one
    assert memory.get(1) is not None
    assert memory.get(9) is not None
    assert memory.get(4) is None
    assert memory.get("in use") is in_use


def test_a_tile_at_the_origin_serves_a_view_far_below_float64():
    """The strides between levels there exceed 64 bits."""
    region = Region(PLANE, 200, -40, -30, 80, 60)
    request = view(region)
    while not request.finished:
        train(request, 999)
    assert request.snapshot().values[30, 40] == 0.5
    assert not np.isnan(request.snapshot().values).any()
    assert view(region, request.pyramid.cache).finished


def test_the_lock_of_the_tiles_is_taken_among_them_alone():
    top = Path(engine.__file__).parents[1]
    users = {
        str(path.parent.relative_to(top))
        for folder in ("engine", "app")
        for path in (top / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "lock"
    }
    assert users == {"engine/tiles"}
