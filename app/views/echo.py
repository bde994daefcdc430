"""Echoes: values that a browser sends back, and nobody has typed.

Panel's components in React write their state back to their model a moment after it was set. If the
page has set another value in the meantime, the one before comes back as if typed.
"""

import time
from collections import deque
from typing import Any

import panel as pn

LASTS = 3.0  # seconds after which nothing comes back any more
REMEMBERED = 64  # values that widgets were given


class Echo:
    """What the widgets of a view were given lately."""

    def __init__(self) -> None:
        self._given: deque[tuple[pn.widgets.Widget, Any, float]] = deque(maxlen=REMEMBERED)

    def tell(self, widget: pn.widgets.Widget, value: Any) -> None:
        """Set the value of a widget."""
        self._given.append((widget, value, time.monotonic()))
        widget.value = value

    def heard(self, widget: pn.widgets.Widget) -> bool:
        """Return whether a widget has a value that it was given lately, but not last."""
        now = time.monotonic()
        values = [
            value for which, value, when in self._given if which is widget and now - when < LASTS
        ]
        return widget.value in values[:-1] and widget.value != values[-1]
