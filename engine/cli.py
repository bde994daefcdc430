"""The command line: every command but `serve`, which the page adds.

Wrong use ends with status 2 and failure with status 1, each with one line on stderr.
"""

import argparse
from collections.abc import Callable, Sequence

from engine import __version__
from engine.commands import COMMANDS
from engine.console.options import Parser
from engine.errors import InputError
from engine.machine import folders, process
from engine.training.devices import set_up

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
    process.begin()
    try:
        parser = build_parser(program)
        for add in more:
            add(parser)
        if any("\0" in text for text in arguments or ()):  # no name of a file has any
            raise InputError("an argument holds a zero byte")
        options = parser.parse_args(arguments)
        set_up()
        folders.lend()
        with process.RememberedInterrupts():
            options.command(options)
            print(end="", flush=True)  # what cannot be printed is noticed here
    except SystemExit:
        raise
    except BaseException as error:
        return _status_after(program, error)
    return 0


def _status_after(program: str, error: BaseException) -> int:
    """Return the exit status after an error, and print it; raise one that nobody has foreseen."""
    if isinstance(error, KeyboardInterrupt) or process.was_interrupted():
        return process.stopped(program, error)
    if isinstance(error, InputError):
        return process.complain(program, error, 2)
    if isinstance(error, BrokenPipeError):  # as after `| head`: whoever read has seen enough
        return 1
    if isinstance(error, MemoryError):
        return process.complain(program, str(error) or "out of memory", 1)
    if isinstance(error, (OSError, ModuleNotFoundError)):
        return process.complain(program, error, 1)
    raise error


def build_parser(program: str) -> argparse.ArgumentParser:
    """Return the parser of all engine commands, to which `options.add_command` adds more."""
    parser = Parser(
        prog=program,
        description="Training landscapes: train a neural network at every pixel of a plane.",
    )
    parser.add_argument("--version", action="version", version=f"trainscape {__version__}")
    parser.set_defaults(subparsers=parser.add_subparsers(metavar="COMMAND", required=True))
    for command in COMMANDS:
        command.add(parser)
    return parser
