"""What all tests share: JAX set up as the engine does it, and the browser."""

import os
import re
import shutil
import subprocess
import sys

import jax
import pytest

from engine.places.presets import presets
from engine.systems import plugin_systems
from engine.systems.common.plugins import VARIABLE
from engine.tiles.lattice import Lattice
from engine.tiles.store import code_version
from engine.training.devices import set_up

ENDS_WITHIN = 60  # seconds that a server takes at most to write what it knows, and end
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

os.environ.pop(VARIABLE, None)
set_up()
jax.config.update("jax_numpy_rank_promotion", "raise")


@pytest.fixture(scope="session")
def common_store(tmp_path_factory):
    """What stands in for the store in the user's cache folder."""
    return str(tmp_path_factory.mktemp("store"))


@pytest.fixture(autouse=True)
def nothing_of_the_users_own(common_store, tmp_path_factory, monkeypatch):
    """Keep what tests train and read out of the user's folders, and theirs out of the tests."""
    monkeypatch.setattr("engine.console.storage.default_place", lambda: common_store)
    texts = tmp_path_factory.getbasetemp() / "texts"
    monkeypatch.setattr("engine.texts.corpus.folder_of_texts", lambda: texts)


@pytest.fixture
def own(monkeypatch):
    """Say where systems of one's own are; what is made from them is forgotten afterwards."""

    def use(place):
        for known in (plugin_systems, presets, code_version):
            known.cache_clear()
        monkeypatch.setenv(VARIABLE, str(place))

    yield use
    use("")


def pytest_addoption(parser):
    parser.addoption(
        "--require-browser", action="store_true", help="a missing Chromium is a failure, not a skip"
    )


def pytest_collection_modifyitems(config, items):
    if not config.option.markexpr:
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="slow: run with -m slow"))
    if _chromium() is None and not config.getoption("--require-browser"):
        for item in items:
            if "ui" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="ui: no Chromium on this machine"))


@pytest.fixture(scope="session")
def browser():
    """A real Chromium, started once for the session."""
    from playwright.sync_api import sync_playwright

    executable = _chromium()
    assert executable, "no Chromium found; install Debian's package `chromium`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A fresh tab, which knows nothing of the other tests."""
    context = browser.new_context(viewport={"width": 1200, "height": 700})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def server(common_store, tmp_path_factory):
    """A real `trainscape serve`, started for the session, and its address."""
    command = [sys.executable, "-m", "app.command", "serve", "--no-show", "--port", "0"]
    command += ["--store", common_store, "--exports", str(tmp_path_factory.mktemp("exports"))]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, "the server did not say where it is"
        yield process, found.group(0)
        process.terminate()
        try:
            process.wait(timeout=ENDS_WITHIN)
        finally:
            process.kill()


@pytest.fixture(scope="session")
def server_url(server):
    """The address of the server."""
    return server[1]


@pytest.fixture(scope="session")
def server_process(server):
    """The process of the server."""
    return server[0]


def _chromium():
    return shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
def coordinates(monkeypatch):
    """The coordinates of columns and rows that lattices have computed since, in order."""
    computed = []

    def counted(own):
        def values(*arguments):
            computed.extend(coordinates := own(*arguments))
            return coordinates

        return values

    for along in ("columns", "rows"):
        monkeypatch.setattr(Lattice, along, counted(getattr(Lattice, along)))
    return computed
