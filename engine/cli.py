"""This module is the command line: every command but `serve`, which the page adds.

Wrong use ends with status 2 and failure with status 1, each with one line on stderr.
"""

import argparse
import dataclasses
import json
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from engine import __version__, links
from engine.errors import InputError, unknown
from engine.field import Progress, compute_field
from engine.plane import Size, Window, decimal_from
from engine.presets import Preset, preset, presets
from engine.spec import Spec
from engine.store import Store, code_version

DEFAULT_SIZE = "512"

_interrupted = threading.Event()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `python -m engine` with these arguments and return the exit status."""
    return run(build_parser("python -m engine"), arguments)


def run(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> int:
    """Parse the arguments, run the chosen command, and return the exit status."""
    try:
        options = parser.parse_args(arguments)
        with remembered_interrupts():
            options.command(options)
    except InputError as error:
        return _complain(parser, error, 2)
    except KeyboardInterrupt:
        return _complain(parser, "stopped; no file was written", 130)
    except (OSError, MemoryError, ModuleNotFoundError) as error:
        return _complain(parser, error or "out of memory", 1)
    return 0


@contextmanager
def remembered_interrupts() -> Iterator[None]:
    """Remember Ctrl-C beside raising it: one that lands in a callback of JAX is lost there."""
    _interrupted.clear()
    try:
        usual = signal.signal(signal.SIGINT, _interrupt)
    except ValueError:  # not the main thread, which alone is interrupted
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


def _interrupt(number: int, frame: object) -> NoReturn:
    _interrupted.set()
    raise KeyboardInterrupt


def _stop_if_interrupted(*counts: int) -> None:
    if _interrupted.is_set():
        raise KeyboardInterrupt


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, and whose help shows examples as written."""

    def __init__(self, **keywords: Any) -> None:
        keywords.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        keywords.setdefault("allow_abbrev", False)
        super().__init__(**keywords)
        # argparse takes -1e-5 for an option: its pattern of a negative number knows no exponent.
        self._negative_number_matcher = re.compile(r"-(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")

    def error(self, message: str) -> NoReturn:
        """Raise the message as wrong use, without the usage that argparse prints before it."""
        raise InputError(" ".join(message.split()))


def build_parser(program: str) -> argparse.ArgumentParser:
    """Return the parser of all engine commands; `add_command` adds to it."""
    parser = Parser(
        prog=program,
        description="Training landscapes: train a neural network at every pixel of a plane.",
    )
    parser.add_argument("--version", action="version", version=f"trainscape {__version__}")
    parser.set_defaults(subparsers=parser.add_subparsers(metavar="COMMAND", required=True))
    _add_render(parser)
    _add_presets(parser)
    _add_inspect(parser)
    _add_bench(parser)
    _add_cache(parser)
    return parser


def add_command(
    parser: argparse.ArgumentParser,
    name: str,
    command: Callable[[Any], None],
    help: str,
    examples: Sequence[str],
) -> argparse.ArgumentParser:
    """Add a command to the parser and return its own parser."""
    lines = "\n".join(f"  {parser.prog} {name} {example}".rstrip() for example in examples)
    sub: argparse.ArgumentParser = parser.get_default("subparsers").add_parser(
        name, help=help, description=help, epilog=f"examples:\n{lines}"
    )
    sub.set_defaults(command=command)
    return sub


