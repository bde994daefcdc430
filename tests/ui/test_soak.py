"""An hour's use in some minutes: everything a person might do, at random, without error or leak."""

import time

import numpy as np
import psutil
import pytest
from playwright.sync_api import expect

from tests.ui.driving import (
    DRAWN,
    PATIENCE,
    QUICK,
    SETTLED,
    fills_the_view,
    middle,
    wait_for,
    wait_for_text,
)

pytestmark = [pytest.mark.ui, pytest.mark.slow]
GESTURES = 500


def heap(client):
    """The bytes that the page holds, once what nobody needs any more has been collected."""
    client.send("HeapProfiler.collectGarbage")
    return client.send("Runtime.getHeapUsage")["usedSize"]


def gestures(page, random):
    """One thing that a person might do, at random."""
    x, y = middle(page)
    x, y = x + random.uniform(-150, 150), y + random.uniform(-150, 150)
    page.mouse.move(x, y)
    kind = random.choice(["zoom", "zoom", "out", "pan", "key", "click", "look", "steps", "dialog",
                          "compare", "tab", "theme"])  # fmt: skip
    if kind in ("zoom", "out"):
        for _ in range(int(random.integers(1, 6))):
            page.mouse.wheel(0, -200 if kind == "zoom" else 250)
            page.wait_for_timeout(30)
    elif kind == "pan":
        page.mouse.down()
        page.mouse.move(x + random.uniform(-200, 200), y + random.uniform(-150, 150), steps=5)
        page.mouse.up()
    elif kind == "key":
        page.keyboard.press(str(random.choice(["ArrowLeft", "ArrowUp", "+", "-", "h", "[", "]",
                                               "u", "r", "i", "x", "x"])))  # fmt: skip
    elif kind == "click":
        page.mouse.click(x, y)
    elif kind == "look":
        palettes = page.get_by_role("combobox", name="Palette")
        palettes.select_option(index=int(random.integers(0, 7)))
        palettes.blur()  # or an arrow key would open the list again
    elif kind == "steps":
        field = page.get_by_role("textbox", name="steps")
        field.fill(str(random.integers(10, 60)))
        field.press("Enter")
        page.mouse.click(5, 300)
    elif kind == "compare":
        page.keyboard.press("c")
        dialog = page.get_by_role("dialog")
        stop = dialog.get_by_role("button", name="Stop comparing")
        (stop if stop.is_enabled() else dialog.get_by_role("button", name="Another seed")).click()
        expect(dialog).to_be_hidden(timeout=PATIENCE)
    elif kind == "tab":
        if page.get_by_role("tab", name="Runs").is_visible():
            name = str(random.choice(["Statistics", "Runs", "Diagrams"]))
            page.get_by_role("tab", name=name).click()
    elif kind == "theme":
        page.get_by_role("button", name="Toggle theme").click()
    else:
        name = str(random.choice(["Go to", "Places", "Help"]))
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("dialog")).to_be_visible(timeout=PATIENCE)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden(timeout=PATIENCE)
    page.wait_for_timeout(int(random.integers(20, 500)))


@pytest.mark.parametrize("place", [QUICK, "?preset=tanh-single"])
def test_hundreds_of_gestures_at_random(visit, server, place):
    page, random = visit(place, DRAWN), np.random.default_rng(5)
    server = psutil.Process(server.pid)
    client = page.context.new_cdp_session(page)
    sizes, heaps, slowest = [], [], 0.0
    for number in range(GESTURES):
        gestures(page, random)
        started = time.monotonic()
        page.evaluate("() => new Promise(done => requestAnimationFrame(done))")
        slowest = max(slowest, time.monotonic() - started)
        if number % (GESTURES // 5) == GESTURES // 5 - 1:
            sizes.append(server.memory_info().rss)
            heaps.append(heap(client))
    page.get_by_role("button", name="Home").click()
    wait_for_text(page, SETTLED)
    wait_for(page, lambda: fills_the_view(page))
    print(f"slowest frame {slowest:.2f} s, server {sizes}, page {heaps}")
    assert sizes[-1] < sizes[0] + 2**28  # the runs that are kept, at most
    assert heaps[-1] < heaps[0] + 2**27
