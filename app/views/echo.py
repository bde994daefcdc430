"""This module is the echo: what a browser sends back of what it was told, and nobody has typed.

Panel's components in React write their state back to their model a moment after it was set. If the
page has said something else in the meantime, what it said before comes back as if typed.
"""

import time
from collections import deque
from typing import Any

import panel as pn

LASTS = 3.0  # seconds after which nothing comes back any more
REMEMBERED = 64  # values that widgets were told


class Echo:
    """What the widgets of a view were told lately."""

    def __init__(self) -> None:
        self._told: deque[tuple[pn.widgets.Widget, Any, float]] = deque(maxlen=REMEMBERED)

    def tell(self, widget: pn.widgets.Widget, value: Any) -> None:
        """Set the value of a widget."""
        self._told.append((widget, value, time.monotonic()))
        widget.value = value

    def heard(self, widget: pn.widgets.Widget) -> bool:
        """Whether the value of a widget is one that it was told lately, and not told last."""
        now = time.monotonic()
        told = [
            value for which, value, when in self._told if which is widget and now - when < LASTS
        ]
        return widget.value in told[:-1] and widget.value != told[-1]
