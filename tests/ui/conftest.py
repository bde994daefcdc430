"""Visits to the page: a real server and a real Chromium, in neither of which anything goes wrong.

Most tests go to a place in a tab that stays open, as if its link were pasted there: to open the
page anew takes five seconds of a core. They leave the page as it was, but for what `Visitor.tidy`
puts right. Where the opening is the subject, or another visitor, the browser knows of nothing.
"""

import contextlib
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import TimeoutError, expect, sync_playwright

from engine.places import links
from tests import chromium
from tests.folder import FOLDER
from tests.ui.driving import DRAWN, PATIENCE, SETTLED, frame_box, wait_for, wait_for_text
from tests.ui.served import Served

expect.set_options(timeout=PATIENCE)  # milliseconds; Playwright's own five seconds are for a page
# whose server has a machine to itself
SCREEN = {"width": 1200, "height": 700}

# Empties the line above the picture until the server says something anew.
EMPTY = """() => Bokeh.documents[0].roots().flatMap((root) => [...root.references()])
  .find((model) => typeof model.text === 'string' && model.text.includes('progressbar'))
  .setv({text: "<div role='progressbar'></div>"}, {sync: false})
"""
PASTE = """(link) => {
  const clipboardData = new DataTransfer()
  clipboardData.setData('text/plain', link)
  document.dispatchEvent(new ClipboardEvent('paste', {clipboardData, cancelable: true}))
}"""


# What somebody has said to the tour.
DECLINED = """try {
  localStorage.setItem('trainscape tour', 'declined')
} catch {} // before there is a page
"""


class Visitor:
    """Somebody with a browser of their own.

    Args:
        browser: Chromium.
        url: of the server.
        declined: whether they have declined the tour before.
        options: of the browser's context: the size of its screen, and whether it is touched.
    """

    def __init__(self, browser, url, *, declined=True, **options):
        self.url = url
        self.context = browser.new_context(
            **{"viewport": SCREEN, "color_scheme": "dark", **options}
        )
        if declined:
            self.context.add_init_script(DECLINED)
        self.problems = []
        self.context.on("page", self._watch)
        self.page = self.context.new_page()

    def open(self, query="", expected=SETTLED):
        """Open the page at a link, and wait for a text; return the tab."""
        self.page.goto(self.url + query)
        wait_for_text(self.page, expected)
        return self.page

    def go(self, query, expected=SETTLED):
        """Go to a link in the open tab, or open it if there is none."""
        if not self.page.url.startswith(self.url):
            return self.open(query, expected)
        self.tidy()
        self.page.evaluate(EMPTY)
        self.page.evaluate(PASTE, query)
        wait_for(self.page, lambda: self._is_at(links.parse(query), viewed="view=" in query))
        wait_for_text(self.page, expected)
        return self.page

    def _is_at(self, place, *, viewed):
        here, there = links.parse(self.page.evaluate("location.href")), place.window
        _, _, width, height = frame_box(self.page)
        away = abs(here.window.x - there.x) + abs(here.window.y - there.y)
        sides = 1 if viewed else max(1, width / height)  # a plane is shown whole, as a square
        wide = here.window.half_width == pytest.approx(sides * there.half_width, rel=1e-3)
        return here.spec == place.spec and wide and away < 1e-3 * there.half_width

    def tidy(self):
        """Put back what a link does not say: the screen, the pointer, and what is open."""
        if self.page.viewport_size != SCREEN:
            self.page.evaluate(EMPTY)
            self.page.set_viewport_size(SCREEN)
            wait_for_text(self.page, DRAWN)
        wait_for(self.page, self._no_dialog)
        self.page.mouse.move(1, 1)
        statistics = self.page.get_by_role("tab", name="Statistics")
        if statistics.get_attribute("aria-selected") != "true":
            statistics.click()
        self.page.evaluate("document.activeElement?.blur()")

    def _no_dialog(self):
        dialog = self.page.get_by_role("dialog")
        if dialog.is_visible():  # and perhaps about to go
            with contextlib.suppress(TimeoutError):
                dialog.get_by_role("button", name="close").click(timeout=500)
        return not dialog.is_visible()

    def _watch(self, page):
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda m: self.problems.append(m.text) if m.type == "error" else None)
        page.on("request", lambda r: None if self._is_here(r.url) else self.problems.append(r.url))

    def _is_here(self, url):
        address = urlsplit(url)
        inside = address.scheme in ("data", "blob", "about")
        return inside or address.netloc == urlsplit(self.url).netloc


@pytest.fixture(scope="package")
def browser():
    """A real Chromium, for the tests of the page only: others run an event loop where its is."""
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server():
    """A real `trainscape serve`, one for all processes that run tests."""
    return Served(FOLDER)


@pytest.fixture
def newcomer(browser, server):
    """Somebody whose browser knows of nothing, or several: each call is another."""
    with contextlib.ExitStack() as leaving:

        def come(**options):
            visitor = Visitor(browser, server.url, **options)
            leaving.callback(visitor.context.close)
            visitors.append(visitor)
            return visitor

        visitors = []
        yield come
        assert [visitor.problems for visitor in visitors] == [[]] * len(visitors)
        assert server.wrong() == ""


@pytest.fixture(scope="package")
def regulars():
    """The visitors whose tabs stay open, by the name of who asks for them."""
    return {}


@pytest.fixture
def visit(request, browser, server, regulars):
    """Go to a link in a tab that stays open, and return the tab."""
    yield from _regular(request, browser, server, regulars)


@pytest.fixture
def visit_as_another(request, browser, server, regulars):
    """Go to a link in the tab of another browser, and return the tab."""
    yield from _regular(request, browser, server, regulars)


def _regular(request, browser, server, regulars):
    name = request.fixturename
    if name not in regulars:
        regulars[name] = Visitor(browser, server.url)
    visitor, failed = regulars[name], request.session.testsfailed
    yield visitor.go
    problems, visitor.problems[:] = visitor.problems.copy(), []
    if problems or request.session.testsfailed > failed:  # who knows what it is like now
        del regulars[name]
        visitor.context.close()
    assert problems == []
    assert server.wrong() == ""
