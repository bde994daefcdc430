"""The mosaic: the picture only ever gets sharper, and its colours stay still meanwhile."""

import itertools

import numpy as np
import pytest

from app.picture.mosaic import COARSEST_PREDICTION, MOST_SPARE, PREDICTED, TOLERANCE, Mosaic
from engine.pictures.colour import shade
from engine.places.look import PUBLISHED, Look, colourings
from engine.places.presets import preset
from engine.tiles.lattice import PLANE, TILE, Region, points_of_level
from engine.tiles.pyramid import Pyramid, TileCache, slices_in
from engine.tiles.request import Request
from engine.tiles.worth import ByWorth
from tests.tiles import outcome, train

SPEC = preset("quadratic").spec
REGION = Region(PLANE, 14, -150, 37, 300, 200)


@pytest.fixture(autouse=True)
def no_rest(monkeypatch):
    """Let colours change at once; how long a view has to rest is a matter of taste."""
    monkeypatch.setattr("app.picture.mosaic.RESCALE_AFTER", 0.0)


class Page:
    """What a browser shows: the pictures it was sent, one over another."""

    def __init__(self):
        self.mosaic, self.held, self.shown = Mosaic(), {}, ()
        self.rgba, self.values = {}, {}

    def update(self, request, told=True, look=PUBLISHED):
        changes = self.mosaic.update(request, look)
        if told:
            self.rgba.update(zip(changes.pictured, changes.rgba, strict=True))
            self.values.update(zip(changes.valued, changes.values, strict=True))
            self.shown = changes.tiles
            self.held = {i: (self.rgba[i], self.values[i]) for i in changes.tiles if i in self.rgba}
            self.mosaic.sent(changes)
        return changes

    def paint(self, region, scale=2):
        """Return the level shown and the value at every 1/scale of a point of a region."""
        y, x = np.indices((region.height * scale, region.width * scale)) + 0.5
        level = np.full(y.shape, -1)
        value = np.full(y.shape, np.nan)
        for index in filter(self.held.get, self.shown):
            size = 2.0 ** (region.level - index.level)
            row = np.floor((y / scale - 0.5 + region.row) / size + 0.5) - index.row * TILE
            column = np.floor((x / scale - 0.5 + region.column) / size + 0.5) - index.column * TILE
            inside = (row >= 0) & (row < TILE) & (column >= 0) & (column < TILE)
            rows, columns = row[inside].astype(int), column[inside].astype(int)
            rgba, values = (part[rows, columns] for part in self.held[index])
            seen = np.zeros(y.shape, bool)
            seen[inside] = rgba > 0
            level[seen], value[seen] = index.level, values[rgba > 0]
        return level, value


def view(region, cache, levels=4):
    return Request(Pyramid(SPEC, PLANE, cache), region, levels=levels)


def scale_of(request, look, level):
    """Return the colours that suit a level of a view."""
    _, values, decided = request.snapshot(level)
    return look.scale(values, decided)


def test_a_picture_is_never_blank_and_never_less_sharp_than_before():
    page, request = Page(), view(REGION, TileCache())
    before = None
    while not request.finished:
        train(request, 1500)
        page.update(request)
        if not page.shown:
            continue
        level, _ = page.paint(REGION)
        assert (level >= 0).all()
        assert before is None or (level >= before).all()
        before = level
    assert (before == REGION.level).all()
    _, value = page.paint(REGION, scale=1)
    assert np.array_equal(value, request.snapshot().values.astype(np.float32))
    for index in page.shown:  # a coarser tile stays only for what it shows beyond the view
        assert index.level == REGION.level or not request.overlap(index).inside


@pytest.mark.parametrize("told", [True, False])
def test_what_was_not_told_is_told_the_next_time(told):
    page, request = Page(), view(REGION, TileCache())
    while not request.finished:
        train(request, 3000)
        page.update(request, told=told)
    page.update(request)
    _, value = page.paint(REGION, scale=1)
    assert np.array_equal(value, request.snapshot().values.astype(np.float32))
    assert page.update(request).pictured == ()


