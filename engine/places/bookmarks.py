"""Bookmarks: places with a name and a note, and the file they travel in."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from engine import __version__
from engine.errors import InputError, read_json, shown
from engine.machine.reading import read_bytes
from engine.places import links
from engine.places.versions import Notes, note

VERSION = 1
MOST = 500  # bookmarks in a file
LONGEST_NAME, LONGEST_NOTE = 120, 2000  # characters
LARGEST_FILE = 4_000_000  # bytes


@dataclass(frozen=True)
class Bookmark:
    """A place that somebody wants to come back to: its name, its link and a note."""

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


@dataclass(frozen=True)
class BookmarkFile:
    """What a file of bookmarks holds.

    Attributes:
        bookmarks: in their order.
        notes: which version wrote it, if that is a newer one, whose files may hold more than these.
    """

    bookmarks: list[Bookmark]
    notes: Notes = ()


def dump(bookmarks: Sequence[Bookmark]) -> str:
    """Return the bookmarks as the text of a file that `load` reads."""
    about = {"trainscape": "bookmarks", "version": VERSION, "made_by": __version__}
    return json.dumps({**about, "bookmarks": [asdict(b) for b in bookmarks]}, indent=1)


def read(path: Path) -> BookmarkFile:
    """Return what a file holds; InputError if it cannot be read, or as `load` does."""
    return load(read_bytes(path, LARGEST_FILE))


def load(text: str | bytes) -> BookmarkFile:
    """Return what the text of a file of any version holds.

    Raises:
        InputError: if it is no file of bookmarks, or any bookmark in it is wrong.
    """
    if len(text) > LARGEST_FILE:
        raise _too_large()
    data = read_json(text, "a file of bookmarks")
    if not isinstance(data, dict) or data.get("trainscape") != "bookmarks":
        raise InputError("not a file of bookmarks made by trainscape")
    version = data.get("version")
    if type(version) is not int or version < 1:
        raise InputError(
            f"bookmarks of version {shown(version)} cannot be read; choices: {VERSION}"
        )
    entries = data.get("bookmarks")
    if not isinstance(entries, list) or len(entries) > MOST:
        raise InputError(f"a file of bookmarks has a list of at most {MOST}")
    bookmarks = [_bookmark(entry, n) for n, entry in enumerate(entries, start=1)]
    more = version > VERSION or any(set(e) - {"name", "link", "note"} for e in entries)
    changes = [f"what this file of bookmarks has beside names, links and notes (its version is "
               f"{version}) is ignored"] if more else []  # fmt: skip
    return BookmarkFile(bookmarks, note(data.get("made_by"), *changes) if more else ())


def _too_large() -> InputError:
    return InputError(f"a file of bookmarks has at most {LARGEST_FILE:,} bytes")


def merged(old: Sequence[Bookmark], new: Sequence[Bookmark]) -> list[Bookmark]:
    """Return the old bookmarks and, after them, those of the new that are not among them.

    Raises:
        InputError: if they are too many for a file.
    """
    present = set(old)
    bookmarks = [*old, *(bookmark for bookmark in dict.fromkeys(new) if bookmark not in present)]
    if len(bookmarks) > MOST:
        raise InputError(f"there can be at most {MOST} bookmarks, not {len(bookmarks)}")
    if len(dump(bookmarks)) > LARGEST_FILE:  # nobody could read them again
        raise InputError("there is no more room for bookmarks; shorter notes make some")
    return bookmarks


def _bookmark(entry: object, number: int) -> Bookmark:
    if not isinstance(entry, dict) or not {"name", "link"} <= set(entry):
        raise InputError(f"bookmark {number} has no name or no link")
    try:
        return Bookmark(entry["name"], entry["link"], entry.get("note", ""))
    except InputError as error:
        raise InputError(f"bookmark {number}: {error}") from None
