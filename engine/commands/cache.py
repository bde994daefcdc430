"""The command `cache`: what is kept from earlier."""

import argparse
import dataclasses
import json
from collections.abc import Iterator, Sequence

from engine import words
from engine.console import storage
from engine.console.options import add_command, add_store_options
from engine.console.storage import Storage
from engine.errors import InputError
from engine.machine import folders
from engine.tiles.store import Holding, Store, code_version


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command to a parser."""
    sub = add_command(
        parser, "cache", _cache,
        "Show or remove what is kept from earlier: runs and, of this user, compiled programs, "
        "texts and exports of the page.",
        ["info", "info --json", "clear", "clear --store s3://bucket/tiles"],
    )  # fmt: skip
    sub.add_argument(
        "action", choices=["info", "clear"],
        help="what to do; clear with --store removes the runs there, and nothing else",
    )  # fmt: skip
    sub.add_argument("--json", action="store_true", help="info as JSON")
    add_store_options(sub)


def _cache(options: argparse.Namespace) -> None:
    where = Storage.of(options)
    if where.url == storage.NONE:
        raise InputError("--store must be a folder or a URL here, not none")
    if options.action == "info":
        code_version()  # or what is wrong with the devices is found half-way
    store = Store(where.place, where.limit)
    if options.action == "info":
        print(_as_json(store) if options.json else "\n".join(_lines(store)))
        return
    tiles, size = _total(store.holdings())
    store.clear()
    print(f"removed {tiles:,} tiles, {words.size(size)}, from {store.place}")
    if not options.store:
        _clear_others()


def _total(kinds: Sequence[Holding]) -> tuple[int, int]:
    """Return the number of tiles, and their bytes."""
    return sum(kind.tiles for kind in kinds), sum(kind.nbytes for kind in kinds)


def _as_json(store: Store) -> str:
    kinds = store.holdings()
    tiles, size = _total(kinds)
    beside = [
        {
            "what": other.what,
            "bytes": other.nbytes,
            "limit": other.limit,
            "places": list(map(str, other.folders)),
        }
        for other in folders.holdings()
    ]
    about = {
        "place": store.place, "limit": store.limit, "code": code_version(), "tiles": tiles,
        "bytes": size, "specs": list(map(dataclasses.asdict, kinds)), "beside": beside,
    }  # fmt: skip
    return json.dumps(about, indent=2)


def _lines(store: Store) -> Iterator[str]:
    kinds = store.holdings()
    tiles, size = _total(kinds)
    yield f"{store.place}: {tiles:,} tiles, {words.size(size)} of {words.size(store.limit)}"
    for kind in kinds:
        same = kind.code == code_version(kind.system)
        other = "" if same else f"  another version, {kind.code}"
        yield (
            f"  {kind.digest}  {kind.system:18}{kind.tiles:>8,} tiles"
            f"{words.size(kind.nbytes):>12}{other}"
        )
    for beside in folders.holdings():
        most = "" if beside.limit is None else f" of {words.size(beside.limit)}"
        yield f"{beside.what}: {words.size(beside.nbytes)}{most}"
        yield from (f"  {place}" for place in beside.folders)


def _clear_others() -> None:
    """Remove all that is kept beside the runs."""
    for beside in folders.holdings():
        size = beside.nbytes
        left = beside.clear()
        if beside.folders:
            busy = f", except where a server is at work: {left[0]}" if left else ""
            print(f"removed {beside.what}, {words.size(size - beside.nbytes)}{busy}")
