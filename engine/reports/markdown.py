"""Markdown: tables, code, and prose that is nothing else."""

import re
from collections.abc import Iterable, Iterator, Sequence


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table; cells stand as they are."""
    from tabulate import tabulate

    yield from tabulate(list(rows), heading, tablefmt="github", disable_numparse=True).splitlines()


def code(text: str) -> str:
    """Return a text as code."""
    return f"`{text}`"


def codes(texts: Iterable[str]) -> str:
    """Return texts as code, one after the other."""
    return " ".join(map(code, texts))


def prose(text: str) -> str:
    """Return a text in which only what stands in backticks means anything to Markdown."""
    parts = text.split("`")
    parts[::2] = [re.sub(r"([*|<\\])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)
