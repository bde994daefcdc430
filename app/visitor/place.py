"""Where a page opens, and in what two places differ."""

from dataclasses import replace

from engine.errors import InputError
from engine.places import links
from engine.places.against import other_of
from engine.places.links import Place
from engine.places.presets import preset
from engine.spec import Spec


def opening(query: str, start: str) -> tuple[Place, str]:
    """Return the place of a link, or the start preset's and what is wrong with the link."""
    problem = ""
    if links.is_place(query):
        try:
            return links.parse(query), ""
        except InputError as error:
            problem = f"this link does not work: {error}"
    chosen = preset(start)
    return Place(chosen.name, chosen.spec, chosen.window("home")), problem


def plane(spec: Spec) -> tuple[object, ...]:
    """Return the key of a plane: pictures of specs with the same key lie over one another."""
    return spec.system.name, spec.x, spec.y, spec.stretch


def trained(place: Place) -> tuple[object, ...]:
    """Return the key of what is trained; undo steps are changes of it."""
    return place.preset, place.spec, place.against


def still_compared(place: Place) -> tuple[Place, str]:
    """Return a place without its comparison if its spec no longer allows one, and the reason."""
    try:
        other_of(place.spec, place.against)
    except InputError as error:
        return replace(place, against=()), f"this is no longer compared: {error}"
    return place, ""
