"""The command `reproduce`: the published dimensions, computed again."""

import argparse
import json
from pathlib import Path

from engine import __version__
from engine.console import values
from engine.console.options import MOST_FRAMES, add_command, add_refine_option, add_store_options
from engine.console.storage import Storage
from engine.console.terminal import keep_compiled_programs, progress_bar, say
from engine.errors import InputError, unknown
from engine.places.presets import preset
from engine.plane import Size
from engine.reports.reproduction import PUBLISHED, known_results, reproduce, save_results

DEFAULT_OUTPUT = Path("docs/reproduction.md")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command to a parser."""
    sub = add_command(
        parser, "reproduce", _reproduce,
        "Measure the published dimensions again and write a document, its plot and its results.",
        [
            "--size 64 --frames 2 --only tanh-single -o small.md",
            "--size 512 --only linear tanh-single",
            "--size 4096 --frames 50",
        ],
    )  # fmt: skip
    sub.add_argument(
        "--size",
        metavar="N|WxH",
        default="256",
        help="runs a frame (default 256: all take one to one and a half hours on two cores)",
    )
    sub.add_argument("--frames", metavar="N", default="6", help="frames of a zoom (default 6)")
    sub.add_argument(
        "--only", metavar="PRESET", nargs="+",
        help="measure these alone; the document keeps what it has of the others",
    )  # fmt: skip
    add_refine_option(sub, "the labels of a frame", "; what may be wrong is in the errors")
    sub.add_argument(
        "-o", "--output", metavar="FILE", type=Path, default=DEFAULT_OUTPUT,
        help=f"the document, .md; plot and results go beside it (default {DEFAULT_OUTPUT})",
    )  # fmt: skip
    add_store_options(sub)


def _reproduce(options: argparse.Namespace) -> None:
    from engine.atomic import check_file, whole
    from engine.reports import document, plot, table
    from engine.statistics.zoom import ZoomStep

    names = options.only or list(PUBLISHED)
    for name in names:
        if name not in PUBLISHED:
            raise unknown("condition", name, PUBLISHED)
    size = Size.parse(options.size)
    frames = values.count("--frames", options.frames, 1, MOST_FRAMES)
    refine = values.refinement("--refine", options.refine)
    output: Path = options.output
    if output.suffix.lower() != ".md":
        raise InputError(f"the document must end in .md, not {output.name!r}")
    plot_path, results_path = output.with_suffix(".png"), output.with_suffix(".json")
    plot.check_writable(plot_path)
    for path in (output, results_path):
        check_file(path)
    results = known_results(results_path)
    keep_compiled_programs()
    store = Storage.of(options).open()
    last = ""

    def tell(name: str, frame: ZoomStep) -> None:
        nonlocal last
        if name != last:
            say(f"{name}, published {PUBLISHED[name]}")
        say("\n".join(table.rows(preset(name).spec, frame, heading=name != last)))
        last = name

    with progress_bar(size.pixels * frames * len(names)) as progress:
        for name in names:
            before = results.get(name, {})
            results[name] = reproduce(name, size, frames, before, store, tell, progress, refine)
            save_results(results, results_path)
    ordered = {name: results[name] for name in PUBLISHED if name in results}
    plot.save(document.figure(ordered), plot_path, json.dumps({"version": __version__}))
    with whole(output) as file:
        file.write_text(document.page(ordered, plot_path.name), "utf-8")
