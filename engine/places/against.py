"""What a spec is compared with: the settings in which another differs, as a link carries them."""

from collections.abc import Iterable

from engine import words
from engine.errors import InputError
from engine.settings import assignment
from engine.spec import Spec


def check(first: Spec, second: Spec) -> None:
    """Raise InputError unless the two can be compared: over the same axes on the same scales."""
    if (first.x, first.y) != (second.x, second.y):
        one, other = (
            " and ".join(f"{axis.name} ({axis.scale})" for axis in (spec.x, spec.y))
            for spec in (first, second)
        )
        raise InputError(f"only pictures over the same axes are compared, not {one} with {other}")


def other_of(spec: Spec, against: Iterable[str]) -> Spec:
    """Return the spec that differs from another one by `key=value` texts.

    Raises:
        InputError: if one of them is wrong, or the two cannot be compared.
    """
    other = spec.set(against)
    check(spec, other)
    return other


def normal(spec: Spec, against: Iterable[str]) -> tuple[str, ...]:
    """Return `key=value` texts as they are kept: each setting once, as `Spec.set` reads it.

    Raises:
        InputError: as `other_of` does.
    """
    against = tuple(against)
    values = other_of(spec, against).flat()
    names = dict.fromkeys(text.partition("=")[0].strip().replace("-", "_") for text in against)
    return tuple(assignment(name, values[name]) for name in names)


def differences(first: Spec, second: Spec) -> tuple[str, ...]:
    """Return the `key=value` texts that lead from one spec to another of the same system."""
    values = first.flat()
    return tuple(assignment(k, v) for k, v in second.flat().items() if values.get(k) != v)


def titles(first: Spec, second: Spec) -> tuple[str, str]:
    """Return what either is called beside the other: what differs, and its value."""
    if first == second:
        return "these settings", "the same settings"
    mine, others = ({"system": s.system.name, **s.flat()} for s in (first, second))
    differ = [name for name in mine | others if mine.get(name) != others.get(name)]
    one, other = (
        ", ".join(f"{n.replace('_', ' ')} {words.value(s[n])}" for n in differ if n in s)
        for s in (mine, others)
    )
    return one, other
