"""The command `publish`: places as a page that needs no server."""

import argparse
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from engine.console import making, values
from engine.console.asked import asked, changes, look_of
from engine.console.cautions import muted_if_unsettled, note, warn
from engine.console.options import add_command, add_making_options, add_view_options
from engine.console.storage import Storage
from engine.console.terminal import say
from engine.errors import InputError, shown
from engine.exports.site.scene import MOST_LEVELS, Scene
from engine.places import bookmarks, links
from engine.places.links import Place
from engine.places.presets import nearest
from engine.plane import Size

DEFAULT_SIZE = "256"
LONGEST_SERVER = 2000  # characters
CARRIED = ("preset", "origin", "window", "center", "width", "height")  # by bookmarks


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command to a parser."""
    sub = add_command(
        parser, "publish", _publish,
        "Make a page that needs no server: a window, or every bookmark of a file, to zoom into.",
        [
            "--preset tanh-single --window home --levels 4 -o site/",
            "--preset two-factor --curves separatrix minima --size 384x256 -o page.html",
            "--from LINK --levels 6 --server https://example.org/trainscape -o site/",
            "--bookmarks bookmarks.json --title 'Edges of chaos' --dry-run -o site/",
        ],
    )  # fmt: skip
    add_view_options(sub, DEFAULT_SIZE)
    sub.add_argument(
        "--bookmarks", metavar="FILE", type=Path,
        help="every place of a file of bookmarks, as the page exports them, each with its card",
    )  # fmt: skip
    sub.add_argument(
        "--levels", metavar="N", default="4",
        help="levels of the picture, each twice as fine as the one before: the first has --size "
        f"runs, the last 2**(N - 1) times as many along either side (default 4, at most "
        f"{MOST_LEVELS})",
    )  # fmt: skip
    sub.add_argument("--title", metavar="TEXT", help="what stands above the page")
    sub.add_argument(
        "--server", metavar="URL",
        help="a server of the explorer, where a link of the page opens what is looked at",
    )  # fmt: skip
    sub.add_argument(
        "--curves", metavar="NAME", nargs="+", action="extend",
        help="draw these over the picture, of those that the system knows; a wrong name lists them",
    )  # fmt: skip
    add_making_options(sub, "a folder, or FILE.html for all of a small one in one file")


def _publish(options: argparse.Namespace) -> None:
    from engine.exports.site.site import Site

    levels = values.count("--levels", options.levels, 1, MOST_LEVELS)
    server = _server(options.server)
    if options.bookmarks is None:
        scenes = [_scene(options, levels)]
        title = scenes[0].name
    else:
        scenes = list(_bookmarked(options, levels))
        title = options.title or "Places in training landscapes"
    site = Site(scenes, title, server)
    if options.dry_run:
        making.estimate(site, options.output)
        return
    making.check(site, options.output)
    say(f"{options.output}: {site.about}")
    site = Site([_muted(scene) for scene in scenes], title, server)
    making.make(site, options.output, Storage.of(options).open(), resume=options.resume)
    warn(site.cautions)


def _scene(options: argparse.Namespace, levels: int) -> Scene:
    """Return the scene that the options of a view ask for."""
    subject = asked(options)
    size = subject.size
    if not options.size:  # a file says how large it is itself
        side = Size.parse(DEFAULT_SIZE).width / max(size.width, size.height)
        size = Size(*(max(round(side * length), 1) for length in (size.width, size.height)))
    start = nearest(subject.spec).name
    place = Place(start, subject.spec, subject.window, subject.look)
    name = f"{options.preset}, {options.window or 'overview'}" if options.preset else start
    if options.center is not None or options.width is not None:
        name = options.preset or start
    name = options.title or name
    return Scene.at(place, size, levels, name, named=subject.colouring_is_named)


def _bookmarked(options: argparse.Namespace, levels: int) -> Iterator[Scene]:
    """Yield the scenes of a file of bookmarks."""
    for name in CARRIED:
        if getattr(options, name) is not None:
            given = "from" if name == "origin" else name
            raise InputError(f"--{given} is carried by --bookmarks; leave one of them out")
    collection = bookmarks.read(options.bookmarks)
    note(collection.notes)
    if not collection.bookmarks:
        raise InputError(f"no bookmark in {shown(str(options.bookmarks))}")
    texts, size = changes(options), Size.parse(options.size or DEFAULT_SIZE)
    for bookmark in collection.bookmarks:
        place = links.parse(bookmark.link)
        note(f"{bookmark.name}: {text}" for text in place.notes)
        spec = place.spec.set(texts)
        window = spec.on_plane(place.window)
        place = replace(place, spec=spec, window=window, look=look_of(options, spec, place.look))
        place = replace(place, pins=(), against=())
        yield Scene.at(
            place, size, levels, bookmark.name, bookmark.note,
            named=options.colouring is not None,
        )  # fmt: skip


def _muted(scene: Scene) -> Scene:
    """Return the scene with undecided runs in grey, where longer training would change labels."""
    look = muted_if_unsettled(
        scene.spec, scene.window, scene.size, scene.place.look,
        colouring_is_named=scene.colouring_is_named,
    )  # fmt: skip
    return replace(scene, place=replace(scene.place, look=look))


def _server(text: str | None) -> str | None:
    """Return the address of a server, which queries are added to; InputError if it is none."""
    if text is None:
        return None
    try:
        address = urlsplit(text)
        whole = address.scheme in ("http", "https") and bool(address.hostname)
        plain = not re.search(r"[\s?#\"'<>\\]", text) and len(text) <= LONGEST_SERVER
    except ValueError:
        whole = plain = False
    if not (whole and plain):
        raise InputError(
            f"--server must be an address such as https://example.org/trainscape, not {shown(text)}"
        )
    return text
