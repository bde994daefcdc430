"""The page's benchmark: what a visitor waits for, in a real browser.

`python -m tests.benchmarks.page` starts the server, goes through zooms, pans and revisits in
Chromium, alone and with seven others, and prints the figures as JSON. Times are in milliseconds,
by the browser's own clock, from the last event of a gesture; runs are counted by the server.
"""

import itertools
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager

import psutil
from playwright.sync_api import Page, sync_playwright

from tests import chromium

GESTURES = 8
WATCH = 2500  # milliseconds to watch pictures arrive after a gesture
VISITORS = 8
PATIENCE = 180_000

# Notes when events, changes of the canvas and words about them come, by the browser's own clock.
_RECORD = """
() => {
  const models = Bokeh.documents[0].roots().flatMap(root => [...root.references()])
  window.drawn = models.find(m => m.name === 'landscape')
  window.last = 0; window.pictures = []; window.levels = {}
  for (const name of ['wheel', 'pointerup', 'click', 'keydown'])
    document.addEventListener(name, () => {
      last = performance.now(); pictures = []; levels = {}
    }, {capture: true})
  const content = models.find(m => m.type === 'ColumnDataSource' && m.data.image_of)
  content.properties.data.change.connect(() => {
    if (content.data.sent.length) setTimeout(() => pictures.push(performance.now() - last))
  })
  const line = models.find(m => typeof m.text === 'string' && m.text.includes('progressbar'))
  line.properties.text.change.connect(() => setTimeout(() => {
    const level = /&gt;((?:every|settled|first)[^·&]*?) *[·&]/.exec(line.text)?.[1]
    if (level && !(level in levels)) levels[level] = performance.now() - last
  }))
}
"""


def main() -> None:
    """Print the figures."""
    with served() as (url, server), sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        page = _opened(browser, url)
        figures = {
            "zoom": _zooms(page),
            "revisit": _revisits(page, url),
            "pan": _pan(page, url),
            "recolour": _recolour(page, url),
            "settle": _settle(page, url),
        }
        page = _opened(browser, url)
        others = [_opened(browser, url) for _ in range(VISITORS - 1)]
        figures["eight_sessions"] = _zooms(page, others)
        for other in others:
            other.close()
        figures["server_mb_after_gestures"] = _journey(page, server)
        print(json.dumps(_rounded(figures), indent=2))


def _rounded(value):
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return round(value, 1) if isinstance(value, float) else value


