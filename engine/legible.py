"""Text for what cannot show all of it: terminals of few characters, fonts of few glyphs."""

import itertools
import re
import unicodedata
from collections.abc import Callable

LONGEST_WORD, LONGEST = 160, 2000  # characters of a word, and of a message
LACKING = "?"  # what stands for a character of which nothing better is known
_PLAIN = str.maketrans(
    {
        "−": "-", "–": "-", "—": "-", "±": "+/-", "×": "x", "÷": "/", "·": "*", "•": "*", "●": "*",
        "√": "sqrt", "≤": "<=", "≥": ">=", "≈": "~", "≠": "!=", "→": "->", "←": "<-", "∞": "inf",
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
    line = " ".join(text.split())
    line = "".join(c for c in line if c.isprintable() or unicodedata.category(c) != "Cf")
    shown, lost = [], []
    for character in line:
        if character.isprintable() and shows(character):
            shown.append(character)
            continue
        substitute = plain(character)
        shown.append(substitute)
        if substitute == LACKING:
            lost.append(character)
    return "".join(shown), "".join(dict.fromkeys(lost))


def printable(text: str) -> str:
    """Return a text on one line, with control characters escaped, so that no terminal obeys it."""
    line = " ".join(text.split())
    return "".join(c if c.isprintable() or _is_lone(c) else ascii(c)[1:-1] for c in line)


def brief(text: str) -> str:
    """Return a text of which no word, and nothing altogether, is longer than can be read."""
    kept = LONGEST_WORD // 2 - 1
    text = re.sub(
        rf"\S{{{LONGEST_WORD + 1},}}", lambda word: f"{word[0][:kept]}…{word[0][-kept:]}", text
    )
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def substituted(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for characters that an encoding lacks; an error handler of `codecs`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start : error.end]), error.end


def _is_lone(character: str) -> bool:
    """Whether a character stands for a byte of a file's name that is no text."""
    return "\ud800" <= character <= "\udfff"


def _mark(character: str) -> str:
    """Return what stands before raised or lowered characters: `^`, `_`, or nothing."""
    return _MARKS.get(unicodedata.decomposition(character).partition(" ")[0], "")


def _plain(character: str) -> str:
    if character.isascii():
        return character
    found = _of_greek(character).translate(_PLAIN)
    apart = unicodedata.normalize("NFKD", found)
    letters = "".join(_of_greek(c).translate(_PLAIN) for c in apart if not unicodedata.combining(c))
    return letters if letters.isascii() and letters.isprintable() and letters else LACKING


def _of_greek(character: str) -> str:
    """Return the name of a Greek letter, and of all else what it was."""
    if len(character) != 1 or (match := _GREEK.match(unicodedata.name(character, ""))) is None:
        return character
    name = match[2].lower().replace("lamda", "lambda")
    return name if match[1] == "SMALL" else name.title()
