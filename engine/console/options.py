"""This module is the options that several commands share, and the parser that reads them."""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from engine import numbers
from engine.analysis import curves
from engine.console.cautions import AUTO, settled_steps
from engine.errors import InputError, shown
from engine.machine import folders
from engine.pictures.caption import CAPTIONS
from engine.places import links, provenance
from engine.places.look import COLOURINGS, PALETTES, PUBLISHED, Look
from engine.places.presets import Preset, preset, presets
from engine.plane import SIZES, Size, Window, decimal_from
from engine.spec import Spec
from engine.texts import corpus
from engine.tiles.store import Store

MOST_FRAMES = 1000  # of the zoom that dimensions are measured along

LONGEST = 600  # characters of what argparse says, which quotes whatever it is given


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, and whose help shows examples as written."""

    def __init__(self, **keywords: Any) -> None:
        keywords.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        keywords.setdefault("allow_abbrev", False)
        super().__init__(**keywords)
        # argparse takes -1e-5 and -1.5,-2 for options: its pattern knows no exponent, and no pair.
        self._negative_number_matcher = re.compile(r"-\.?\d")

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        # Some versions of argparse drop the value `--`, and then miss it.
        if action.option_strings and "--" in arg_strings:
            self.error(f"{'/'.join(action.option_strings)} must not be '--'")
        return super()._get_values(action, arg_strings)

    def error(self, message: str) -> NoReturn:
        """Raise the message as wrong use, without the usage that argparse prints before it."""
        raise InputError(" ".join(message.split())[:LONGEST])


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
        help="change settings of the spec, as `steps=1000 seed=3`; an unknown key lists them all. "
        "Where there is a view, `steps=auto` takes as many as settle its labels",
    )  # fmt: skip
    parser.add_argument(
        "--corpus", metavar="FILE",
        help="a text in UTF-8 to learn from, for systems with the setting `corpus`; it is kept, "
        "and known by its digest from then on",
    )  # fmt: skip
    parser.add_argument("--precision", metavar="PRECISION", help="float64 (the default) or float32")


def chosen_spec(options: argparse.Namespace, start: Spec | None = None) -> Spec:
    """Return the spec that the options of `add_spec_options` ask for."""
    spec = start or _chosen_preset(options).spec
    changes = list(options.set)
    if options.corpus is not None:
        changes.append(f"corpus={corpus.keep_file(options.corpus)}")
    if options.precision is not None:
        changes.append(f"precision={options.precision}")
    return spec.set(changes)


def _chosen_preset(options: argparse.Namespace) -> Preset:
    if options.preset is None:
        raise InputError(f"--preset is needed; choices: {', '.join(presets())}")
    return preset(options.preset)


def add_view_options(parser: argparse.ArgumentParser, default_size: str) -> None:
    """Add the options that choose what is computed: a spec, a window and a size."""
    add_spec_options(parser)
    parser.add_argument(
        "--window", metavar="NAME",
        help="a window of the preset: overview (the default), published or home",
    )  # fmt: skip
    parser.add_argument(
        "--center", nargs="+", metavar=("X", "Y"),
        help="centre in axis units (log10 on log axes): decimals of any length, or both as 'X, Y'",
    )  # fmt: skip
    parser.add_argument("--width", metavar="W", help="full x extent in axis units")
    parser.add_argument(
        "--height", metavar="H",
        help="full y extent; without it pixels are square: one axis unit of x is as long as one of "
        "y, or as 2, 4, 8 .. or 1/4, 1/8 .. of y where that makes very unlike ranges about as long",
    )  # fmt: skip
    parser.add_argument(
        "--size", metavar="N|WxH",
        help=f"pixels, which are runs, or one of {', '.join(SIZES)} (default {default_size})",
    )  # fmt: skip
    parser.add_argument(
        "--from", dest="origin", metavar="FILE|URL",
        help="the spec, window and size that a file or a link carries",
    )  # fmt: skip
    parser.set_defaults(default_size=default_size)


def chosen_view(options: argparse.Namespace) -> tuple[Spec, Window, Size]:
    """Return the spec, window and size that the options of `add_view_options` ask for."""
    size = Size.parse(options.size or options.default_size)
    automatic = [text for text in options.set if text.replace(" ", "") == f"steps={AUTO}"]
    options.set = [text for text in options.set if text not in automatic]
    spec, window, size = _view(options, size)
    return (settled_steps(spec, window, size) if automatic else spec), window, size


def _view(options: argparse.Namespace, size: Size) -> tuple[Spec, Window, Size]:
    if options.origin is None:
        chosen = _chosen_preset(options)
        spec = chosen_spec(options, chosen.spec)
        window = chosen.window(options.window or "overview")
        start = chosen.spec
    else:
        if options.preset or options.window:
            raise InputError("--from carries a spec and a window; leave out --preset and --window")
        if options.corpus is not None:
            corpus.keep_file(options.corpus)  # it may be the one of that spec
        start, window, carried = read_origin(options.origin)
        spec = chosen_spec(options, start)
        size = size if options.size or carried is None else carried
    if options.window is None and (spec.x, spec.y) != (start.x, start.y):
        window = spec.home()  # that of the start is of another plane
    window = spec.on_plane(window)
    if options.center is None and options.width is None and options.height is None:
        return spec, window, size
    x, y = chosen_pair("--center", options.center) if options.center else (window.x, window.y)
    width = options.width or 2 * window.half_width
    return spec, spec.on_plane(Window.parse(x, y, width, options.height)), size


def read_origin(origin: str) -> tuple[Spec, Window, Size | None]:
    """Return the spec, window and, of a file, the size that it carries, and say how that was read;
    InputError if there is none.
    """

    if is_link(origin):
        place, size = links.parse(origin), None
    else:
        found = provenance.load(Path(origin))
        place, size = found.place, found.size
    tell(place.notes)
    return place.spec, place.window, size


def tell(notes: Sequence[str]) -> None:
    """Say on stderr how something was read, a line for each note."""
    for note in notes:
        print(f"trainscape: {note}", file=sys.stderr)


def add_look_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a picture is coloured."""
    parser.add_argument(
        "--colouring", metavar="NAME", help=f"what a picture shows: {', '.join(COLOURINGS)}"
    )
    parser.add_argument(
        "--palette", metavar="NAME", help=f"the colours of a picture: {', '.join(PALETTES)}"
    )
    parser.add_argument(
        "--equalise", metavar="SHARE",
        help="0 spreads the colours over the values, 1 over their ranks "
        "(default: the colouring's own)",
    )  # fmt: skip


