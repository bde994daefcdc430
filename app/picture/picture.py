"""The picture of one visitor: a landscape and its painter, which follow an explorer."""

from functools import partial

from app.picture.landscape import Gestures, Landscape
from app.picture.painter import Hooks, Painter
from app.visitor.actions import KEYS
from app.visitor.explorer import Entry, Explorer
from app.visitor.navigation import Destination
from engine.places.look import PUBLISHED
from engine.places.overviews import overview
from engine.places.presets import preset
from engine.plane import Size, Window
from engine.statistics.summary import Statistics
from engine.tiles.scheduler import Training


class Picture:
    """Shows what an explorer says, and tells it what the browser shows and what is found.

    Attributes:
        landscape: the figure.
        painter: draws and measures what is looked at.
    """

    def __init__(self, explorer: Explorer) -> None:
        self._explorer = explorer
        self._navigation, self._page = explorer.navigation, explorer.page
        findings, start = explorer.findings, explorer.navigation.destination
        gestures = Gestures(self.moved, self.rest, explorer.pins.pin, explorer.press)
        self.landscape = Landscape(
            explorer.settings.spec, start.window, gestures, keys=list(KEYS), fit=start.fit,
            pace=lambda: explorer.server.scheduler.seconds_per_run(explorer.settings.spec),
        )  # fmt: skip
        hooks = Hooks(
            self._arrived, findings.hear, self._measured, findings.settle,
            partial(setattr, findings, "overview"), partial(setattr, findings, "curves"),
            findings.fail,
        )  # fmt: skip
        self.painter = Painter(explorer.server, explorer.page, self.landscape, hooks, self._kept)
        self._look = explorer.shown_look
        self.painter.recolour(self._look)
        self.landscape.mark(explorer.pins.points)
        self._lay_ground()
        self._watch()

    def stop(self) -> None:
        """Draw and measure no more."""
        self.painter.stop()

    def rest(self) -> None:
        """Train and measure nothing, since nobody looks; what is shown stays."""
        self.painter.stop()

    def _watch(self) -> None:
        explorer, navigation = self._explorer, self._navigation
        explorer.param.watch(lambda event: self._enter(event.new), "entry")
        navigation.param.watch(lambda event: self._jump(event.new), "destination")
        navigation.param.watch(lambda event: self._drag(boxes=event.new), "box_zoom")
        explorer.pins.param.watch(lambda event: self._mark(), "points")
        explorer.param.watch(lambda event: self._veil(on=event.new), "veiled")
        explorer.settings.param.watch(lambda event: self._recolour(), "look")
        explorer.findings.param.watch(lambda event: self._recolour(), "muted")
        explorer.findings.param.watch(lambda event: self._page.soon(self._sharpen), "status")

    def _enter(self, entry: Entry) -> None:
        """Show a place that was entered; what is no longer true goes or fades."""
        if entry.new_runs:
            self.painter.forget()

        def show() -> None:
            self.landscape.relabel(entry.place.spec)
            self._lay_ground()
            if entry.new_plane:
                self.landscape.clear()
            elif entry.new_runs:
                self.landscape.fade()
            if entry.destination is not None:
                self._send(entry.destination)
            elif (current := self.landscape.current()) is not None:
                self._draw(*current)

        self._page.soon(show)

    def _jump(self, destination: Destination) -> None:
        """Go to a window; what is being drawn is stale."""
        self.painter.give_up()
        self._page.soon(lambda: self._send(destination))

    def _send(self, destination: Destination) -> None:
        """Send the browser somewhere; under the document's lock."""
        self._navigation.jumping = True
        self.landscape.jump(destination.window, fit=destination.fit)

    def _lay_ground(self) -> None:
        """Lie over the picture of the whole plane, where one is kept."""
        chosen = preset(self._explorer.settings.preset)
        self.landscape.lie_over(self._kept(), chosen.home(chosen.spec))

    def _kept(self) -> str:
        """Return where the picture of a preset is that shows what is trained; empty for none."""
        settings = self._explorer.settings
        same = settings.spec == preset(settings.preset).spec and settings.look.bare == PUBLISHED
        return overview(settings.preset) if same else ""

    def _drag(self, *, boxes: bool) -> None:
        self._page.soon(lambda: setattr(self.landscape, "box_zoom", boxes))

    def _veil(self, *, on: bool) -> None:
        self._page.soon(lambda: self.landscape.veil(on=on))

    def _mark(self) -> None:
        points = self._explorer.pins.points
        self._page.soon(lambda: self.landscape.mark(points))

    def _recolour(self) -> None:
        if (look := self._explorer.shown_look) != self._look:
            self._look = look
            self.painter.recolour(look)
            self._page.soon(self._lay_ground)

    def moved(self, window: Window, size: Size, gesture: int | None = None) -> None:
        """Take note of the view that the browser shows, and draw it."""
        self._navigation.moved(window, size, gesture)
        self._draw(window, size)

    def _sharpen(self) -> None:
        """Draw a view sharper at its end, if the pace of its runs says that it costs little."""
        drawn, current = self.painter.drawn_at, self.landscape.current()
        if not (self._explorer.findings.ended and drawn and current):
            return
        (_, window, size, _), (same, sharper) = drawn, current
        if same == window and sharper.pixels > size.pixels:
            self.moved(same, sharper)

    def _draw(self, window: Window, size: Size) -> None:
        settings = self._explorer.settings
        training = Training(not self.landscape.predicts, settings.until_sharp)
        self.painter.look(settings.spec, window, size, self._navigation.home_window, training)

    def _arrived(self, window: Window) -> None:
        self._explorer.arrive(window, self.landscape.screen)

    def _measured(self, statistics: Statistics) -> None:
        """Take over statistics, which are of the window on screen."""
        window = self._navigation.window
        self._explorer.findings.param.update(statistics=statistics, measured=window)