def add_spec_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose a spec: a preset, and settings changed from it."""
    parser.add_argument("--preset", metavar="P", help=f"one of: {', '.join(presets())}")
    parser.add_argument(
        "--set", metavar="KEY=VALUE", nargs="+", action="extend", default=[],
        help="change settings of the spec, as `steps=1000 seed=3`; an unknown key lists them all",
    )  # fmt: skip
    parser.add_argument("--precision", metavar="PRECISION", help="float64 (the default) or float32")


def chosen_spec(options: argparse.Namespace, start: Spec | None = None) -> Spec:
    """Return the spec that the options of `add_spec_options` ask for."""
    spec = start or _chosen_preset(options).spec
    changes = list(options.set)
    if options.precision is not None:
        changes.append(f"precision={options.precision}")
    return spec.set(changes)


def _chosen_preset(options: argparse.Namespace) -> Preset:
    if options.preset is None:
        raise InputError(f"--preset is needed; choices: {', '.join(presets())}")
    return preset(options.preset)


def _add_render(parser: argparse.ArgumentParser) -> None:
    sub = add_command(
        parser, "render", _render,
        "Train every pixel of a window and write the field: .png .npz .nc or .zarr.",
        [
            "--preset tanh-single -o overview.png",
            "--preset tanh --window published --size 64 -o field.npz",
            "--preset mandelbrot --center -0.743643887037158704 0.131825904205311970 "
            "--width 1e-9 --size 800x600 --set steps=2000 -o seahorse.png",
            "--from overview.png --size 2048 -o larger.png",
        ],
    )  # fmt: skip
    add_spec_options(sub)
    sub.add_argument(
        "--window", metavar="NAME",
        help="a window of the preset: overview (the default), published or home",
    )  # fmt: skip
    sub.add_argument(
        "--center", nargs=2, metavar=("X", "Y"),
        help="centre in axis units (log10 on log axes): decimals of any length",
    )  # fmt: skip
    sub.add_argument("--width", metavar="W", help="full x extent in axis units")
    sub.add_argument("--height", metavar="H", help="full y extent; without it pixels are square")
    sub.add_argument(
        "--size", metavar="N|WxH", help=f"pixels, which are runs (default {DEFAULT_SIZE})"
    )
    sub.add_argument(
        "--from", dest="origin", metavar="FILE|URL",
        help="the spec, window and size that a file or a link carries",
    )  # fmt: skip
    add_store_options(sub)
    sub.add_argument("-o", "--output", metavar="FILE", required=True, type=Path)


def _render(options: argparse.Namespace) -> None:
    from engine import files

    spec, window, size = _what_to_render(options)
    files.check_writable(options.output)
    keep_compiled_programs()
    store = chosen_store(options)
    with progress_bar(size.pixels) as progress:
        field = compute_field(spec, window, size, progress, store)
    files.save(field, options.output)


def _what_to_render(options: argparse.Namespace) -> tuple[Spec, Window, Size]:
    size = Size.parse(options.size or DEFAULT_SIZE)
    if options.origin is None:
        chosen = _chosen_preset(options)
        spec = chosen_spec(options, chosen.spec)
        window = chosen.window(options.window or "overview")
    else:
        if options.preset or options.window:
            raise InputError("--from carries a spec and a window; leave out --preset and --window")
        spec, window, carried = read_origin(options.origin)
        spec = chosen_spec(options, spec)
        size = size if options.size else carried
    if options.center is None and options.width is None and options.height is None:
        return spec, window, size
    x, y = options.center or (window.x, window.y)
    width = options.width or 2 * window.half_width
    return spec, Window.parse(x, y, width, options.height), size


def read_origin(origin: str) -> tuple[Spec, Window, Size]:
    """Return the spec, window and size that a file or a link carries; InputError if it has none."""
    from engine import files

    if "://" in origin or origin.startswith("?"):
        _, spec, window = links.parse(origin)
        return spec, window, Size.parse(DEFAULT_SIZE)
    return files.load_origin(Path(origin))


def _add_presets(parser: argparse.ArgumentParser) -> None:
    sub = add_command(
        parser, "presets", _presets, "List the presets and their windows.", ["", "--json"]
    )
    sub.add_argument("--json", action="store_true", help="as JSON, with spec and windows in full")


def _presets(options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps([_preset_as_json(p) for p in presets().values()], indent=2))
        return
    rows = [(p.name, p.spec.system.name, " ".join(p.windows), p.about) for p in presets().values()]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    for row in rows:
        print("  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[3]]))


def _preset_as_json(known: Preset) -> dict[str, Any]:
    windows = {name: window.to_dict() for name, window in known.windows.items()}
    return {
        "name": known.name,
        "system": known.spec.system.name,
        "about": known.about,
        "windows": windows,
        "spec": known.spec.to_dict(),
    }


def _add_inspect(parser: argparse.ArgumentParser) -> None:
    sub = add_command(
        parser, "inspect", _inspect, "Train one run and show its losses and outcome.",
        ["--preset tanh --at 1.2 0.7", "--preset tanh-single --at 1.684 1.260 --json"],
    )  # fmt: skip
    add_spec_options(sub)
    sub.add_argument(
        "--at", nargs=2, metavar=("X", "Y"), required=True,
        help="the point, in axis units (log10 on log axes)",
    )  # fmt: skip
    sub.add_argument("--json", action="store_true", help="as JSON, with every loss")


def _inspect(options: argparse.Namespace) -> None:
    from engine.run import inspect

    spec = chosen_spec(options)
    x, y = (decimal_from(f"--at {name}", text) for name, text in zip("XY", options.at, strict=True))
    keep_compiled_programs()
    found = inspect(spec, x, y, _stop_if_interrupted)
    about = {
        spec.x.name: _finite(found.x),
        spec.y.name: _finite(found.y),
        "outcome": found.outcome,
        "value": _finite(found.value),
        "decided_step": found.decided,
        "steps": spec.steps,
        "lyapunov_exponent": _finite(found.lyapunov),
    }
    if options.json:
        print(json.dumps({**about, "losses": [_finite(v) for v in found.losses]}))
        return
    for name, value in about.items():
        print(f"{name:24}{'-' if value is None else value}")
    print(f"{'first and last loss':24}{found.losses[0]:.6g} … {found.losses[-1]:.6g}")


def _add_bench(parser: argparse.ArgumentParser) -> None:
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
    from engine.bench import CASES, measure

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
                print((line + "{ratio:>8.1f}x").format(case, **results[case]), flush=True)
    if options.json:
        print(json.dumps(results, indent=2))


def add_store_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where tiles outlive the process."""
    parser.add_argument(
        "--store", metavar="URL|none",
        help="where runs are kept: a folder, any URL that fsspec knows, or none "
        "(default: the user's cache folder)",
    )  # fmt: skip
    parser.add_argument(
        "--store-limit", metavar="SIZE", default="4GB",
        help="size beyond which the least recently used runs are removed (default 4GB)",
    )  # fmt: skip


