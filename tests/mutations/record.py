"""A plugin of pytest: keeps how long each test took, and whether it passed.

What is kept in memory is forgotten before each file, so that its tests reach all that they need.
"""

import functools
import gc
import json
import os
from pathlib import Path

import jax
import pytest

KEPT = {"set_up"}  # it runs once a process


def pytest_addoption(parser):
    parser.addoption("--record", help="file for the seconds of the tests")
    parser.addoption("--settings", help="of the coverage of processes that tests start")


def pytest_configure(config):
    config.pluginmanager.register(_Record(config), "record-of-tests")


class _Record:
    def __init__(self, config):
        self.config, self.path = config, None
        self.seconds, self.failed = {}, set()
        self.works = hasattr(config, "workerinput")
        if self.works:
            os.environ["COVERAGE_PROCESS_START"] = config.getoption("settings")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item):
        if item.path != self.path:
            self.path = item.path
            _forget()

    def pytest_runtest_logreport(self, report):
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration
        if not report.passed:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self):
        if not self.works:
            passed = {one: took for one, took in self.seconds.items() if one not in self.failed}
            about = {"passed": passed, "failed": sorted(self.failed)}
            Path(self.config.getoption("record")).write_text(json.dumps(about, indent=1))


def _forget():
    jax.clear_caches()
    for one in gc.get_objects():
        if (
            isinstance(one, functools._lru_cache_wrapper)
            and str(getattr(one, "__module__", "")).partition(".")[0] in ("engine", "app")
            and one.__name__ not in KEPT
        ):
            one.cache_clear()
