"""Exports from the widgets of the export dialog."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.errors import InputError
from engine.exports.data import Data
from engine.exports.export import Export
from engine.exports.movies.camera import EASINGS, Path
from engine.exports.movies.stages import Formation, Sweep, steps_between, values_between
from engine.exports.movies.zoom import Zoom
from engine.exports.poster import Poster
from engine.places import links
from engine.places.bookmarks import Bookmark
from engine.places.links import Place
from engine.places.presets import preset
from engine.plane import Size, Window, decimal_from

HERE, BOOKMARKS, STEPS, SETTING = (
    "Zoom from the whole plane to this view",
    "Journey through the bookmarks",
    "This view, as training goes on",
    "This view, as a setting changes",
)
SUBJECTS = (HERE, BOOKMARKS, STEPS, SETTING)
FORMATS = {"MP4": ".mp4", "WebM": ".webm", "GIF": ".gif", "numbered PNGs": ""}
MOST_FRAMES = 10_000  # of a movie that the page makes
MOST_STAGES = 48

Wish = tuple[Export, str]  # what is to be made, and the name of the file


@dataclass(frozen=True)
class MovieWish:
    """What somebody says of a movie; numbers as they were typed.

    Attributes:
        subject: one of `SUBJECTS`.
        size, rate, format: of the movie; `format` is one of `FORMATS`.
        pace: seconds for each decade of a zoom.
        seconds: how long a view changes.
        hold: seconds of rest at the first frame, and at the last.
        easing: one of `EASINGS`.
        captions: what is written on the picture.
        setting, first, last: which setting changes, and its values.
    """

    subject: str = HERE
    size: str = "720p"
    rate: int = 30
    format: str = "MP4"
    pace: str = "3"
    seconds: str = "8"
    hold: str = "1"
    easing: str = EASINGS[0]
    captions: Sequence[str] = field(default_factory=tuple)
    setting: str = ""
    first: str = ""
    last: str = ""


def picture(place: Place, size: str, samples: int, title: str | None) -> Wish:
    """Return the poster of a place; without a title it has no frame."""
    export = Poster(place.spec, place.window.square(), Size.parse(size), place.look, samples, title)
    return export, f"{_name(place)}.png"


def data(place: Place, size: str, ending: str) -> Wish:
    """Return the field of a place, as a file with this ending."""
    export = Data(place.spec, place.window.square(), Size.parse(size), place.look)
    return export, f"{_name(place)}{ending}"


def movie(place: Place, bookmarks: Sequence[Bookmark], wish: MovieWish) -> Wish:
    """Return a movie of a place, or through bookmarks of the same landscape."""
    ending, size = FORMATS[wish.format], Size.parse(wish.size)
    hold = _seconds("rest", wish.hold, 60)
    export: Export
    if wish.subject in (HERE, BOOKMARKS):
        windows = _here(place, size) if wish.subject == HERE else _bookmarked(place, bookmarks)
        path = Path(
            tuple(windows), pace=_seconds("seconds per decade", wish.pace, 600), hold=hold,
            easing=wish.easing,
        )  # fmt: skip
        export = Zoom(place.spec, path, size, wish.rate, place.look, wish.captions)
        subject = "zoom" if wish.subject == HERE else "journey"
    else:
        common = (
            place.window.square(), size, wish.rate, _seconds("length", wish.seconds, 600), hold,
            place.look,
        )  # fmt: skip
        if wish.subject == STEPS:
            stages = steps_between(1, place.spec.steps, MOST_STAGES)
            export, subject = Formation(place.spec, stages, *common), "steps"
        else:
            values = values_between(place.spec, wish.setting, (wish.first, wish.last), MOST_STAGES)
            export, subject = Sweep(place.spec, wish.setting, values, *common), wish.setting
    if export.frames > MOST_FRAMES:
        raise InputError(
            f"the page makes movies of up to {MOST_FRAMES:,} frames, not {export.frames:,}; the "
            "command line makes longer ones"
        )
    return export, f"{_name(place)}-{subject}{ending}"


def _here(place: Place, size: Size) -> list[Window]:
    whole = preset(place.preset).home(place.spec).fitting(size)
    return [whole, place.window.square()]


def _bookmarked(place: Place, bookmarks: Sequence[Bookmark]) -> list[Window]:
    """Return the windows of those bookmarks that show what is trained now, in order."""
    places = [links.parse(bookmark.link) for bookmark in bookmarks]
    windows = [other.window.square() for other in places if other.spec == place.spec]
    if len(windows) < 2:
        raise InputError(
            f"a journey needs two bookmarks of what is trained now, and there "
            f"{'is one' if windows else 'are none'}: bookmark views (key p) on the way"
        )
    return windows


def _seconds(what: str, text: str, most: float) -> float:
    seconds = float(decimal_from(what, text))
    if not 0 <= seconds <= most:
        raise InputError(f"{what} must lie between 0 and {most:g} seconds, not {text}")
    return seconds


def _name(place: Place) -> str:
    return f"trainscape-{place.preset}"
