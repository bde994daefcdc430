"""What the export dialog asks for, as exports."""

import pytest

from app.shared.folders import FILE_NAME
from app.views.forms import DATA
from app.visitor import wishes
from app.visitor.wishes import BOOKMARKS, HERE, SETTING, STEPS, MovieWish
from engine.errors import InputError
from engine.exports.data import ENDINGS, Data
from engine.exports.kinds import export_from
from engine.exports.movies.stages import Formation, Sweep
from engine.exports.movies.zoom import Zoom
from engine.exports.poster import Poster
from engine.places import links
from engine.places.bookmarks import Bookmark
from engine.places.links import Place
from engine.places.look import Look
from engine.places.presets import preset
from engine.plane import Size, Window

SPEC = preset("tanh-single").spec.set(["steps=60"])
WINDOW = Window.parse("1.2", "1.3", "0.5")
LOOK = Look.of("log", "berlin")
PLACE = Place("tanh-single", SPEC, WINDOW, LOOK)


def marked(*windows, spec=SPEC):
    return [Bookmark("x", links.query(Place("tanh-single", spec, window))) for window in windows]


def test_a_picture():
    made, file = wishes.picture(PLACE, "4k", 2, None)
    assert isinstance(made, Poster)
    assert (made.spec, made.window, made.look, made.title) == (SPEC, WINDOW, LOOK, None)
    assert made.runs == 4 * 3840 * 2160
    assert file == "trainscape-tanh-single.png"


def test_data():
    made, file = wishes.data(PLACE, "64x32", ".nc")
    assert isinstance(made, Data)
    assert (made.size, file) == (Size(64, 32), "trainscape-tanh-single.nc")


def test_a_zoom_begins_with_the_whole_plane():
    made, file = wishes.movie(PLACE, [], MovieWish(HERE, size="160x90", pace="2", hold="0.5"))
    assert isinstance(made, Zoom)
    first, last = made.path.windows
    assert first.half_width == pytest.approx(8)  # nine decades high, in a frame of 16 to 9
    assert last == WINDOW
    assert (made.path.pace, made.path.hold) == (2, 0.5)
    assert (made.look, file) == (LOOK, "trainscape-tanh-single-zoom.mp4")


def test_a_journey_leads_through_the_bookmarks_of_this_landscape():
    there = Window.parse("1", "1", "0.1")
    other = marked(WINDOW, spec=preset("tanh").spec)
    wish = MovieWish(BOOKMARKS, format="WebM")
    made, file = wishes.movie(PLACE, [*marked(WINDOW), *other, *marked(there)], wish)
    assert made.path.windows == (WINDOW, there)
    assert file == "trainscape-tanh-single-journey.webm"
    with pytest.raises(InputError, match="there is one"):
        wishes.movie(PLACE, marked(WINDOW), wish)
    with pytest.raises(InputError, match="there are none"):
        wishes.movie(PLACE, other, wish)


def test_a_view_as_training_goes_on():
    made, file = wishes.movie(PLACE, [], MovieWish(STEPS, format="GIF", seconds="6"))
    assert isinstance(made, Formation)
    assert (made.stages[0], made.stages[-1]) == (1, 60)
    assert (made.seconds, file) == (6, "trainscape-tanh-single-steps.gif")


def test_a_view_as_a_setting_changes():
    wish = MovieWish(SETTING, format="numbered PNGs", setting="initial_offset", last="2", first="0")
    made, file = wishes.movie(PLACE, [], wish)
    assert isinstance(made, Sweep)
    assert (made.stages[0], made.stages[-1], len(made.stages)) == (0, 2, wishes.MOST_STAGES)
    assert file == "trainscape-tanh-single-initial_offset"


@pytest.mark.parametrize("subject", wishes.SUBJECTS)
def test_every_picture_and_movie_has_the_curves_of_the_look(subject):
    look = Look(overlays=("separatrix", "minima"))
    spec = preset("two-factor").spec
    place = Place("two-factor", spec, WINDOW, look)
    kept = [Bookmark("x", links.query(Place("two-factor", spec, w))) for w in (WINDOW, WINDOW)]
    wish = MovieWish(subject, setting="mu", first="1", last="2", captions=("depth",))
    for made, _ in (wishes.movie(place, kept, wish), wishes.picture(place, "64", 1, None)):
        again = export_from(made.origin())  # as after a restart of the server
        assert made.look.overlays == again.look.overlays == look.overlays


@pytest.mark.parametrize(
    ("wish", "complaint"),
    [
        (MovieWish(HERE, size="huge"), "size must be N or WxH"),
        (MovieWish(HERE, pace="slow"), "seconds per decade must be a decimal number"),
        (MovieWish(HERE, pace="0"), "a pace above 0"),
        (MovieWish(HERE, hold="-1"), "rest must lie between 0 and 60 seconds, not -1"),
        (MovieWish(HERE, pace="600"), "up to 10,000 frames"),
        (MovieWish(STEPS, seconds="1"), "cannot rest twice"),
        (MovieWish(SETTING, setting="nonlinearity"), "unknown numeric setting"),
        (MovieWish(SETTING, setting="seed", first="x", last="1"), "seed must be a whole number"),
    ],
)
def test_what_cannot_be_is_said(wish, complaint):
    with pytest.raises(InputError, match=complaint):
        wishes.movie(PLACE, [], wish)


def test_every_format_of_data_is_offered():
    assert tuple(DATA.values()) == ENDINGS


def test_every_file_has_a_name_that_the_server_takes():
    for ending in wishes.FORMATS.values():
        assert FILE_NAME.fullmatch(f"trainscape-rippled-quadratic-initial_offset{ending}")
