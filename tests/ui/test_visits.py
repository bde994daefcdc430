"""No visit leaves anything in a real server: neither of a browser's, nor of whoever only asks."""

import json
import re
import subprocess
import sys
import time
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import Visitor
from tests.ui.counted import KINDS
from tests.ui.driving import PATIENCE, middle

pytestmark = [pytest.mark.ui, pytest.mark.slow]
VISITS, REQUESTS = 20, 30
MORE = 10e6  # bytes, by which a server may have grown over the latter half of the visits


class Counted:
    """A server of `tests.ui.counted`, which is asked what it holds."""

    def __init__(self, process):
        self._process = process
        self.url = re.search(r"http://\S+", process.stdout.readline())[0]

    def count(self):
        """Return the number of objects of each kind, and the bytes of memory."""
        self._process.stdin.write("count\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@pytest.fixture
def counted(tmp_path):
    command = [sys.executable, "-m", "tests.ui.counted", "serve", "--no-show", "--port", "0"]
    command += ["--store", "none", "--memory", "30MB", "--exports", str(tmp_path)]
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            yield Counted(process)
        finally:
            process.terminate()


def stay(browser, url):
    """Zoom, pin a run, look at the tabs and open dialogs; then leave, in the midst of it."""
    visitor = Visitor(browser, url)
    page = visitor.open("?preset=quadratic&set=steps=40")
    page.mouse.move(*middle(page))
    page.mouse.wheel(0, -300)
    page.mouse.click(*middle(page))
    expect(page.get_by_role("button", name="Unpin all")).to_be_visible()
    page.get_by_role("tab", name="Diagrams").click()
    for key in "pce":
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
    page.mouse.wheel(0, -300)
    visitor.context.close()
    assert visitor.problems == []


def test_visits_and_requests_leave_nothing(browser, counted):
    sizes, before = [], counted.count()
    for number in range(1, VISITS + 1):
        stay(browser, counted.url)
        if number in (VISITS // 2, VISITS):
            wait_for_nobody(counted, before)
            sizes.append(counted.count()["memory"])
    for _ in range(REQUESTS):
        with urllib.request.urlopen(counted.url) as answer:
            assert answer.status == 200
    left = wait_for_nobody(counted, before)
    assert sizes[1] - sizes[0] < MORE, sizes
    assert left["memory"] - sizes[1] < MORE, (left, sizes)


def wait_for_nobody(counted, before):
    """Wait until there is no more than before any visit, and return what there is."""
    until = time.monotonic() + PATIENCE / 1000
    left = counted.count()
    while any(left[kind] > before[kind] for kind in KINDS) and time.monotonic() < until:
        left = counted.count()
    assert {kind: left[kind] - before[kind] for kind in KINDS} == dict.fromkeys(KINDS, 0)
    return left