def chosen_look(options: argparse.Namespace, start: Look = PUBLISHED) -> Look:
    """Return the look that the options of `add_look_options`, or else `--from`, ask for.

    Args:
        options: of the command line.
        start: the look unless they say otherwise.
    """

    if options.origin and is_link(options.origin):
        start = links.parse(options.origin).look
    elif options.origin:
        start = provenance.load_look(Path(options.origin))
    equalise = None
    if options.equalise is not None:
        equalise = float(decimal_from("--equalise", options.equalise))
    elif options.colouring is None:
        equalise = start.equalise
    look = Look.of(options.colouring or start.colouring, options.palette or start.palette, equalise)
    return replace(look, overlays=start.overlays)


def add_drawing_options(parser: argparse.ArgumentParser, *, overlay: str) -> None:
    """Add the options that say what is drawn over a picture, and written on it.

    Args:
        parser: of the command.
        overlay: the one of the two that was called `--overlay` in this command once, and still is.
    """
    drawn = parser.add_argument_group("over the picture")
    for name, metavar, words in (
        ("curves", "NAME", "draw these, of those that the system knows; a wrong name lists them"),
        ("caption", "WHAT", f"write in its corner: {', '.join(CAPTIONS)}"),
    ):
        also = ["--overlay"] if name == overlay else []
        drawn.add_argument(
            f"--{name}", *also, dest=name, metavar=metavar, nargs="+", action="extend", help=words
        )


