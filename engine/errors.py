"""Wrong use, reported in one line with the value and the choices."""

import difflib
import json
from collections.abc import Iterable
from typing import Any

from engine.words import brief

LONGEST_NAME = 100  # characters of a name that are compared with the choices


class InputError(ValueError):
    """A value from outside is wrong; the message is one line for the person who gave it.

    However long the value is that it quotes, the message is not.
    """

    def __init__(self, message: str) -> None:
        super().__init__(brief(message))


def unknown(kind: str, value: object, choices: Iterable[str]) -> InputError:
    """Return the error for a name that is not among `choices`, with the nearest one suggested."""
    choices = list(choices)
    near = difflib.get_close_matches(str(value)[:LONGEST_NAME], choices, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return InputError(f"unknown {kind} {shown(value)}; {hint}choices: {', '.join(choices)}")


def shown(value: object, longest: int = 60) -> str:
    """Return `value` as it may be quoted in a one-line message."""
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # nested too deep, or an integer of too many digits
        text = f"<{type(value).__name__}>"
    return text if len(text) <= longest else text[:longest] + "…"


def read_json(text: str | bytes, what: str) -> Any:
    """Return the value of a text in JSON that comes from outside.

    Args:
        text: of any length and depth.
        what: it should be, in errors.

    Raises:
        InputError: if it is no JSON, nested too deep, or has an integer of too many digits.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(f"not {what}: it is no JSON that can be read here") from None
