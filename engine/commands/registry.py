"""The command `registry`: all that there is to choose from, as a document."""

import argparse
from pathlib import Path

from engine.console.options import add_command
from engine.errors import InputError


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command to a parser."""
    sub = add_command(
        parser, "registry", _registry,
        "Write all that there is to choose from as Markdown: presets, systems, settings, the rest.",
        ["", "-o docs/registry.md"],
    )  # fmt: skip
    sub.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help="the document, .md (default: printed)"
    )


def _registry(options: argparse.Namespace) -> None:
    from engine.atomic import check_file, whole
    from engine.commands import catalogue

    output: Path | None = options.output
    if output is not None:
        if output.suffix.lower() != ".md":
            raise InputError(f"the document must end in .md, not {output.name!r}")
        check_file(output)
    commands = options.subparsers.choices
    text = catalogue.page({name: sub.description for name, sub in commands.items()})
    if output is None:
        print(text, end="")
        return
    with whole(output) as file:
        file.write_text(text, "utf-8")
