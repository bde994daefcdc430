"""Tables in columns, as Markdown and as plain text."""

from collections.abc import Iterable, Iterator, Sequence


def markdown(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table in Markdown; cells stand as they are."""
    from tabulate import tabulate

    yield from tabulate(list(rows), heading, tablefmt="github", disable_numparse=True).splitlines()


def columns(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as text, with two spaces between columns."""
    from tabulate import tabulate

    return tabulate(list(rows), tablefmt="plain", disable_numparse=True)
