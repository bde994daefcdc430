"""The options that several commands share, and the parser of the command line.

Options are only declared here; `engine.console.asked` reads what they ask for.
"""

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from engine.errors import InputError
from engine.pictures.caption import CAPTIONS
from engine.places.look import COLOURINGS, PALETTES
from engine.places.presets import presets
from engine.plane import SIZES
from engine.tiles.audit import LABELS

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

    @property
    def options(self) -> list[argparse.Action]:
        """All that it reads, but for the option that asks for help."""
        return [action for action in self._actions if action.dest != "help"]

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


def add_drawing_options(parser: argparse.ArgumentParser, *, overlay: str) -> None:
    """Add the options that say what is drawn over a picture, and written on it.

    Args:
        parser: of the command.
        overlay: the one of the two that was called `--overlay` in this command once, and still is.
    """
    group = parser.add_argument_group("over the picture")
    for name, metavar, words in (
        ("curves", "NAME", "draw these, of those that the system knows; a wrong name lists them"),
        ("caption", "WHAT", f"write in its corner: {', '.join(CAPTIONS)}"),
    ):
        also = ["--overlay"] if name == overlay else []
        group.add_argument(
            f"--{name}", *also, dest=name, metavar=metavar, nargs="+", action="extend", help=words
        )


def add_refine_option(parser: argparse.ArgumentParser, what: str, more: str = "") -> None:
    """Add the option that has some runs predicted.

    Args:
        parser: of the command.
        what: of which the share is asked for, in words.
        more: what else there is to say.
    """
    parser.add_argument(
        "--refine", metavar="SHARE", nargs="?", const=str(LABELS),
        help="train runs where they matter, and predict the others once a random sample says that "
        f"at least this share of {what} is right (default {LABELS}){more}",
    )  # fmt: skip


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
