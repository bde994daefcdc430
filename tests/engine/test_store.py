"""The store: what is kept comes back, and whatever happens to it costs at most that tile."""

import logging
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from engine.errors import InputError
from engine.places.presets import preset
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.field import compute_field
from engine.tiles.lattice import PLANE, TILE, Region, TileIndex, points_of_level
from engine.tiles.store import Store, code_version

SPEC = preset("quadratic").spec
DEEP = TileIndex(700, -3 * 2**600 + 5, 7 * 2**610)


def tile(level, seed=0, known=1.0):
    """Return values and decided steps of a made-up tile."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(TILE, TILE))
    values[~points_of_level(level) | (random.random((TILE, TILE)) > known)] = np.nan
    return values, np.where(np.isnan(values), 0, random.integers(1, 500, (TILE, TILE)))


def chunks(place):
    return sorted(p for p in Path(place).rglob("*") if p.is_file() and "/c/0/" in str(p))


def same(found, made):
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(found, made, strict=True))


@pytest.mark.parametrize("where", ["folder", "memory://trainscape-test"])
@pytest.mark.parametrize("index", [TileIndex(0, 0, 0), TileIndex(9, -1, -70_000), DEEP])
def test_a_tile_comes_back_bit_for_bit(tmp_path, where, index):
    place = str(tmp_path) if where == "folder" else where
    Store(place).clear()
    store = Store.open(place)
    assert store.load(SPEC, PLANE, index) is None
    assert not store.has(SPEC, PLANE, index)
    made = tile(index.level)
    store.save(SPEC, PLANE, index, *made)
    for reader in (store, Store.open(place)):
        assert same(reader.load(SPEC, PLANE, index), made)
        neighbour = index._replace(column=index.column + 1)
        assert reader.load(SPEC, PLANE, neighbour) is None
        assert reader.load(SPEC.replace({"steps": 7}), PLANE, index) is None
    assert [(k.system, k.tiles) for k in store.holdings()] == [("quadratic", 1)]
    store.clear()
    assert store.holdings() == []
    assert store.load(SPEC, PLANE, index) is None
    store.save(SPEC, PLANE, index, *made)
    assert same(Store(place).load(SPEC, PLANE, index), made)


def test_lattices_are_kept_apart(tmp_path):
    store, index = Store.open(str(tmp_path)), TileIndex(0, 0, 0)
    own = Region.of_pixels(Window.parse("0", "0", "3"), Size(7, 7)).lattice
    store.save(SPEC, own, index, *tile(0))
    assert store.load(SPEC, PLANE, index) is None
    assert same(store.load(SPEC, own, index), tile(0))


def test_what_two_writers_know_of_a_tile_is_joined(tmp_path):
    index = TileIndex(3, 1, 1)
    values, decided = tile(3)
    left, right = values.copy(), values.copy()
    left[:, TILE // 2 :] = right[:, : TILE // 2] = np.nan
    for half in (left, right):
        Store.open(str(tmp_path)).save(SPEC, PLANE, index, half, decided)
    found, _ = Store.open(str(tmp_path)).load(SPEC, PLANE, index)
    assert np.array_equal(found, values, equal_nan=True)


WRITE = """
import sys
from engine.tiles.lattice import PLANE, TileIndex
from engine.tiles.store import Store
from tests.engine.test_store import SPEC, tile
store = Store.open(sys.argv[1])
print("ready", flush=True)
for k in range(int(sys.argv[2]), int(sys.argv[3])):
    store.save(SPEC, PLANE, TileIndex(5, k % 40, 0), *tile(5, seed=k % 40))
