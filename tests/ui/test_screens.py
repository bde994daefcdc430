"""Screens: the picture has room on each, and a finger moves it."""

import pytest

from tests.ui.driving import (
    QUICK,
    SETTLED,
    WAIT_OUT_A_GESTURE,
    frame_box,
    middle,
    wait_for,
    wait_for_text,
    window,
)

pytestmark = pytest.mark.ui
PHONE = {"width": 400, "height": 800}


def test_a_pinch_zooms_on_a_phone_and_the_picture_has_room_on_every_screen(newcomer):
    visitor = newcomer(viewport=PHONE, has_touch=True)
    page = visitor.open(f"{QUICK}&view=0.25,0.125,1.0")
    x, y = middle(page)
    before = window(page)
    client = visitor.context.new_cdp_session(page)

    def touch(kind, *points):
        points = [{"x": px, "y": py, "id": n} for n, (px, py) in enumerate(points)]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def pinched():
        # A browser that is slow to answer the first touch scrolls instead: a person tries again.
        touch("touchStart", (x - 20, y), (x + 20, y))
        for apart in range(25, 90, 5):
            touch("touchMove", (x - apart, y), (x + apart, y))
        touch("touchEnd")
        page.wait_for_timeout(WAIT_OUT_A_GESTURE)
        return window(page).half_width < 0.8 * before.half_width

    wait_for(page, pinched)
    wait_for_text(page, SETTLED)
    for width, height in ((400, 800), (820, 1100), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        wait_for(page, lambda width=width: frame_box(page)[2] > 0.45 * min(width, 1500))
        wait_for(page, lambda height=height: 0.5 * height < frame_box(page)[3] < height)
