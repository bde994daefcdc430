"""Links: a place in a landscape as a query string, and back.

`?v=0.1.0&preset=tanh-single&set.steps=1000&view=1.5_1.5_9.0&look=log_cividis_0.5&pins=1.2_0.7
&check=k3f9m` is what the page keeps in its address bar, and what `trainscape render --from` reads.
A centre keeps all its digits, and `until=sharp` says that nothing more is trained once the picture
is sharp. Beside `&` and `=` a link has letters, digits, `-`, `.`, `_` and `~`
alone. Programs that pass links on leave these as they are: none cuts a link there, encodes it once
more or takes it for a mark of its own. The check at the end tells whether all of it has arrived.

Version 0.1.0 began to write links without `v` and `check`, with `,` and `;` within:
`?preset=tanh-single&set=steps=1000;seed=3&view=1.5,1.5,9.0&pins=1.2,0.7;1,2`. Those are read too.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from urllib.parse import parse_qsl, unquote, urlsplit

from engine import __version__
from engine.errors import InputError, shown, unknown
from engine.numbers import SIGNS
from engine.places import versions
from engine.places.against import normal
from engine.places.look import PUBLISHED, Look
from engine.places.presets import preset
from engine.places.versions import Notes
from engine.plane import Window, coordinate, decimal_from
from engine.settings import assignment
from engine.spec import Spec

LONGEST = 6000  # characters of a link: the deepest view with all pins; some cut longer ones
MOST_PINS = 6  # runs that a place may point out: as many as can be told apart side by side
PARTS = ("v", "preset", "set", "against", "view", "look", "pins", "until", "check")
LISTS = ("set", "against")  # of `key=value` texts: a part for each, as set.steps=1000
CHECK_LENGTH = 5
SHARP = "sharp"  # until when a place is trained; else until every run is
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # 32 that are not taken for one another
_CHECKED = re.compile(r"[?&](v=[^#]*)")  # where a link that has a check begins
_TORN = re.compile(r"[\s\u00ad]+")  # what mail and word processors put into a long line
_SPACE = re.compile("(?<=[a-z]) (?=[a-z])")  # within a name
_SPACED = re.compile("(?<=[a-z])-(?=[a-z])")  # the same as it is written

Pin = tuple[Decimal, Decimal]  # a point of the plane, in axis units


@dataclass(frozen=True)
class Place:
    """What a link holds: everything it takes to look at the same again.

    Attributes:
        preset: the name of the preset that the spec was made from.
        spec, window: what is computed.
        look: how it is coloured.
        pins: the runs that are pointed out, at most `MOST_PINS`.
        against: the `key=value` texts by which the spec beside this one differs; empty where none
            is compared.
        until_sharp: whether nothing more is trained once the picture is sharp.
        notes: what whoever opens it should know of how it was read.
    """

    preset: str
    spec: Spec
    window: Window
    look: Look = PUBLISHED
    pins: tuple[Pin, ...] = ()
    against: tuple[str, ...] = ()
    until_sharp: bool = False
    notes: Notes = field(default=(), compare=False)


def query(place: Place) -> str:
    """Return the query string that leads to a place."""
    start = preset(place.preset).spec.flat()
    changed = [assignment(k, v) for k, v in place.spec.flat().items() if v != start[k]]
    pairs = [("v", __version__), ("preset", place.preset)]
    for name, texts in (("set", changed), ("against", place.against)):
        for text in texts:
            key, _, value = text.partition("=")
            pairs.append((f"{name}.{key}", value))
    pairs.append(("view", _plainly(view(place.window))))
    if place.look != PUBLISHED:
        pairs.append(("look", _plainly(str(place.look))))
    if place.pins:
        numbers = [str(number) for pin in place.pins for number in pin]
        pairs.append(("pins", _plainly(",".join(numbers))))
    if place.until_sharp:
        pairs.append(("until", SHARP))
    pairs = [(name, safe(value)) for name, value in pairs]
    return "?" + "&".join(f"{name}={value}" for name, value in [*pairs, ("check", check_of(pairs))])


def view(window: Window) -> str:
    """Return a window as one text: centre x, centre y, width (and height, unless square pixels)."""
    extents = [2 * window.half_width]
    if window.half_height is not None:
        extents.append(2 * window.half_height)
    return ",".join([str(window.x), str(window.y), *map(repr, extents)])


def parse_view(text: str) -> Window:
    """Return the window that `view` wrote, not stretched (see `Spec.on_plane`).

    Raises:
        InputError: if it is not one.
    """
    numbers = text.split(",") if len(text) <= LONGEST else []
    if len(numbers) not in (3, 4):
        raise InputError(f"a view is written x,y,width, not {shown(text)}")
    return Window.parse(*numbers)


def parse(link: str) -> Place:
    """Return the place of a link or query string.

    Raises:
        InputError: if it names no preset, or any value in it is wrong.
    """
    texts = parts(link)
    version = next(iter(texts.get("v", ())), None)
    if "preset" not in texts:
        raise InputError(f"no preset in the link {shown(link)}")
    if version is None:
        return _place(texts, [])
    try:
        unknown = [name for name in texts if name not in PARTS]
        if unknown:
            raise InputError(f"a link has no part {shown(unknown[0])} here")
        notes: list[str] = []
        place = _place(texts, notes)
        return replace(place, notes=versions.note(version, *notes))
    except InputError as error:
        raise versions.refused(version, error) from None


def parts(link: str) -> dict[str, list[str]]:
    """Return the parts of a link by name, as texts that `Spec.set`, `parse_view` and `Look.parse`
    read; each pin is a text.

    Raises:
        InputError: if it is too long, is none, or what its check tells of has not all arrived.
    """
    if len(link) > 3 * LONGEST:  # percent-encoded, perhaps
        raise InputError(f"a link has at most {LONGEST} characters, not {len(link)}")
    checked = _CHECKED.search(_restored(link))
    text = checked[1] if checked else _one_query(link)
    if len(text) > LONGEST:
        raise InputError(f"a link has at most {LONGEST} characters, not {len(text)}")
    try:
        pairs = parse_qsl(text, keep_blank_values=checked is not None)
    except ValueError as error:
        raise InputError(f"not a link: {shown(link)} ({error})") from None
    if checked or any(name == "check" for name, _ in pairs):
        pairs = _arrived(pairs)
    texts: dict[str, list[str]] = {}
    for name, value in pairs:
        part, _, key = name.partition(".")
        if part in LISTS and key:
            texts.setdefault(part, []).append(f"{key}={_unsafe(value)}")
        elif part in LISTS:
            texts.setdefault(part, []).extend(filter(None, value.split(";")))
        elif name == "pins":
            texts[name] = value.split(";") if "," in value or ";" in value else _points(value)
        elif name in ("view", "look") and "," not in value:
            plain = _unsafe(value.replace("_", ","))
            texts[name] = [_SPACED.sub(" ", plain) if name == "look" else plain]
        elif checked or name in PARTS:
            texts[name] = [value]
    return texts


def is_place(query: str) -> bool:
    """Whether a query string is meant to name a place, however little of it has arrived."""
    if re.fullmatch(r"\?v?", query):
        return query.endswith("v")
    return bool(re.search(rf"[?&](amp;)?({'|'.join(PARTS[:-1])})[=.%]", f"&{query}"))


def _place(texts: dict[str, list[str]], notes: list[str]) -> Place:
    """Return the place that the parts of a link name; add to the notes what is read otherwise."""
    last = {name: values[-1] for name, values in texts.items() if values}
    start = preset(last["preset"])
    spec = start.spec.set(texts.get("set", ()))
    window = start.home(spec)
    if "view" in last:
        window = spec.on_plane(parse_view(last["view"]))
    look = PUBLISHED
    if "look" in last:
        look, changes = Look.read(last["look"], last.get("v", __version__))
        notes += changes
    pins = _pins(spec, texts.get("pins", []))
    against = normal(spec, texts.get("against", ()))
    until_sharp = "until" in last and _until_sharp(last["until"], last.get("v"), notes)
    return Place(start.name, spec, window, look, pins, against, until_sharp)


def _until_sharp(text: str, version: str | None, notes: list[str]) -> bool:
    """Return whether a text is the end of training that there is; note one of a newer version."""
    if text != SHARP:
        error = unknown("end of training", text, [SHARP])
        if version is None or not versions.is_newer(version):
            raise error
        notes.append(f"its end of training is ignored, {error}")
    return text == SHARP


def _restored(link: str) -> str:
    """Return a link as it was written, whatever mail, chats and forms have made of it.

    Only a link with a check is restored, which tells whether the outcome is right.
    """
    text = _TORN.sub("", link)
    for _ in range(3):
        text = unquote(text)
    return re.sub(r"&(amp;)+", "&", text).translate(SIGNS)


def _one_query(link: str) -> str:
    try:
        return re.sub(r"&(amp;)+", "&", urlsplit(link).query)
    except ValueError as error:
        raise InputError(f"not a link: {shown(link)} ({error})") from None


def _arrived(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the parts of a link up to its check; what others have added behind it is left out.

    Raises:
        InputError: if the link has no check, or is not what it was when that was made.
    """
    names = [name for name, _ in pairs]
    if "check" in names:
        end = names.index("check")
        check = re.match("[0-9a-z]*", pairs[end][1].lower())
        if check and check[0] == check_of(pairs[:end]):
            return list(pairs[:end])
    raise InputError(
        "this link has been cut short or changed on its way: what is in it does not go with its "
        "end. Ask for it once more; leaving out its parts v and check reads it as it is"
    )


