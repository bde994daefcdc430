"""The command `render`: a window, trained and written to a file."""

import argparse

from engine import atomic
from engine.console import making, values
from engine.console.asked import Subject, asked
from engine.console.cautions import muted_if_unsettled, warn
from engine.console.options import (
    add_command,
    add_drawing_options,
    add_making_options,
    add_refine_option,
    add_view_options,
)
from engine.console.terminal import keep_compiled_programs, progress_bar, say
from engine.errors import InputError
from engine.machine import memory
from engine.places.look import Look
from engine.tiles.field import compute_field
from engine.tiles.tally import Tally

DEFAULT_SIZE = "512"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command to a parser."""
    sub = add_command(
        parser, "render", _render,
        "Train every pixel of a window, or where it matters, and write the field: .png .npz .nc or "
        ".zarr.",
        [
            "--preset tanh-single -o overview.png",
            "--preset tanh --window published --size 64 -o field.npz",
            "--preset two-factor --curves separatrix minima -o ellipse.png",
            "--preset mandelbrot --center -0.743643887037158704 0.131825904205311970 "
            "--width 1e-9 --size 800x600 --set steps=auto -o seahorse.png",
            "--preset tanh --window published --caption depth coordinates -o said.png",
            "--from overview.png --size 2048 -o larger.png",
            "--from overview.png --colouring log --palette cividis -o safe.png",
            "--preset tanh-single --size 2048 --refine -o sharp.png",
            "--from LINK --size 4k --samples 2 --title 'The edge of chaos' -o poster.png",
        ],
    )  # fmt: skip
    add_view_options(sub, DEFAULT_SIZE)
    add_refine_option(
        sub, "labels", ", and 99 %% of colours nearly so; none trains all, also of a --from FILE "
        "that was refined",
    )  # fmt: skip
    poster = sub.add_argument_group("a poster")
    poster.add_argument(
        "--samples", metavar="N", default="1",
        help="runs along the side of each pixel of a .png, whose colours are averaged (default 1)",
    )  # fmt: skip
    poster.add_argument(
        "--border", action="store_true",
        help="draw title, axes, legend and provenance around a .png",
    )  # fmt: skip
    older = argparse.SUPPRESS  # the name of the border in version 0.1.0
    poster.add_argument("--frame", dest="border", action="store_true", help=older)
    poster.add_argument("--title", metavar="TEXT", help="the title of the border")
    add_drawing_options(sub, overlay="curves")
    add_making_options(sub, ".png .npz .nc or .zarr")


def _render(options: argparse.Namespace) -> None:
    from engine.exports import files

    subject = asked(options)
    samples = values.count("--samples", options.samples, 1, 99)
    bordered = options.border or options.title is not None
    files.check_writable(options.output)
    if atomic.ending(options.output) == ".png":
        title = (options.title or subject.spec.system.summary) if bordered else None
        _render_picture(options, subject, samples, title)
    elif bordered or samples > 1 or subject.captions:
        raise InputError(
            f"--samples, --border, --title and --caption are of a .png, not {options.output}"
        )
    else:
        _render_data(options, subject)


def _render_picture(
    options: argparse.Namespace, subject: Subject, samples: int, title: str | None
) -> None:
    from engine.exports.bands import REFERENCES
    from engine.exports.poster import Poster

    refine = _refine(options, subject)
    poster = Poster(
        subject.spec, subject.window, subject.size, subject.look, samples, title, subject.captions,
        subject.home.fitting(subject.size), refine,
    )  # fmt: skip
    if options.dry_run:
        making.estimate(poster, options.output)
        return
    making.check(poster, options.output)
    keep_compiled_programs()
    poster.look = _muted(subject, poster.look)
    if title is None and samples == 1 and not poster.captions and poster.runs <= REFERENCES:
        _render_field(options, subject, poster.look)
    else:
        making.make(poster, options.output, subject.storage.open(), resume=options.resume)
        _tell(poster.tally)


def _render_data(options: argparse.Namespace, subject: Subject) -> None:
    size, refine = subject.size, _refine(options, subject)
    if options.dry_run:
        from engine.exports.data import Data

        data = Data(subject.spec, subject.window, size, refine=refine)
        making.estimate(data, options.output)
        return
    instead = "a smaller --size takes less, and a .png is made band by band"
    needed = memory.run(refined=refine is not None) * size.pixels
    memory.check(needed, f"{options.output.name} of {size}", instead)
    keep_compiled_programs()
    _muted(subject, subject.look)
    _render_field(options, subject, subject.look)


def _refine(options: argparse.Namespace, subject: Subject) -> float | None:
    """Return the share of labels that is asked for, or else that of the file that is rendered."""
    return subject.refined if options.refine is None else subject.refine


def _tell(tally: Tally | None) -> None:
    """Print how much of what was made is predicted, if that was asked for."""
    if tally is not None:
        say(f"{tally.words}; the others are predicted")


def _muted(subject: Subject, look: Look) -> Look:
    return muted_if_unsettled(
        subject.spec, subject.window, subject.size, look,
        colouring_is_named=subject.colouring_is_named,
    )  # fmt: skip


def _render_field(options: argparse.Namespace, subject: Subject, look: Look) -> None:
    """Train a field that fits into memory and write it, with what there is to know of it."""
    from engine.exports import files
    from engine.statistics import cautions
    from engine.tiles.audit import Refinement

    store, refinement = subject.storage.open(), Refinement.of(_refine(options, subject))
    with progress_bar(subject.size.pixels) as progress:
        field = compute_field(
            subject.spec, subject.window, subject.size, progress, store, refinement
        )
    files.save(field, options.output, look)
    _tell(field.tally)
    warn(cautions.of_field(field, look))
