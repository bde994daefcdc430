"""Places to go to: the gallery of presets, and the bookmarks of the visitor."""

import functools
import io

import panel as pn
import panel_material_ui as pmui

from app.views.bookmarks import BookmarkList
from app.views.dialog import dialog
from app.views.gallery import Gallery
from app.views.plain import plain
from app.views.style import WIDE
from app.views.view import View
from app.visitor.explorer import Explorer
from engine.errors import InputError
from engine.places import bookmarks
from engine.places.bookmarks import Bookmark


class Places(View):
    """The dialog with places to go to."""

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the dialog."""
        return dialog(self.explorer, "places", "Places", self._content, "md")

    def _content(self) -> list[pn.viewable.Viewable]:
        gallery = Gallery(self._go, **WIDE)
        self.explorer.page.beside(self.threads.files, gallery.read, gallery.show)
        tabs = pmui.Tabs(
            ("Gallery", gallery),
            ("Bookmarks", Bookmarks(self.explorer)),
            dynamic=True, **WIDE,
        )  # fmt: skip
        return [tabs]

    def _go(self, preset: str, window: str) -> None:
        self.explorer.dialog = ""
        self.explorer.choose(preset, window)


class Bookmarks(View):
    """Places with a name and a note; kept in the browser, and in files."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._name = pmui.TextInput(label="Name", size="small", **WIDE)
        self._note = pmui.TextInput(label="Note", size="small", **WIDE)
        self._wrong = pmui.Typography("", variant="body2", color="error", **WIDE)
        self._upload = pmui.FileInput(
            label="Import a file", accept=".json", variant="outlined", size="small", **WIDE
        )
        self._upload.param.watch(lambda event: self._read(), "value")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        add = pmui.Button(label="Bookmark this view", size="small", **WIDE)
        add.on_click(lambda event: self._add())
        download = pmui.FileDownload(
            callback=lambda: io.StringIO(bookmarks.dump(self.explorer.bookmarks)),
            filename="trainscape-bookmarks.json", label="Export to a file", variant="outlined",
            size="small", **WIDE,
        )  # fmt: skip
        params, here = self.explorer.param, self.explorer.bookmarks
        none = pmui.Typography(
            "No bookmarks yet. They are kept in this browser; export them to keep them for "
            "good or to hand them on.",
            variant="body2", visible=pn.bind(lambda marks: not marks, params.bookmarks), **WIDE,
        )  # fmt: skip
        marks = BookmarkList(here, self._open, self._remove, margin=(0, 10), **WIDE)
        params.watch(lambda event: marks.show(event.new), "bookmarks")
        return pmui.Column(
            self._name, self._note, add, self._wrong, none, marks,
            pmui.Row(download, self._upload, margin=0, **WIDE), margin=(8, 0), **WIDE,
        )  # fmt: skip

    def _add(self) -> None:
        """Bookmark the view under what has been typed, or say what is wrong with that."""
        try:
            new = Bookmark(
                self._name.value_input.strip(), self.explorer.link, self._note.value_input
            )
            self.explorer.bookmarks = bookmarks.merged(self.explorer.bookmarks, [new])
            self._name.value = self._note.value = self._wrong.object = ""
        except InputError as error:
            self._refuse(error)

    def _read(self) -> None:
        """Add the bookmarks of a file."""
        if self._upload.value:
            load = functools.partial(bookmarks.load, self._upload.value)
            self.explorer.page.beside(self.threads.files, load, self._merge, self._refuse)

    def _merge(self, file: bookmarks.BookmarkFile) -> None:
        try:
            self.explorer.bookmarks = bookmarks.merged(self.explorer.bookmarks, file.bookmarks)
            self._wrong.object = plain("; ".join(file.notes))
        except InputError as error:
            self._refuse(error)

    def _refuse(self, error: InputError) -> None:
        self._wrong.object = plain(str(error))

    def _open(self, bookmark: Bookmark) -> None:
        self.explorer.dialog = ""
        try:
            self.explorer.open_link(bookmark.link)
        except InputError as error:  # of another version, perhaps
            self.explorer.notice = str(error)

    def _remove(self, bookmark: Bookmark) -> None:
        self.explorer.bookmarks = [b for b in self.explorer.bookmarks if b != bookmark]
