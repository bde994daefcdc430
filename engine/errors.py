"""This module is how wrong use is reported: one line, the value, the choices."""

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """A value from outside is wrong; the message is one line for the person who gave it."""


def unknown(kind: str, value: object, choices: Iterable[str]) -> InputError:
    """Return the error for a name that is not among `choices`, with the nearest one suggested."""
    choices = list(choices)
    near = difflib.get_close_matches(str(value), choices, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return InputError(f"unknown {kind} {shown(value)}; {hint}choices: {', '.join(choices)}")


def shown(value: object, longest: int = 60) -> str:
    """Return `value` as it may be quoted in a one-line message."""
    text = repr(value)
    return text if len(text) <= longest else text[:longest] + "…"
