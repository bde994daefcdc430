"""A list of bookmarks, drawn by the browser itself: widgets for hundreds of them take seconds."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import ClassVar

import param
from panel.custom import JSComponent

from engine.places.bookmarks import Bookmark


class Kept(JSComponent):
    """A button with the name of every bookmark, its note, and a button that deletes it."""

    entries = param.List(doc="for each: its name, link and note")

    _esm = """
    export function render({model}) {
      const list = document.createElement('div')
      const fill = () => list.replaceChildren(...model.entries.map((entry) => {
        const row = document.createElement('p')
        const go = document.createElement('button')
        go.textContent = entry.name
        go.onclick = () => model.send_msg(['open', entry])
        const note = document.createElement('span')
        note.textContent = entry.note
        const remove = document.createElement('button')
        remove.textContent = '\\u00d7'
        remove.title = `Delete the bookmark ${entry.name}`
        remove.setAttribute('aria-label', remove.title)
        remove.onclick = () => model.send_msg(['remove', entry])
        row.append(go, note, remove)
        return row
      }))
      model.on('entries', fill)
      fill()
      return list
    }
    """

    _stylesheets: ClassVar[list[str]] = [
        """
        p { display: flex; align-items: center; gap: 8px; margin: 0; font: 14px Roboto, sans-serif }
        span { flex: 1; opacity: .8; overflow-wrap: anywhere; white-space: pre-line }
        button {
          padding: 6px 8px; border: 0; border-radius: 4px; background: none; cursor: pointer;
          color: var(--mui-palette-primary-main, inherit); font: 500 13px Roboto, sans-serif;
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
        self._does = {"open": go, "remove": remove}
        super().__init__(**params)
        self.show(bookmarks)

    def show(self, bookmarks: Sequence[Bookmark]) -> None:
        """Show these bookmarks, and no others."""
        self._bookmarks = tuple(bookmarks)
        self.entries = [asdict(bookmark) for bookmark in bookmarks]

    def choose(self, what: str, entry: dict[str, str]) -> None:
        """Open or remove, as `what` says, the bookmark of an entry, if it is still there."""
        for bookmark in self._bookmarks:
            if asdict(bookmark) == entry:
                self._does[what](bookmark)
                return

    def _handle_msg(self, message: tuple[str, dict[str, str]]) -> None:
        self.choose(*message)
