"""This module is the links: a preset, its changed settings and a window as a query string.

`?preset=tanh-single&set=steps=1000;seed=3&view=1.5,1.5,9.0` is what the page keeps in its address
bar, and what `trainscape render --from` reads. A centre keeps all its digits.
"""

from urllib.parse import parse_qsl, quote, urlsplit

from engine.errors import InputError, shown
from engine.plane import Window
from engine.presets import preset
from engine.spec import Spec

LONGEST = 4000  # characters of a link; servers and browsers cut longer ones


def query(name: str, spec: Spec, window: Window) -> str:
    """Return the query string for a window on a spec that was made from the preset `name`."""
    start = preset(name).spec.flat()
    changed = [f"{k}={_text(v)}" for k, v in spec.flat().items() if v != start[k]]
    settings = f"&set={quote(';'.join(changed), safe='=;')}" if changed else ""
    return f"?preset={quote(name)}{settings}&view={view(window)}"


def view(window: Window) -> str:
    """Return a window as one text: centre x, centre y, width (and height, unless square pixels)."""
    extents = [2 * window.half_width]
    if window.half_height is not None:
        extents.append(2 * window.half_height)
    return ",".join([str(window.x), str(window.y), *map(repr, extents)])


def parse_view(text: str) -> Window:
    """Return the window that `view` wrote; InputError if it is not one."""
    numbers = text.split(",") if len(text) <= LONGEST else []
    if len(numbers) not in (3, 4):
        raise InputError(f"a view is written x,y,width, not {shown(text)}")
    return Window.parse(*numbers)


def parse(link: str) -> tuple[str, Spec, Window]:
    """Return the preset's name, the spec and the window of a link or query string.

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
    changes = [change for change in values.get("set", "").split(";") if change]
    window = parse_view(values["view"]) if "view" in values else chosen.window("home")
    return chosen.name, chosen.spec.set(changes), window


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