def check_of(pairs: Sequence[tuple[str, str]]) -> str:
    """Return the check of a link with these parts, by which it is known to be whole."""
    text = "&".join(f"{name}={value}" for name, value in pairs)
    digest = hashlib.sha256(text.encode(errors="replace")).digest()
    number = int.from_bytes(digest[:8])
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in range(CHECK_LENGTH))


def _plainly(text: str) -> str:
    """Return numbers or names that commas part, written with underscores."""
    return _SPACE.sub("-", text.replace("+", "")).replace(",", "_")


def safe(value: str) -> str:
    """Return a text with `~` and two digits for each byte that is not safe."""
    return re.sub(r"[^A-Za-z0-9._-]", _escaped, value)


def _escaped(character: re.Match[str]) -> str:
    return "".join(f"~{byte:02x}" for byte in character[0].encode(errors="replace"))


def _unsafe(value: str) -> str:
    return unquote(value.replace("~", "%")) if "~" in value else value


def _points(text: str) -> list[str]:
    numbers = text.split("_")
    return [",".join(numbers[n : n + 2]) for n in range(0, len(numbers), 2)]


def _pins(spec: Spec, texts: Sequence[str]) -> tuple[Pin, ...]:
    if len(texts) > MOST_PINS:
        raise InputError(f"a link has at most {MOST_PINS} pins, not {len(texts)}")
    pins = []
    for pin in texts:
        numbers = pin.split(",")
        if len(numbers) != 2:
            raise InputError(f"a pin is written x,y, not {shown(pin)}")
        x, y = (decimal_from(f"pin {n}", v) for n, v in zip("xy", numbers, strict=True))
        pins.append((coordinate(spec.x.name, x), coordinate(spec.y.name, y)))
    return tuple(pins)