@contextmanager
def served():
    """Start a server with an empty store; yield where it is, and its process."""
    with tempfile.TemporaryDirectory() as store:
        command = [sys.executable, "-m", "app.command", "serve", "--no-show", "--port", "0"]
        command += ["--store", store, "--memory", "100MB", "--exports", f"{store}/exports"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            url = re.search(r"http://\S+", server.stdout.readline())
            assert url
            try:
                yield url.group(0), psutil.Process(server.pid)
            finally:
                server.terminate()
                server.wait(30)


def _opened(browser, url: str, query: str = "") -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.add_init_script("localStorage.setItem('trainscape tour', 'declined')")
    page.goto(url + query)
    page.get_by_text(re.compile(r"^(every|settled)")).first.wait_for(timeout=PATIENCE)
    page.wait_for_timeout(1500)
    page.evaluate(_RECORD)
    return page


def _zooms(page: Page, others=()) -> dict[str, float]:
    """Wheel in and out at different places; the others zoom at the same time."""
    first, between, levels = [], [], {}
    for gesture in range(GESTURES):
        for k, one in enumerate([*others, page]):
            one.mouse.move(480 + 20 * gesture + 10 * k, 420)
        for _ in range(4):
            for one in [*others, page]:
                one.mouse.wheel(0, -100 if gesture % 4 < 2 else 100)
            page.wait_for_timeout(40)
        page.wait_for_timeout(WATCH)
        pictures, reached = page.evaluate("[pictures, levels]")
        first += pictures[:1]
        between += [b - a for a, b in itertools.pairwise(pictures)]
        for level, after in reached.items():
            levels.setdefault(level, []).append(after)
    return {
        "gestures_with_a_picture": len(first),
        "first_picture": _median(first),
        "first_picture_worst": max(first, default=None),
        "between_pictures": _median(between),
        "between_pictures_worst": max(between, default=None),
        **{f"until_{k.replace(' ', '_')}": statistics.median(v) for k, v in levels.items()},
    }


def _median(values):
    return statistics.median(values) if values else None


def _view(page: Page, wait: str, timeout: int = PATIENCE) -> str:
    words = page.get_by_text(re.compile(wait)).first
    words.wait_for(timeout=timeout)
    return words.inner_text()


def _trained(words: str) -> int:
    found = re.search(r"([\d,]+) trained now", words)
    return int(found[1].replace(",", "")) if found else 0


def _revisits(page: Page, url: str) -> dict[str, float]:
    """Home, after a look elsewhere: everything is in memory."""
    page.goto(url + "?preset=quadratic")
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Home").click()
    _view(page, "^settled")
    page.evaluate(_RECORD)
    took, pictures, trained = [], [], 0
    for _ in range(4):
        page.mouse.move(600, 400)
        page.mouse.wheel(0, -200)
        page.wait_for_timeout(300)
        _view(page, "^settled")
        page.get_by_role("button", name="Home").click()
        page.wait_for_timeout(600)
        trained += _trained(_view(page, "^settled"))
        took.append(page.evaluate("levels[Object.keys(levels).find(k => k.startsWith('settled'))]"))
        pictures += page.evaluate("pictures")[:1]
    return {
        "picture": statistics.median(pictures),
        "picture_worst": max(pictures),
        "settled": statistics.median(took),
        "settled_worst": max(took),
        "runs_trained": trained,
    }


def _pan(page: Page, url: str) -> dict[str, float]:
    """A drag by a quarter of the view."""
    page.goto(url + "?preset=quadratic")
    page.wait_for_timeout(1500)
    _view(page, "^settled")
    page.evaluate(_RECORD)
    width = page.evaluate("drawn.inner_width")
    page.mouse.move(500, 400)
    page.mouse.down()
    page.mouse.move(500 + width / 4, 400, steps=6)
    page.mouse.up()
    page.wait_for_timeout(500)
    words = _view(page, "^settled.*trained now")
    across, up = re.search(r"([\d,]+)x([\d,]+) runs", words).groups()
    return {"runs_trained": _trained(words), "runs_in_view": int(across) * int(up)}


def _recolour(page: Page, url: str) -> dict[str, float]:
    """Other colours for all that is on screen, by a key on the slider."""
    page.goto(url + "?preset=quadratic")
    page.wait_for_timeout(1500)
    runs = re.search(r"([\d,]+)x([\d,]+) runs", _view(page, "^settled"))
    page.evaluate(_RECORD)
    page.get_by_role("slider", name="Equalise").focus()
    took = []
    for _ in range(GESTURES):
        page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(1000)
        took += page.evaluate("pictures")[:1]
    assert runs is not None
    return {"first_picture": _median(took), "worst": max(took), "runs": runs[0]}


def _settle(page: Page, url: str) -> dict[str, float]:
    """The default preset, from an empty store until every run is known."""
    page.goto(url + "?preset=tanh-single&set=seed=1")
    page.wait_for_timeout(1000)
    page.evaluate(_RECORD)
    words = _view(page, "^settled")
    seconds = float(re.search(r"in ([\d.]+) s", words)[1])
    return {"settled_s": seconds, "runs_trained": _trained(words)}


def _journey(page: Page, server: psutil.Process) -> dict[int, float]:
    """Random wheels and drags, most of them given up half-way; the server's memory meanwhile."""
    dice, sizes = random.Random(0), {}
    for gesture in range(1, 501):
        x, y = dice.uniform(400, 850), dice.uniform(200, 600)
        page.mouse.move(x, y)
        if dice.random() < 0.7:
            page.mouse.wheel(0, dice.choice([-400, -200, 200, 300]))
        else:
            page.mouse.down()
            page.mouse.move(x + dice.uniform(-200, 200), y + dice.uniform(-200, 200), steps=3)
            page.mouse.up()
        page.wait_for_timeout(dice.choice([30, 100, 300]))
        if gesture % 100 == 0:
            sizes[gesture] = server.memory_info().rss / 1e6
    return sizes


if __name__ == "__main__":
    main()
