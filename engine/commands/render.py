"""This module is the command `render`: a window, trained and written to a file."""

import argparse

from engine import atomic
from engine.console import making
from engine.console.cautions import told_if_unsettled, warn
from engine.console.options import (
    add_command,
    add_drawing_options,
    add_making_options,
    add_view_options,
    chosen_count,
    chosen_look,
    chosen_overview,
    chosen_store,
    chosen_view,
    with_curves,
)
from engine.console.terminal import keep_compiled_programs, progress_bar
from engine.errors import InputError
from engine.machine import memory
from engine.tiles.field import compute_field

DEFAULT_SIZE = "512"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command to a parser."""
    sub = add_command(
        parser, "render", _render,
        "Train every pixel of a window and write the field: .png .npz .nc or .zarr.",
        [
            "--preset tanh-single -o overview.png",
            "--preset tanh --window published --size 64 -o field.npz",
            "--preset two-factor --curves separatrix minima -o ellipse.png",
            "--preset mandelbrot --center -0.743643887037158704 0.131825904205311970 "
            "--width 1e-9 --size 800x600 --set steps=auto -o seahorse.png",
            "--preset tanh --window published --caption depth coordinates -o said.png",
            "--from overview.png --size 2048 -o larger.png",
            "--from overview.png --colouring log --palette cividis -o safe.png",
            "--from LINK --size 4k --samples 2 --title 'The edge of chaos' -o poster.png",
        ],
    )  # fmt: skip
    add_view_options(sub, DEFAULT_SIZE)
    poster = sub.add_argument_group("a poster")
    poster.add_argument(
        "--samples", metavar="N", default="1",
        help="runs along the side of each pixel of a .png, whose colours are averaged (default 1)",
    )  # fmt: skip
    poster.add_argument(
        "--frame", action="store_true",
        help="draw title, axes, legend and provenance around a .png",
    )  # fmt: skip
    poster.add_argument("--title", metavar="TEXT", help="the title of the frame")
    add_drawing_options(sub, overlay="curves")
    add_making_options(sub, ".png .npz .nc or .zarr")


def _render(options: argparse.Namespace) -> None:
    from engine.exports import files
    from engine.statistics import cautions

    spec, window, size = chosen_view(options)
    look = with_curves(chosen_look(options), options, spec)
    samples = chosen_count("--samples", options.samples, 1, 99)
    framed = options.frame or options.title is not None
    files.check_writable(options.output)
    drawn = atomic.ending(options.output) == ".png"
    if not drawn and (framed or samples > 1 or options.caption):
        raise InputError(
            f"--samples, --frame, --title and --caption are of a .png, not {options.output}"
        )
    if drawn:
        from engine.exports.poster import REFERENCES, Poster

        title = (options.title or spec.system.summary) if framed else None
        overview = chosen_overview(options, spec, size)
        poster = Poster(spec, window, size, look, samples, title, options.caption or (), overview)
        if options.dry_run:
            making.estimate(poster, options.output)
            return
        making.check(poster, options.output)
        keep_compiled_programs()
        look = poster.look = told_if_unsettled(options, spec, window, size, poster.look)
        if framed or samples > 1 or poster.captions or poster.runs > REFERENCES:
            making.make(poster, options.output, chosen_store(options), resume=options.resume)
            return
    elif options.dry_run:
        from engine.exports.data import Data

        making.estimate(Data(spec, window, size), options.output)
        return
    else:
        instead = "a smaller --size takes less, and a .png is made band by band"
        memory.check(memory.RUN * size.pixels, f"{options.output.name} of {size}", instead)
        keep_compiled_programs()
        told_if_unsettled(options, spec, window, size, look)
    store = chosen_store(options)
    with progress_bar(size.pixels) as progress:
        field = compute_field(spec, window, size, progress, store)
    files.save(field, options.output, look)
    warn(cautions.of_field(field, look))
