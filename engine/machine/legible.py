"""Text for what cannot show all of it: terminals of few characters, fonts of few glyphs."""

import contextlib
import itertools
import re
import unicodedata
from collections.abc import Callable

LACKING = "?"  # what stands for a character of which nothing better is known
_PLAIN = str.maketrans(
    {
        "−": "-", "–": "-", "—": "-", "±": "+/-", "×": "x", "÷": "/", "·": "*", "•": "*", "●": "*",
        "⁄": "/", "√": "sqrt", "≤": "<=", "≥": ">=", "≈": "~", "≠": "!=", "→": "->", "←": "<-",
        "∞": "inf",
        "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "°": " deg", "µ": "mu", "ß": "ss",
    }
)  # fmt: skip
_GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER (\w+)")
_MARKS = {"<super>": "^", "<sub>": "_"}


def plain(text: str) -> str:
    """Return a text in ASCII: `η₁ ± 10⁻³` as `eta_1 +/- 10^-3`, and `?` where nothing is known."""
    parts = []
    for mark, characters in itertools.groupby(text, _mark):
        parts.append(mark + "".join(map(_plain, characters)))
    return "".join(parts)


def legible(text: str, shows: Callable[[str], bool]) -> tuple[str, str]:
    """Return a text on one line of characters that can be shown, and those that had no substitute.

    Args:
        text: any, with control characters too.
        shows: whether a printable character can be shown.
    """
    with contextlib.suppress(UnicodeError):  # an argument that Python has not read as UTF-8
        text = text.encode("utf-8", "surrogateescape").decode("utf-8")
    line = " ".join(text.split())
    line = "".join(c for c in line if c.isprintable() or unicodedata.category(c) != "Cf")
    parts, lost = [], []
    for character in line:
        if character.isprintable() and shows(character):
            parts.append(character)
            continue
        substitute = plain(character) if character.isprintable() else LACKING
        parts.append(substitute)
        if substitute == LACKING:
            lost.append(character)
    return "".join(parts), "".join(dict.fromkeys(lost))


def printable(text: str) -> str:
    """Return a text on one line, with control characters escaped, so that no terminal obeys it."""
    line = " ".join(text.split())
    return "".join(c if c.isprintable() or _is_lone(c) else ascii(c)[1:-1] for c in line)


def substituted(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for characters that an encoding lacks; an error handler of `codecs`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start : error.end]), error.end


def substituted_but_bytes(error: UnicodeError) -> tuple[str | bytes, int]:
    """Return the same, but bytes of a file's name that are no text as they are."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    first = error.object[error.start]
    if "\udc80" <= first <= "\udcff":
        return bytes([ord(first) - 0xDC00]), error.start + 1
    return plain(first), error.start + 1


def _is_lone(character: str) -> bool:
    """Whether a character stands for a byte of a file's name that is no text."""
    return "\ud800" <= character <= "\udfff"


def _mark(character: str) -> str:
    """Return what stands before raised or lowered characters: `^`, `_`, or nothing."""
    return _MARKS.get(unicodedata.decomposition(character).partition(" ")[0], "")


def _plain(character: str) -> str:
    if character.isascii():
        return character
    letter = _of_greek(character).translate(_PLAIN)
    apart = unicodedata.normalize("NFKD", letter)
    letters = "".join(_of_greek(c).translate(_PLAIN) for c in apart if not unicodedata.combining(c))
    return letters if letters.isascii() and letters.isprintable() and letters else LACKING


def _of_greek(character: str) -> str:
    """Return the name of a Greek letter, and of all else what it was."""
    if len(character) != 1 or (match := _GREEK.match(unicodedata.name(character, ""))) is None:
        return character
    name = match[2].lower().replace("lamda", "lambda")
    return name if match[1] == "SMALL" else name.title()
