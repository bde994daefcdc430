"""Values in words: numbers, times, sizes and errors, each on one line."""

import re
from typing import Any

LONGEST_ERROR = 300  # characters of an error that are told
LONGEST_WORD, LONGEST = 160, 2000  # characters of a word, and of a message


def duration(seconds: float) -> str:
    """Return a time in words: `12 s`, `5 min`, `3 h` or `4 days`."""
    for unit, name, most in ((1, "s", 90), (60, "min", 90), (3600, "h", 48)):
        if seconds < most * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds / 86400:,.0f} days"


def size(nbytes: float) -> str:
    """Return a number of bytes in words, in powers of 1000: `1.3 GB`."""
    import humanize

    return humanize.naturalsize(nbytes)


def value(of: Any) -> str:
    """Return the value of a setting as people read it: `yes` and `no`, and floats without a tail.

    A float keeps as many digits as it takes to read the same float again.
    """
    if isinstance(of, bool):
        return "yes" if of else "no"
    return f"{of:g}" if isinstance(of, float) and float(f"{of:g}") == of else str(of)


def line(error: BaseException) -> str:
    """Return an error on one line, its type where it says nothing; of bounded length."""
    return " ".join(str(error).split())[:LONGEST_ERROR] or type(error).__name__


def brief(text: str) -> str:
    """Return a text of which no word, nothing quoted, and nothing altogether is longer than can be
    read.
    """
    for passage in (rf"(?<=')[^']{{{LONGEST_WORD + 1},}}(?=')", rf"\S{{{LONGEST_WORD + 1},}}"):
        text = re.sub(passage, _ends, text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _ends(passage: re.Match[str]) -> str:
    length = LONGEST_WORD // 2 - 1
    return f"{passage[0][:length]}…{passage[0][-length:]}"