"""


def writer(place, first, last):
    command = [sys.executable, "-c", WRITE, str(place), str(first), str(last)]
    top = Path(__file__).parents[2]
    process = subprocess.Popen(command, cwd=top, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def test_several_processes_write_the_same_tiles_at_once(tmp_path):
    writers = [writer(tmp_path, 10 * k, 10 * k + 80) for k in range(2)]
    for process in writers:
        assert process.wait(60) == 0
        process.stdout.close()
    store = Store.open(str(tmp_path))
    for k in range(40):
        assert same(store.load(SPEC, PLANE, TileIndex(5, k, 0)), tile(5, seed=k))
    assert not list(tmp_path.rglob("*.partial"))


def test_a_writer_that_is_killed_leaves_nothing_half_written(tmp_path):
    process = writer(tmp_path, 0, 10**9)
    try:
        while len(chunks(tmp_path)) < 20:
            assert process.poll() is None
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
        process.stdout.close()
    store = Store.open(str(tmp_path))
    found = [store.load(SPEC, PLANE, TileIndex(5, k, 0)) for k in range(40)]
    assert sum(f is not None for f in found) >= 20
    for k, one in enumerate(found):
        assert one is None or same(one, tile(5, seed=k))


@pytest.mark.parametrize("damage", ["truncated", "empty", "garbage", "one bit"])
def test_a_damaged_chunk_costs_that_tile_and_the_log_says_so(tmp_path, caplog, damage):
    store = Store.open(str(tmp_path))
    indices = [TileIndex(5, k, 0) for k in range(3)]
    for k, index in enumerate(indices):
        store.save(SPEC, PLANE, index, *tile(5, seed=k))
    middle = chunks(tmp_path)[1]
    content = middle.read_bytes()
    changed = bytearray(content)
    changed[len(content) // 2] ^= 1
    middle.write_bytes(
        {
            "truncated": content[: len(content) // 2],
            "empty": b"",
            "garbage": os.urandom(len(content)),
            "one bit": bytes(changed),
        }[damage]
    )
    with caplog.at_level(logging.WARNING):
        found = [store.load(SPEC, PLANE, index) for index in indices]
    assert [f is None for f in found] == [False, True, False]
    assert "damaged" in caplog.text
    store.save(SPEC, PLANE, indices[1], *tile(5, seed=1))
    assert same(store.load(SPEC, PLANE, indices[1]), tile(5, seed=1))


def test_a_field_is_computed_again_where_its_tiles_are_damaged(tmp_path):
    window, size, asked = Window.parse("0", "0", "4"), Size(130, 70), []
    whole = compute_field(SPEC, window, size, store=Store.open(str(tmp_path)))
    chunks(tmp_path)[2].write_bytes(b"garbage")
    again = compute_field(SPEC, window, size, asked.append, Store.open(str(tmp_path)))
    assert np.array_equal(again.values, whole.values)
    assert np.array_equal(again.decided, whole.decided)
    assert asked[0] == size.pixels - 2 * 64  # the damaged tile holds two columns of the third
    assert sum(asked) == size.pixels
    untouched = []
    compute_field(SPEC, window, size, untouched.append, Store.open(str(tmp_path)))
    assert untouched == [size.pixels]


def test_a_damaged_label_of_a_level_keeps_its_tiles(tmp_path, caplog):
    Store.open(str(tmp_path)).save(SPEC, PLANE, TileIndex(5, 0, 0), *tile(5))
    for label in tmp_path.rglob("zarr.json"):
        label.write_text('{"zarr')
    store = Store.open(str(tmp_path))
    assert store.load(SPEC, PLANE, TileIndex(5, 0, 0)) is None
    store.save(SPEC, PLANE, TileIndex(5, 1, 0), *tile(5, seed=1))
    assert same(store.load(SPEC, PLANE, TileIndex(5, 0, 0)), tile(5))
    assert "damaged" in caplog.text


def test_a_full_disk_loses_the_tile_and_nothing_else(tmp_path):
    """A limit on the size of files stands in for the end of the disk."""
    code = f"""
