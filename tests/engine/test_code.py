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
from engine.tiles.store import DECIDING_FILES, DECIDING_FOLDERS, Store, code_version
from tests.tiles import SPEC, same, tile


@pytest.fixture(autouse=True)
def forgotten():
    """Whatever a test pretends is forgotten by the next."""
    yield
    code_version.cache_clear()


def fresh_version():
    code_version.cache_clear()
    return code_version()


# What the trainer imports and no value depends on.
MAKES_NO_VALUE = {
    "engine.machine": "opens the files that hold texts and systems, and prints",
    "engine.words": "puts errors into words",
}


def members():
    """The modules in the digest of code."""
    graph = grimp.build_graph("engine", cache_dir=None)
    files = {f"engine.{name.replace('/', '.')}" for name in DECIDING_FILES}
    folders = (f"engine.{name}" for name in DECIDING_FOLDERS)
    return files.union(*({folder, *graph.find_descendants(folder)} for folder in folders))


def closure():
    """The module that trains a tile, the systems, and all that they import in turn."""
    graph = grimp.build_graph("engine", cache_dir=None)
    # The systems are imported by name, which the graph does not see.
    start = {"engine.tiles.stream"}
    start |= graph.find_descendants("engine.systems")
    return start.union(*map(graph.find_upstream_modules, start))


def test_every_module_that_the_trainer_imports_is_in_the_digest_of_code():
    needed = {
        module for module in closure()
        if not any(module == at or module.startswith(f"{at}.") for at in MAKES_NO_VALUE)
    }  # fmt: skip
    assert {
        "engine.training.lanes",
        "engine.tiles.lattice",
        "engine.systems.optimisers",
        "engine.measures.fate",
        "engine.texts.language",
    } < needed
    assert needed - members() == set()


def test_no_file_is_in_the_digest_of_code_that_the_trainer_does_not_import():
    assert {f"engine.{name.replace('/', '.')}" for name in DECIDING_FILES} <= closure()


@pytest.mark.parametrize("name", [*DECIDING_FILES, "systems/common/base", "training/trainer"])
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
    assert len({kept.code for kept in another.holdings()}) == 2
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
