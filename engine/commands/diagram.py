"""The command `diagram`: what stands beside a picture, written to a file."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from engine import atomic
from engine.console.asked import asked
from engine.console.options import add_command, add_store_options, add_view_options
from engine.console.terminal import keep_compiled_programs, say, sign_of_life
from engine.errors import InputError

ENDINGS = (".png", ".svg", ".pdf", ".npz")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command to a parser."""
    sub = add_command(
        parser, "diagram", _diagram,
        "Draw the attractors of a line of runs with their Lyapunov exponents, and how far other "
        "fields explain that of the view.",
        [
            "--preset two-factor -o bifurcation.png",
            "--preset tanh-single --center 1.5 1.2 --width 0.5 -o line.npz",
            "--preset signal-training -o explained.pdf",
        ],
    )  # fmt: skip
    add_view_options(sub, "256")
    add_store_options(sub)
    sub.add_argument(
        "-o", "--output", metavar="FILE", required=True, type=Path, help=" ".join(ENDINGS)
    )


def _diagram(options: argparse.Namespace) -> None:
    from engine.analysis.diagrams import attractors, explained, line_of
    from engine.exports import files
    from engine.places.provenance import record
    from engine.plane import Size
    from engine.reports import plot
    from engine.tiles.lattice import Region

    subject = asked(options)
    spec, window = subject.spec, subject.window
    ending = atomic.ending(options.output)
    if ending not in ENDINGS:
        raise InputError(
            f"unknown ending of {options.output.name!r}; choices: {', '.join(ENDINGS)}"
        )
    atomic.check_file(options.output, [] if ending == ".npz" else ["matplotlib"])
    keep_compiled_programs()
    store = subject.storage.open()
    with sign_of_life() as alive:
        line = attractors(spec, window, alive)
        fits = [explained(spec, window, by, store, alive) for by in spec.system.scatters()]
    for fit in fits:
        say(f"{fit.about}: R² = {fit.r_squared:.3f} of {len(fit.values)} runs")
    about = record(spec, window, subject.size)
    if ending != ".npz":
        plot.save(plot.diagrams(line, fits), options.output, about)
        return
    along = line_of(spec, window).window
    columns = Region.of_pixels(along, Size(len(line.at), 1)).columns()
    arrays: dict[str, Any] = {
        "at": line.at,
        "centre": np.array(str(along.x)),
        "at_offset": files.offsets(columns, along.x),
        "last": line.last,
        "exponents": line.exponents,
        "spec": np.array(about),
    }
    for number, fit in enumerate(fits):
        arrays |= {f"fields_{number}": fit.by, f"values_{number}": fit.values}
    with atomic.whole(options.output) as file:
        files.save_arrays(file, arrays)
