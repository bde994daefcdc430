"""Rows of text in columns."""

from collections.abc import Iterable, Sequence


def columns(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as lines, with two spaces between columns."""
    from tabulate import tabulate

    return tabulate(list(rows), tablefmt="plain", disable_numparse=True)
