"""What decides the bits of a value, by which kept ones are found: code, libraries, machine."""

import shutil
from pathlib import Path

import grimp
import jax
import jaxlib
import numpy as np
import optax
import pytest

from engine.tiles import store
from engine.tiles.lattice import PLANE, TileIndex
from engine.tiles.store import DECIDING, DECIDING_PACKAGES, Store, code_version
from tests.engine.test_store import SPEC, same, tile


@pytest.fixture(autouse=True)
def forgotten():
    """Whatever a test pretends is forgotten by the next."""
    yield
    code_version.cache_clear()


def fresh_version():
    code_version.cache_clear()
    return code_version()


def test_every_module_that_the_trainer_imports_is_in_the_digest_of_code():
    graph = grimp.build_graph("engine")
    members = {f"engine.{name.replace('/', '.')}" for name in DECIDING}
    for package in DECIDING_PACKAGES:
        members |= {f"engine.{package}", *graph.find_descendants(f"engine.{package}")}
    # From where hyperparameters are formed to where tiles are filled; the systems are imported by
    # name, which the graph does not see.
    needed = set(members)
    for module in members:
        needed |= graph.find_upstream_modules(module)
    assert {
        "engine.training.trainer",
        "engine.systems.optimisers",
        "engine.training.lanes",
        "engine.texts.language",
    } < needed
    # These keep and fetch tiles, and choose which; they make no value. `__init__` sets aside only.
    choosing = (
        "store", "shelf", "memory", "request", "plan", "partial", "news", "order", "overlap",
        "focus",
    )  # fmt: skip
    needed -= {"engine", *(f"engine.tiles.{name}" for name in choosing)}
    needed -= {"engine.words"}
    # Where texts are kept, and what is said if they cannot be.
    needed -= {"engine.machine.folders", "engine.machine.process", "engine.machine.legible"}
    assert needed - members == set()


@pytest.mark.parametrize("name", DECIDING)
def test_the_digest_of_code_follows_each_module(name, tmp_path, monkeypatch):
    known = fresh_version()
    copy = tmp_path / "engine"
    shutil.copytree(Path(store.__file__).parents[1], copy, ignore=shutil.ignore_patterns("*.pyc"))
    monkeypatch.setattr(store, "__file__", str(copy / "tiles" / "store.py"))
    assert fresh_version() == known
    with (copy / f"{name}.py").open("a") as file:
        file.write("# another\n")
    assert fresh_version() != known


@pytest.mark.parametrize("library", [jax, jaxlib, optax, np])
def test_values_of_different_versions_of_a_library_are_never_mixed(library, tmp_path, monkeypatch):
    Store.open(str(tmp_path)).save(SPEC, PLANE, TileIndex(5, 0, 0), *tile(5))
    monkeypatch.setattr(library, "__version__", "99.1")
    code_version.cache_clear()
    another = Store.open(str(tmp_path))
    assert another.load(SPEC, PLANE, TileIndex(5, 0, 0)) is None
    another.save(SPEC, PLANE, TileIndex(5, 0, 0), *tile(5, seed=1))
    assert len({kept.code for kept in another.kept()}) == 2
    monkeypatch.undo()
    code_version.cache_clear()
    assert same(Store.open(str(tmp_path)).load(SPEC, PLANE, TileIndex(5, 0, 0)), tile(5))


def test_values_of_different_machines_are_never_mixed(monkeypatch):
    known = {fresh_version()}
    for change in (
        ("platform.machine", lambda: "sparc64"),
        ("platform.libc_ver", lambda: ("glibc", "1.0")),
        ("engine.training.surroundings.processor", lambda: {"model name": "another"}),
        ("engine.training.surroundings.met", lambda: ("OPENBLAS_CORETYPE=Prescott",)),
        ("numpy.show_config", lambda mode: {"SIMD Extensions": {"found": []}}),
        ("engine.training.devices.devices", lambda: jax.local_devices()[:1]),
    ):
        with monkeypatch.context() as changed:
            changed.setattr(*change)
            known.add(fresh_version())
    assert len(known) == 7
