"""The command `cache`: what is kept from earlier."""

import argparse
import dataclasses
import json

from engine import words
from engine.console import storage
from engine.console.options import add_command, add_store_options
from engine.console.storage import Storage
from engine.errors import InputError
from engine.machine import folders
from engine.tiles.store import Store, code_version


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
    kept = store.kept()
    tiles, size = sum(k.tiles for k in kept), sum(k.nbytes for k in kept)
    if options.action == "clear":
        store.clear()
        print(f"removed {tiles:,} tiles, {words.size(size)}, from {store.place}")
        if not options.store:
            _clear_others()
    elif options.json:
        about = {"place": store.place, "limit": store.limit, "code": code_version()}
        specs = [dataclasses.asdict(k) for k in kept]
        beside = [
            {
                "what": k.what,
                "bytes": k.nbytes,
                "limit": k.limit,
                "places": list(map(str, k.folders)),
            }
            for k in folders.kept()
        ]
        about = {**about, "tiles": tiles, "bytes": size, "specs": specs, "beside": beside}
        print(json.dumps(about, indent=2))
    else:
        print(f"{store.place}: {tiles:,} tiles, {words.size(size)} of {words.size(store.limit)}")
        for k in kept:
            old = "" if k.code == code_version(k.system) else f"  another version, {k.code}"
            print(f"  {k.digest}  {k.system:18}{k.tiles:>8,} tiles{words.size(k.nbytes):>12}{old}")
        for other in folders.kept():
            most = "" if other.limit is None else f" of {words.size(other.limit)}"
            print(f"{other.what}: {words.size(other.nbytes)}{most}")
            for place in other.folders:
                print(f"  {place}")


def _clear_others() -> None:
    """Remove all that is kept beside the runs."""
    for kept in folders.kept():
        size = kept.nbytes
        left = kept.clear()
        if kept.folders:
            busy = f", except where a server is at work: {left[0]}" if left else ""
            print(f"removed {kept.what}, {words.size(size - kept.nbytes)}{busy}")
