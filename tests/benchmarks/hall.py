"""The lecture hall's benchmark: what opening pages costs, and whether a class can do so at once.

`python -m tests.benchmarks.hall` starts the server and opens pages in Chromium on the same machine:
one with an empty cache and one with a warm one, several together, and many one after the other. It
prints the figures as JSON; times are in milliseconds from the navigation, by the browser's own
clock. `--url URL` measures a server that runs already, such as one of another commit.
"""

import argparse
import contextlib
import json
import statistics

import psutil
from playwright.sync_api import sync_playwright

from tests import chromium
from tests.benchmarks.page import served

TOGETHER = (1, 3, 6, 20)
VISITS = 40
PATIENCE = 240_000
SCREEN = {"width": 1280, "height": 800}
QUERY = "?preset=tanh-single"

# Notes when the overview is painted, and when the figure shows its first picture, of any kind. It
# looks every few frames: what looks at every one keeps twenty pages drawing, and measures itself.
_WATCH = """
(() => {
  localStorage.setItem('trainscape tour', 'declined')
  const at = window.first = {}
  const mark = (name) => { at[name] ??= performance.now() }
  const named = (name) => window.Bokeh?.documents[0]?.roots()
    .flatMap((root) => [...root.references()]).find((model) => model.name === name)
  const look = () => {
    const still = document.getElementById('overview')
    if (still?.complete && still.naturalWidth) mark('overview')
    const figure = window.figure ??= named('landscape')
    const shown = figure?.renderers.some(
      ({data_source: source}) => source?.data.image?.length && source.data.dw)
    if (shown) mark('picture')
    if (figure?.tiles?.length) mark('runs')
    else setTimeout(look, 50)
  }
  look()
})()
"""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="of a server that runs already")
    parser.add_argument("--pid", type=int, help="its process")
    asked = parser.parse_args()
    running = contextlib.nullcontext((asked.url, asked.pid and psutil.Process(asked.pid)))
    with running if asked.url else served() as (url, server), sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        figures = {
            "alone": _alone(browser, url, server),
            "together": {str(number): _together(browser, url, number) for number in TOGETHER},
            "visits": _visits(browser, url, server),
        }
        print(json.dumps(figures, indent=2))


def _opened(context, url):
    page = context.new_page()
    page.add_init_script(_WATCH)
    page.goto(url + QUERY, wait_until="commit")
    return page


def _firsts(page) -> dict[str, float]:
    page.wait_for_function("() => window.first?.runs", timeout=PATIENCE, polling=250)
    return {name: round(at) for name, at in page.evaluate("window.first").items()}


def _alone(browser, url, server) -> dict[str, object]:
    """Open a page with an empty cache, then others, each once the last one is gone."""
    context = browser.new_context(viewport=SCREEN)
    warm, costs, cold = [], [], None
    for number in range(6):
        before = sum(server.cpu_times()[:2])
        page = _opened(context, url)
        first = _firsts(page)
        costs.append(sum(server.cpu_times()[:2]) - before)
        cold = cold or first
        warm += [first] if number else []
        models = page.evaluate("Bokeh.documents[0]._all_models.size")
        page.close()
    context.close()
    return {
        "cold": cold,
        "warm": {name: statistics.median(one[name] for one in warm) for name in warm[0]},
        "server_cpu_until_the_first_runs": round(statistics.median(costs[1:]), 2),
        "models": models,
    }


def _together(browser, url, number: int) -> dict[str, float]:
    """Open so many pages at once, each in a browser profile of its own."""
    contexts = [browser.new_context(viewport=SCREEN) for _ in range(number)]
    pages = [_opened(context, url) for context in contexts]
    firsts = [_firsts(page) for page in pages]
    for context in contexts:
        context.close()
    of = {
        name: sorted(first[name] for first in firsts if name in first)
        for name in ("overview", "picture", "runs")
    }
    return {
        f"{name}_{which}": value
        for name, values in of.items()
        if values
        for which, value in (
            ("least", values[0]), ("median", statistics.median(values)), ("most", values[-1])
        )
    }  # fmt: skip


def _visits(browser, url, server) -> dict[str, float]:
    """Visit again and again, with a zoom each; return megabytes after ten of them and after all."""
    sizes = []
    for _ in range(VISITS):
        context = browser.new_context(viewport=SCREEN)
        page = _opened(context, url)
        _firsts(page)
        page.mouse.move(600, 400)
        page.mouse.wheel(0, -200)
        page.wait_for_timeout(500)
        context.close()
        sizes.append(round(server.memory_info().rss / 1e6))
    return {"mb_after_10": sizes[9], f"mb_after_{VISITS}": sizes[-1]}


if __name__ == "__main__":
    main()
