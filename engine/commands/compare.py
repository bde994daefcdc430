"""The command `compare`: two specs over one window, and where they disagree."""

import argparse
import json
from pathlib import Path

from engine import __version__
from engine.analysis.comparison import Comparison
from engine.console.asked import asked
from engine.console.cautions import muted_if_unsettled, warn
from engine.console.options import (
    add_command,
    add_look_options,
    add_store_options,
    add_view_options,
)
from engine.console.terminal import keep_compiled_programs, progress_bar, say
from engine.errors import InputError
from engine.machine import memory
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

    subject = asked(options)
    spec, window, size = subject.spec, subject.window, subject.size
    if not subject.against:
        raise InputError("--against is needed: what the other spec differs by, as seed=1")
    other = other_of(spec, subject.against)
    if other == spec:
        raise InputError(f"--against {' '.join(subject.against)} changes nothing")
    triptych.check(options.output, size)
    needed = 2 * memory.RUN * size.pixels
    memory.check(needed, f"a comparison of {size}", "a smaller --size takes less")
    keep_compiled_programs()
    named = subject.colouring_is_named
    looks = [
        muted_if_unsettled(either, window, size, subject.look, colouring_is_named=named)
        for either in (spec, other)
    ]
    store = subject.storage.open()
    with progress_bar(2 * size.pixels) as progress:
        first = compute_field(spec, window, size, progress, store)
        second = compute_field(other, window, size, progress, store)
    for field in (first, second):
        warn(cautions.of_field(field, subject.look))
    comparison = triptych.save(first, second, options.output, *looks)
    if options.json:
        about = {
            "version": __version__,
            "backend": backend(),
            "code": code_version(spec.system.name),
        }
        print(json.dumps({**comparison.to_dict(), **about}), flush=True)
    else:
        say("\n".join(_table(comparison)))


def _table(comparison: Comparison) -> list[str]:
    """Return the counts as lines."""
    one, other = titles(comparison.first, comparison.second)
    lines = [f"{one} against {other}: {comparison.words}"]
    for relation, count in comparison.counts.items():
        share = 100 * count / comparison.runs if comparison.runs else 0.0
        lines.append(f"{relation.words:32}{count:>12,} {share:6.2f} %")
    return lines
