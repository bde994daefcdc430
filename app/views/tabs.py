"""Tabs: views of which one is shown at a time, each made when it is first looked at."""

from collections.abc import Callable, Mapping
from typing import ClassVar

import panel as pn
import param
from panel.custom import Children, JSComponent

from app.views.style import WIDE
from engine.pictures.scripts import script


class Tabs(JSComponent):
    """Views by the label of their tab, of which the first is shown at first."""

    labels = param.List(doc="what the tabs say")
    words = param.String(doc="what the row of them is called for those who hear the page")
    active = param.Integer(0, doc="the number of the one that is chosen")
    objects = Children(doc="what they show")

    _esm = script(__package__, "tabs")
    _stylesheets: ClassVar[list[str]] = [
        """
        :host { font: 13px/1.4 var(--font) }
        [role=tablist] { display: flex; border-bottom: 1px solid var(--line) }
        [hidden] { display: none }
        button {
          flex: 1; padding: 8px; border: 0; border-bottom: 2px solid transparent; background: none;
          color: var(--quiet); font: inherit; font-weight: 500; cursor: pointer;
        }
        button[aria-selected=true] { color: var(--accent); border-color: var(--accent) }
        button:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px }
        """
    ]

    def __init__(
        self, words: str, views: Mapping[str, Callable[[], object]], **params: object
    ) -> None:
        """Take what makes each of the views."""
        self._views = list(views.values())
        columns = [pn.Column(margin=0, **WIDE) for _ in views]
        super().__init__(
            words=words, labels=list(views), objects=columns, margin=0, **WIDE, **params
        )
        self.fill(0)

    def fill(self, number: int) -> None:
        """Make a view, if it is not there yet."""
        if not self.objects[number].objects:
            self.objects[number].objects = [self._views[number]()]

    def choose(self, number: int) -> None:
        """Show a view."""
        self.fill(number)
        self.active = number

    def _handle_msg(self, number: int) -> None:
        self.choose(number)
