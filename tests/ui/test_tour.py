"""The tour, for whoever comes for the first time."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from tests.ui.driving import QUICK, VIOLATIONS, frame_box

pytestmark = pytest.mark.ui
KEPT = "() => localStorage.getItem('trainscape tour')"
STEPS = 8


def test_a_newcomer_is_offered_a_tour_takes_it_by_keyboard_and_may_take_it_again(newcomer):
    page = newcomer(declined=False).open(QUICK)
    tour, outline = page.get_by_role("region", name="tour"), page.locator("#tour-outline")
    expect(tour).to_contain_text("First time here?")
    apart(tour.bounding_box(), page.locator("#main").bounding_box())
    assert page.evaluate("document.activeElement.localName") == "body"  # nobody is interrupted
    before = frame_box(page)
    tour.get_by_role("button", name="Start").press("Enter")
    shown, pointed = [], []
    page.evaluate(AXE_SCRIPT)
    for step in range(1, STEPS + 1):
        expect(tour).to_contain_text(f"{step} of {STEPS}")
        shown.append(tour.get_by_role("status").inner_text())
        pointed.append(outline.bounding_box())
        apart(tour.bounding_box(), pointed[-1])
        if step == 2:
            assert page.evaluate(VIOLATIONS, []) == []
        page.keyboard.press("Enter")  # on the button that leads on, which has the focus
    expect(tour).to_be_hidden()
    expect(outline).to_be_hidden()
    assert len(set(shown)) == STEPS
    assert pointed[0] == pointed[2]  # the picture
    help_button = page.get_by_role("button", name="Help: keys and gestures")
    at, of = pointed[-1], help_button.bounding_box()
    assert abs(at["x"] - of["x"]) < 1
    assert abs(at["y"] - of["y"]) < 1
    assert page.evaluate("document.activeElement.closest('#main') !== null")
    assert frame_box(page) == before
    assert page.evaluate(KEPT) == "done"
    # It is taken again from the help; back, and left by Escape.
    help_button.click()
    page.get_by_role("button", name="Take the tour").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    tour.get_by_role("button", name="Next").click()
    expect(tour).to_contain_text("2 of 8")
    tour.get_by_role("button", name="Back").click()
    expect(tour.get_by_role("button", name="Next")).to_be_focused()
    expect(tour).to_contain_text("1 of 8")
    page.keyboard.press("Escape")
    expect(tour).to_be_hidden()


def test_a_tour_that_is_declined_can_still_be_taken_and_is_a_sheet_on_a_phone(newcomer):
    page = newcomer(declined=False, viewport={"width": 390, "height": 844}).open(QUICK)
    tour, outline = page.get_by_role("region", name="tour"), page.locator("#tour-outline")
    tour.get_by_role("button", name="No, thanks").click()
    expect(tour).to_be_hidden()
    assert page.evaluate(KEPT) == "declined"
    page.keyboard.press("?")
    page.get_by_role("button", name="Take the tour").click()
    for step in range(2, STEPS + 1):
        tour.get_by_role("button", name="Next").click()
        expect(tour).to_contain_text(f"{step} of {STEPS}")
        sheet, pointed = tour.bounding_box(), outline.bounding_box()
        assert sheet["width"] == 390
        assert pointed["x"] >= 0
        assert pointed["x"] + pointed["width"] <= 390
        if step != 3:  # the picture, which is larger than what is left
            apart(sheet, pointed)
    tour.get_by_role("button", name="Done").click()
    expect(tour).to_be_hidden()


def apart(one, other):
    """Assert that two boxes have no pixel in common."""
    across = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
    down = one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
    assert across or down, (one, other)
