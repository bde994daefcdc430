"""Bookmarks: a file there and back, and nothing bad let in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bookmarks import MOST, Bookmark, dump, load, merged
from engine.errors import InputError

LINK = "?preset=tanh-single&view=1.5,1.5,9.0&look=log,cividis,0.5"
texts = st.text(max_size=100)


@given(st.lists(st.builds(Bookmark, texts.filter(str.strip), st.just(LINK), texts), max_size=5))
def test_a_file_brings_the_bookmarks_back(bookmarks):
    assert load(dump(bookmarks)) == bookmarks
    assert load(dump(bookmarks).encode()) == bookmarks


def file(**changed):
    about = {"trainscape": "bookmarks", "version": 1, "bookmarks": []}
    return json.dumps({**about, **changed})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "it is no JSON"), ("[" * 100_000, "it is no JSON"), (b"\xff\xfe", "it is no JSON"),
        ("[]", "made by trainscape"), ("{}", "made by trainscape"),
        (file(version=2), "version 2 cannot be read"), (file(bookmarks=3), "a list"),
        (file(bookmarks=[3]), "bookmark 1 has no name"),
        (file(bookmarks=[{"name": "a"}]), "bookmark 1 has no name or no link"),
        (file(bookmarks=[{"name": "a", "link": "?preset=nix"}]), "bookmark 1: unknown preset"),
        (file(bookmarks=[{"name": " ", "link": LINK}]), "bookmark 1: a bookmark needs a name"),
        (file(bookmarks=[{"name": 3, "link": LINK}]), "must be text, not 3"),
        (file(bookmarks=[{"name": "a", "link": 3}]), "must be text, not 3"),
        (file(bookmarks=[{"name": "a", "link": LINK, "note": "x" * 3000}]), "at most 2000"),
        (file(bookmarks=[{}] * (MOST + 1)), "at most 500"), ("x" * 5_000_000, "at most 4,000,000"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_in_one_line(text, complaint):
    with pytest.raises(InputError, match=complaint) as raised:
        load(text)
    assert "\n" not in str(raised.value)


def test_importing_twice_adds_nothing():
    one, two = Bookmark("one", LINK), Bookmark("two", LINK)
    assert merged([one], [two, one, two]) == [one, two]
    with pytest.raises(InputError, match="at most 500"):
        merged([], [Bookmark(str(n), LINK) for n in range(MOST + 1)])
