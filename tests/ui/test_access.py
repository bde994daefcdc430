"""Access: by keyboard, by ear, and without another host."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from engine.places import links
from tests.ui.driving import QUICK, VIOLATIONS, contrast, fills_the_view, wait_for, window

pytestmark = pytest.mark.ui
SILENCE = 1000  # milliseconds, twenty times as long as a moving view is silent at most

DIALOGS = {  # by their keys, with something in each
    "g": "Centre x",
    "p": "tanh, published window",
    "c": "Another seed",
    "e": "Size",
    "?": "Keys",
}

FOCUSED = """() => {
  let at = document.activeElement
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
  return (at?.ariaLabel || at?.innerText || at?.labels?.[0]?.innerText || at?.tagName || '').trim()
}"""

# Has the focus begin where the page does.
START = """() => {
  const first = document.createElement('div')
  first.tabIndex = -1
  document.body.prepend(first)
  first.focus()
  first.remove()
}"""


def test_nothing_on_the_page_or_in_a_dialog_breaks_a_rule_of_access(visit):
    page = visit(QUICK)
    expect(page.get_by_role("application", name="training landscape")).to_be_visible()
    expect(page.locator("#tour")).to_be_hidden()  # which was declined before
    page.evaluate(AXE_SCRIPT)
    page.keyboard.press("i")
    for rules in ([], ["color-contrast"]):  # dark, and then light
        page.get_by_role("tab", name="Runs").click()
        expect(page.get_by_role("button", name="Unpin all")).to_be_visible()
        assert page.evaluate(VIOLATIONS, rules) == []
        page.get_by_role("tab", name="Statistics").click()
        expect(page.get_by_role("row", name="computed on")).to_be_visible()
        assert page.evaluate(VIOLATIONS, rules) == []
        for key, something in DIALOGS.items():
            page.keyboard.press(key)
            dialog = page.get_by_role("dialog")
            named = dialog.get_by_label(something).or_(dialog.get_by_text(something, exact=True))
            shown = named.or_(dialog.get_by_role("img", name=something)).filter(visible=True)
            expect(shown.first).to_be_visible()
            assert page.evaluate(VIOLATIONS, rules) == []
            page.keyboard.press("Escape")
            expect(dialog).to_be_hidden()
        page.get_by_role("button", name="Toggle theme").click()


def test_the_focus_goes_as_one_reads_the_page_and_icons_stand_out(visit):
    page = visit(QUICK)
    page.evaluate(START)
    reached = []
    for _ in range(90):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUSED))
    wanted = ["Home", "Go to coordinates", "Help", "Toggle theme", "quadratic: training",
              "Spectral", "Equalise", "Axes", "Reset", "Statistics"]  # fmt: skip
    places = [
        next((i for i, r in enumerate(reached) if w.lower() in r.lower()), None) for w in wanted
    ]
    assert None not in places, (wanted[places.index(None)], reached)
    assert places == sorted(places), list(zip(wanted, places, strict=True))
    # An icon stands out from its button, whichever the theme and wherever the pointer.
    button = page.get_by_role("button", name="Home")
    for _ in ("dark", "light"):
        wait_for(page, lambda: contrast(button) >= 4.5)
        button.hover()
        assert contrast(button) >= 4.5
        page.get_by_role("button", name="Toggle theme").click()


def test_the_page_works_with_every_other_host_out_of_reach_and_then_is_silent(newcomer):
    """Whatever the browser says of the view must not move the view again, and so on for ever."""
    visitor, messages = newcomer(), []
    visitor.page.on(
        "websocket", lambda socket: socket.on("framesent", lambda frame: messages.append(frame))
    )
    visitor.page.route("**/*", lambda route: (
        route.continue_() if route.request.url.startswith((visitor.url, "data:", "blob:"))
        else route.abort()
    ))  # fmt: skip
    page = visitor.open(QUICK)
    wait_for(page, lambda: fills_the_view(page))
    icon = page.get_by_role("button", name="Home").locator("svg path")
    assert icon.bounding_box()["width"] > 10

    def silent():
        messages.clear()
        page.wait_for_timeout(SILENCE)
        return not messages

    wait_for(page, silent)
    assert window(page) == links.parse(QUICK).window
