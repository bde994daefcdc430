"""This module is the command `cache`: the runs that are kept from earlier."""

import argparse
import dataclasses
import json

from engine.commands.options import add_command, add_store_options, chosen_place, size_in_bytes
from engine.errors import InputError
from engine.store import Store, code_version


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command to a parser."""
    sub = add_command(
        parser, "cache", _cache, "Show or remove the runs that are kept from earlier.",
        ["info", "info --json", "clear", "clear --store s3://bucket/tiles"],
    )  # fmt: skip
    sub.add_argument("action", choices=["info", "clear"], help="what to do")
    sub.add_argument("--json", action="store_true", help="info as JSON")
    add_store_options(sub)


def _cache(options: argparse.Namespace) -> None:
    if options.store == "none":
        raise InputError("--store must be a folder or a URL here, not none")
    if options.action == "info":
        code_version()  # or what is wrong with the devices is found half-way
    limit = size_in_bytes("--store-limit", options.store_limit)
    store = Store(chosen_place(options), limit)
    kept = store.kept()
    tiles, size = sum(k.tiles for k in kept), sum(k.nbytes for k in kept)
    if options.action == "clear":
        store.clear()
        print(f"removed {tiles:,} tiles, {_megabytes(size)}, from {store.place}")
    elif options.json:
        about = {"place": store.place, "limit": store.limit, "code": code_version()}
        specs = [dataclasses.asdict(k) for k in kept]
        print(json.dumps({**about, "tiles": tiles, "bytes": size, "specs": specs}, indent=2))
    else:
        print(f"{store.place}: {tiles:,} tiles, {_megabytes(size)} of {_megabytes(store.limit)}")
        for k in kept:
            old = "" if k.code == code_version(k.system) else f"  another version, {k.code}"
            print(f"  {k.digest}  {k.system:18}{k.tiles:>8,} tiles{_megabytes(k.nbytes):>12}{old}")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
