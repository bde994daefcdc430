"""Values of options, read within their bounds.

Each function raises InputError, naming the option, where its text is no such value.
"""

import re
from collections.abc import Sequence

from engine import numbers
from engine.errors import InputError, shown
from engine.places.provenance import LEAST_REFINED
from engine.plane import decimal_from

MOST_BYTES = 10**27


def number(option: str, text: str, low: float, high: float) -> float:
    """Return a number from `low` to `high`."""
    value = float(decimal_from(option, text))
    if not low <= value <= high:
        raise InputError(f"{option} must lie between {low:g} and {high:g}, not {text}")
    return value


def refinement(option: str, text: str | None) -> float | None:
    """Return the share of labels that are to be right where some runs are predicted, between 0.9
    and 1; None where all are trained, which is what `none` says.
    """
    if text is None or text == "none":
        return None
    share = float(decimal_from(option, text))
    if not LEAST_REFINED < share < 1:
        raise InputError(
            f"{option} must lie between {LEAST_REFINED:g} and 1, both excluded, or be none, "
            f"not {text}"
        )
    return share


def pair(option: str, texts: Sequence[str]) -> tuple[str, str]:
    """Return the texts of two numbers, given one by one or as a pair in one piece."""
    whole = numbers.pair(texts[0]) if len(texts) == 1 else None
    if whole is None and len(texts) != 2:
        given = " ".join(texts)
        raise InputError(
            f"{option} takes two numbers, as 1.5 -0.25 or '1.5, -0.25', not {shown(given)}"
        )
    first, last = whole or texts
    return first.rstrip(",;"), last


def count(option: str, text: str, low: int, high: int) -> int:
    """Return a whole number from `low` to `high`."""
    digits = numbers.plain(option, text)
    if not re.fullmatch(r"\d{1,9}", digits) or not low <= int(digits) <= high:
        raise InputError(f"{option} must be a whole number from {low} to {high}, not {shown(text)}")
    return int(digits)


def nbytes(option: str, text: str) -> int:
    """Return the bytes of a size such as 500MB or 4GiB, at most `MOST_BYTES`."""
    from dask.utils import parse_bytes

    try:
        # Dask reads a unit alone as one of it, and a sign as part of the number.
        size = parse_bytes(text.strip()) if text.strip()[:1].isdigit() else -1
    except (ValueError, OverflowError):
        size = -1
    if not 0 <= size <= MOST_BYTES:
        raise InputError(f"{option} must be a size such as 500MB or 4GB, not {shown(text)}")
    return size
