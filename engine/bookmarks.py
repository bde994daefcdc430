"""This module is the bookmarks: places with a name and a note, and the file they travel in."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from engine import links
from engine.errors import InputError, shown

VERSION = 1
MOST = 500  # bookmarks in a file
LONGEST_NAME, LONGEST_NOTE = 120, 2000  # characters
LARGEST_FILE = 4_000_000  # bytes


@dataclass(frozen=True)
class Bookmark:
    """A place that somebody wants to come back to: its link, and what they call it."""

    name: str
    link: str
    note: str = ""

    def __post_init__(self) -> None:
        for field, value, most in (
            ("name", self.name, LONGEST_NAME),
            ("note", self.note, LONGEST_NOTE),
        ):
            if not isinstance(value, str):
                raise InputError(f"the {field} of a bookmark must be text, not {shown(value)}")
            if len(value) > most:
                raise InputError(f"the {field} of a bookmark has at most {most} characters")
        if not self.name.strip():
            raise InputError("a bookmark needs a name")
        if not isinstance(self.link, str):
            raise InputError(f"the link of a bookmark must be text, not {shown(self.link)}")
        links.parse(self.link)


def dump(bookmarks: Sequence[Bookmark]) -> str:
    """Return the bookmarks as the text of a file that `load` reads."""
    about = {"trainscape": "bookmarks", "version": VERSION}
    return json.dumps({**about, "bookmarks": [asdict(b) for b in bookmarks]}, indent=1)


def load(text: str | bytes) -> list[Bookmark]:
    """Return the bookmarks of a file; InputError if it is not one, or any of them is wrong."""
    if len(text) > LARGEST_FILE:
        raise InputError(f"a file of bookmarks has at most {LARGEST_FILE:,} bytes")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError("not a file of bookmarks: it is no JSON") from None
    if not isinstance(data, dict) or data.get("trainscape") != "bookmarks":
        raise InputError("not a file of bookmarks made by trainscape")
    if data.get("version") != VERSION:
        found = shown(data.get("version"))
        raise InputError(f"bookmarks of version {found} cannot be read; choices: {VERSION}")
    entries = data.get("bookmarks")
    if not isinstance(entries, list) or len(entries) > MOST:
        raise InputError(f"a file of bookmarks has a list of at most {MOST}")
    return [_bookmark(entry, n) for n, entry in enumerate(entries, start=1)]


def merged(old: Sequence[Bookmark], new: Sequence[Bookmark]) -> list[Bookmark]:
    """Return the old bookmarks and, after them, those of the new that are not among them."""
    known = set(old)
    found = [*old, *(b for b in dict.fromkeys(new) if b not in known)]
    if len(found) > MOST:
        raise InputError(f"there can be at most {MOST} bookmarks, not {len(found)}")
    return found


def _bookmark(entry: object, number: int) -> Bookmark:
    if not isinstance(entry, dict) or not {"name", "link"} <= set(entry):
        raise InputError(f"bookmark {number} has no name or no link")
    try:
        return Bookmark(entry["name"], entry["link"], entry.get("note", ""))
    except InputError as error:
        raise InputError(f"bookmark {number}: {error}") from None
