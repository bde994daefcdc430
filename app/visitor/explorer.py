"""This module is the explorer: the state of one visitor's page, and what can be done with it.

It holds parameters and no widgets; views show them and call its methods. A place (see
`engine.places.links`) is what a link carries: preset, spec, window, look and pins. Two trails lead
back: one of windows, a step for each gesture, and one of what is trained.
"""

import asyncio
import dataclasses
import logging
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial

import param

from app.picture.landscape import Gestures, Landscape
from app.picture.painter import Hooks, Overview, Painter
from app.shared.page import Page
from app.shared.server import Server
from app.visitor import depth, extent, words
from app.visitor.edits import Edits
from app.visitor.exports import Exporter
from app.visitor.inspector import Inspector
from app.visitor.place import opening, plane, still_compared, trained
from app.visitor.proposal import Proposal, estimate
from app.visitor.trail import Trail
from engine.analysis.run import Backdrop, Run
from engine.errors import InputError
from engine.places import links
from engine.places.against import normal, other_of
from engine.places.bookmarks import Bookmark
from engine.places.links import MOST_PINS, Pin, Place
from engine.places.look import PUBLISHED, Look
from engine.places.presets import preset
from engine.plane import Size, Window
from engine.spec import Spec
from engine.statistics import cautions
from engine.statistics.settling import Settling
from engine.statistics.summary import Statistics
from engine.tiles.news import News
from engine.tiles.request import Request

DIALOGS = ("go to", "places", "compare", "export", "help")

log = logging.getLogger(__name__)


