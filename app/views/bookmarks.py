"""The list of bookmarks, which the browser draws: widgets for hundreds of them take seconds."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import ClassVar

import param
from panel.custom import JSComponent

from engine.pictures.scripts import script
from engine.places.bookmarks import Bookmark


class BookmarkList(JSComponent):
    """A button with the name of every bookmark, its note, and a button that deletes it."""

    entries = param.List(doc="for each: its name, link and note")

    _esm = script(__package__, "bookmarks")

    _stylesheets: ClassVar[list[str]] = [
        """
        p { display: flex; align-items: center; gap: 8px; margin: 0; font: 14px var(--font) }
        span { flex: 1; opacity: .8; overflow-wrap: anywhere; white-space: pre-line }
        button {
          padding: 6px 8px; border: 0; border-radius: 4px; background: none; cursor: pointer;
          color: var(--accent, inherit); font: 500 13px var(--font);
          overflow-wrap: anywhere; text-align: left;
        }
        button[aria-label] { flex: none; color: inherit; font-size: 18px; line-height: 1 }
        button:hover { background: color-mix(in srgb, currentColor 10%, transparent) }
        button:focus-visible { outline: 2px solid currentColor; outline-offset: 2px }
        """
    ]

    def __init__(
        self,
        bookmarks: Sequence[Bookmark],
        go: Callable[[Bookmark], None],
        remove: Callable[[Bookmark], None],
        **params: object,
    ) -> None:
        """Call `go` or `remove` with the bookmark that somebody chooses or deletes."""
        self._actions = {"open": go, "remove": remove}
        super().__init__(**params)
        self.show(bookmarks)

    def show(self, bookmarks: Sequence[Bookmark]) -> None:
        """Show these bookmarks, and no others."""
        self._bookmarks = tuple(bookmarks)
        self.entries = [asdict(bookmark) for bookmark in bookmarks]

    def act(self, what: str, entry: dict[str, str]) -> None:
        """Do what somebody has clicked.

        Args:
            what: `open` or `remove`.
            entry: the bookmark, as it was shown; nothing is done if there is no such one any more.
        """
        for bookmark in self._bookmarks:
            if asdict(bookmark) == entry:
                self._actions[what](bookmark)
                return

    def _handle_msg(self, message: tuple[str, dict[str, str]]) -> None:
        self.act(*message)
