"""Specs that other versions of the program wrote, and notes on what is read otherwise here.

A setting that is unknown here, or whose value is, would be another field. It is refused with the
name of the version that wrote it. Every other difference is told in a note.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from engine import __version__
from engine.errors import InputError, shown, unknown
from engine.spec import Spec, flattened

# By system ("" for those of every spec) and name, what settings of earlier versions are called now,
# and of those that are gone the value that is meant ever since.
RENAMED: dict[tuple[str, str], str] = {}
GONE: dict[tuple[str, str], Any] = {}
MOST_NAMED = 6  # settings in a note

Notes = tuple[str, ...]  # lines for whoever opens something


def is_newer(version: object) -> bool:
    """Whether a version came after this one, or is none that was ever given out."""
    theirs, ours = _numbers(version), _numbers(__version__)
    return theirs is None or ours is None or theirs > ours


def made_by(version: object) -> str:
    """Return in words which version made something."""
    if version is None:
        return "it does not say which version of trainscape made it"
    plain = isinstance(version, str) and re.fullmatch(r"[\w.+-]{1,40}", version)
    return (
        f"made by trainscape {version if plain else shown(version, 40)}, and this is {__version__}"
    )


def note(version: object, *changes: str) -> Notes:
    """Return the note on something that a version made, of which these things are read otherwise;
    none where there is nothing to tell.
    """
    if not changes and not is_newer(version):
        return ()
    return (": ".join([made_by(version), *(["; ".join(changes)] if changes else [])]),)


def refused(version: object, error: InputError) -> InputError:
    """Return an error about something that another version made, which names that version."""
    return error if version == __version__ else InputError(f"{made_by(version)}: {error}")


def read_spec(data: Any) -> tuple[Spec, list[str]]:
    """Return the spec that `Spec.to_dict` of any version wrote, and what is read otherwise now.

    Raises:
        InputError: if it is not a spec, or would be another field here.
    """
    name, written = flattened(data)
    values, changes = _current(name, written, Spec.make(name).flat())
    spec = Spec.make(name, values)
    return spec, [*changes, *_filled(spec.flat(), values)]


def _current(
    system: str, values: Mapping[str, Any], known: Collection[str]
) -> tuple[dict[str, Any], list[str]]:
    """Return flat values of a spec by the names of this version, and what was changed for it.

    Args:
        system: the name of the system.
        values: as some version wrote them.
        known: the names of all settings that there are.

    Raises:
        InputError: if a setting is unknown, or is gone and had another value than is meant now.
    """
    current: dict[str, Any] = {}
    changes = []
    for name, value in values.items():
        key = next((k for k in ((system, name), ("", name)) if k in RENAMED or k in GONE), None)
        if name in known or key is None:
            current[name] = value
        elif key in RENAMED:
            current.setdefault(RENAMED[key], value)
            changes.append(f"{name} is {RENAMED[key]} now")
        elif GONE[key] == value:
            changes.append(f"{name} is ignored, as it is always {value} now")
        else:
            raise InputError(f"{name}={shown(value)} can no longer be trained")
    for name in current:
        if name not in known:
            raise unknown(f"setting of {system}", name, known)
    return current, changes


def _filled(values: Mapping[str, Any], names: Collection[str]) -> list[str]:
    """Return the line on settings that something lacks: their names, and their values here."""
    texts = [f"{name}={values[name]}" for name in values if name not in names]
    more = f" and {len(texts) - MOST_NAMED} more" if len(texts) > MOST_NAMED else ""
    return [f"it lacks, and here has, {', '.join(texts[:MOST_NAMED])}{more}"] if texts else []


def _numbers(version: object) -> tuple[int, ...] | None:
    match = re.match(r"\d{1,6}(\.\d{1,6}){0,3}", version) if isinstance(version, str) else None
    return tuple(map(int, match[0].split("."))) if match else None
