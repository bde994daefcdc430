"""Systems of one's own, from the files that `TRAINSCAPE_SYSTEMS` names.

They stand beside those of the package.
"""

import hashlib
import os
import re
import sys
import traceback
import types
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import InputError, shown
from engine.machine.reading import read_bytes
from engine.systems.common.base import System

VARIABLE = "TRAINSCAPE_SYSTEMS"
LARGEST_MODULE = 10_000_000  # bytes
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")  # as it stands in links, commands and file names


@dataclass(frozen=True)
class Plugins:
    """What was found.

    Attributes:
        systems: the classes, by name.
        digest: of the text of all files, in hexadecimal.
    """

    systems: dict[str, type[System]]
    digest: str


def load(places: str, taken: Collection[str]) -> Plugins:
    """Return the systems of files, and of all modules in folders.

    Args:
        places: paths, separated by `os.pathsep`.
        taken: the names that none of them may have.

    Raises:
        InputError: if a place is missing or brings no system, a module cannot be imported, or what
            it brings is no system; the message names the file.
    """
    members: dict[str, type[System]] = {}
    digest = hashlib.sha256()
    for place in dict.fromkeys(filter(None, places.split(os.pathsep))):
        before = len(members)
        for path in _files(Path(os.path.expanduser(place))):
            source = read_bytes(path, LARGEST_MODULE)
            digest.update(source)
            for member in _members(path, source):
                if member.name in taken or member.name in members:
                    raise _wrong(path, f"there is another system {member.name!r}")
                members[member.name] = member
        if len(members) == before:
            raise InputError(f"{VARIABLE}: {place} has no SYSTEMS, the tuple of its classes")
    return Plugins(members, digest.hexdigest())


def _files(place: Path) -> list[Path]:
    if place.is_dir():
        return sorted(place.glob("[!_]*.py"))
    if not place.exists():
        raise InputError(f"{VARIABLE}: no such file or folder: {place}")
    return [place]


def _members(path: Path, source: bytes) -> Iterator[type[System]]:
    members = getattr(_module(path, source), "SYSTEMS", ())
    if not isinstance(members, (tuple, list)):
        raise _wrong(path, f"SYSTEMS must be a tuple of classes, not {shown(members)}")
    for member in members:
        _check(path, member)
        yield member


def _module(path: Path, source: bytes) -> types.ModuleType:
    module = types.ModuleType(f"trainscape_systems_{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # where dataclasses look for it
    try:
        exec(compile(source, str(path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        raise _wrong(path, _why(error, path)) from error
    return module


def _check(path: Path, member: Any) -> None:
    """Raise InputError unless a member of SYSTEMS is a system that can be shown."""
    if not (isinstance(member, type) and issubclass(member, System)):
        raise _wrong(path, f"SYSTEMS holds {shown(member)}, which is no class of systems")
    name, summary = (getattr(member, key, None) for key in ("name", "summary"))
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        raise _wrong(path, f"a name is made of lower-case letters, digits, hyphens: {shown(name)}")
    if not (isinstance(summary, str) and summary and "\n" not in summary):
        raise _wrong(path, f"the summary of {name} must be one line, not {shown(summary)}")
    try:
        system = member()
        names = tuple(system.hyperparameters())
        axes, measures = tuple(system.axes), system.measures
    except Exception as error:
        raise _wrong(path, f"{name} with its defaults: {_why(error, path)}") from error
    if len(set(axes)) != 2 or not set(axes) <= set(names):
        raise _wrong(path, f"the axes of {name} must be two of {list(names)}, not {shown(axes)}")
    if not measures:
        raise _wrong(path, f"{name} has no measures")


def _why(error: BaseException, path: Path) -> str:
    """Return what went wrong in one line, with that of the file where it did."""
    calls = traceback.extract_tb(error.__traceback__)
    lines = [call.lineno for call in calls if call.filename == str(path)]
    where = f", line {lines[-1]}" if lines else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{where}"


def _wrong(path: Path, what: str) -> InputError:
    return InputError(f"{VARIABLE}: {path}: {what}")
