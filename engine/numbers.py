"""Numbers as people write them: in papers, in spreadsheets, and on the axes of a picture.

They are brought into the plain form that Python reads, or refused: never is one read as another.
"""

import re

from engine.errors import InputError, shown

LONGEST = 3000  # characters of a number
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_DASHES = "\u2212\u2010\u2011\u2012\u2013\u2014\u2015\u2796\ufe58\ufe63\uff0d"
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff" + "".join(
    map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])  # which way a text runs
)
SIGNS = str.maketrans(dict.fromkeys(_DASHES, "-") | dict.fromkeys(_INVISIBLE, "") | {"\uff0b": "+"})
_RAISED = re.compile(r"(?<![\d.])10([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,4})")
_POWER = re.compile(  # of ten: 1.5×10^-3, 1.5·10⁻³ with its exponent written out, 10^-3
    r"(?:([^×x*·⋅∙\\]{1,2000}?)\s*(?:[×x*·⋅∙]|\\times|\\cdot)\s*|([+-]?)\s*)"
    r"10(?:\^|\*\*)(?:([+-]?\s?\d{1,4})|\{([+-]?\s?\d{1,4})\})"
)
_GAP = r"[\s'’]"  # between groups of digits
_GROUPED = re.compile(
    rf"(\d{{1,3}}(?:{_GAP}\d{{3}})+|\d*)"
    rf"(\.(?:\d{{3}}(?:{_GAP}\d{{3}})*{_GAP}\d{{1,3}}|\d{{5}}(?:{_GAP}\d{{5}})*{_GAP}\d{{1,5}}|\d*))?"
    r"([eE][+-]?\d{1,4})?"
)
_OFFSET = re.compile(  # what stands after the base on an axis at depth: + 0.5·10⁻⁹
    r"([+-])\s*([+-]?)([^+\-×x*·⋅∙\\]{1,100}(?:[×x*·⋅∙]|\\times|\\cdot)\s*"
    r"10(?:\^|\*\*)\{?[+-]?\s?\d{1,4}\}?)$"
)


def plain(name: str, text: str) -> str:
    """Return the text of a number in the form that `float` and `Decimal` read.

    Signs, spaces between groups of digits and powers of ten are brought into it, and what is no
    number is left for them to refuse.

    Args:
        name: what the number is called in errors.
        text: as somebody has typed or pasted it.

    Raises:
        InputError: if there is a comma, which is a decimal one for some and parts numbers for
            others, or the text is longer than any number.
    """
    if len(text) > LONGEST:
        raise InputError(f"{name} has at most {LONGEST:,} characters, not {len(text):,}")
    if "," in text or "٫" in text:
        point = re.sub(r"\s*[,٫]\s*", ".", text.strip())
        instead = point if _GROUPED.fullmatch(point.lstrip("+-−")) else "0.5"
        raise InputError(
            f"{name} is written with a decimal point and no comma, as {instead}, not {shown(text)}"
        )
    text = _signs(text)
    if (power := _POWER.fullmatch(text)) is not None:
        factor, sign, bare, braced = power.groups()
        number = f"{sign}1" if factor is None else _together(factor)
        return f"{number}e{(bare or braced).replace(' ', '')}"
    return _together(text)


def terms(text: str) -> list[str]:
    """Return the terms of a number as an axis at depth writes it: a base, and an offset from it
    with a power of ten; of any other text that text alone.
    """
    signed = _signs(text) if len(text) <= LONGEST else ""
    if (match := _OFFSET.search(signed)) is not None:
        base, (sign, sign_of_offset, offset) = signed[: match.start()].strip(), match.groups()
        if base[-1:].isdecimal() or base.endswith((".", "}")):
            return [base, f"{sign if sign_of_offset != '-' else '-+'[sign == '-']}{offset}"]
    return [text]


def pair(text: str) -> tuple[str, str] | None:
    """Return the two numbers of a point that was pasted in one piece, or None if it is none.

    They are parted by a semicolon, by a comma and a space, or by a comma between two that have a
    decimal point each; one comma more is a decimal comma, and none of this.
    """
    inner = text.strip()
    if len(inner) > 2 * LONGEST:
        return None
    if inner[:1] + inner[-1:] in ("()", "[]", "{}", "⟨⟩"):
        inner = inner[1:-1]
    parts = [part.strip() for part in re.split(r"[;,]", inner)]
    if len(parts) != 2 or not all(parts):
        return None
    if ";" in inner or re.search(r",\s", inner) or all("." in part for part in parts):
        return parts[0], parts[1]
    return None


def _signs(text: str) -> str:
    raised = _RAISED.sub(lambda m: "10^" + m[1].translate(_SUPERSCRIPTS), text)
    return raised.translate(SIGNS).strip()


def _together(text: str) -> str:
    """Return a number without the gaps between its groups of digits and after its sign."""
    sign = text[:1] if text[:1] in ("+", "-") else ""
    digits = text[len(sign) :].strip()
    return sign + (re.sub(_GAP, "", digits) if _GROUPED.fullmatch(digits) else digits)
