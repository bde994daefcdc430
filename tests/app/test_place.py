"""Places: where a page opens."""

import asyncio
from decimal import Decimal

import pytest

from app.visitor.explorer import Explorer
from app.visitor.place import opening
from engine import __version__
from engine.places import links
from engine.places.look import Look
from engine.places.presets import preset
from engine.plane import Window

PLACE = links.Place(
    "tanh",
    preset("tanh").spec.replace({"steps": 40, "x_scale": "linear"}),
    Window(Decimal(3), Decimal("-0.25"), 0.5),
    Look("log", "cividis", 0.5),
    ((Decimal("1.5"), Decimal(2)),),
    ("seed=7",),
)


@pytest.mark.parametrize("length", range(2, len(links.query(PLACE))))
def test_a_page_says_so_wherever_a_link_was_cut(length):
    place, problem = opening(links.query(PLACE)[:length], "quadratic")
    assert problem.startswith("this link does not work")
    assert place.preset == "quadratic"


def test_a_page_opens_where_a_whole_link_says():
    assert opening(links.query(PLACE), "quadratic") == (PLACE, "")


def test_the_page_tells_which_version_made_a_link_or_a_picture(server, monkeypatch):
    monkeypatch.setattr(links, "__version__", "99.0")
    query = links.query(PLACE)
    monkeypatch.undo()
    told = f"made by trainscape 99.0, and this is {__version__}"

    async def visit():
        explorer = Explorer(server, query)
        assert (explorer.place, explorer.notice) == (PLACE, told)
        explorer.dismiss()
        explorer.open_link(query)
        assert explorer.notice == told
        explorer.open_link(links.query(PLACE))
        assert explorer.notice == ""
        explorer.stop()

    asyncio.run(visit())


@pytest.mark.parametrize("query", ["", "?", "?utm_source=x", "?theme=dark"])
def test_what_is_no_link_opens_the_start_without_a_word(query):
    place, problem = opening(query, "quadratic")
    assert (place.preset, problem) == ("quadratic", "")


def test_a_pasted_link_is_followed_and_a_bad_one_refused_where_one_is(server):
    async def visit():
        explorer = Explorer(server)
        explorer.follow(f" {links.query(PLACE)}\n")
        assert (explorer.entry.place, explorer.notice) == (PLACE, "")
        explorer.follow("?preset=nix")
        assert explorer.entry.place == PLACE
        assert "unknown preset 'nix'" in explorer.notice
        explorer.stop()

    asyncio.run(visit())
