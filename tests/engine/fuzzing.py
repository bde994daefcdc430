"""Fuzzing: inputs that are nearly right, and what may come of them.

A test names what reads and what is given to it, and is run with few examples, or with many as one
of the slow tests:

    @few_or_many
    def test_links(examples):
        fuzz(links.parse, texts_like(LINKS), examples)

Whatever is read raises `InputError` of one line, or returns.
"""

import copy
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import InputError

FEW, MANY = 40, 10_000
LONGEST = 1500  # characters of what an error says: the choices may be many
few_or_many = pytest.mark.parametrize(
    "examples", [FEW, pytest.param(MANY, marks=pytest.mark.slow)], ids=["few", "many"]
)
# What has broken readers: numbers, nesting, marks of other formats, halves of characters.
NASTY = [
    "", "0", "-1", "1e999", "1e-999", "nan", "-inf", "9" * 5000, "1" + "0" * 400, "[" * 60_000,
    '{"a":' * 60_000, "\0", "\ud800", "\u2212", "%", "%25", "%00", "~", "~ff", "~zz", "&", "=", ";",
    ",", "_", "null", "true", "[]", "{}", "\n", "__proto__", "../..", "x" * 10_000,
]  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, -1, 2**31, 10**400, 0.5, -0.0, 1e308, float("nan"), float("inf"), [], {},
    [[]], {"a": {}}, *NASTY,
]  # fmt: skip


def fuzz(read: Callable[[Any], Any], inputs: st.SearchStrategy[Any], examples: int) -> None:
    """Have many inputs read; nothing but the project's own errors may come of it."""
    count = read_well = 0

    @settings(max_examples=examples, database=None, suppress_health_check=list(HealthCheck))
    @given(inputs)
    def check(given: Any) -> None:
        nonlocal count, read_well
        count += 1
        said = ""
        try:
            read(given)
            read_well += 1
        except InputError as error:
            said = str(error)
        assert "\n" not in said
        assert len(said) < LONGEST
        said.encode()  # halves of characters cannot be printed

    check()
    print(f"{count:,} inputs, of which {read_well:,} were read")  # with -rP or -s
    assert read_well, "not even the first sample, which is tried as it is, could be read"


def texts_like(samples: Sequence[str]) -> st.SearchStrategy[str]:
    """Return texts that are nearly one of the samples, or anything."""
    edits = st.lists(
        st.tuples(
            st.floats(0, 1), st.integers(0, 12), st.sampled_from(NASTY) | st.text(max_size=8)
        ),
        max_size=4,
    )

    def apply(text: str, changes: list[tuple[float, int, str]]) -> str:
        for where, length, new in changes:
            at = int(where * len(text))
            text = text[:at] + new + text[at + length :]
        return text

    return st.builds(apply, st.sampled_from(samples), edits) | st.text(max_size=200)


def bytes_like(samples: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Return bytes that are nearly one of the samples: changed, cut, doubled or put together."""
    edits = st.lists(
        st.tuples(
            st.sampled_from(["set", "insert", "remove", "cut", "double", "zero"]),
            st.floats(0, 1), st.integers(1, 64), st.binary(min_size=1, max_size=8),
        ),
        max_size=5,
    )  # fmt: skip

    def apply(data: bytes, changes: list[tuple[str, float, int, bytes]]) -> bytes:
        for how, where, length, new in changes:
            at = int(where * len(data))
            before, after = data[:at], data[at + length :]
            data = {
                "set": before + new + data[at + len(new) :],
                "insert": before + new + data[at:],
                "remove": before + after,
                "cut": before,
                "double": before + data[at : at + length] * 2 + after,
                "zero": before + bytes(length) + after,
            }[how]
        return data

    return st.builds(apply, st.sampled_from(samples), edits)


def values_like(samples: Sequence[Any]) -> st.SearchStrategy[Any]:
    """Return values as JSON has them, nearly as the samples: some replaced, added or left out."""
    new = st.sampled_from(VALUES) | st.integers() | st.floats() | st.text(max_size=20)
    edits = st.lists(
        st.tuples(st.lists(st.integers(0, 40), max_size=4), st.sampled_from("rad"), new),
        max_size=3,
    )  # fmt: skip

    def apply(value: Any, changes: list[tuple[list[int], str, Any]]) -> Any:
        whole = [copy.deepcopy(value)]
        for path, how, shared in changes:
            owner: Any = whole
            new = copy.deepcopy(shared)
            key: Any = 0
            for step in path:
                inner = owner[key]
                if isinstance(inner, dict) and inner:
                    owner, key = inner, sorted(inner)[step % len(inner)]
                elif isinstance(inner, list) and inner:
                    owner, key = inner, step % len(inner)
                else:
                    break
            if how == "d" and isinstance(owner, dict):
                del owner[key]
                break
            if how == "a" and isinstance(owner, dict):
                owner[new if isinstance(new, str) else "added"] = new
            else:
                owner[key] = new
        return whole[0]

    return st.builds(apply, st.sampled_from(samples), edits)


def json_like(samples: Sequence[Any]) -> st.SearchStrategy[str]:
    """Return JSON that is nearly that of the samples, or no longer JSON."""
    return values_like(samples).map(_dumped) | texts_like([_dumped(value) for value in samples])


def _dumped(value: Any) -> str:
    return json.dumps(value)
