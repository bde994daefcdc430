"""This file is the page's benchmark: what a visitor waits for, in a real browser.

`python -m tests.benchmarks.page` starts the server, zooms in Chromium and prints the medians as
JSON: milliseconds from the last wheel event to the first new picture, and between pictures.
"""

import itertools
import json
import re
import shutil
import statistics
import subprocess
import sys

from playwright.sync_api import Page, sync_playwright

from tests.conftest import CHROMIUM_FLAGS

GESTURES = 8
WATCH = 2500  # milliseconds to watch pictures arrive after a gesture

# Notes when wheel events and new pictures come, by the browser's own clock.
_RECORD = """
() => {
  window.wheels = []; window.pictures = []
  document.addEventListener('wheel', () => wheels.push(performance.now()), {capture: true})
  for (const root of Bokeh.documents[0].roots())
    for (const model of root.references())
      if (model.type === 'ColumnDataSource' && model.data.sent && model.data.image)
        model.properties.data.change.connect(() => pictures.push(performance.now()))
}
"""


def main() -> None:
    """Print the medians over a few gestures."""
    command = [sys.executable, "-m", "app.command", "serve", "--no-show", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = re.search(r"http://\S+", server.stdout.readline())
        assert url
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS
                )
                page = browser.new_page(viewport={"width": 1280, "height": 720})
                print(json.dumps(_measure(page, url.group(0)), indent=2))
        finally:
            server.terminate()


def _measure(page: Page, url: str) -> dict[str, float]:
    page.goto(url)
    page.get_by_text(re.compile("every [248] pixels")).wait_for()
    page.evaluate(_RECORD)
    first, between = [], []
    for gesture in range(GESTURES):
        page.mouse.move(560 + 20 * gesture, 420)
        page.evaluate("wheels.length = pictures.length = 0")
        for _ in range(4):
            page.mouse.wheel(0, -100 if gesture % 2 == 0 else 100)
            page.wait_for_timeout(40)
        page.wait_for_timeout(WATCH)
        last, pictures = page.evaluate("[wheels.at(-1), pictures]")
        after = [t for t in pictures if t > last]
        first.append(after[0] - last)
        between += [b - a for a, b in itertools.pairwise(after)]
    return {
        "first_picture_ms": statistics.median(first),
        "first_picture_ms_worst": max(first),
        "between_pictures_ms": statistics.median(between),
        "between_pictures_ms_worst": max(between),
    }


if __name__ == "__main__":
    main()
