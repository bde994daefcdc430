"""This module is the text that is learnt: what it is, and one of the visitor's own in its place."""

from typing import Any

import panel as pn
import panel_material_ui as pmui

from app.explorer import Explorer
from app.views.style import WIDE
from app.views.view import View
from engine import corpus
from engine.errors import InputError


class TextUpload(View):
    """What text a setting names, and a button that puts one of the visitor's own in its place.

    Args:
        explorer: whose spec has the setting.
        name: of the setting.
    """

    def __init__(self, explorer: Explorer, name: str) -> None:
        super().__init__(explorer)
        self._name = name
        self._upload = pmui.FileInput(
            label="Use a text of your own", accept=".txt,.md,text/*", variant="outlined",
            size="small", **WIDE,
        )  # fmt: skip
        self._upload.param.watch(self._given, "value")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        about = pmui.Typography(
            pn.bind(self._about, self.explorer.param.spec),
            variant="caption",
            color="text.secondary",
            **WIDE,
        )
        return pmui.Column(about, self._upload, margin=0, **WIDE)

    def _about(self, spec: Any) -> str:
        name = spec.flat().get(self._name)
        if name is None:
            return ""
        text = corpus.text(name)
        kept = "" if name == corpus.SYNTHETIC else "; it is kept on this server, by its digest"
        return f"{len(text):,} characters, {len(set(text)):,} different{kept}"

    def _given(self, event: Any) -> None:
        """Learn the text that somebody gave, or say what is wrong with it."""
        if not event.new:
            return
        try:
            name = corpus.keep(event.new, self._upload.filename or "the text")
            self.explorer.notice = ""
            self.explorer.edit(self._name, name)
        except InputError as error:
            self.explorer.notice = str(error)
