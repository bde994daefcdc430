"""Places: the gallery, bookmarks there and back, and links that bring everybody to the same."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.ui.driving import (
    DRAWN,
    FIGURE,
    QUICK,
    SETTLED,
    colours,
    fills_the_view,
    link_of,
    wait_for,
    wait_for_text,
    window,
)

pytestmark = pytest.mark.ui
PLACE = f"{QUICK}&view=0.25,0.125,1.0&look=log,cividis,0.5&pins=0.1,0.2"


def open_bookmarks(page):
    page.keyboard.press("p")
    page.get_by_role("tab", name="Bookmarks").click()
    return page.get_by_role("dialog")


def bookmark(page, name, note=""):
    dialog = open_bookmarks(page)
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Note").fill(note)
    dialog.get_by_role("button", name="Bookmark this view").click()
    return dialog


def test_the_gallery_leads_to_presets_and_their_windows(visit):
    page = visit(PLACE)
    page.keyboard.press("p")
    expect(page.get_by_role("img", name="tanh-single, published window")).to_be_visible()
    page.get_by_role("dialog").get_by_text("mandelbrot", exact=True).click()
    wait_for(page, lambda: link_of(page)["preset"] == "mandelbrot")
    expect(page.get_by_role("dialog")).to_be_hidden()
    wait_for_text(page, DRAWN)
    wait_for(page, lambda: fills_the_view(page))
    page.keyboard.press("u")  # the way back
    wait_for(page, lambda: link_of(page)["preset"] == "quadratic")
    wait_for(page, lambda: abs(float(window(page).x) - 0.25) < 1e-6)


def delete(dialog, name):
    dialog.get_by_role("button", name=f"Delete the bookmark {name}").click()
    expect(dialog.get_by_role("button", name=name, exact=True)).to_have_count(0)


def test_a_bookmark_brings_back_everything_and_outlives_the_page(visit):
    page = visit(PLACE)
    wait_for(page, lambda: "view" in link_of(page))
    start = link_of(page)
    dialog = bookmark(page, "bend", "where it turns")
    expect(dialog.get_by_text("where it turns")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("h")
    wait_for(page, lambda: link_of(page)["view"] != start["view"])
    wait_for_text(page, SETTLED)
    page.reload()
    wait_for_text(page, SETTLED)
    dialog = open_bookmarks(page)
    dialog.get_by_role("button", name="bend", exact=True).click()
    wait_for(page, lambda: link_of(page) == start)
    delete(open_bookmarks(page), "bend")


def test_bookmarks_travel_in_a_file(visit, tmp_path):
    page = visit(PLACE)
    dialog = bookmark(page, "one")
    expect(dialog.get_by_role("button", name="one", exact=True)).to_be_visible()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Export").click()
    path = tmp_path / "bookmarks.json"
    download.value.save_as(path)
    (entry,) = json.loads(path.read_text())["bookmarks"]
    assert entry["name"] == "one"
    assert "look=log_cividis_0.5" in entry["link"]
    delete(dialog, "one")
    dialog.locator("input[type=file]").set_input_files(path)
    expect(dialog.get_by_role("button", name="one", exact=True)).to_be_visible()
    path.write_text("{}")
    dialog.locator("input[type=file]").set_input_files(path)
    expect(dialog.get_by_text("not a file of bookmarks made by trainscape")).to_be_visible()
    delete(dialog, "one")


def test_bookmarks_of_a_newer_version_are_shown_and_stay_as_they_are(newcomer):
    visitor = newcomer()
    entry = {"name": "later", "link": QUICK, "note": "", "colour": "red"}
    about = {"trainscape": "bookmarks", "version": 2, "made_by": "99.0", "bookmarks": [entry]}
    stored = json.dumps(about)
    visitor.page.add_init_script(f"localStorage['trainscape bookmarks'] ??= {json.dumps(stored)}")
    page = visitor.open(PLACE)
    wait_for_text(page, "the bookmarks in this browser stay as they are: made by trainscape 99.0")
    dialog = bookmark(page, "mine")
    for name in ("later", "mine"):
        expect(dialog.get_by_role("button", name=name, exact=True)).to_be_visible()
    assert page.evaluate("localStorage.getItem('trainscape bookmarks')") == stored


def test_two_tabs_of_a_browser_have_the_same_bookmarks(visit):
    page = visit(PLACE)
    other = page.context.new_page()
    other.goto(page.url)
    wait_for_text(other, SETTLED)
    one = bookmark(page, "one")
    expect(one.get_by_role("button", name="one", exact=True)).to_be_visible()
    two = bookmark(other, "two")
    for dialog in (one, two):
        for name in ("one", "two"):
            expect(dialog.get_by_role("button", name=name, exact=True)).to_be_visible()
    delete(one, "two")
    expect(two.get_by_role("button", name="two", exact=True)).to_have_count(0)
    expect(two.get_by_role("button", name="one", exact=True)).to_be_visible()
    delete(two, "one")
    expect(one.get_by_role("button", name="one", exact=True)).to_have_count(0)
    other.close()


def test_somebody_else_sees_the_same_field_under_the_same_link(visit, newcomer):
    values = """() => {FIGURE
      return Object.fromEntries(tiles.map(t => [t.id, Array.from(t.value)]))
    }""".replace("FIGURE", FIGURE)
    page = visit(PLACE.replace("0.5&pins", "0.5,boundary&pins"))
    link, mine = page.evaluate("location.href"), page.evaluate(values)
    other = newcomer().open(f"?{link.partition('?')[2]}")
    theirs = other.evaluate(values)
    shared = set(mine) & set(theirs)
    assert len(shared) > 50
    compared = 0
    for tile in shared:
        pair = np.array([mine[tile], theirs[tile]], float)
        both = ~np.isnan(pair).any(axis=0)  # beyond the view each may know what the other does not
        assert np.array_equal(pair[0][both], pair[1][both])
        compared += both.sum()
    assert compared > 200_000
    wait_for(other, lambda: other.evaluate("location.href") == link)
    # And as it looks for whoever sent it.
    wait_for(other, lambda: colours(other) == colours(page))
    expect(other.get_by_role("combobox", name="Palette")).to_have_value("cividis")
    expect(other.get_by_role("checkbox", name="boundary")).to_be_checked()
    other.get_by_role("tab", name="Runs").click()
    expect(other.get_by_text(re.compile("Lyapunov [+-]"))).to_have_count(1)
