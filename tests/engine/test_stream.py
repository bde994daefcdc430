"""Tiles in training: a tile trained by itself is bit for bit the one that the scheduler fills."""

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.errors import InputError
from engine.places.presets import preset
from engine.plane import Size
from engine.spec import Spec
from engine.tiles.field import compute_region
from engine.tiles.lattice import PLANE, TILE, Region, TileIndex, points_of_level
from engine.tiles.order import NearestFirst
from engine.tiles.pyramid import Pyramid, TileCache
from engine.tiles.request import Request
from engine.tiles.runner import SpecRunner
from engine.tiles.scheduler import Scheduler
from engine.tiles.stream import Points, TileStream, train_tile
from tests.tiles import same

NETWORK = Spec.make("mlp", {"width": 4, "dataset_ratio": 0.5, "steps": 30})
SINGLE = Spec.make("mlp", {"width": 4, "dataset_ratio": 0.5, "steps": 30, "precision": "float32"})
QUADRATIC = preset("quadratic").spec.replace({"steps": 40})
STRETCHED = Spec.make(
    "mlp", {"width": 4, "optimiser": "momentum", "x": "momentum", "y": "learning_rate", "steps": 30}
)
NOTHING = np.zeros((TILE, TILE), bool)


def whole(spec, lattice, index):
    """Return a tile as the engine fills it when all its points are asked for."""
    cache = TileCache()
    compute_region(spec, Region.of_tile(lattice, index), cache)
    tile = Pyramid(spec, lattice, cache).tile(index)
    assert tile.loaded
    return tile


def of_window(spec):
    """Return the lattice of the pixels of a window, which is its own, and its first tile."""
    region = Region.of_pixels(spec.home(), Size(70, 30))
    return region.lattice, TileIndex(0, 0, 0)


TILES = {
    "coarse": (NETWORK, PLANE, TileIndex(8, 0, 0)),
    "fine": (NETWORK, PLANE, TileIndex(17, 3, -2)),
    "in single precision": (SINGLE, PLANE, TileIndex(14, 1, 0)),
    "deep": (QUADRATIC, PLANE, TileIndex(52, 2**36 + 7, -(2**35))),
    "far below float64": (QUADRATIC, PLANE, TileIndex(400, -3 * 2**380, 5)),
    "on a stretched plane": (STRETCHED, PLANE.stretched(STRETCHED.stretch), TileIndex(14, 2, 1)),
    "of a window's own lattice, all points of which are its own": (NETWORK, *of_window(NETWORK)),
}


@pytest.mark.parametrize(("spec", "lattice", "index"), TILES.values(), ids=TILES)
def test_a_tile_trained_by_itself_is_the_one_that_the_engine_fills(spec, lattice, index):
    expected = whole(spec, lattice, index)
    values, decided = train_tile(spec, lattice, index, NOTHING)
    inside = points_of_level(index.level)
    assert np.array_equal(~np.isnan(values), inside)
    assert same((values, decided), (expected.values, expected.decided))
    assert (values.dtype, decided.dtype) == (np.float64, np.int32)


def test_a_stretched_plane_is_stretched():
    assert STRETCHED.stretch


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_points_that_are_known_are_left_to_those_who_know_them(share):
    index = TileIndex(14, 1, 0)
    expected = whole(NETWORK, PLANE, index)
    known = np.random.default_rng(1).random((TILE, TILE)) < share
    values, decided = train_tile(NETWORK, PLANE, index, known)
    trained = points_of_level(14) & ~known
    assert np.array_equal(~np.isnan(values), trained)
    assert np.array_equal(values[trained], expected.values[trained])
    assert np.array_equal(decided[trained], expected.decided[trained])
    assert not decided[~trained].any()


