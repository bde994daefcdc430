"""The list of bookmarks: one component, however many there are."""

import asyncio

import pytest

from app.views.kept import Kept
from app.views.places import Bookmarks
from app.visitor.explorer import Explorer
from engine.places import links
from engine.places.bookmarks import MOST, Bookmark
from engine.places.links import Place
from engine.places.presets import preset
from engine.plane import Window

# Panel's own download button says this of the options that it is made with.
pytestmark = pytest.mark.filterwarnings("ignore:Both 'variant' and 'button_style'")
LINK = links.query(Place("quadratic", preset("quadratic").spec, Window.parse("0", "0", "1")))


def marks(count):
    return [Bookmark(f"{n}", LINK, f"the {n}th <b>") for n in range(count)]


def test_hundreds_of_bookmarks_take_no_more_parts_of_the_page_than_none(server):
    async def visit():
        explorer = Explorer(server, "?preset=quadratic")
        shown = Bookmarks(explorer).__panel__()
        parts = len(shown.select())
        explorer.bookmarks = marks(MOST)
        assert len(shown.select()) == parts
        (kept,) = shown.select(Kept)
        assert [entry["name"] for entry in kept.entries] == [str(n) for n in range(MOST)]
        kept.choose("remove", kept.entries[7])
        assert [b.name for b in explorer.bookmarks] == [str(n) for n in range(MOST) if n != 7]
        await explorer.page.at_rest()
        explorer.stop()

    asyncio.run(visit())


def test_the_bookmark_that_was_clicked_is_meant_whatever_the_list_has_become():
    opened, removed = [], []
    kept = Kept(marks(3), opened.append, removed.append)
    clicked = kept.entries[2]
    kept.show(marks(3)[1:])  # another tab has deleted the first
    kept.choose("open", clicked)
    kept.choose("remove", kept.entries[0])
    kept.choose("remove", {"name": "0", "link": LINK, "note": "the 0th <b>"})
    assert opened == [marks(3)[2]]
    assert removed == [marks(3)[1]]