import resource, sys
from engine.tiles.lattice import PLANE, TileIndex
from engine.tiles.store import Store
from tests.engine.test_store import SPEC, same, tile
store = Store.open({str(tmp_path)!r})
store.save(SPEC, PLANE, TileIndex(5, 0, 0), *tile(5))
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, resource.RLIM_INFINITY))
store.save(SPEC, PLANE, TileIndex(5, 0, 0), *tile(5, seed=1))
store.save(SPEC, PLANE, TileIndex(5, 1, 0), *tile(5, seed=1))
assert same(store.load(SPEC, PLANE, TileIndex(5, 0, 0)), tile(5))
assert store.load(SPEC, PLANE, TileIndex(5, 1, 0)) is None
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.save(SPEC, PLANE, TileIndex(5, 1, 0), *tile(5, seed=1))
assert same(store.load(SPEC, PLANE, TileIndex(5, 1, 0)), tile(5, seed=1))
"""
    top = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=top, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("cannot be written") == 1
    assert not list(tmp_path.rglob("*.partial"))


def test_beyond_its_limit_the_least_recently_used_tiles_go(tmp_path):
    store = Store.open(str(tmp_path))
    for k in range(20):
        store.save(SPEC, PLANE, TileIndex(5, k, 0), *tile(5, seed=k))
        os.utime(chunk_of(tmp_path, k), (10_000.0 + k, 10_000.0 + k))
    assert store.load(SPEC, PLANE, TileIndex(5, 0, 0)) is not None  # used just now
    store.limit = store.holdings()[0].nbytes // 2
    store.evict()
    left = [store.load(SPEC, PLANE, TileIndex(5, k, 0)) is not None for k in range(20)]
    assert left[0]
    assert not any(left[1:10])
    assert all(left[13:])
    assert store.holdings()[0].nbytes <= store.limit


def chunk_of(place, column):
    return next(p for p in chunks(place) if p.name == str(column))


def test_writing_on_and_on_keeps_within_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.tiles.store.CHECK_EVERY", 2**17)
    store = Store.open(str(tmp_path), limit=200_000)
    for k in range(40):
        store.save(SPEC, PLANE, TileIndex(5, k, 0), *tile(5, seed=k))
    assert 100_000 < sum(p.stat().st_size for p in chunks(tmp_path)) < 300_000


def test_eviction_goes_on_where_another_process_was_quicker(tmp_path, monkeypatch):
    store = Store.open(str(tmp_path))
    for k in range(6):
        store.save(SPEC, PLANE, TileIndex(5, k, 0), *tile(5, seed=k))
    files = store.shelf.files
    gone, remove = chunk_of(tmp_path, 0), files.rm_file
    monkeypatch.setattr(files, "rm_file", lambda path: (gone.unlink(missing_ok=True), remove(path)))
    store.limit = 1
    store.evict()
    assert chunks(tmp_path) == []


def test_what_a_killed_writer_left_goes_once_nobody_can_be_writing_it(tmp_path):
    store = Store.open(str(tmp_path))
    store.save(SPEC, PLANE, TileIndex(5, 0, 0), *tile(5))
    (chunk,) = chunks(tmp_path)
    left, fresh = (chunk.with_name(f"{name}.partial") for name in ("left", "fresh"))
    for file in (left, fresh):
        file.write_bytes(b"half of it")
    os.utime(left, (10_000.0, 10_000.0))
    assert store.holdings()[0].tiles == 1
    store.evict()
    assert not left.exists()
    assert fresh.exists()
    assert chunk.exists()


def test_what_is_written_after_another_process_cleared_the_store_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.tiles.store.RECHECK", 0.0)
    store = Store.open(str(tmp_path))
    store.save(SPEC, PLANE, TileIndex(5, 0, 0), *tile(5))
    Store(str(tmp_path)).clear()
    store.save(SPEC, PLANE, TileIndex(5, 1, 0), *tile(5, seed=1))
    assert same(Store(str(tmp_path)).load(SPEC, PLANE, TileIndex(5, 1, 0)), tile(5, seed=1))


def test_clearing_leaves_what_others_keep_there(tmp_path):
    (tmp_path / "mine").write_text("precious")
    similar = tmp_path / "trainscape-notes" / "c" / "0" / "1"
    similar.parent.mkdir(parents=True)
    similar.write_text("precious too")
    store = Store.open(str(tmp_path))
    store.save(SPEC, PLANE, TileIndex(5, 0, 0), *tile(5))
    store.clear()
    assert (tmp_path / "mine").read_text() == "precious"
    assert similar.read_text() == "precious too"
    similar.unlink()
    assert chunks(tmp_path) == []


def test_tiles_of_another_version_are_not_shown(tmp_path, monkeypatch):
    Store.open(str(tmp_path)).save(SPEC, PLANE, TileIndex(5, 0, 0), *tile(5))
    monkeypatch.setattr(
        "engine.tiles.store.code_version", lambda system: "trainscape-0-cpu-00000000"
    )
    store = Store.open(str(tmp_path))
    assert store.load(SPEC, PLANE, TileIndex(5, 0, 0)) is None
    monkeypatch.undo()
    assert [kept.code for kept in store.holdings()] == [code_version()]


def test_threads_may_share_a_store(tmp_path):
    store = Store.open(str(tmp_path))
    with ThreadPoolExecutor(8) as threads:
        list(
            threads.map(
                lambda k: store.save(SPEC, PLANE, TileIndex(5, k, 1), *tile(5, seed=k)), range(40)
            )
        )
        found = list(threads.map(lambda k: store.load(SPEC, PLANE, TileIndex(5, k, 1)), range(40)))
    assert all(same(f, tile(5, seed=k)) for k, f in enumerate(found))


@pytest.mark.parametrize("place", ["nope://bucket", "s4:/x://y"])
def test_a_place_nobody_knows_is_named(place):
    with pytest.raises(InputError, match="--store must be a folder, a URL"):
        Store(place)


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="cannot write to the store"):
        Store.open(str(tmp_path / "file" / "folder"))


def test_the_spec_that_a_digest_stands_for_is_written_beside_it(tmp_path):
    import zarr

    Store.open(str(tmp_path)).save(SPEC, PLANE, TileIndex(5, 0, 0), *tile(5))
    group = zarr.open_group(tmp_path / code_version() / SPEC.digest(), mode="r")
    assert Spec.from_json(group.attrs["spec"]) == SPEC


def test_a_process_that_asks_the_store_first_still_trains_on_every_core(tmp_path):
    """JAX fixes its devices when it is first used, which with a store is before any training."""
    script = (
        "import os\n"
        "from engine.cli import main\n"
        f"main(['render', '--preset', 'quadratic', '--set', 'steps=5', '--size', '4',\n"
        f"      '--store', {str(tmp_path)!r}, '-o', {str(tmp_path / 'a.npz')!r}])\n"
        "import jax\n"
        "found = jax.local_devices()\n"
        "assert len(found) == max(2, len(os.sched_getaffinity(0))), found\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
