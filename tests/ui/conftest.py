"""This file gives the tests of the page a visit to it, which nothing must go wrong in."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.ui.driving import PATIENCE, SETTLED, wait_for_text

expect.set_options(timeout=PATIENCE)  # milliseconds; Playwright's own five seconds are for a page
# whose server has a machine to itself


@pytest.fixture
def visit(page, server_url):
    """Open the page somewhere, and fail the test if anything goes wrong in the browser."""
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("request", lambda r: problems.append(r.url) if _leaves(r.url, server_url) else None)

    def go(query="", expected=SETTLED):
        page.goto(server_url + query)
        wait_for_text(page, expected)
        return page

    yield go
    assert problems == []


def _leaves(url, server_url):
    return (
        urlsplit(url).scheme not in ("data", "blob")
        and urlsplit(url).netloc != urlsplit(server_url).netloc
    )
