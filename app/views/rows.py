"""Rows of text, each with a button that takes it out, drawn by the browser as one component."""

from collections.abc import Callable
from typing import ClassVar

import param
from panel.custom import JSComponent

from app.views.style import BUTTON
from engine.pictures.scripts import script


class Rows(JSComponent):
    """Rows, each given by a `name`, its `html` (escaped), and the `label` of its button."""

    rows = param.List(doc="from top to bottom")

    _esm = script(__package__, "rows")
    _stylesheets: ClassVar[list[str]] = [
        BUTTON,
        """
        :host { font: 13px/1.4 var(--font); color: var(--ink) }
        .listed > div { display: flex; align-items: flex-start; gap: 4px; padding: 2px 0 }
        .listed > div > div { display: block; flex: 1; min-width: 0; overflow-wrap: anywhere }
        button { flex: none; display: inline-flex; padding: 4px; border: 0; color: var(--quiet) }
        """,
    ]

    def __init__(self, take_out: Callable[[str], None], **params: object) -> None:
        """Call `take_out` with the name of the row whose button is pressed."""
        self._take_out = take_out
        super().__init__(**params)

    def _handle_msg(self, name: str) -> None:
        self._take_out(name)
