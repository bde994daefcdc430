"""`trainscape`: the commands of the engine, and `serve`, the explorer in the browser."""

from __future__ import annotations

from engine.machine import process

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `trainscape` with these arguments and return the exit status.

    Args:
        arguments: None for those of the process, which then ends with that status.
    """
    if arguments is None:
        process.run("trainscape", lambda: _main(None))
    return _main(arguments)


def _main(arguments: Sequence[str] | None) -> int:
    from engine import cli  # imported once the process can be interrupted

    return cli.run("trainscape", arguments, add)


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command `serve` to a parser."""
    from pathlib import Path

    from engine.console.options import add_command, add_store_options

    sub = add_command(
        parser, "serve", _serve, "Open the explorer in the browser.",
        ["", "--preset tanh --port 8080 --no-show", "--store s3://bucket/tiles"],
    )  # fmt: skip
    sub.add_argument("--preset", metavar="P", help="open with this preset")
    sub.add_argument("--port", default="5006", help="0 takes a free one (default 5006)")
    sub.add_argument("--address", default="127.0.0.1", help="to listen on (default 127.0.0.1)")
    sub.add_argument(
        "--prefix",
        metavar="PATH",
        default="",
        help="the path under which a proxy hands requests on, such as /lab/ts",
    )
    sub.add_argument(
        "--allow-origin",
        metavar="HOST[:PORT]",
        action="append",
        default=[],
        help="a name under which browsers know the page, where a proxy has another one than this "
        "server; may be given more than once",
    )
    add_store_options(sub)
    sub.add_argument(
        "--memory", metavar="SIZE", default="256MB", help="runs kept in memory (default 256MB)"
    )
    sub.add_argument(
        "--exports", metavar="FOLDER", type=Path,
        help="where pictures, data and movies are kept that visitors ask for "
        "(default: the user's data folder)",
    )  # fmt: skip
    sub.add_argument("--no-show", action="store_true", help="do not open a browser")


def _serve(options: argparse.Namespace) -> None:
    from engine.console import values
    from engine.console.storage import Storage
    from engine.console.terminal import keep_compiled_programs
    from engine.machine import folders
    from engine.places.presets import preset
    from engine.tiles.pyramid import TileCache

    if options.preset is not None:
        preset(options.preset)
    port = values.count("--port", options.port, 0, 65535)
    prefix, origins = _prefix(options.prefix), tuple(map(_origin, options.allow_origin))
    from app.server import Endpoint, serve

    keep_compiled_programs()
    memory = values.nbytes("--memory", options.memory)
    folder = folders.writable(options.exports) if options.exports else _usual_folder()
    cache = TileCache(Storage.of(options).open(), memory)
    endpoint = Endpoint(options.address, port, prefix, origins)
    serve(options.preset, endpoint, cache, folder, show=not options.no_show)


def _prefix(text: str) -> str:
    """Return a path with a slash before it and none behind; empty for the root."""
    import re

    from engine.errors import InputError

    path = text.strip("/")
    if not re.fullmatch(r"[\w.~/-]*", path):
        raise InputError(f"--prefix is a path such as /lab/ts, not {text!r}")
    return f"/{path}" if path else ""


def _origin(text: str) -> str:
    """Return a host as a browser names it in its requests, and its port: 80 where it names none."""
    import re

    from engine.errors import InputError

    host = re.sub(r"^https?://", "", text.strip()).rstrip("/").lower()
    if not re.fullmatch(r"(\[[0-9a-f:]+\]|[\w.*-]+)(:(\d+|\*))?", host):
        raise InputError(f"--allow-origin is HOST or HOST:PORT, not {text!r}")
    return host if re.search(r":(\d+|\*)$|]$|^\*$", host) else f"{host}:80"


def _usual_folder() -> Path:
    """Return the folder of exports in the user's data, or one that goes with the process."""
    import tempfile
    from pathlib import Path

    from engine.machine import folders

    try:
        return folders.writable(folders.exports())
    except OSError as error:
        folders.say_nothing_is_kept(error)
        folder = Path(tempfile.mkdtemp(prefix="trainscape-"))
        process.remove_at_end(folder)
        return folder


if __name__ == "__main__":
    raise SystemExit(main())
