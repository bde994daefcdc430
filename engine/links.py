"""This module is the links: a place in a landscape as a query string.

`?preset=tanh-single&set=steps=1000;seed=3&against=seed=4&view=1.5,1.5,9.0&look=log,cividis,0.5
&pins=1.2,0.7` is what the page keeps in its address bar, and what `trainscape render --from` reads.
A centre keeps all its digits.
"""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import parse_qsl, quote, urlsplit

from engine import comparison
from engine.errors import InputError, shown
from engine.look import PUBLISHED, Look
from engine.plane import Window, coordinate, decimal_from
from engine.presets import preset
from engine.settings import assignment
from engine.spec import Spec

LONGEST = 4000  # characters of a link; servers and browsers cut longer ones
MOST_PINS = 6  # runs that a place may point out: as many as can be told apart side by side

Pin = tuple[Decimal, Decimal]  # a point of the plane, in axis units


@dataclass(frozen=True)
class Place:
    """What somebody looks at: everything it takes to look at the same again.

    Attributes:
        preset: the name of the one that the spec was made from.
        spec, window: what is computed.
        look: how it is coloured.
        pins: the runs that are pointed out, at most `MOST_PINS`.
        against: what another spec, that is looked at beside this one, differs by: `key=value`
            texts; empty where nothing is.
    """

    preset: str
    spec: Spec
    window: Window
    look: Look = PUBLISHED
    pins: tuple[Pin, ...] = ()
    against: tuple[str, ...] = ()


def query(place: Place) -> str:
    """Return the query string of a place."""
    start = preset(place.preset).spec.flat()
    changed = [assignment(k, v) for k, v in place.spec.flat().items() if v != start[k]]
    parts = [f"preset={quote(place.preset)}"]
    if changed:
        parts.append(f"set={quote(';'.join(changed), safe='=;')}")
    if place.against:
        parts.append(f"against={quote(';'.join(place.against), safe='=;')}")
    parts.append(f"view={view(place.window)}")
    if place.look != PUBLISHED:
        parts.append(f"look={quote(str(place.look), safe=',')}")
    if place.pins:
        parts.append(f"pins={quote(';'.join(f'{x},{y}' for x, y in place.pins), safe=';,')}")
    return "?" + "&".join(parts)


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
    if len(link) > LONGEST:
        raise InputError(f"a link has at most {LONGEST} characters, not {len(link)}")
    try:
        values = dict(parse_qsl(urlsplit(link).query))
    except ValueError as error:
        raise InputError(f"not a link: {shown(link)} ({error})") from None
    if "preset" not in values:
        raise InputError(f"no preset in the link {shown(link)}")
    chosen = preset(values["preset"])
    changes, against = (
        [change for change in values.get(name, "").split(";") if change]
        for name in ("set", "against")
    )
    spec = chosen.spec.set(changes)
    window = chosen.home(spec)
    if "view" in values:
        window = spec.on_plane(parse_view(values["view"]))
    look = Look.parse(values["look"]) if "look" in values else PUBLISHED
    pins = _pins(spec, values.get("pins", ""))
    return Place(chosen.name, spec, window, look, pins, comparison.normal(spec, against))


def _pins(spec: Spec, text: str) -> tuple[Pin, ...]:
    texts = text.split(";") if text else []
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
