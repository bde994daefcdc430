"""This module is the command line: every command but `serve`, which the page adds.

Wrong use ends with status 2 and failure with status 1, each with one line on stderr.
"""

import argparse
import sys
from collections.abc import Callable, Sequence

from engine import __version__
from engine.commands import COMMANDS
from engine.commands.options import Parser
from engine.commands.terminal import remembered_interrupts
from engine.errors import InputError

Command = Callable[[argparse.ArgumentParser], None]  # adds itself to a parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `python -m engine` with these arguments and return the exit status."""
    return run("python -m engine", arguments)


def run(program: str, arguments: Sequence[str] | None, *more: Command) -> int:
    """Parse the arguments, run the chosen command, and return the exit status.

    Args:
        program: what was started, as it is named in messages.
        arguments: None for those of the process.
        more: what adds commands to those of the engine.
    """
    try:
        parser = build_parser(program)
        for add in more:
            add(parser)
        options = parser.parse_args(arguments)
        with remembered_interrupts():
            options.command(options)
    except InputError as error:
        return _complain(program, error, 2)
    except KeyboardInterrupt:
        return _complain(program, "stopped; no file was written", 130)
    except (OSError, MemoryError, ModuleNotFoundError) as error:
        return _complain(program, error or "out of memory", 1)
    return 0


def build_parser(program: str) -> argparse.ArgumentParser:
    """Return the parser of all engine commands; `options.add_command` adds to it."""
    parser = Parser(
        prog=program,
        description="Training landscapes: train a neural network at every pixel of a plane.",
    )
    parser.add_argument("--version", action="version", version=f"trainscape {__version__}")
    parser.set_defaults(subparsers=parser.add_subparsers(metavar="COMMAND", required=True))
    for command in COMMANDS:
        command.add(parser)
    return parser


def _complain(program: str, error: object, status: int) -> int:
    text = " ".join(str(error).split()) or type(error).__name__
    print(f"{program}: error: {text}", file=sys.stderr)
    return status
