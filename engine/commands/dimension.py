"""The command `dimension`: the fractal dimension of a view or a zoom, and how far to trust it."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine import __version__, atomic
from engine.console import values
from engine.console.asked import Subject, asked
from engine.console.cautions import warn
from engine.console.options import (
    MOST_FRAMES,
    add_command,
    add_refine_option,
    add_store_options,
    add_view_options,
)
from engine.console.terminal import keep_compiled_programs, progress_bar, say
from engine.machine import memory
from engine.machine.process import stop_if_interrupted
from engine.plane import Size
from engine.reports import report, table
from engine.spec import Spec
from engine.statistics.settling import Settling, settling
from engine.statistics.trust import Check
from engine.statistics.zoom import ZoomStep, combined, zoom
from engine.tiles.audit import Refinement
from engine.tiles.field import Field
from engine.tiles.store import code_version
from engine.training.devices import backend

DEFAULT_SIZE = "256"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command to a parser."""
    sub = add_command(
        parser, "dimension", _dimension,
        "Measure the fractal dimension of a view, or of a zoom down to it, beside its controls.",
        [
            "--preset tanh-single --window published",
            "--preset relu --window published --frames 6 --size 512 --plot relu.pdf --csv relu.csv",
            "--preset tanh-single --window published --steps-check --ulp-check --precision-check",
            "--preset tanh-single --window published --size 2048 --refine",
            "--from field.npz --json",
        ],
    )  # fmt: skip
    add_view_options(sub, DEFAULT_SIZE)
    sub.add_argument(
        "--frames", metavar="N", default="1",
        help="measure a zoom of so many frames, each half as wide as the one before, that ends at "
        "the window (default 1: the window alone)",
    )  # fmt: skip
    add_refine_option(
        sub, "labels", "; what may be wrong is in the errors"
    )  # fmt: skip
    for name, help in (
        ("steps", "runs of twice the steps"),
        ("ulp", "the last bit of a hyperparameter flipped"),
        ("precision", "the other precision"),
    ):
        sub.add_argument(
            f"--{name}-check", dest="checks", action="append_const", const=name,
            help=f"also count the labels that change with {help}, in a sample of the last frame",
        )  # fmt: skip
    sub.add_argument("--json", action="store_true", help="as JSON, with every count and slope")
    sub.add_argument(
        "--plot", metavar="FILE", type=Path, help="write the box-count plot: .png, .svg or .pdf"
    )
    sub.add_argument("--csv", metavar="FILE", type=Path, help="write every number, a line for each")
    add_store_options(sub)


def _dimension(options: argparse.Namespace) -> None:
    from engine.reports import csv, plot
    from engine.statistics import cautions, trust

    subject = asked(options)
    spec, size = subject.spec, subject.size
    count = values.count("--frames", options.frames, 1, MOST_FRAMES)
    if options.plot is not None:
        plot.check_writable(options.plot)
    if options.csv is not None:
        atomic.check_file(options.csv)
    needed = memory.run(refined=subject.refine is not None) * size.pixels
    memory.check(needed, f"a view of {size}", "a smaller --size takes less")
    names = list(dict.fromkeys(options.checks or []))
    for name in names:
        trust.prepare(spec, name)
    keep_compiled_programs()
    settled = settling(spec, subject.window, size, stop_if_interrupted)
    field, frames = _frames(subject, count, as_lines=not options.json)
    checks = []
    for name in names:
        with progress_bar(trust.sampled(field, name)) as progress:
            checks.append(trust.check(field, name, progress))
    words = [settled.words] if settled.unsettled else []
    words += cautions.of_field(field)
    warn(words)
    if options.json:
        print(json.dumps(_as_json(spec, frames, checks, settled, words)), flush=True)
    else:
        say("\n".join(table.summary(spec, frames, checks)))
    if options.csv is not None:
        with atomic.whole(options.csv) as file:
            file.write_text(csv.table(spec, [(frame.window, frame) for frame in frames]), "utf-8")
    if options.plot is not None:
        plot.save(plot.box_counts(spec, frames), options.plot, field.provenance())


def _frames(subject: Subject, count: int, *, as_lines: bool) -> tuple[Field, list[ZoomStep]]:
    """Return the last field of a zoom and its frames; prints each of several as it is finished."""
    spec, size = subject.spec, subject.size
    store = subject.storage.open()
    frames: list[ZoomStep] = []
    if as_lines:
        say(_heading(spec, size))
    with progress_bar(size.pixels * count) as progress:
        for field, frame in zoom(  # noqa: B007 the last field is returned
            spec,
            subject.window,
            size,
            count,
            store,
            progress,
            Refinement.of(subject.refine, colours=None),
        ):
            frames.append(frame)
            if count > 1 and as_lines:
                say("\n".join(table.rows(spec, frame, heading=len(frames) == 1)))
    return field, frames


def _as_json(
    spec: Spec,
    frames: Sequence[ZoomStep],
    checks: Sequence[Check],
    settled: Settling,
    words: Sequence[str],
) -> dict[str, Any]:
    """Return everything as JSON-able values; `words` are the cautions."""
    return {
        "spec": spec.to_dict(),
        "version": __version__,
        "backend": backend(),
        "code": code_version(spec.system.name),
        "frames": [report.frame(frame) for frame in frames],
        "combined": [report.combination(c) for c in combined(frames)],
        "checks": [check.to_dict() for check in checks],
        "settling": settled.to_dict(),
        "cautions": words,
    }


def _heading(spec: Spec, size: Size) -> str:
    return (
        f"{spec.system.name}, {spec.steps} steps, {spec.precision} on {backend()}, "
        f"{size} runs a frame"
    )
