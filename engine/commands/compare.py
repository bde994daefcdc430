"""This module is the command `compare`: two specs over one window, and where they disagree."""

import argparse
import json
from pathlib import Path

from engine import __version__
from engine.analysis.comparison import Comparison
from engine.console.cautions import told_if_unsettled, warn
from engine.console.options import (
    add_command,
    add_look_options,
    add_store_options,
    add_view_options,
    chosen_look,
    chosen_store,
    chosen_view,
    is_link,
)
from engine.console.terminal import keep_compiled_programs, progress_bar, say
from engine.errors import InputError
from engine.machine import memory
from engine.places import links, provenance
from engine.places.against import other_of, titles
from engine.tiles.field import compute_field
from engine.tiles.store import code_version
from engine.training.devices import backend

DEFAULT_SIZE = "512"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command to a parser."""
    sub = add_command(
        parser, "compare", _compare,
        "Train a window twice, with some settings changed, and show where the runs disagree.",
        [
            "--preset tanh-single --window published --against seed=1 -o seeds.png",
            "--preset relu --window published --size 256 --against precision=float32 --json "
            "-o precisions.npz",
            "--from overview.png --against steps=1000 seed=3 -o longer.png",
            "--from LINK -o seen.png",
        ],
    )  # fmt: skip
    add_view_options(sub, DEFAULT_SIZE)
    sub.add_argument(
        "--against", metavar="KEY=VALUE", nargs="+", action="extend",
        help="what the other spec differs by, as `seed=1` (default: what --from carries); "
        "an unknown key lists all settings",
    )  # fmt: skip
    add_look_options(sub)
    add_store_options(sub)
    sub.add_argument("--json", action="store_true", help="print the counts as JSON")
    sub.add_argument(
        "-o", "--output", metavar="FILE", required=True, type=Path,
        help=".png: both pictures and where they disagree; .npz: both fields and where",
    )  # fmt: skip


def _compare(options: argparse.Namespace) -> None:
    from engine.exports import triptych
    from engine.statistics import cautions

    spec, window, size = chosen_view(options)
    against = options.against or _carried(options.origin)
    other = other_of(spec, against)
    if other == spec:
        raise InputError(f"--against {' '.join(against)} changes nothing")
    look = chosen_look(options)
    triptych.check(options.output, size)
    needed = 2 * memory.RUN * size.pixels
    memory.check(needed, f"a comparison of {size}", "a smaller --size takes less")
    keep_compiled_programs()
    looks = [told_if_unsettled(options, either, window, size, look) for either in (spec, other)]
    store = chosen_store(options)
    with progress_bar(2 * size.pixels) as progress:
        first = compute_field(spec, window, size, progress, store)
        second = compute_field(other, window, size, progress, store)
    for field in (first, second):
        warn(cautions.of_field(field, look))
    found = triptych.save(first, second, options.output, *looks)
    if options.json:
        about = {
            "version": __version__,
            "backend": backend(),
            "code": code_version(spec.system.name),
        }
        print(json.dumps({**found.to_dict(), **about}), flush=True)
    else:
        say("\n".join(_table(found)))


def _carried(origin: str | None) -> tuple[str, ...]:
    """Return what the comparison in a link or a file differs by; InputError if there is none."""

    against: tuple[str, ...] = ()
    if origin is not None and is_link(origin):
        against = links.parse(origin).against
    elif origin is not None:
        against = provenance.load(Path(origin)).place.against
    if not against:
        raise InputError("--against is needed: what the other spec differs by, as seed=1")
    return against


def _table(found: Comparison) -> list[str]:
    """Return the counts as lines."""
    one, other = titles(found.first, found.second)
    lines = [f"{one} against {other}: {found.words}"]
    for relation, count in found.counts.items():
        share = 100 * count / found.runs if found.runs else 0.0
        lines.append(f"{relation.words:32}{count:>12,} {share:6.2f} %")
    return lines
