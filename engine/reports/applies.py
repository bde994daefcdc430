"""When each setting of a system makes a difference, found by changing the others."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from engine import settings
from engine.errors import InputError
from engine.reports.markdown import code
from engine.settings import assignment
from engine.systems import System

Change = tuple[str, Any]  # a setting, and another value than its default


def applies(system: System) -> dict[str, str]:
    """Return when each setting of a system makes a difference, by name: words in Markdown.

    One setting at a time is changed from its default; where that is not enough, two are.
    """
    usual = _matter(system)
    changes = _changes(system)
    alone, both = (
        [
            (change, _matter(system, *change) or usual)
            for change in itertools.combinations(changes, n)
        ]
        for n in (1, 2)
    )
    words = {}
    for name in settings.table(system):
        if name in usual:
            changed = [change for change, matter in alone if name not in matter]
            words[name] = f"not with {_or(changed)}" if changed else "always"
        else:
            changed = [change for change, matter in alone if name in matter]
            changed = changed or [change for change, matter in both if name in matter][:1]
            words[name] = f"with {_or(changed)}" if changed else "never"
    return words


def _changes(system: System) -> list[Change]:
    """Return every other choice of each static setting, and numbers one up or down."""
    changes: list[Change] = []
    for name, about in settings.table(system).items():
        value = getattr(system, name)
        others: Sequence[Any] = about.choices
        if isinstance(value, bool):
            others = (not value,)
        elif isinstance(value, int):
            others = (value + 1, value - 1)
        changes += [(name, other) for other in others if other != value]
    return changes


def _matter(system: System, *changes: Change) -> set[str]:
    """Return the settings that make a difference after some changes; none if those are refused."""
    try:
        changed = replace(system, **dict(changes))
    except InputError:
        return set()
    return {*changed.static_settings(), *changed.hyperparameters()}


def _or(alternatives: Sequence[Sequence[Change]]) -> str:
    return ", ".join(
        " and ".join(code(assignment(name, value)) for name, value in changes)
        for changes in alternatives
    )