def test_what_the_scheduler_has_trained_for_views_is_the_same_tile():
    scheduler = Scheduler(TileCache())
    try:
        region = Region.of_tile(PLANE, TileIndex(13, 0, 0))
        request = scheduler.request("me", NETWORK, region.window(), region.size)
        assert scheduler.cache.wait(lambda: request.finished, 60)
        assert request.region.level == 13
        for index in (TileIndex(13, 0, 0), TileIndex(12, 0, 0)):
            tile = request.pyramid.tile(index)
            values, decided = train_tile(NETWORK, PLANE, index, np.isnan(tile.values))
            trained = ~np.isnan(values)
            assert trained.any()
            assert np.array_equal(values[trained], tile.values[trained])
            assert np.array_equal(decided[trained], tile.decided[trained])
    finally:
        scheduler.close()


ELSEWHERE = """
import pickle, sys
from engine.tiles.stream import train_tile
arguments = pickle.load(sys.stdin.buffer)
sys.stdout.buffer.write(pickle.dumps(train_tile(*arguments)))
"""


def test_another_process_trains_the_same_tile():
    arguments = (STRETCHED, PLANE.stretched(STRETCHED.stretch), TileIndex(14, 2, 1), NOTHING)
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        input=pickle.dumps(arguments), capture_output=True, check=False,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert same(pickle.loads(done.stdout), train_tile(*arguments))


def test_what_cannot_be_trained_raises():
    bad = Spec.make("mlp", {"batch_size": 4096, "steps": 1_000_000})
    with pytest.raises(InputError, match="batch_size 4096"):
        train_tile(bad, PLANE, TileIndex(3, 0, 0), NOTHING)


def test_tiles_share_lanes_and_come_back_by_name():
    tiles = {"one": TileIndex(14, 0, 0), "other": TileIndex(14, 1, 0)}
    expected = {name: whole(QUADRATIC, PLANE, index) for name, index in tiles.items()}
    left = [Points(name, PLANE, index, np.arange(5) * TILE + 1) for name, index in tiles.items()]
    stream = TileStream(QUADRATIC)

    def take(most):
        assert most >= 10
        taken = left.copy()
        left.clear()
        return taken

    outcomes = []
    while (chunk := stream.step(take)) is not None:
        assert chunk.finished == sum(len(outcome.points) for outcome in chunk.outcomes)
        outcomes += chunk.outcomes
    assert not stream.busy
    assert set(stream.names) == set(tiles)
    for name, tile in expected.items():
        mine = [outcome for outcome in outcomes if outcome.name == name]
        points = np.concatenate([outcome.points for outcome in mine])
        assert sorted(points) == [TILE * n + 1 for n in range(5)]
        for outcome in mine:
            assert np.array_equal(outcome.values, tile.values.flat[outcome.points])
        stream.forget(name)
    assert stream.names == ()


def test_points_that_are_dropped_never_come_back():
    endless = preset("tanh-single").spec.replace({"steps": 1_000_000})
    calm = 48 * TILE + 49 + np.arange(6)  # about (-1, -1)
    left = [Points("mine", PLANE, TileIndex(14, -1, -1), calm)]
    stream, asked = TileStream(endless), []

    def take(most):
        taken = left.copy()
        left.clear()
        return taken

    def nobody(name, points):
        asked.append((name, sorted(points)))
        return np.zeros(len(points), bool)

    assert stream.step(take) is not None
    stream.drop(nobody)
    assert asked == [("mine", list(calm))]
    while (chunk := stream.step(take)) is not None:
        assert chunk.outcomes == []
    assert not stream.busy


def test_what_was_taken_when_an_error_came_is_free_again():
    """An order may fail when some points of a level have been taken already."""

    class Failing(NearestFirst):
        def following(self, known, pace, most):
            if most:
                raise RuntimeError("no order")
            return super().following(known, pace, most)[:3]

    cache = TileCache()
    pyramid = Pyramid(QUADRATIC, PLANE, cache)
    region = Region(PLANE, 14, 0, 0, 40, 40)
    request = Request(pyramid, region, Failing(), levels=0)
    runner = SpecRunner(QUADRATIC, cache)
    runner.requests.append(request)
    runner.step()
    with pytest.raises(RuntimeError, match="no order"):
        runner.step()
    assert request.trained == 3
    runner.close()
    tiles = [pyramid.tile(i) for level in range(15) for i in region.coarser(level).tiles()]
    assert not any(tile.training.any() for tile in tiles)
