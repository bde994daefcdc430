"""Gestures: fingers, mice, wheels and frames, with the events of a real browser."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.ui.driving import (
    BOXES,
    FIGURE,
    PATIENCE,
    QUICK,
    SETTLED,
    WAIT_OUT_A_GESTURE,
    frame_box,
    link_of,
    middle,
    ranges,
    wait_for,
    wait_for_text,
    wait_for_view,
    window,
)

pytestmark = pytest.mark.ui
PLACE = f"{QUICK}&view=0.25,0.125,1.0"
PRESSED = 700  # milliseconds: longer than a click
READ_OUT = re.compile(r"^0\.\d{4,5}$")  # a coordinate


# Lays the page out again and again, as the picture does when its ticks have longer labels.
LAY_OUT_AGAIN = """() => {FIGURE
  const [view, {port1, port2}] = [Bokeh.index.find_one(drawn), new MessageChannel()]
  window.again = true
  port1.onmessage = () => {
    if (window.again) port2.postMessage('again') // also after an error
    view.compute_layout()
  }
  port2.postMessage('begin')
}""".replace("FIGURE", FIGURE)


def pins(page):
    return [pin for pin in link_of(page).get("pins", "").split(";") if pin]


def unpin(page):
    page.get_by_role("tab", name="Runs").click()
    page.get_by_role("button", name="Unpin all").click()
    wait_for(page, lambda: pins(page) == [])


def place_at(page, x, y):
    """The point of the plane at a pixel of the page."""
    left, top, width, height = frame_box(page)
    x0, x1, y0, y1 = ranges(page)
    return x0 + (x - left) / width * (x1 - x0), y1 - (y - top) / height * (y1 - y0)


def is_sound(page):
    x0, x1, y0, y1 = ends = ranges(page)
    _, _, width, height = frame_box(page)
    square = (y1 - y0) / (x1 - x0) == pytest.approx(height / width, rel=1e-5)
    return np.isfinite(ends).all() and x0 < x1 and y0 < y1 and square


def test_quick_clicks_far_apart_are_two_and_a_turn_of_the_wheel_there_and_back_is_none(visit):
    page = visit(PLACE)
    start = ranges(page)
    x, y = middle(page)
    page.mouse.move(x + 70, y - 40)
    for delta in (-100, -100, -37, 100, 100, 37):
        page.mouse.wheel(0, delta)
    page.mouse.move(x + 71, y - 40)
    assert ranges(page) == pytest.approx(start, abs=1e-9)
    first, second = (place_at(page, x + far, y) for far in (0, 120))
    page.mouse.click(x, y)
    page.mouse.click(x + 120, y)
    wait_for(page, lambda: len(pins(page)) == 2)
    assert ranges(page) == pytest.approx(start, abs=1e-9)
    for pin, there in zip(pins(page), (first, second), strict=True):
        assert [float(n) for n in pin.split(",")] == pytest.approx(there, abs=1e-3)
    unpin(page)


def test_a_long_press_of_the_mouse_tells_what_is_there_and_then_may_drag(visit):
    page = visit(PLACE)
    start = ranges(page)
    x, y = middle(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.wait_for_timeout(PRESSED)
    wait_for_text(page, READ_OUT)
    page.mouse.up()
    page.mouse.down()
    page.wait_for_timeout(PRESSED)
    page.mouse.move(x + 100, y, steps=3)
    page.mouse.up()
    width = frame_box(page)[2]
    assert ranges(page)[0] - start[0] == pytest.approx(-100 / width, abs=1e-6)
    wait_for_text(page, SETTLED)
    assert pins(page) == []


def test_fingers_pinch_pan_press_and_tap(newcomer):
    visitor = newcomer(has_touch=True)
    page = visitor.open(PLACE)
    client = visitor.context.new_cdp_session(page)
    x, y = middle(page)

    def touch(kind, *points):
        points = [{"x": at[0], "y": at[1], "id": n} for n, at in enumerate(points) if at]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def moved(by=1):
        x0, x1, *_ = ranges(page)
        return (x1 - x0) == pytest.approx(by * (start[1] - start[0]), rel=1e-6)

    start, there = ranges(page), place_at(page, x, y)
    touch("touchStart", (x - 40, y), (x + 40, y))
    for apart in range(45, 81, 5):
        touch("touchMove", (x - apart, y), (x + apart, y))
    wait_for(page, lambda: moved(0.5))
    assert place_at(page, x, y) == pytest.approx(there, abs=1e-6)
    touch("touchMove", (x - 60, y + 30), (x + 100, y + 30))  # two fingers pan
    wait_for(page, lambda: place_at(page, x + 20, y + 30) == pytest.approx(there, abs=1e-6))
    touch("touchMove", (x - 80, y), (x + 80, y))
    touch("touchMove", (x - 40, y), (x + 40, y))
    wait_for(page, lambda: ranges(page) == pytest.approx(start, abs=1e-9))
    touch("touchEnd", None, (x + 40, y))  # the other finger stays, and pans
    touch("touchMove", (x - 20, y))
    wait_for(page, lambda: place_at(page, x + 20, y) == pytest.approx(there, abs=1e-6))
    touch("touchMove", (x - 40, y))
    touch("touchEnd")
    wait_for(page, lambda: ranges(page) == pytest.approx(start, abs=1e-9))
    touch("touchStart", (x, y))
    page.get_by_text(READ_OUT).first.wait_for(timeout=PATIENCE)
    touch("touchMove", (x + 50, y))
    touch("touchEnd")
    assert ranges(page) == pytest.approx(start, abs=1e-9)
    page.evaluate(LAY_OUT_AGAIN)
    page.touchscreen.tap(x, y)
    wait_for(page, lambda: len(pins(page)) == 1)
    assert [float(n) for n in pins(page)[0].split(",")] == pytest.approx(there, abs=1e-2)
    wait_for_text(page, re.compile("Lyapunov [+-]"))  # its plots have been made meanwhile
    page.evaluate("window.again = false")


def test_in_a_frame_the_wheel_is_for_the_page_around_until_somebody_clicks_there(newcomer):
    visitor = newcomer()
    page = visitor.page
    page.set_content(
        f"<div style='height:3000px'><p>around</p><iframe src='{visitor.url}{PLACE}' "
        "style='width:1100px;height:600px'></iframe></div>"
    )
    inside = page.frame_locator("iframe")
    inside.get_by_text(SETTLED).first.wait_for(timeout=PATIENCE)
    picture = inside.get_by_role("application", name="training landscape")
    box = picture.bounding_box()
    frame = page.frames[1]
    start = ranges(frame)
    scrolled = lambda: page.evaluate("scrollY")  # noqa: E731 what the tests wait for
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, 50)
    wait_for(page, lambda: scrolled() == 50)
    expect(inside.get_by_text("Hold Ctrl to zoom")).to_be_visible()
    assert ranges(frame) == start
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    wait_for(page, lambda: ranges(frame) != start)
    zoomed = ranges(frame)
    page.mouse.down()
    page.wait_for_timeout(PRESSED)  # a press is a click there, and pins nothing
    page.mouse.up()
    page.mouse.wheel(0, 100)
    wait_for(page, lambda: ranges(frame) != zoomed)
    assert scrolled() == 50
    page.get_by_text("around").click()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 - 50)
    back = ranges(frame)
    page.mouse.wheel(0, -50)
    wait_for(page, lambda: scrolled() == 0)
    assert ranges(frame) == back


def test_a_box_that_is_given_up_leaves_nothing(visit):
    page = visit(PLACE)
    start = ranges(page)
    x, y = middle(page)
    page.keyboard.press("x")
    page.wait_for_function(BOXES)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 100, y + 60, steps=3)
    box = page.locator("[style*=dashed]").first  # of the page's own figure
    expect(box).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    page.mouse.move(x + 120, y + 80)
    page.mouse.up()
    expect(box).to_be_hidden()
    assert ranges(page) == start
    page.keyboard.press("x")
    page.wait_for_function(f"() => !({BOXES})()")


# Sends events of every kind in any order to the picture, as no browser would.
STORM = """async ([x, y, seed]) => {
  const random = () => {
    seed = (seed * 48271) % 2147483647
    return seed / 2147483647
  }
  const pick = (of) => of[Math.floor(random() * of.length)]
  let at = document.elementFromPoint(x, y)
  while (at.shadowRoot && at.shadowRoot.elementFromPoint(x, y) !== at)
    at = at.shadowRoot.elementFromPoint(x, y)
  const kinds = ['pointerdown', 'pointermove', 'pointerup', 'pointercancel', 'lostpointercapture',
    'pointerleave', 'contextmenu', 'wheel', 'blur', 'keydown']
  for (let k = 0; k < 1000; k += 1) {
    const kind = pick(kinds)
    const more = {
      bubbles: true, composed: true, cancelable: true, pointerId: pick([1, 1, 2, 3, 77]),
      clientX: x + (random() - 0.5) * pick([4, 400, 1e5]), clientY: y + (random() - 0.5) * 400,
      pointerType: pick(['mouse', 'touch', 'pen', '']), button: pick([-1, 0, 0, 1, 2, 5]),
      buttons: pick([0, 1, 1, 2, 3, 32]), isPrimary: random() < 0.5, ctrlKey: random() < 0.3,
      deltaY: pick([0, 1, -0.25, 100, -100, 1e9, -1e9, 1e308]), deltaMode: pick([0, 0, 1, 2]),
      key: pick(['ArrowLeft', 'ArrowUp', '+', '-', 'Escape', 'x', 'h', '[']),
    }
    if (k % 100 === 0) await new Promise((handled) => setTimeout(handled, 10)) // so jumps come too
    if (kind === 'wheel') at.dispatchEvent(new WheelEvent(kind, more))
    else if (kind === 'keydown') window.dispatchEvent(new KeyboardEvent(kind, more))
    else if (kind === 'blur') window.dispatchEvent(new Event(kind))
    else at.dispatchEvent(new PointerEvent(kind, more))
  }
  for (const id of [1, 2, 3, 77])
    at.dispatchEvent(new PointerEvent('pointercancel', {pointerId: id}))
}"""


def test_whatever_a_browser_sends_leaves_a_sound_view_that_moves_as_before(visit):
    page = visit(PLACE)
    x, y = middle(page)
    for seed in (1, 2):
        page.evaluate(STORM, [x, y, seed])
        wait_for(page, lambda: is_sound(page))
    page.keyboard.press("Escape")
    if page.evaluate(BOXES):
        page.keyboard.press("x")
        page.wait_for_function(f"() => !({BOXES})()")
    page.keyboard.press("h")
    wait_for_view(page, lambda view: view.half_width >= 2)
    wait_for_text(page, SETTLED)
    page.wait_for_timeout(WAIT_OUT_A_GESTURE)
    if pins(page):
        unpin(page)
    start, width = ranges(page), frame_box(page)[2]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 50, y, steps=2)
    page.mouse.up()
    assert ranges(page)[0] == pytest.approx(start[0] - 50 / width * (start[1] - start[0]), rel=1e-6)
    wait_for_view(page, lambda view: float(view.x) < -1e-3)
    assert window(page).half_width >= 2
