"""The state of one visitor's page, and what can be done with it: parameters, no figures or widgets.

Navigation, settings, pins and findings are parts of their own, which the picture and the views
watch, and whose methods they call. A place (see `engine.places.links`) is what a link carries:
preset, spec, window, look and pins. Two trails lead back: one of windows, with a step for each
gesture, and one of what is trained.
"""

import dataclasses
from functools import partial

import param
from param.parameterized import batch_call_watchers

from app.shared.page import Page
from app.shared.server import Server
from app.visitor.actions import KEYS
from app.visitor.exports import Exporter
from app.visitor.findings import Findings
from app.visitor.navigation import Destination, Navigation
from app.visitor.pins import Pins
from app.visitor.place import opening, plane
from app.visitor.settings import Hooks, Settings
from engine.errors import InputError
from engine.places import links
from engine.places.bookmarks import Bookmark
from engine.places.links import Place
from engine.places.look import Look
from engine.places.presets import preset
from engine.plane import Window

DIALOGS = ("go to", "places", "compare", "export", "help")


@dataclasses.dataclass(frozen=True)
class Entry:
    """A place that is entered, and what of the picture before stays.

    Attributes:
        place: which is shown from now on.
        destination: where the browser is sent; None: the view stays.
        new_plane: whether it has another plane, so that nothing stays.
        new_runs: whether other runs are trained, so that what stays is no longer true.
    """

    place: Place
    destination: Destination | None
    new_plane: bool
    new_runs: bool


class Explorer(param.Parameterized):
    """The state of one visitor's page.

    Attributes:
        server: what all visitors share.
        page: the document of this visitor.
        navigation: where the visitor looks.
        settings: what is trained, and how it is coloured.
        pins: the runs that are looked at closely.
        findings: what is known of the view.
        exporter: what the visitor takes away.
    """

    entry = param.ClassSelector(class_=Entry, default=None, doc="the last place that was entered")
    link = param.String("", doc="the query string that brings one back here")
    notice = param.String("", doc="what was wrong with a link, a bookmark or an edit")
    dialog = param.Selector(objects=["", *DIALOGS], doc="which dialog is open")
    bookmarks = param.List([], item_type=Bookmark, doc="places to come back to")
    veiled = param.Boolean(False, doc="whether runs that are predicted lie under a veil")
    screen = param.Integer(0, doc="width of the browser window in pixels; 0 before it is known")

    def __init__(self, server: Server, query: str = "") -> None:
        """Open the place of a query string, or the preset that the server starts with.

        Args:
            server: whose engine, exports and threads do the work.
            query: of the address bar.
        """
        place, problem = opening(query, server.start)
        super().__init__(notice=problem or "; ".join(place.notes))
        self.server, self.page = server, Page()
        self.findings = Findings()
        tell = partial(setattr, self, "notice")
        hooks = Hooks(
            lambda: self.place, self._enter, lambda: self.navigation.pixels, tell,
            self.findings.fail,
        )  # fmt: skip
        self.settings = Settings(server, place, hooks)
        start = Destination(place.window, fit="view=" not in query or bool(problem))
        self.navigation = Navigation(self.settings, start)
        self.pins = Pins(self.page, server.threads.inspect, self.settings, place.pins, tell)
        self.exporter = Exporter(server, self.page)
        self.settings.param.watch(
            self._relink, ["preset", "spec", "against", "look", "until_sharp"]
        )
        self.navigation.param.watch(self._relink, "window")
        self.pins.param.watch(self._relink, "points")

    @property
    def place(self) -> Place:
        """What is looked at."""
        of = self.settings
        window, points = self.navigation.window, self.pins.points
        return Place(of.preset, of.spec, window, of.look, points, of.against, of.until_sharp)

    @property
    def shown_look(self) -> Look:
        """The look of the picture: runs whose labels do not hold have no colour in it."""
        muted_from = self.settings.spec.steps if self.findings.muted else None
        return dataclasses.replace(self.settings.look, muted_from=muted_from)

    def open(self, place: Place) -> None:
        """Go to a place, as a link or a bookmark names it."""
        self.settings.go(place, place.window)
        self.notice = "; ".join(place.notes)

    def open_link(self, link: str) -> None:
        """Go to the place of a link; InputError if there is something wrong with it."""
        self.open(links.parse(link.strip()))

    def follow(self, link: str) -> None:
        """Go to the place of a link, or say what is wrong with it and stay."""
        try:
            self.open_link(link)
        except InputError as error:
            self.notice = str(error)

    def choose(self, name: str, window: str = "home") -> None:
        """Go to a window of a preset, with the preset's own settings."""
        chosen = preset(name)
        start = Place(chosen.name, chosen.spec, chosen.window(window), self.settings.look)
        self.open(dataclasses.replace(start, until_sharp=self.settings.until_sharp))

    def toggle_veil(self) -> None:
        """Lay a veil over runs that are predicted, or take it away."""
        self.veiled = not self.veiled

    def show(self, name: str) -> None:
        """Open one of `DIALOGS`."""
        self.dialog = ""  # it may have been closed without a word
        self.dialog = name

    def dismiss(self) -> None:
        """Take note of the notice."""
        self.notice = ""

    def press(self, key: str) -> None:
        """Do what a key of the keyboard stands for."""
        if key in KEYS:
            KEYS[key](self)

    def pin_centre(self) -> None:
        """Pin the run in the middle of the view."""
        self.pins.pin(self.navigation.window.x, self.navigation.window.y)

    def train_longer(self) -> None:
        """Train as many steps as settle the labels of the view."""
        self.findings.unsettled = False
        settling = self.findings.settling
        if settling is not None and settling.settled_at is not None:
            self.settings.edit("steps", str(settling.settled_at))

    def arrive(self, window: Window, screen: int) -> None:
        """Take note that the browser is at a window, which is about to be drawn.

        Args:
            window: what it shows.
            screen: the width of the browser window in pixels.
        """
        # What was said of the last view would stand beside this one.
        self.findings.status = "first picture"
        self.navigation.arrive(window)
        self.screen = screen
        self.pins.begin()

    def stop(self) -> None:
        """Stop all work for this visitor."""
        self.pins.inspector.stop()
        self.settings.edits.clear()
        self.exporter.stop()
        self.page.leave()

    def _enter(self, place: Place, window: Window | None) -> None:
        """Show a place. Without a window the view stays, or is the home of new axes."""
        settings, pins, findings = self.settings, self.pins, self.findings
        new_plane = plane(place.spec) != plane(settings.spec)
        new_runs = place.spec != settings.spec
        fit = window is None and new_plane
        target = preset(place.preset).home(place.spec) if fit else window
        self.notice = ""
        # Whoever watches a part finds all of them changed.
        with (
            batch_call_watchers(findings),
            batch_call_watchers(pins),
            batch_call_watchers(settings),
        ):
            settings.take(place)
            pins.take(place.pins, same_runs=not new_runs)
            if new_runs:
                findings.clear()
        self.navigation.enter(target, new_plane=new_plane)
        destination = None
        if target is not None:
            destination = Destination(target, fit or target == settings.home_window)
        self.entry = Entry(place, destination, new_plane, new_runs)
        pins.inspect()

    def _relink(self, *events: object) -> None:
        self.link = links.query(self.place)
