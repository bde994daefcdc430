"""Moving about: gestures, keys, back and forward, the minimap, typed coordinates, fullscreen."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from app.visitor.actions import ACTIONS
from engine.places import links
from tests.ui.driving import (
    DRAWN,
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


# All at once, but each is handled 0.7 s after the one before, as on a busy page.
TURN_THE_WHEEL = """async ([x, y, times]) => {
  let at = document.elementFromPoint(x, y)
  while (at.shadowRoot && at.shadowRoot.elementFromPoint(x, y) !== at)
    at = at.shadowRoot.elementFromPoint(x, y)
  const turn = {clientX: x, clientY: y, deltaY: -300, bubbles: true, composed: true}
  for (const event of Array.from({length: times}, () => new WheelEvent('wheel', turn))) {
    at.dispatchEvent(event)
    await new Promise((handled) => setTimeout(handled, 700))
  }
}"""


def zoom_in(page, times=1):
    before = window(page)
    page.evaluate(TURN_THE_WHEEL, [*middle(page), times])
    wait_for_view(page, lambda after: after.half_width < 0.9 * before.half_width)
    wait_for_text(page, SETTLED)
    page.wait_for_timeout(WAIT_OUT_A_GESTURE)
    return window(page)


def test_the_minimap_shows_where_the_view_lies_and_a_double_click_goes_home(visit):
    page = visit(PLACE)
    wait_for(page, lambda: page.evaluate(MINIMAP)[3] == 1)
    x, y, width, _ = page.evaluate(MINIMAP)
    # The plane reaches from -2 to 2; the small picture of it, by up to a pixel further.
    assert x == pytest.approx((0.25 + 2) / 4, abs=0.02)
    assert y == pytest.approx((0.125 + 2) / 4, abs=0.02)
    assert width == pytest.approx(1 / 4, rel=0.05)
    page.mouse.dblclick(*middle(page))
    wait_for_view(page, lambda home: home.half_width >= 2)
    wait_for_text(page, SETTLED)
    assert "pins" not in link_of(page)


def test_back_and_forward_go_gesture_by_gesture(visit):
    visit("?preset=rippled-quadratic&set=steps=10", DRAWN)  # with another plane, a trail begins
    page = visit(PLACE)
    start = window(page)
    first = zoom_in(page, times=3)
    second = zoom_in(page)
    back = page.get_by_role("button", name="Back to the view")
    back.click()
    wait_for_view(page, lambda view: view == first)
    back.click()
    wait_for_view(page, lambda view: view == start)
    expect(back).to_be_disabled()
    page.keyboard.press("]")
    wait_for_view(page, lambda view: view == first)
    page.keyboard.press("]")
    wait_for_view(page, lambda view: view == second)
    expect(page.get_by_role("button", name="Forward to the view")).to_be_disabled()


def test_arrows_move_and_plus_and_minus_zoom(visit):
    page = visit(PLACE)
    start = window(page)
    _, _, width, height = frame_box(page)
    up = 2 * start.half_width * height / width
    page.keyboard.press("ArrowRight")
    wait_for_view(page, lambda v: float(v.x - start.x) == pytest.approx(0.1 * up, rel=1e-3))
    page.keyboard.press("Shift+ArrowUp")
    wait_for_view(page, lambda v: float(v.y - start.y) == pytest.approx(0.5 * up, rel=1e-3))
    page.keyboard.press("+")
    wait_for_view(page, lambda v: v.half_width == pytest.approx(start.half_width / 1.5, rel=1e-6))
    page.keyboard.press("-")
    wait_for_view(page, lambda v: v.half_width == pytest.approx(start.half_width, rel=1e-6))
    page.keyboard.press("h")
    wait_for_view(page, lambda v: v.half_width >= 2)


def test_the_help_lists_every_key_and_keys_typed_into_a_field_do_nothing_else(visit):
    page = visit(PLACE)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for action in ACTIONS:
        expect(dialog.get_by_role("row", name=action.words)).to_be_visible()
    for opened in (False, True, False):
        page.keyboard.press("?" if opened else "Escape")
        expect(dialog).to_be_visible(visible=opened)
    start = window(page)
    page.get_by_role("textbox", name="steps").click()
    page.keyboard.type("h+")
    page.keyboard.press("ArrowLeft")
    wait_for_text(page, SETTLED)
    assert window(page) == start


def test_typed_coordinates_are_gone_to_with_all_their_digits_and_bad_ones_refused(visit):
    page = visit(PLACE)
    start = window(page)
    page.keyboard.press("g")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Width").fill("wide")
    dialog.get_by_label("Width").press("Enter")
    expect(dialog.get_by_text("width must be a decimal number, not 'wide'")).to_be_visible()
    dialog.get_by_label("or a link").fill("http://localhost/?preset=nix")
    dialog.get_by_role("button", name="Go").click()
    wait_for_text(page, "unknown preset 'nix'")
    assert window(page) == start
    dialog.get_by_label("or a link").fill("")
    x, y = "0.123456789012345678901234567", "-0.5"
    for label, text in (("Centre x", x), ("Centre y", y), ("Width", "1e-18")):
        dialog.get_by_label(label).fill(text)
    dialog.get_by_role("button", name="Go").click()
    wait_for_view(page, lambda view: view.half_width < 1e-17)
    expect(dialog).to_be_hidden()
    wanted = links.parse_view(f"{x},{y},1e-18")
    assert abs(window(page).x - wanted.x) < 1e-24
    wait_for_text(page, "beyond float64")
    page.keyboard.press("g")
    dialog.get_by_label("Centre x").fill("(0.5, \u22122.5·10⁻¹)")  # pasted in one piece
    dialog.get_by_label("Width").fill("0,5")
    dialog.get_by_role("button", name="Go").click()
    expect(dialog.get_by_text("width is written with a decimal point and no comma")).to_be_visible()
    dialog.get_by_label("Width").fill("0.5")
    dialog.get_by_role("button", name="Go").click()
    wait_for_view(page, lambda view: (float(view.x), float(view.y)) == (0.5, -0.25))


MINIMAP = """() => {
  const model = Bokeh.documents[0].roots().flatMap(root => [...root.references()])
    .find(model => model.name === 'minimap')
  const data = model.renderers.map(r => r.data_source.data)
  const here = data.find(d => d.width), picture = data.find(d => d.image)
  return [here.x[0], here.y[0], here.width[0], picture.image.length]
}"""


def test_at_depth_the_crosshair_tells_enough_digits_and_decades_are_told_in_words(visit):
    page = visit(f"{QUICK}&view=0.123456789012345,0.1,1e-12")
    wait_for_text(page, "12.6 decades deep: a living cell, were the overview the Earth")
    page.mouse.move(*middle(page))
    wait_for_text(page, re.compile(r"^0\.1234567890123\d\d"))
    wait_for_text(page, re.compile(r"^1\.3287\d{12,}"))  # the learning rate itself, 10**x


def test_axes_of_very_unlike_ranges_tell_true_values_and_are_shown_whole(visit):
    plane = "?preset=rippled-quadratic&set=steps=40;x=amplitude;y=weight_decay"
    page = visit(f"{plane}&view=0.3123456,-1.5432123,1e-5")
    assert zoom_in(page).y == pytest.approx(Decimal("-1.5432123"), abs=Decimal("1e-7"))
    page.mouse.move(*(n + 1 for n in middle(page)))
    for text in (r"0\.31234", "\u22121\\.54321", r"0\.0286277"):  # the last is 10**y
        wait_for_text(page, re.compile(f"^{text}"))
    page.keyboard.press("h")
    wait_for_view(page, lambda view: view.half_width > 0.5)
    x0, x1, y0, y1 = ranges(page)
    assert x0 <= 0 < 1 <= x1
    assert y0 <= -4 < 1 <= y1
    _, _, width, height = frame_box(page)
    assert (y1 - y0) / (x1 - x0) == pytest.approx(4 * height / width, rel=1e-5)
    wait_for_text(page, "1 of x as long as 4 of y")


def test_fullscreen_leaves_the_screen_to_the_picture(visit):
    page = visit(PLACE)
    width = frame_box(page)[2]
    page.get_by_role("button", name="Fullscreen").click()
    page.wait_for_function("() => document.fullscreenElement !== null")
    wait_for(page, lambda: frame_box(page)[2] > 1.5 * width)
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement === null")
    wait_for(page, lambda: frame_box(page)[2] < 1.1 * width)
