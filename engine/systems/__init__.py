"""This package is the systems: one module per family, and the folder is the list.

A module is a member by defining `SYSTEMS`, the tuple of its classes.
"""

import importlib
import pkgutil

from engine.errors import unknown
from engine.systems.base import Curve, Problem, Scatter, Sweep, System, Tracked

__all__ = ["SYSTEMS", "Curve", "Problem", "Scatter", "Sweep", "System", "Tracked", "system_class"]

SYSTEMS: dict[str, type[System]] = {
    member.name: member
    for module in pkgutil.iter_modules(__path__)
    for member in getattr(importlib.import_module(f"{__name__}.{module.name}"), "SYSTEMS", ())
}


def system_class(name: str) -> type[System]:
    """Return the system of this name; InputError, with the choices, if there is none."""
    if name not in SYSTEMS:
        raise unknown("system", name, SYSTEMS)
    return SYSTEMS[name]
