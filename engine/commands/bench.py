"""The command `bench`: the engine against the published way of computing."""

import argparse
import json

from engine.console.options import add_command
from engine.console.terminal import progress_bar, say
from engine.errors import unknown
from engine.plane import Size


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command to a parser."""
    sub = add_command(
        parser, "bench", _bench,
        "Time the engine against the published notebook's way of computing, in one run.",
        ["", "--json", "--only tanh-overview tanh-published"],
    )  # fmt: skip
    sub.add_argument("--json", action="store_true")
    sub.add_argument("--only", nargs="+", metavar="CASE", help="PRESET-WINDOW, as in the results")
    sub.add_argument(
        "--size", metavar="N|WxH", help="pixels (default 48; 224 where a run has few samples)"
    )


def _bench(options: argparse.Namespace) -> None:
    from engine.benchmark.bench import CASES, measure

    cases = options.only or list(CASES)
    for case in cases:
        if case not in CASES:
            raise unknown("benchmark", case, CASES)
    size = Size.parse(options.size) if options.size else None
    results = {}
    with progress_bar(len(cases), unit="case") as progress:
        for case in cases:
            results[case] = measure(case, size)
            progress(1)
            if not options.json:
                line = "{:26}{run_steps_per_second:>12,.0f}{baseline_run_steps_per_second:>12,.0f}"
                say((line + "{ratio:>8.1f}x").format(case, **results[case]))
    if options.json:
        print(json.dumps(results, indent=2))
