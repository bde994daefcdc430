"""Forms: labelled fields under headings, drawn by the browser as one component.

A widget for each field takes the server a millisecond and the browser several, and most are never
looked at. What somebody enters comes as a message, and what holds is shown by sending all fields
again: nothing that the page itself has shown comes back as if it had been typed.
"""

import base64
from collections.abc import Callable
from typing import Any, ClassVar

import param
from panel.custom import JSComponent

from app.views.style import FIELDS
from engine.errors import InputError
from engine.pictures.scripts import script


def uploaded(file: Any) -> tuple[str, bytes]:
    """Return the name and the content of a file, as a field sends it; InputError if it is none."""
    try:
        name, data = file
        return str(name), base64.b64decode(data, validate=True)
    except (TypeError, ValueError):
        raise InputError("that is no file") from None


class Fields(JSComponent):
    """Fields, each of which is given as a dictionary.

    Its keys are `name`; `kind`: text, select, switch, range, checks, button, file, note, or one of
    those that the server hears nothing of: kept, a switch that the browser keeps under its name;
    choice, a select that it keeps, and tells the page of by the event `chosen`; event, a button
    that tells the page of an event of its name; `label`; `value`; and, where there is any, `help`
    in words, `hint` in an empty field, `choices` as pairs of label and value, the heading `group`
    that it stands under, whether it has others at its `side`, is `disabled`, tells of a text while
    it is typed (`live`) or when it is left, or hands None over once Enter is pressed (`enters`),
    the `media` query without which it is not shown, the `problem` with what was entered, and a
    number `again` that changes where a text is to be put back.
    """

    fields = param.List(doc="from top to bottom")
    opened = param.List(doc="the headings whose fields are shown at first")

    _esm = script(__package__, "fields")
    _stylesheets: ClassVar[list[str]] = [FIELDS]

    def __init__(
        self,
        heard: Callable[[str, Any], None],
        **params: Any,
    ) -> None:
        """Call `heard` with the name of a field and what somebody has entered there."""
        self._heard = heard
        super().__init__(**params)

    def hand_over(self, name: str, kind: str, data: bytes) -> None:
        """Give the browser a file to save: its name, media type and content."""
        text = base64.b64encode(data).decode()
        self._send_msg({"name": name, "type": kind, "data": text})

    def _handle_msg(self, message: tuple[str, Any]) -> None:
        self._heard(*message)