def chosen_store(options: argparse.Namespace) -> Store | None:
    """Return the store that the options of `add_store_options` ask for; None for no store.

    The user's cache folder is done without, with a warning, if it cannot be used.
    """
    limit = size_in_bytes("--store-limit", options.store_limit)
    if options.store == "none":
        return None
    try:
        return Store.open(options.store or _default_store(), limit)
    except (ModuleNotFoundError, OSError) as error:
        if options.store:
            raise
        print(f"trainscape: nothing is kept: {error}", file=sys.stderr)
        return None


def _default_store() -> str:
    import platformdirs

    return str(Path(platformdirs.user_cache_dir("trainscape")) / "tiles")


def size_in_bytes(option: str, text: str) -> int:
    """Return a size such as 500MB; InputError, naming the option, if it is none."""
    match = re.fullmatch(r"(\d{1,15}(?:\.\d{1,3})?) ?([kMGT]?)B?", text.strip())
    if match is None:
        raise InputError(f"{option} must be a size such as 500MB or 4GB, not {text!r}")
    return int(float(match[1]) * 1000 ** " kMGT".index(match[2] or " "))


def _add_cache(parser: argparse.ArgumentParser) -> None:
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
    store = Store(
        options.store or _default_store(), size_in_bytes("--store-limit", options.store_limit)
    )
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
            old = "" if k.code == code_version() else f"  another version, {k.code}"
            print(f"  {k.digest}  {k.system:18}{k.tiles:>8,} tiles{_megabytes(k.nbytes):>12}{old}")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def keep_compiled_programs() -> None:
    """Let compiled programs outlive the process, in the user's cache folder."""
    try:
        import platformdirs
    except ModuleNotFoundError:
        return
    from engine.devices import keep_compiled

    keep_compiled(Path(platformdirs.user_cache_dir("trainscape")) / f"compiled-{__version__}")


@contextmanager
def progress_bar(total: int, unit: str = "run") -> Iterator[Progress]:
    """Yield a function that moves a progress bar on; on a terminal only, and gone at the end.

    The function, and the end, raise KeyboardInterrupt after any Ctrl-C.
    """
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:  # the engine alone, without the page's packages
        tqdm = None
    if tqdm is None or not sys.stderr.isatty():
        yield _stop_if_interrupted
    else:
        with tqdm(total=total, unit=unit, unit_scale=True, leave=False) as bar:

            def progress(finished: int) -> None:
                _stop_if_interrupted()
                bar.update(finished)

            yield progress
    _stop_if_interrupted()


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _complain(parser: argparse.ArgumentParser, error: object, status: int) -> int:
    text = " ".join(str(error).split()) or type(error).__name__
    print(f"{parser.prog}: error: {text}", file=sys.stderr)
    return status
