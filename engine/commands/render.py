"""This module is the command `render`: a window, trained and written to a file."""

import argparse
from pathlib import Path

from engine.commands.options import (
    add_command,
    add_look_options,
    add_store_options,
    add_view_options,
    chosen_look,
    chosen_store,
    chosen_view,
)
from engine.commands.terminal import keep_compiled_programs, progress_bar
from engine.field import compute_field

DEFAULT_SIZE = "512"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command to a parser."""
    sub = add_command(
        parser, "render", _render,
        "Train every pixel of a window and write the field: .png .npz .nc or .zarr.",
        [
            "--preset tanh-single -o overview.png",
            "--preset tanh --window published --size 64 -o field.npz",
            "--preset mandelbrot --center -0.743643887037158704 0.131825904205311970 "
            "--width 1e-9 --size 800x600 --set steps=2000 -o seahorse.png",
            "--from overview.png --size 2048 -o larger.png",
            "--from overview.png --colouring log --palette cividis -o safe.png",
        ],
    )  # fmt: skip
    add_view_options(sub, DEFAULT_SIZE)
    add_look_options(sub)
    add_store_options(sub)
    sub.add_argument("-o", "--output", metavar="FILE", required=True, type=Path)


def _render(options: argparse.Namespace) -> None:
    from engine import files

    spec, window, size = chosen_view(options)
    look = chosen_look(options)
    files.check_writable(options.output)
    keep_compiled_programs()
    store = chosen_store(options)
    with progress_bar(size.pixels) as progress:
        field = compute_field(spec, window, size, progress, store)
    files.save(field, options.output, look)
