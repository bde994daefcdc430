"""Dialogs, which open over the page when somebody asks for them.

What is in it is made when it is opened for the first time: most visitors never see most dialogs,
and making them all would keep everybody waiting for the page.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import panel as pn
import param
from panel.custom import Child, JSComponent

from app.views.style import BUTTON
from app.views.view import View
from app.visitor.explorer import Explorer
from engine.pictures.scripts import script


class Box(JSComponent):
    """A dialog of the browser's own."""

    content = Child(doc="what is in it")
    title = param.String(doc="what stands above it")
    wide = param.Boolean(False, doc="whether it may become wide")
    open = param.Boolean(False, doc="whether it is open")

    _esm = script(__package__, "dialog")
    _stylesheets: ClassVar[list[str]] = [
        BUTTON,
        """
        dialog {
          box-sizing: border-box; width: min(var(--width), 96vw); max-height: 92vh; padding: 16px;
          border: 1px solid var(--line); border-radius: 12px; overflow: auto; position: fixed;
          background: var(--paper); color: var(--ink);
          font: 14px/1.4 var(--font);
        }
        dialog::backdrop { background: #0009 }
        h2 { margin: 0 40px 8px 0; font-size: 18px; font-weight: 600 }
        dialog > button {
          position: absolute; right: 10px; top: 10px; padding: 6px; border: 0; color: var(--ink);
          display: inline-flex;
        }
        """,
    ]

    def __init__(self, closed: Callable[[], None], **params: object) -> None:
        """Call `closed` when somebody has closed it."""
        self._closed = closed
        super().__init__(**params)

    def _handle_msg(self, message: Any) -> None:
        self._closed()


def dialog(explorer: Explorer, name: str, title: str, *content: object, wide: bool = False) -> Box:
    """Return a dialog that is open while the explorer says so, and says so when it is closed.

    Args:
        explorer: whose `dialog` says which one is open.
        name: what it says for this one.
        title: what stands above the dialog.
        content: what is in it, one below the other.
        wide: whether it may become wide.
    """

    def closed() -> None:
        box.open = False
        if explorer.dialog == name:
            explorer.dialog = ""

    column = pn.Column(*content, margin=0, sizing_mode="stretch_width")
    box = Box(closed, content=column, title=title, wide=wide, open=explorer.dialog == name)
    explorer.param.watch(lambda event: setattr(box, "open", event.new == name), "dialog")
    return box


class Dialogs(View):
    """The dialogs that have been asked for so far."""

    def __init__(self, explorer: Explorer, kinds: Mapping[str, type[View]]) -> None:
        """Take what makes each of them, by the name that the explorer has for it."""
        super().__init__(explorer)
        self._kinds = dict(kinds)
        self.column = pn.Column(margin=0, width=0, height=0, sizing_mode=None)
        explorer.param.watch(lambda event: self._show(event.new), "dialog")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view, which takes no room."""
        return self.column

    def _show(self, name: str) -> None:
        if (kind := self._kinds.pop(name, None)) is not None:
            self.column.append(kind(self.explorer))