def with_curves(look: Look, options: argparse.Namespace, spec: Spec) -> Look:
    """Return a look with the curves of `--curves`, where that is given; InputError, with the
    choices, if the system knows no such curve.
    """
    if options.curves is None:
        return look
    for name in options.curves:
        curves.colour_of(spec, name)
    return replace(look, overlays=tuple(dict.fromkeys(options.curves)))


def chosen_overview(options: argparse.Namespace, spec: Spec, size: Size) -> Window:
    """Return the window that shows the whole plane in a picture of that size."""
    home = preset(options.preset).home(spec) if options.preset else spec.home()
    return home.fitting(size)


def is_link(origin: str) -> bool:
    """Whether what `--from` names is a link, and not a file."""
    return bool(re.search(r"://|%3A%2F%2F|^\?|\?(v|preset)=", origin, re.IGNORECASE))


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


def add_making_options(parser: argparse.ArgumentParser, output: str) -> None:
    """Add the options of what takes long to make.

    Args:
        parser: of the command.
        output: what is written, in words.
    """
    add_look_options(parser)
    add_store_options(parser)
    parser.add_argument("--resume", action="store_true", help="go on with what was interrupted")
    parser.add_argument(
        "--dry-run", action="store_true", help="say what it would take, and make nothing"
    )
    parser.add_argument("-o", "--output", metavar="FILE", required=True, type=Path, help=output)


def chosen_store(options: argparse.Namespace) -> Store | None:
    """Return the store that the options of `add_store_options` ask for; None for no store.

    The user's cache folder is done without, with a warning, if it cannot be used.
    """
    limit = size_in_bytes("--store-limit", options.store_limit)
    if options.store == "none":
        return None
    try:
        return Store.open(chosen_place(options), limit)
    except (ModuleNotFoundError, OSError) as error:
        if options.store:
            raise
        folders.say_nothing_is_kept(error)
        return None


def chosen_place(options: argparse.Namespace) -> str:
    """Return the folder or URL of the store that `--store` asks for."""
    return str(options.store or _default_store())


def _default_store() -> str:
    return str(folders.cache() / "tiles")


def size_in_bytes(option: str, text: str) -> int:
    """Return a size such as 500MB; InputError, naming the option, if it is none."""
    match = re.fullmatch(r"(\d{1,15}(?:\.\d{1,3})?) ?([kMGT]?)B?", text.strip())
    if match is None:
        raise InputError(f"{option} must be a size such as 500MB or 4GB, not {shown(text)}")
    return int(float(match[1]) * 1000 ** " kMGT".index(match[2] or " "))


def chosen_number(option: str, text: str, low: float, high: float) -> float:
    """Return a number within bounds; InputError, naming the option, if it is none."""
    number = float(decimal_from(option, text))
    if not low <= number <= high:
        raise InputError(f"{option} must lie between {low:g} and {high:g}, not {text}")
    return number


def chosen_pair(option: str, texts: Sequence[str]) -> tuple[str, str]:
    """Return the texts of two numbers, given one by one or as a pair in one piece."""
    whole = numbers.pair(texts[0]) if len(texts) == 1 else None
    if whole is None and len(texts) != 2:
        given = " ".join(texts)
        raise InputError(
            f"{option} takes two numbers, as 1.5 -0.25 or '1.5, -0.25', not {shown(given)}"
        )
    first, last = whole or texts
    return first.rstrip(",;"), last


def chosen_count(option: str, text: str, low: int, high: int) -> int:
    """Return a whole number within bounds; InputError, naming the option, if it is none."""
    number = numbers.plain(option, text)
    if not re.fullmatch(r"\d{1,9}", number) or not low <= int(number) <= high:
        raise InputError(f"{option} must be a whole number from {low} to {high}, not {shown(text)}")
    return int(number)
