"""The connection of a page: behind a proxy, cut, refused, and found again."""

import contextlib
import re

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import Visitor
from tests.ui.driving import link_of, wait_for_text
from tests.ui.proxy import Proxy, http
from tests.ui.served import end, started

pytestmark = pytest.mark.ui

PREFIX = "/lab/ts"
PLACE = (
    "?preset=quadratic&set=steps=43&view=0.25,0.125,0.5&look=log,cividis,0.5"
    "&pins=0.25,0.125;0.5,0.25"
)
LOST = "The connection is lost, and nothing is trained for this page. It comes back by itself."
ALL_KNOWN = re.compile("^settled.* all known before")
# What the browser itself logs of a connection that fails, and Bokeh of one that is gone.
EXPECTED = re.compile(
    r"WebSocket connection to|Failed to load resource|Failed to connect to Bokeh|not connected so"
)


class Lab:
    """A server behind proxies, under a path; it can be ended, and started again.

    Attributes:
        door: a proxy whose address the server expects.
        back_door: one whose address it neither expects nor hears of.
    """

    def __init__(self, folder):
        self._folder, self._port, self._pid = folder, "0", None
        self.door, self.back_door = Proxy(), Proxy("inside")

    def start(self):
        url, self._pid = started(
            self._folder, self._folder / "log", "--port", self._port, "--prefix", PREFIX,
            "--allow-origin", f"127.0.0.1:{self.door.port}",
        )  # fmt: skip
        assert url.endswith(f"{PREFIX}/")
        self._port = url.removesuffix(f"{PREFIX}/").rpartition(":")[2]
        self.door.target = self.back_door.target = int(self._port)

    def end(self):
        end(self._pid)

    def close(self):
        for proxy in (self.door, self.back_door):
            proxy.close()
        self.end()


def at(proxy):
    return f"http://127.0.0.1:{proxy.port}{PREFIX}/"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("lab"))
    with contextlib.closing(lab):
        lab.start()
        yield lab


@pytest.fixture(scope="module")
def tab(browser, lab):
    """A tab that stays open, at a place with pins and a look."""
    visitor = Visitor(browser, at(lab.door))
    yield visitor.open(PLACE)
    visitor.context.close()
    assert [problem for problem in visitor.problems if not EXPECTED.search(problem)] == []


@pytest.fixture
def page(tab):
    """The tab, as if it had not come back lately."""
    tab.evaluate("sessionStorage.clear()")
    return tab


def line(page):
    return page.locator("#connection")


def has_come_back(page):
    """Whether the page is at its place, with its pins and its look, and trained nothing for it."""
    wait_for_text(page, ALL_KNOWN)
    expect(line(page)).to_be_hidden()
    return link_of(page)


def test_behind_a_path_everything_is_there(page, lab):
    """A script, picture or file that was not would be among the problems of the tab."""
    names = page.evaluate("performance.getEntriesByType('resource').map(({name}) => name)")
    assert names
    assert all(name.startswith(at(lab.door)) for name in names)
    sizes = page.evaluate(
        """async () => {
          const overview = await fetch('overviews/tanh.png')
          const none = await fetch('exports/none.png')
          return [overview.status, overview.headers.get('content-type'), none.status]
        }"""
    )
    assert sizes == [200, "image/png", 404]


def test_a_page_whose_connection_is_cut_says_so_and_comes_back_to_its_place(page, lab):
    before = link_of(page)
    lab.door.cut()
    expect(line(page)).to_have_text(LOST)
    expect(page.get_by_text("stopped: there is no connection")).to_be_visible()
    expect(page.locator("div:text-matches('^settled')")).to_be_hidden()
    expect(page.get_by_role("progressbar", name="runs known").first).to_be_hidden()
    expect(page.locator("p[role=status]")).to_be_hidden()
    lab.door.answer = http(200, "<html>Log in</html>")
    expect(line(page)).to_contain_text("something else answers at this address")
    lab.door.answer = http(502)
    expect(line(page)).to_have_text(LOST)
    lab.door.answer = None
    assert has_come_back(page) == before


def test_a_server_that_is_started_again_finds_its_pages_where_they_were(page, lab):
    before = link_of(page)
    lab.end()
    expect(line(page)).to_have_text(LOST)
    lab.start()
    assert has_come_back(page) == before


def test_what_is_typed_in_a_dialog_is_not_thrown_away(page, lab):
    before = link_of(page)
    page.get_by_role("button", name="Go to coordinates or a link").click()
    dialog = page.get_by_role("dialog")
    typed = dialog.get_by_role("textbox").first
    typed.fill("0.123")
    lab.door.cut()
    expect(dialog.get_by_role("alert")).to_have_text(LOST)
    lab.door.cut(None)
    expect(dialog.get_by_role("alert")).to_contain_text("when this dialog is closed")
    expect(typed).to_have_value("0.123")
    dialog.get_by_role("button", name="Come back now").click()
    assert has_come_back(page) == before
    expect(dialog).to_be_hidden()


def test_a_page_that_is_lost_again_and_again_waits_for_a_button(page, lab):
    before = link_of(page)
    page.evaluate(
        """() => sessionStorage.setItem('trainscape returns', JSON.stringify([1, 2, 3].map(
          () => Date.now())))"""
    )
    lab.door.cut(None)
    expect(line(page)).to_contain_text("again and again")
    page.get_by_role("button", name="Come back now").click()
    assert has_come_back(page) == before


def test_whoever_goes_elsewhere_and_back_is_at_the_same_place(page, lab):
    before = link_of(page)
    page.goto("about:blank")
    page.go_back()
    assert has_come_back(page) == before


def test_a_socket_that_was_cut_without_a_word_is_missed(page, lab):
    """As after a sleep, or by a proxy that forgets: nobody is told, and nothing is answered."""
    before = link_of(page)
    page.evaluate(
        """() => {
          document.body.className = 'not read anew'
          WebSocket.prototype.send = () => {}
          const wait = setTimeout
          window.setTimeout = (act, after) => wait(act, after / 10) // nobody has time for tests
        }"""
    )
    expect(page.locator("body.not")).to_have_count(0)
    assert has_come_back(page) == before


def test_a_page_at_an_address_that_the_server_does_not_expect_names_the_option(browser, lab):
    with contextlib.closing(Visitor(browser, at(lab.back_door)).context) as context:
        page = context.pages[0]
        page.goto(at(lab.back_door))
        option = f"Start it with: --allow-origin 127.0.0.1:{lab.back_door.port}"
        expect(line(page)).to_contain_text(option)
        expect(page.get_by_role("button", name="Try again")).to_be_visible()


@pytest.mark.parametrize(
    "status",
    [pytest.param(400, marks=pytest.mark.slow), 404, pytest.param(502, marks=pytest.mark.slow)],
)
def test_a_proxy_that_passes_no_socket_on_is_named(browser, lab, status):
    visitor = Visitor(browser, at(lab.door))
    with contextlib.closing(visitor.context):
        page = visitor.page
        lab.door.upgrade = http(status)
        page.goto(at(lab.door) + "?preset=quadratic")
        expect(line(page)).to_contain_text("may not pass the header Upgrade on")
        lab.door.upgrade = None


@pytest.mark.slow
def test_a_page_comes_back_after_half_a_minute_too(page, lab):
    before = link_of(page)
    lab.door.cut()
    expect(line(page)).to_have_text(LOST)
    page.wait_for_timeout(30_000)
    expect(line(page)).to_have_text(LOST)
    lab.door.cut(None)
    assert has_come_back(page) == before
