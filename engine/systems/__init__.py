"""Systems: one module for each family, and the folder is the list.

A module of this folder is a member if it defines `SYSTEMS`, the tuple of its classes. A file
elsewhere is one if the environment variable `TRAINSCAPE_SYSTEMS` names it (see `common.plugins`).
"""

import functools
import importlib
import os
import pkgutil

from engine.errors import unknown
from engine.systems.common.base import Curve, Problem, Scatter, Sweep, System, Tracked
from engine.systems.common.plugins import VARIABLE, Plugins, load

__all__ = [
    "SYSTEMS", "Curve", "Problem", "Scatter", "Sweep", "System", "Tracked", "plugin_systems",
    "system_class", "systems",
]  # fmt: skip

SYSTEMS: dict[str, type[System]] = {  # of the package itself
    member.name: member
    for module in pkgutil.iter_modules(__path__)
    for member in getattr(importlib.import_module(f"{__name__}.{module.name}"), "SYSTEMS", ())
}


@functools.cache
def plugin_systems() -> Plugins:
    """Return the systems of one's own; InputError if `TRAINSCAPE_SYSTEMS` names none."""
    return load(os.environ.get(VARIABLE, ""), SYSTEMS)


def systems() -> dict[str, type[System]]:
    """Return every system, by name: those of the package, then those of one's own."""
    return {**SYSTEMS, **plugin_systems().systems}


def system_class(name: str) -> type[System]:
    """Return the system of this name; InputError, with the choices, if there is none."""
    known = systems()
    if name not in known:
        raise unknown("system", name, known)
    return known[name]