def test_after_a_zoom_the_old_picture_stays_until_it_is_covered():
    cache, page = TileCache(), Page()
    first = view(REGION, cache)
    while not first.finished:
        train(first, 5000)
    page.update(first)
    for region in (
        Region(PLANE, 15, -200, 150, 300, 200),  # in
        Region(PLANE, 13, -150, -30, 300, 200),  # out
    ):
        inside = region.level > REGION.level
        request = view(region, cache, levels=2)
        before = None
        while not request.finished:
            page.update(request)
            level, _ = page.paint(region)
            if inside:
                assert (level >= REGION.level).all()
                assert before is None or (level >= before).all()
            before = level
            train(request, 6000)
        page.update(request)
        level, _ = page.paint(region)
        assert (level == region.level).all()
        assert np.array_equal(
            page.paint(region, 1)[1], request.snapshot().values.astype(np.float32)
        )


def larger_the_finer(tile, points):
    """Values of either sign that grow from level to level, so that colours have to follow."""
    return np.where(points % 2, 1.0, -1.0) * (1 + points % 5) * 10.0**tile.index.level


@pytest.mark.parametrize(("made_up", "times"), [(outcome, 1), (larger_the_finer, 3)])
def test_colours_stay_as_they_are_while_levels_arrive(made_up, times):
    page, request = Page(), view(REGION, TileCache(), levels=5)
    scales, colours = [], {}
    while not request.finished:
        train(request, 800, made_up)
        changes = page.update(request)
        if not changes.news.finished and page.mosaic.scale is not None:
            if not scales or page.mosaic.scale is not scales[-1]:
                scales.append(page.mosaic.scale)
                colours = {}
            for index, (rgba, _) in page.held.items():
                values = page.mosaic.values(index)
                for value, colour in zip(values.flat[::97], rgba.flat[::97], strict=True):
                    if colour:
                        assert colours.setdefault(value, colour) == colour
    assert len(scales) == times
    for old, new in itertools.pairwise(scales):
        assert new.distance(old) > TOLERANCE


def test_a_settled_view_has_the_same_colours_whatever_came_before():
    cache, pages = TileCache(), [Page(), Page()]
    for page, levels in zip(pages, (5, 1), strict=True):
        if levels == 5:
            elsewhere = view(Region(PLANE, 11, -150, 37, 60, 60), cache)
            train(elsewhere)
            page.update(elsewhere)
        request = view(REGION, cache, levels)
        while not request.finished:
            train(request, 2000)
            page.update(request)
        page.update(request)
    for index in REGION.tiles():
        here = REGION.slices(index)
        assert np.array_equal(pages[0].held[index][0][here], pages[1].held[index][0][here])
        values = pages[0].mosaic.values(index)
        scale = scale_of(request, PUBLISHED, REGION.level - 2)
        expected = shade(values, np.zeros(values.shape, int), scale)
        assert np.array_equal(pages[0].held[index][0], expected)


@pytest.mark.parametrize("colouring", colourings(categories=False)[1:])
def test_a_new_look_repaints_every_tile_as_the_field_is_painted_and_sends_no_value_again(colouring):
    page, request, look = Page(), view(REGION, TileCache()), Look.of(colouring, "cividis")
    train(request)
    page.update(request)
    changes = page.update(request, look=look)
    assert set(changes.pictured) == set(page.shown)
    assert changes.valued == ()
    scale = scale_of(request, look, REGION.level - 2)
    _, values, decided = request.snapshot()
    whole = shade(values, decided, scale, look)
    inner = np.zeros(whole.shape, bool)
    inner[:-1, :-1] = True  # beyond the upper and right rim the field has no neighbours
    for index in REGION.tiles():
        within = REGION.slices(index)
        here = slices_in(REGION, index, within)
        kept = inner[here]
        assert np.array_equal(page.held[index][0][within][kept], whole[here][kept])
    assert page.update(request, look=look).pictured == ()


