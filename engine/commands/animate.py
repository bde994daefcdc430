"""The command `animate`: a movie through a landscape, or of how it changes."""

import argparse
from pathlib import Path

from engine import atomic
from engine.console import making, values
from engine.console.asked import Subject, asked, changes, is_link, look_of, place_of
from engine.console.cautions import muted_if_unsettled, note
from engine.console.options import (
    add_command,
    add_drawing_options,
    add_making_options,
    add_refine_option,
    add_view_options,
)
from engine.console.storage import Storage
from engine.console.terminal import say
from engine.errors import InputError
from engine.exports.movies.camera import EASINGS, LONGEST
from engine.exports.movies.movie import Movie
from engine.places import bookmarks, links
from engine.places.links import Place
from engine.places.look import Look
from engine.plane import Size, Window
from engine.spec import Spec

DEFAULT_SIZE = "720p"
LONGEST_REST = 600.0  # seconds
MOST_STAGES = 1000
OF_A_JOURNEY = ("through", "start", "pace", "pause", "easing", "caption")
OF_STAGES = ("range", "stages")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command to a parser."""
    sub = add_command(
        parser, "animate", _animate,
        "Make a movie: a zoom from the whole plane down to a window, a journey through several, or "
        "one window while the steps of training or a setting change.",
        [
            "--preset tanh-single --window published --seconds 10 -o zoom.mp4",
            "--from LINK --size 1080p --fps 60 --pace 4 --caption depth coordinates -o zoom.webm",
            "--through bookmarks.json --dry-run -o journey.mp4",
            "--preset tanh-single --over steps --size 480p -o forming.gif",
            "--preset tanh --over initial_offset --range 0 1 --size 256 -o frames/",
        ],
    )  # fmt: skip
    add_view_options(sub, DEFAULT_SIZE)
    _add_journey_options(sub)
    _add_stages_options(sub)
    add_drawing_options(sub, overlay="caption")
    _add_time_options(sub)
    add_refine_option(sub, "labels", ", and 99 %% of colours nearly so, in each part of it")
    add_making_options(sub, ".mp4 .webm .gif, or a folder for numbered .png")


def _add_journey_options(parser: argparse.ArgumentParser) -> None:
    journey = parser.add_argument_group("a journey")
    journey.add_argument(
        "--through", metavar="LINK|FILE", nargs="+",
        help="lead through these places, in order: links, pictures, or files of bookmarks",
    )  # fmt: skip
    journey.add_argument(
        "--start", metavar="X,Y,WIDTH|none",
        help="the window that a zoom begins with, or none (default: the whole plane)",
    )  # fmt: skip
    journey.add_argument("--pace", metavar="SECONDS", help="for each decade of zoom (default 3)")
    journey.add_argument(
        "--pause", metavar="SECONDS", help="rest at each window between (default 0.5)"
    )
    journey.add_argument(
        "--easing", metavar="NAME",
        help=f"how the camera sets off and arrives: {' or '.join(EASINGS)} (default {EASINGS[0]})",
    )  # fmt: skip


def _add_stages_options(parser: argparse.ArgumentParser) -> None:
    stages = parser.add_argument_group("a window that changes")
    stages.add_argument(
        "--over", metavar="SETTING", help="change this: steps, or any numeric setting"
    )
    stages.add_argument("--range", nargs="+", metavar=("FIRST", "LAST"), help="its values")
    stages.add_argument(
        "--stages", metavar="N",
        help="values that are trained, with cross-fades between (default 48)",
    )  # fmt: skip


def _add_time_options(parser: argparse.ArgumentParser) -> None:
    time = parser.add_argument_group("time")
    time.add_argument("--seconds", metavar="SECONDS", help="how long the movie lasts in all")
    time.add_argument("--hold", metavar="SECONDS", help="rest at the first and last frame")
    time.add_argument("--fps", metavar="N", help="frames per second (default 30; .gif 25)")


def _animate(options: argparse.Namespace) -> None:
    from engine.exports.movies.zoom import Zoom

    movie = _zoom(options) if options.over is None else _stages(options)
    if options.dry_run:
        making.estimate(movie, options.output)
        return
    making.check(movie, options.output)
    if isinstance(movie, Zoom):  # the others show by themselves what more steps would change
        muted_if_unsettled(
            movie.spec, movie.path.windows[-1], movie.size, movie.look,
            colouring_is_named=options.colouring is not None,
        )  # fmt: skip
    making.make(movie, options.output, Storage.of(options).open(), resume=options.resume)
    if movie.tally is not None:
        say(f"{movie.tally.words}; the others are predicted")


def _zoom(options: argparse.Namespace) -> Movie:
    from engine.exports.movies.camera import Path as Route
    from engine.exports.movies.zoom import Zoom

    _refuse(options, OF_STAGES, "is of --over")
    spec, windows, look = _journey(options)
    route = Route(
        tuple(windows),
        pace=values.number("--pace", options.pace or "3", 0.01, 600),
        hold=_hold(options),
        pause=values.number("--pause", options.pause or "0.5", 0, LONGEST_REST),
        easing=options.easing or EASINGS[0],
    )
    if options.seconds is not None:
        if options.pace is not None:
            raise InputError("--seconds and --pace say the same thing; leave one out")
        route = route.lasting(values.number("--seconds", options.seconds, 0.1, LONGEST))
    refine = values.refinement("--refine", options.refine)
    return Zoom(spec, route, _size(options), _rate(options), look, options.caption or (), refine)


def _journey(options: argparse.Namespace) -> tuple[Spec, list[Window], Look]:
    """Return the spec, the windows in order, and the look of a journey."""
    if options.through is None:
        subject = asked(options)
        windows = [*_start(options, subject), subject.window.square()]
        return subject.spec, windows, subject.look
    _refuse(options, ("preset", "origin", "window", "center", "width"), "is carried by --through")
    places = [place for origin in options.through for place in _places(origin)]
    if not places:
        raise InputError("no place in what --through names")
    texts = changes(options)
    first, *others = (place.spec.set(texts) for place in places)
    if any(other != first for other in others):
        raise InputError(
            "a movie leads through one landscape: what --through names differs in what is trained"
        )
    windows = [first.on_plane(place.window).square() for place in places]
    return first, windows, look_of(options, first, places[0].look)


def _places(origin: str) -> list[Place]:
    """Return the places that a link, a picture or a file of bookmarks carries."""
    from engine.exports import files

    path = Path(origin)
    if is_link(origin) or not path.is_file() or atomic.ending(path) in files.FORMATS:
        return [place_of(origin)[0]]
    collection = bookmarks.read(path)
    note(collection.notes)
    places = [links.parse(bookmark.link) for bookmark in collection.bookmarks]
    for place in places:
        note(place.notes)
    return places


def _start(options: argparse.Namespace, subject: Subject) -> list[Window]:
    """Return the window that a zoom begins with, if there is any."""
    if options.start == "none":
        return []
    if options.start is not None:
        return [subject.spec.on_plane(links.parse_view(options.start)).square()]
    return [subject.home.fitting(_size(options))]


def _stages(options: argparse.Namespace) -> Movie:
    from engine.exports.movies.stages import Formation, Sweep, steps_between, values_between

    _refuse(options, OF_A_JOURNEY, "is of a journey; --over stays at one window")
    subject = asked(options, _size(options))
    spec = subject.spec
    seconds = values.number("--seconds", options.seconds or "8", 0.1, LONGEST)
    most = values.count("--stages", options.stages or "48", 2, MOST_STAGES)
    rest = (subject.window.square(), subject.size, _rate(options), seconds, _hold(options),
            subject.look)  # fmt: skip
    if options.over == "steps":
        if subject.refine is not None:
            raise InputError("--refine is not of --over steps, where a run is trained once for all")
        ends = values.pair("--range", options.range) if options.range else ("1", str(spec.steps))
        first, last = (spec.set([f"steps={text}"]).steps for text in ends)
        return Formation(spec.replace({"steps": last}), steps_between(first, last, most), *rest)
    if options.range is None:
        raise InputError(f"--range FIRST LAST of {options.over} is needed")
    ends = values.pair("--range", options.range)
    return Sweep(spec, options.over, values_between(spec, options.over, ends, most), *rest,
                 refine=subject.refine)  # fmt: skip


def _refuse(options: argparse.Namespace, names: tuple[str, ...], why: str) -> None:
    """Raise InputError if any of the options was given."""
    for name in names:
        if getattr(options, name) is not None:
            raise InputError(f"--{'from' if name == 'origin' else name} {why}")


def _size(options: argparse.Namespace) -> Size:
    return Size.parse(options.size or DEFAULT_SIZE)


def _hold(options: argparse.Namespace) -> float:
    return values.number("--hold", options.hold or "1", 0, LONGEST_REST)


def _rate(options: argparse.Namespace) -> int:
    usual = "25" if options.output.suffix.lower() == ".gif" else "30"
    return values.count("--fps", options.fps or usual, 1, 60)
