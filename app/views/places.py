"""Places to go to: the gallery of presets, and the bookmarks of the visitor."""

import functools
import io
from typing import Any

import panel as pn
import panel_material_ui as pmui

from app.views.bookmarks import BookmarkList
from app.views.dialog import dialog
from app.views.gallery import Gallery
from app.views.plain import plain
from app.views.style import WIDE
from app.views.view import View
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

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        name = pmui.TextInput(label="Name", size="small", **WIDE)
        note = pmui.TextInput(label="Note", size="small", **WIDE)
        add = pmui.Button(label="Bookmark this view", size="small", **WIDE)
        wrong = pmui.Typography("", variant="body2", color="error", **WIDE)
        download = pmui.FileDownload(
            callback=lambda: io.StringIO(bookmarks.dump(self.explorer.bookmarks)),
            filename="trainscape-bookmarks.json", label="Export to a file", variant="outlined",
            size="small", **WIDE,
        )  # fmt: skip
        upload = pmui.FileInput(
            label="Import a file", accept=".json", variant="outlined", size="small", **WIDE
        )

        def add_bookmark(event: Any) -> None:
            try:
                new = Bookmark(name.value_input.strip(), self.explorer.link, note.value_input)
                self.explorer.bookmarks = bookmarks.merged(self.explorer.bookmarks, [new])
                name.value = note.value = wrong.object = ""
            except InputError as error:
                wrong.object = plain(str(error))

        def read(event: Any) -> None:
            if upload.value:
                load = functools.partial(bookmarks.load, upload.value)
                self.explorer.page.beside(self.threads.files, load, merge, refuse)

        def merge(file: bookmarks.Kept) -> None:
            try:
                self.explorer.bookmarks = bookmarks.merged(self.explorer.bookmarks, file.bookmarks)
                wrong.object = plain("; ".join(file.notes))
            except InputError as error:
                refuse(error)

        def refuse(error: InputError) -> None:
            wrong.object = plain(str(error))

        add.on_click(add_bookmark)
        upload.param.watch(read, "value")
        params, here = self.explorer.param, self.explorer.bookmarks
        none = pmui.Typography(
            "No bookmarks yet. They are kept in this browser; export them to keep them for "
            "good or to hand them on.",
            variant="body2", visible=pn.bind(lambda marks: not marks, params.bookmarks), **WIDE,
        )  # fmt: skip
        marks = BookmarkList(here, self._open, self._remove, margin=(0, 10), **WIDE)
        params.watch(lambda event: marks.show(event.new), "bookmarks")
        return pmui.Column(
            name, note, add, wrong, none, marks, pmui.Row(download, upload, margin=0, **WIDE),
            margin=(8, 0), **WIDE,
        )  # fmt: skip

    def _open(self, bookmark: Bookmark) -> None:
        self.explorer.dialog = ""
        try:
            self.explorer.open_link(bookmark.link)
        except InputError as error:  # of another version, perhaps
            self.explorer.notice = str(error)

    def _remove(self, bookmark: Bookmark) -> None:
        self.explorer.bookmarks = [b for b in self.explorer.bookmarks if b != bookmark]