def test_a_new_look_of_a_view_of_which_nothing_is_known_keeps_the_old_picture():
    cache, page = TileCache(), Page()
    train(first := view(REGION, cache))
    page.update(first)
    beside = view(Region(PLANE, 14, -250, 37, 300, 200), cache)
    before = page.shown
    changes = page.update(beside, look=Look.of("log"))
    seen = {index for index in before if beside.overlap(index).seen}
    assert seen
    assert set(changes.tiles) >= seen
    assert page.held


@pytest.mark.parametrize("colouring", ["edges", "outline"])
def test_edges_are_drawn_across_tiles_in_whatever_order_these_arrive(colouring):
    look, region = Look.of(colouring), Region(PLANE, 14, -64, -64, 128, 128)
    request, page = view(region, TileCache(), levels=0), Page()
    while not request.finished:
        train(request, 900)
        page.update(request, look=look)
    page.update(request, look=look)
    _, values, decided = request.snapshot()
    whole = shade(values, decided, look.scale(values, decided), look)
    lower, upper = np.split(np.array([page.held[index][0] for index in region.tiles()]), 2)
    drawn = np.vstack([np.hstack(list(lower)), np.hstack(list(upper))])
    assert np.array_equal(drawn[:-1, :-1], whole[:-1, :-1])
    edges = whole != whole[0, 0] if colouring == "edges" else whole == 0xFF000000
    assert set(np.unique(np.flatnonzero(edges) // 128)) == {63, 64}  # two tiles


def test_a_large_view_is_shown_whole():
    """Four million pixels, as on a screen of high resolution, are up to two thousand tiles."""
    cache, page = TileCache(memory=2**29), Page()
    region = Region(PLANE, 14, -1500, 37, 3500, 2200)
    pyramid = Pyramid(SPEC, PLANE, cache)
    tiles = [pyramid.tile(i) for k in range(15) for i in region.coarser(k).tiles()]
    for tile in tiles:
        tile.values[points_of_level(tile.index.level)] = -1.0
    request = Request(pyramid, region)
    assert request.finished
    page.update(request)
    assert set(region.tiles()) <= set(page.shown)


def test_what_is_in_view_is_repainted_before_what_is_not():
    pyramid, page = Pyramid(SPEC, PLANE, TileCache()), Page()
    before = Request(pyramid, REGION)
    train(before)
    page.update(before)
    request = Request(pyramid, Region(PLANE, 14, -150 + 3 * TILE, 37, 100, 200))
    train(request)
    page.update(request)
    grey = Look(palette="gray")
    first, then = (page.update(request, look=grey) for _ in range(2))
    assert {True} == {request.overlap(index).seen for index in first.pictured}
    assert {False} == {request.overlap(index).seen for index in then.pictured}
    assert first.more
    assert not then.more
    assert set(first.pictured) | set(then.pictured) == set(then.tiles)


def test_what_arrives_while_the_page_is_told_uncovers_nothing(monkeypatch):
    """The engine finishes in the middle of an update, as soon as it can have the lock."""
    page, request = Page(), view(REGION, TileCache(), levels=2)
    while request.complete is None or request.complete < REGION.level - 1:
        train(request, 2000)
    page.update(request)
    before, _ = page.paint(REGION)
    scale = Look.scale

    def finish_meanwhile(*arguments):
        train(request)
        return scale(*arguments)

    monkeypatch.setattr(Look, "scale", finish_meanwhile)
    page.update(request)
    assert request.finished
    level, _ = page.paint(REGION)
    assert (level >= before).all()


def test_a_long_journey_leaves_no_more_tiles_than_a_page_can_hold():
    cache, page = TileCache(memory=2**23), Page()
    random = np.random.default_rng(0)
    level, column, row = 10, 0, 0
    for _ in range(150):
        zoom = int(random.integers(-1, 3)) if level < 90 else -1
        level = max(level + zoom, 6)
        column, row = (
            (2 * i + 50 if zoom > 0 else i // 2) + int(random.integers(-200, 200))
            for i in (column, row)
        )
        request = view(Region(PLANE, level, column, row, 300, 200), cache)
        train(request, int(random.integers(100, 70_000)))
        changes = page.update(request)
        assert len(changes.tiles) <= MOST_SPARE + len(list(request.region.tiles()))
        assert all(index.level >= level - 12 for index in changes.tiles)
    assert cache.memory.nbytes <= 2**23


def disc(tile, points):
    """Values of either side of a circle in the middle of `REGION`."""
    stride = 2 ** (REGION.level - tile.index.level)
    y = (tile.index.row * TILE + points // TILE) * stride - REGION.row - 100
    x = (tile.index.column * TILE + points % TILE) * stride - REGION.column - 150
    away = np.hypot(x, y) - 60
    return np.sign(away + 1e-9) * np.exp(-np.abs(away) / 30)


def predicted(region=REGION, cache=None):
    pyramid = Pyramid(SPEC, PLANE, cache or TileCache())
    return Request(pyramid, region, ByWorth(), pace=1e-3)


def alphas(page, region=REGION):
    """The alpha of every point of a view, of the finest tile that is shown there."""
    alpha = np.zeros((region.height, region.width), int)
    for index in page.shown:
        if index.level == region.level:
            within = region.slices(index)
            alpha[slices_in(region, index, within)] = page.held[index][0][within] >> 24
    return alpha


def test_what_is_predicted_fills_the_view_and_is_marked_until_it_is_trained():
    page, request = Page(), predicted()
    shares = []
    while not request.finished:
        train(request, 900, disc)
        page.update(request)
        level, value = page.paint(REGION, scale=1)
        assert (level >= REGION.level - COARSEST_PREDICTION).all()
        assert np.isfinite(value).all()
        trained, alpha = ~np.isnan(request.snapshot().values), alphas(page)
        if (level == REGION.level).all():
            assert np.array_equal(alpha == 255, trained)
            assert np.array_equal(alpha == PREDICTED, ~trained)
            shares.append(trained.mean())
        assert np.array_equal(
            value[trained & (level == REGION.level)],
            request.snapshot().values.astype(np.float32)[trained & (level == REGION.level)],
        )
    assert len(shares) > 10
    assert shares[0] < 0.1 < shares[-1] == 1.0


def test_in_the_end_the_picture_is_that_of_a_page_that_predicts_nothing():
    held = []
    for make in (predicted, lambda: view(REGION, TileCache())):
        page, request = Page(), make()
        while not request.finished:
            train(request, 5000, disc)
            page.update(request)
        while page.update(request).more:
            pass
        tiles = [index for index in page.shown if index.level == REGION.level]
        held.append({index: page.held[index] for index in tiles})
    assert held[0].keys() == held[1].keys() == set(REGION.tiles())
    for index, (rgba, values) in held[0].items():
        within = REGION.slices(index)
        assert np.array_equal(rgba[within], held[1][index][0][within])
        assert np.array_equal(values[within], held[1][index][1][within])


@pytest.mark.parametrize("region", [
    Region(PLANE, 15, -200, 150, 300, 200), Region(PLANE, 13, -150, -30, 300, 200),
    Region(PLANE, 14, -150 + 100, 37, 300, 200),
])  # fmt: skip
def test_after_a_gesture_what_is_known_is_shown_at_once_and_never_gives_way_to_less(region):
    cache, page = TileCache(), Page()
    first = predicted(cache=cache)
    train(first, 15_000, disc)
    page.update(first)
    before, _ = page.paint(region)
    request = predicted(region, cache)
    page.update(request)
    level, value = page.paint(region)
    assert (level >= np.minimum(before, region.level)).all()
    assert np.isfinite(value[before >= 0]).mean() > 0.9
    train(request, 3000, disc)
    page.update(request)
    assert (page.paint(region)[0] >= region.level - COARSEST_PREDICTION).all()
