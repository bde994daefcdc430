"""This module is `trainscape`: the engine's commands, and `serve`."""

from __future__ import annotations

from engine.machine import process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `trainscape` with these arguments and return the exit status.

    Args:
        arguments: None for those of the process, which then ends with that status.
    """
    if arguments is None:
        process.run("trainscape", lambda: _main(None))
    return _main(arguments)


def _main(arguments: Sequence[str] | None) -> int:
    from app import serving  # the engine is imported once the process can be interrupted
    from engine import cli

    return cli.run("trainscape", arguments, serving.add)


if __name__ == "__main__":
    raise SystemExit(main())
