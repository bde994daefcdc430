"""Places to go to: the gallery of presets, and the bookmarks of the visitor."""

from typing import Any

import panel as pn

from app.views.bookmarks import BookmarkList
from app.views.dialog import dialog
from app.views.fields import Fields, uploaded
from app.views.gallery import Gallery
from app.views.style import WIDE
from app.views.tabs import Tabs
from app.views.view import View
from app.visitor.explorer import Explorer
from engine.errors import InputError
from engine.places import bookmarks
from engine.places.bookmarks import Bookmark

FILE = "trainscape-bookmarks.json"
NONE_YET = (
    "No bookmarks yet. They are kept in this browser; export them to keep them for good or to hand "
    "them on."
)


class Places(View):
    """The dialog with places to go to."""

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the dialog."""
        gallery = Gallery(self._go, **WIDE)
        tabs = Tabs("places", {
            "Gallery": lambda: gallery,
            "Bookmarks": lambda: Bookmarks(self.explorer),
        })  # fmt: skip
        return dialog(self.explorer, "places", "Places", tabs, wide=True)

    def _go(self, preset: str, window: str) -> None:
        self.explorer.dialog = ""
        self.explorer.choose(preset, window)


class Bookmarks(View):
    """Places with a name and a note; kept in the browser, and in files."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._typed, self._wrong, self._again = {"name": "", "note": ""}, "", 0
        self.new = Fields(self._heard, margin=0, **WIDE)
        self.files = Fields(self._heard, margin=0, **WIDE)
        self._show()
        explorer.param.watch(lambda event: self._show(), "bookmarks")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        here = self.explorer.bookmarks
        marks = BookmarkList(here, self._open, self._remove, margin=(0, 12), **WIDE)
        self.explorer.param.watch(lambda event: marks.show(event.new), "bookmarks")
        return pn.Column(self.new, marks, self.files, margin=(8, 0), **WIDE)

    def _show(self) -> None:
        common = {"kind": "text", "live": True, "again": self._again, "side": True}
        none = "" if self.explorer.bookmarks else NONE_YET
        self.new.fields = [
            {"name": "name", "label": "Name", "value": self._typed["name"], **common},
            {"name": "note", "label": "Note", "value": self._typed["note"], **common},
            {"name": "add", "kind": "button", "label": "Bookmark this view",
             "problem": self._wrong},
            {"name": "none", "kind": "note", "label": "", "value": none},
        ]  # fmt: skip
        self.files.fields = [
            {"name": "export", "kind": "button", "label": "Export to a file", "side": True},
            {"name": "import", "kind": "file", "label": "Import a file", "hint": ".json",
             "side": True},
        ]  # fmt: skip

    def _heard(self, name: str, value: Any) -> None:
        if name in self._typed:
            self._typed[name] = str(value)
        elif name == "add":
            self._add()
        elif name == "export":
            text = bookmarks.dump(self.explorer.bookmarks)
            self.files.hand_over(FILE, "application/json", text.encode())
        elif name == "import":
            self._read(value)

    def _add(self) -> None:
        """Bookmark the view under what has been typed, or say what is wrong with that."""
        try:
            new = Bookmark(self._typed["name"].strip(), self.explorer.link, self._typed["note"])
            self.explorer.bookmarks = bookmarks.merged(self.explorer.bookmarks, [new])
            self._typed, self._wrong = {"name": "", "note": ""}, ""
            self._again += 1
            self._show()
        except InputError as error:
            self._refuse(error)

    def _read(self, file: Any) -> None:
        """Add the bookmarks of a file."""
        self.explorer.page.beside(
            self.threads.files, lambda: bookmarks.load(uploaded(file)[1]), self._merge, self._refuse
        )

    def _merge(self, file: bookmarks.BookmarkFile) -> None:
        try:
            self.explorer.bookmarks = bookmarks.merged(self.explorer.bookmarks, file.bookmarks)
            self._wrong = "; ".join(file.notes)
            self._show()
        except InputError as error:
            self._refuse(error)

    def _refuse(self, error: InputError) -> None:
        self._wrong = str(error)
        self._show()

    def _open(self, bookmark: Bookmark) -> None:
        self.explorer.dialog = ""
        try:
            self.explorer.open_link(bookmark.link)
        except InputError as error:  # of another version, perhaps
            self.explorer.notice = str(error)

    def _remove(self, bookmark: Bookmark) -> None:
        self.explorer.bookmarks = [b for b in self.explorer.bookmarks if b != bookmark]
