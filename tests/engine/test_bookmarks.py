"""Bookmarks: a file there and back, and nothing bad let in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.places.bookmarks import (
    LARGEST_FILE,
    MOST,
    Bookmark,
    BookmarkFile,
    dump,
    load,
    merged,
    read,
)

LINK = "?preset=tanh-single&view=1.5,1.5,9.0&look=log,cividis,0.5"
texts = st.text(max_size=100)


@given(st.lists(st.builds(Bookmark, texts.filter(str.strip), st.just(LINK), texts), max_size=5))
def test_a_file_brings_the_bookmarks_back(bookmarks):
    assert load(dump(bookmarks)) == BookmarkFile(bookmarks)
    assert load(dump(bookmarks).encode()) == BookmarkFile(bookmarks)


def file(**changed):
    about = {"trainscape": "bookmarks", "version": 1, "bookmarks": []}
    return json.dumps({**about, **changed})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "it is no JSON"), ("[" * 100_000, "it is no JSON"), (b"\xff\xfe", "it is no JSON"),
        ("[]", "made by trainscape"), ("{}", "made by trainscape"),
        (file(version="2"), "version '2' cannot be read"), (file(version=0), "version 0 cannot"),
        (file(version=True), "version True cannot"),
        (file(bookmarks={}), "a list"), (file(bookmarks=3), "a list"),
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


def test_there_are_never_more_bookmarks_than_a_file_can_hold():
    long = [Bookmark(str(n), LINK, "\u2212" * 2000) for n in range(MOST)]
    with pytest.raises(InputError, match="no more room"):
        merged([], long)
    assert load(dump(merged([], long[:300]))).bookmarks == long[:300]


ENTRY = {"name": "a", "link": LINK, "note": ""}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"version": 2, "made_by": "99.0"}, "made by trainscape 99.0, and this is"),
        ({"version": 2}, "it does not say which version of trainscape made it"),
        ({"made_by": "99.0", "bookmarks": [{**ENTRY, "colour": "red"}]}, "made by trainscape 99.0"),
    ],
)
def test_what_a_newer_file_has_besides_is_ignored_with_a_note(changed, told):
    kept = load(file(**{"bookmarks": [ENTRY], **changed}))
    assert kept.bookmarks == [Bookmark("a", LINK)]
    assert told in kept.notes[0]
    assert "is ignored" in kept.notes[0]


def test_an_earlier_file_is_read_without_a_word():
    assert load(file(bookmarks=[ENTRY])) == BookmarkFile([Bookmark("a", LINK)])


def test_no_more_of_a_file_is_read_than_bookmarks_can_be(tmp_path):
    with (tmp_path / "large.json").open("wb") as made:
        made.truncate(100 * LARGEST_FILE)  # sparse: it takes no room
    with pytest.raises(InputError, match="at most 4,000,000"):
        read(tmp_path / "large.json")
