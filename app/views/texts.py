"""The text that is learnt: what it is, and a visitor's own in its place."""

import functools
from typing import Any

import panel as pn
import panel_material_ui as pmui

from app.views.style import WIDE
from app.views.view import View
from app.visitor.explorer import Explorer
from engine.errors import InputError
from engine.texts import corpus


class TextUpload(View):
    """What text a setting names, and a button that puts one of the visitor's own in its place.

    Args:
        explorer: whose spec has the setting.
        name: of the setting.

    Attributes:
        upload: the button.
        about: how long the text is.
    """

    def __init__(self, explorer: Explorer, name: str) -> None:
        super().__init__(explorer)
        self._name = name
        self.upload = pmui.FileInput(
            label="Use a text of your own", accept=".txt,.md,text/*", variant="outlined",
            size="small", **WIDE,
        )  # fmt: skip
        self.upload.param.watch(self._keep, "value")
        self.about = pmui.Typography("", variant="caption", color="text.secondary", **WIDE)
        self._counted = ""  # name of the last text whose characters were counted
        self.settings.param.watch(lambda event: self._count(), "spec")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        self._count()
        return pmui.Column(self.about, self.upload, margin=0, **WIDE)

    def _count(self) -> None:
        """Say how long the text is, unless its name is the one of the last call."""
        name = self.settings.spec.flat().get(self._name)
        if name is not None and name != self._counted:
            self._counted = name
            count = functools.partial(corpus.counts, name)
            self.explorer.page.beside(
                self.threads.files, count, functools.partial(self._say, name), self._wrong
            )

    def _say(self, name: str, counts: tuple[int, int]) -> None:
        if name == self._counted:
            length, different = counts
            where = "" if name == corpus.SYNTHETIC else "; it is kept on this server, by its digest"
            self.about.object = f"{length:,} characters, {different:,} different{where}"

    def _keep(self, event: Any) -> None:
        """Learn the text that somebody gave, or say what is wrong with it."""
        if event.new:
            keep = functools.partial(corpus.keep, event.new, self.upload.filename or "the text")
            self.explorer.page.beside(self.threads.files, keep, self._learn, self._wrong)

    def _learn(self, name: str) -> None:
        self.explorer.notice = ""
        self.settings.edit(self._name, name)

    def _wrong(self, error: InputError) -> None:
        self.explorer.notice = str(error)