class Explorer(param.Parameterized):
    """The state of one visitor's page."""

    preset = param.String("", doc="the preset that the spec was made from")
    spec = param.ClassSelector(class_=Spec, doc="what is trained")
    window = param.ClassSelector(class_=Window, doc="what is looked at")
    look = param.ClassSelector(class_=Look, default=PUBLISHED, doc="how it is coloured")
    pins = param.ClassSelector(class_=tuple, default=(), doc="points of the runs that are pinned")
    against = param.ClassSelector(class_=tuple, default=(), doc="what is compared differs by this")
    link = param.String("", doc="the query string that brings one back here")

    runs = param.Dict({}, doc="the pinned runs that have been trained, by their points")
    progress = param.Integer(0, bounds=(0, 100), doc="share of the runs on screen trained, %")
    status = param.String("starting", doc="what is on screen, in words")
    depth = param.String("", doc="how deep the view is, in words")
    news = param.ClassSelector(class_=News, default=None, doc="how far the view has come")
    spacings = param.Number(float("inf"), doc="float64 spacings between neighbouring runs")
    statistics = param.ClassSelector(class_=Statistics, default=None, doc="of what is on screen")
    measured = param.ClassSelector(class_=Window, doc="what the statistics are of")
    settling = param.ClassSelector(class_=Settling, default=None, doc="whether the labels hold")
    unsettled = param.Boolean(False, doc="whether it is to be asked what to do as they do not")
    muted = param.Boolean(False, doc="whether undecided runs are drawn without colour")
    overview = param.ClassSelector(class_=Overview, default=None, doc="of the whole plane")
    curves = param.ClassSelector(class_=tuple, default=(), doc="those drawn over the picture")
    dialog = param.Selector(objects=["", *DIALOGS], doc="which dialog is open")
    box_zoom = param.Boolean(False, doc="whether dragging draws a box to zoom into")
    fullscreen = param.Boolean(False, doc="whether the browser shows nothing else")
    bookmarks = param.List([], item_type=Bookmark, doc="places to come back to")
    screen = param.Integer(0, doc="width of the browser window in pixels; 0 before it is known")

    notice = param.String("", doc="what was wrong with a link, a bookmark or an edit")
    proposal = param.ClassSelector(class_=Proposal, default=None, doc="asked before it is trained")
    can_go_back = param.Boolean(False, doc="whether there is a view to go back to")
    can_go_forward = param.Boolean(False, doc="whether there is a view to go forward to")
    can_undo = param.Boolean(False, doc="whether there are settings to go back to")
    can_redo = param.Boolean(False, doc="whether there are settings to go forward to")

    def __init__(
        self,
        server: Server,
        query: str = "",
        keys: Mapping[str, Callable[["Explorer"], None]] | None = None,
    ) -> None:
        """Open the place of a query string, or the preset that the server starts with.

        Args:
            server: whose engine, exports and threads do the work.
            query: of the address bar.
            keys: what each key of the keyboard does.
        """
        place, problem = opening(query, server.start)
        self.server = server
        self._size: Size | None = None
        self._answered = False  # whether somebody has said what to do about unsettled labels
        super().__init__(
            preset=place.preset, spec=place.spec, window=place.window,
            look=place.look, pins=place.pins, against=place.against,
            notice=problem or "; ".join(place.notes),
        )  # fmt: skip
        self._keys = dict(keys or {})
        gestures = Gestures(self._viewed, self.pin, self._pressed)
        self.landscape = Landscape(
            place.spec, place.window, gestures, keys=list(self._keys),
            fit="view=" not in query or bool(problem),
        )  # fmt: skip
        self.page = Page()
        hooks = Hooks(
            self._arrived, self._heard, self._measured, self._settled,
            partial(setattr, self, "overview"),
            partial(setattr, self, "curves"), self._failed,
        )  # fmt: skip
        self.painter = Painter(server, self.page, self.landscape, hooks)
        self.painter.recolour(place.look)
        self.inspector = Inspector(self.page, server.threads.inspect, self._found, self._run_failed)
        self.edits = Edits(self._edited, self._failed)
        self.exporter = Exporter(server, self.page)
        self.landscape.mark(place.pins)
        self._views = Trail(place.window)
        self._settings = Trail(place)
        self._beneath: dict[Pin, Backdrop] = {}  # what the orbits of pinned runs are drawn over
        self._jumping = True  # until the browser tells of the view it was sent to
        self._gesture: int | None = None  # the last one that moved the view
        self.param.watch(self._relink, ["preset", "spec", "window", "look", "pins", "against"])

    # Where one is.

    @property
    def place(self) -> Place:
        """What is looked at."""
        return Place(self.preset, self.spec, self.window, self.look, self.pins, self.against)

    @property
    def other(self) -> Spec | None:
        """What it is compared with, if it is."""
        return other_of(self.spec, self.against) if self.against else None

    @property
    def home_window(self) -> Window:
        """The window that shows the whole plane."""
        return preset(self.preset).home(self.spec)

    @property
    def aspect(self) -> float:
        """The height of the view over its width."""
        return self._size.height / self._size.width if self._size else 1.0

    def open(self, place: Place) -> None:
        """Go to a place, as a link or a bookmark names it."""
        self._record(place)
        self._enter(place, place.window)
        self.notice = "; ".join(place.notes)

    def open_link(self, link: str) -> None:
        """Go to the place of a link; InputError if there is something wrong with it."""
        self.open(links.parse(link.strip()))

    def choose(self, name: str, window: str = "home") -> None:
        """Go to a window of a preset, with the preset's own settings."""
        chosen = preset(name)
        self.open(Place(chosen.name, chosen.spec, chosen.window(window), self.look))

    # Moving.

    def home(self) -> None:
        """Go to the whole plane; whatever is being drawn is stale."""
        self.go_to(self.home_window, fit=True)

    def go_to(self, window: Window, *, fit: bool = False) -> None:
        """Go to a window, which becomes a step of the trail."""
        window = self.spec.on_plane(window)
        self._views.go(window)
        self._jump(window, fit=fit)

    def back(self) -> None:
        """Go back to the view before the last gesture."""
        if self._views.can_go_back:
            self._jump(self._views.back(), fit=False)

    def forward(self) -> None:
        """Go forward again to the view after a gesture."""
        if self._views.can_go_forward:
            self._jump(self._views.forward(), fit=False)

    @property
    def extent(self) -> list[str]:
        """The ends of both axes as texts: x from, x to, y from and y to, in axis units."""
        return extent.ends_of(self.window, self.aspect)

    def go_to_extent(self, ends: Sequence[str], along: str = "x") -> None:
        """Show what lies between these ends (see `extent.between`), or say what is wrong."""
        try:
            self.go_to(extent.between(ends, along, self.aspect, self.spec.stretch))
            self.notice = ""
        except InputError as error:
            self.notice = str(error)

    def toggle_box_zoom(self) -> None:
        """Have a drag draw a box to zoom into, or pan again."""
        chosen = self.box_zoom = not self.box_zoom
        self.page.soon(lambda: setattr(self.landscape, "box_zoom", chosen))

    def show(self, name: str) -> None:
        """Open one of `DIALOGS`."""
        self.dialog = ""  # it may have been closed without a word
        self.dialog = name

    def _jump(self, window: Window, *, fit: bool) -> None:
        self.painter.give_up()
        self._gesture = None
        self._note_trails()

        def jump() -> None:
            self._jumping = True
            self.landscape.jump(window, fit=fit)

        self.page.soon(jump)

    def _viewed(self, window: Window, size: Size, gesture: int | None = None) -> None:
        """Take note of the view that the browser shows, and draw it."""
        still = self._jumping or size != self._size  # nobody has moved it
        if still or (gesture is not None and gesture == self._gesture):
            self._views.correct(window)
        else:
            self._views.go(window)
            self._gesture = gesture
        self._jumping, self._size = False, size
        self._note_trails()
        self.painter.look(self.spec, window, size, self.home_window)

    def _note_trails(self) -> None:
        self.param.update(
            can_go_back=self._views.can_go_back,
            can_go_forward=self._views.can_go_forward,
            can_undo=self._settings.can_go_back,
            can_redo=self._settings.can_go_forward,
        )

    # What is trained.

    def edit(self, name: str, text: str) -> None:
        """Change a setting, given as text, once no further edits follow."""
        edits = {name: text}
        other = {"x": "y", "y": "x"}.get(name)
        if other and text == getattr(self.spec, other).name:  # the axes change places
            edits[other] = getattr(self.spec, name).name
        self.edits.add(edits)

    async def _edited(self, edits: Mapping[str, str]) -> None:
        try:
            spec = self.spec.set(f"{name}={text}" for name, text in edits.items())
            self.notice = ""
            if spec != self.spec:
                proposal = await self._estimate(spec)
                if proposal.expensive:
                    self.proposal = proposal
                else:
                    self.change(spec)
        except InputError as error:
            self.notice = str(error)
        self.param.trigger("spec")  # the widgets show what holds

    async def _estimate(self, spec: Spec) -> Proposal:
        """Return how long the view would take with a spec; 0 where nothing is known."""
        runs = self._size.pixels if self._size else 0
        loop, server = asyncio.get_running_loop(), self.server
        return await loop.run_in_executor(
            server.threads.measure, estimate, server.scheduler, self.spec, spec, runs
        )

    def accept(self) -> None:
        """Train what was asked about."""
        if self.proposal is not None:
            self.change(self.proposal.spec)

    def decline(self) -> None:
        """Leave things as they are."""
        self.proposal = None

    def change(self, spec: Spec) -> None:
        """Train another spec, in the same window if the axes are the same."""
        same = plane(spec) == plane(self.spec)
        place = dataclasses.replace(self.place, spec=spec, pins=self.pins if same else ())
        place, problem = still_compared(place)
        self._record(place)
        self._enter(place, None)
        self.notice = problem

    def compare(self, against: Sequence[str]) -> None:
        """Show beside it what differs from it by `key=value` texts, or nothing if there are none.

        Raises:
            InputError: if one of them is wrong, or the two cannot be compared.
        """
        place = dataclasses.replace(self.place, against=normal(self.spec, against))
        self._record(place)
        self._enter(place, None)

    def reset(self) -> None:
        """Go back to the settings of the preset."""
        self.change(preset(self.preset).spec)

    def undo(self) -> None:
        """Go back to the settings before the last change of them."""
        self._settings.correct(self.place)
        self._return(self._settings.back())

    def redo(self) -> None:
        """Go forward again to the settings after a change."""
        self._settings.correct(self.place)
        self._return(self._settings.forward())

    def _return(self, place: Place) -> None:
        if trained(place) != trained(self.place):
            same = plane(place.spec) == plane(self.spec)
            pins = self.pins if same else place.pins
            place = dataclasses.replace(place, look=self.look, pins=pins)
            self._enter(place, None if same else place.window)

    def _record(self, place: Place) -> None:
        """Make a place a step of the trail of settings, unless it has the same."""
        if trained(place) != trained(self.place):
            self._settings.correct(self.place)  # to come back to where one was
            self._settings.go(place)

    def _enter(self, place: Place, window: Window | None) -> None:
        """Show a place. Without a window the view stays, or is the home of new axes."""
        new_plane = plane(place.spec) != plane(self.spec)
        same_runs = place.spec == self.spec
        fit = window is None and new_plane
        target = preset(place.preset).home(place.spec) if fit else window
        self.inspector.stop()
        self.edits.clear()
        kept = self.runs if same_runs else {}
        self.param.update(
            preset=place.preset, spec=place.spec, look=place.look, pins=place.pins,
            against=place.against,
            runs={pin: run for pin, run in kept.items() if pin in place.pins},
            notice="", proposal=None,
        )  # fmt: skip
        if not same_runs:
            self.param.update(
                statistics=None, overview=None, curves=(), settling=None, unsettled=False,
                muted=False,
            )  # fmt: skip
            self._answered = False
            self.painter.forget()
        self.painter.recolour(self.shown_look)
        if new_plane:
            self._views = Trail(target or self.window)
        elif target is not None:
            self._views.go(target)
        self._gesture = None
        self._note_trails()

        def show() -> None:
            self.landscape.relabel(place.spec)
            self.landscape.mark(place.pins)
            if new_plane:
                self.landscape.clear()
            elif not same_runs:
                self.landscape.fade()
            if target is not None:
                self._jumping = True
                self.landscape.jump(target, fit=fit or target == self.home_window)
            elif (known := self.landscape.current()) is not None:
                self.painter.look(place.spec, *known, self.home_window)

        self.page.soon(show)
        self._inspect_pins()

    # How it is coloured.

    def recolour(self, look: Look) -> None:
        """Show what is known in another look; nothing is trained for it."""
        self.look = look
        self.painter.recolour(self.shown_look)

    @property
    def shown_look(self) -> Look:
        """The look of the picture: runs whose labels do not hold have no colour in it."""
        return dataclasses.replace(self.look, muted_from=self.spec.steps if self.muted else None)

    # Whether the labels hold.

    def _settled(self, found: Settling | None) -> None:
        self.settling = found
        if not self._answered:
            self.unsettled = found is not None and found.unsettled
            self._mute(self.unsettled)

    def _mute(self, muted: bool) -> None:
        if muted != self.muted:
            self.muted = muted
            self.painter.recolour(self.shown_look)

    def train_longer(self) -> None:
        """Train as many steps as settle the labels of the view."""
        self.unsettled = False
        if self.settling is not None and self.settling.settled_at is not None:
            self.edit("steps", str(self.settling.settled_at))

    def colour_anyway(self) -> None:
        """Colour undecided runs as all others, from now on."""
        self._answered = True
        self.unsettled = False
        self._mute(False)

    def leave_unsettled(self) -> None:
        """Ask no more what to do, until something else is trained."""
        self._answered = True
        self.unsettled = False

    # Single runs.

    def beneath(self, pin: Pin) -> Backdrop | None:
        """Return what the orbit of a pinned run is drawn over, once that has been trained."""
        return self._beneath.get(pin)

    def pin(self, x: Decimal, y: Decimal) -> None:
        """Pin the run at a point, given in axis units; the oldest gives way to one too many."""
        if (x, y) not in self.pins:
            self._set_pins((*self.pins, (x, y))[-MOST_PINS:])

    def pin_centre(self) -> None:
        """Pin the run in the middle of the view."""
        self.pin(self.window.x, self.window.y)

    def unpin(self, pin: Pin) -> None:
        """Take a pin out again."""
        self._set_pins(tuple(p for p in self.pins if p != pin))

    def unpin_all(self) -> None:
        """Take all pins out again."""
        self._set_pins(())

    def _set_pins(self, pins: tuple[Pin, ...]) -> None:
        self.param.update(pins=pins, runs={p: run for p, run in self.runs.items() if p in pins})
        self.page.soon(lambda: self.landscape.mark(pins))
        self._inspect_pins()

    def _inspect_pins(self) -> None:
        """Train the pinned runs that have not been."""
        self.inspector.inspect(self.spec, [pin for pin in self.pins if pin not in self.runs])

    def _found(self, pin: Pin, run: Run, beneath: Backdrop) -> None:
        self._beneath = {p: b for p, b in self._beneath.items() if p in self.pins} | {pin: beneath}
        self.runs = {**self.runs, pin: run}

    def _run_failed(self, pin: Pin, error: Exception) -> None:
        self.notice = f"this run failed: {error}"
        self.unpin(pin)

    # What the painter tells.

    def _arrived(self, window: Window) -> None:
        self.param.update(
            window=window,
            status="first picture",  # or what was said of the last view would stand beside this one
            screen=self.landscape.screen,
            depth=depth.read_out(window, self.home_window, self.aspect),
        )
        if self.inspector.task is None:
            self._inspect_pins()  # those of the link that was opened

    def _heard(self, news: News, request: Request) -> None:
        news = dataclasses.replace(news, tiles={})  # which the landscape has by now
        self.param.update(
            progress=int(100 * news.done),
            status=words.status(news, request),
            news=news,
            spacings=cautions.spacings(request.pyramid.spec, request.region),
        )

    def _measured(self, found: Statistics) -> None:
        self.param.update(statistics=found, measured=self.window)

    def _failed(self, error: BaseException) -> None:
        log.error("drawing failed", exc_info=error)
        self.status = f"failed: {error}"

    # The rest.

    def stop(self) -> None:
        """Stop all work for this visitor."""
        self.painter.stop()
        self.inspector.stop()
        self.edits.clear()
        self.exporter.stop()
        self.page.leave()

    def dismiss(self) -> None:
        """Take note of the notice."""
        self.notice = ""

    def _pressed(self, key: str) -> None:
        if key in ("fullscreen", "not fullscreen"):
            self.fullscreen = key == "fullscreen"
        elif key in self._keys:
            self._keys[key](self)

    def _relink(self, *events: object) -> None:
        self.link = links.query(self.place)
