"""What all tests share: JAX set up as the engine does it, and what belongs to one run of tests."""

import gc
import os

import hypothesis
import jax
import matplotlib.font_manager  # noqa: F401 - on a new machine it looks for fonts, and says so
import pytest
from xdist.scheduler import LoadScopeScheduling

from engine.machine.process import RARELY
from engine.places.presets import presets
from engine.systems import plugin_systems
from engine.systems.common.plugins import VARIABLE
from engine.tiles.lattice import Lattice
from engine.tiles.store import code_version
from engine.training.devices import devices, set_up
from tests import chromium
from tests.folder import BEGINS, FOLDER
from tests.ui.served import end_of

os.environ.pop(VARIABLE, None)
set_up()
jax.config.update("jax_numpy_rank_promotion", "raise")
if not jax.config.jax_compilation_cache_dir:  # what one process has compiled, the others need not
    jax.config.update("jax_compilation_cache_dir", str(FOLDER / "compiled"))
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
# Or the place of that folder would tell programs apart.
jax.config.update("jax_persistent_cache_enable_xla_caches", "none")

# The same few examples in every run, on a machine however busy; and, for a night, many new ones.
hypothesis.settings.register_profile(
    "few", deadline=None, max_examples=40, derandomize=True, database=None
)
hypothesis.settings.register_profile("many", deadline=None, max_examples=3000, database=None)
hypothesis.settings.load_profile("few")


def pytest_addoption(parser):
    parser.addoption(
        "--require-browser", action="store_true", help="a missing Chromium is a failure, not a skip"
    )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish():
    if BEGINS:
        end_of(FOLDER)


class ByFile(LoadScopeScheduling):
    """The tests of a file go to one process, with what they share; so do all those of the page."""

    def _split_scope(self, nodeid):
        return "the page" if "tests/ui/" in nodeid else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)  # nobody's where xdist is not loaded
def pytest_xdist_make_scheduler(config, log):
    return ByFile(config, log)


def pytest_collection_modifyitems(config, items):
    items.sort(key=lambda item: "ui" not in item.keywords)  # they wait while others compute
    if not config.option.markexpr:
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="slow: run with -m slow"))
    if chromium.executable() is None and not config.getoption("--require-browser"):
        for item in items:
            if "ui" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="ui: no Chromium on this machine"))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish():
    gc.freeze()  # half a million objects that stay: no need to look at them again and again
    gc.set_threshold(*RARELY)


@pytest.fixture(scope="session")
def common_store(tmp_path_factory):
    """What stands in for the store in the user's cache folder."""
    return str(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="session", autouse=True)
def nothing_of_the_users_own(common_store, tmp_path_factory):
    """Keep what tests train and read out of the user's folders, and theirs out of the tests."""
    texts = tmp_path_factory.getbasetemp() / "texts"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.console.storage.default_place", lambda: common_store)
        patch.setattr("engine.texts.corpus.folder_of_texts", lambda: texts)
        # JAX has one folder for what it compiles, and takes it for good.
        patch.setattr("engine.training.devices.keep_compiled", lambda folder, limit: devices())
        yield


@pytest.fixture
def own(monkeypatch):
    """Say where systems of one's own are; what is made from them is forgotten afterwards."""

    def use(place):
        for known in (plugin_systems, presets, code_version):
            known.cache_clear()
        monkeypatch.setenv(VARIABLE, str(place))

    yield use
    use("")


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
