"""Where a visitor looks: the window, the way back and forward, and how deep that is."""

from collections.abc import Sequence
from dataclasses import dataclass

import param

from app.visitor import depth, extent
from app.visitor.settings import Settings
from app.visitor.trail import Trail
from engine.plane import Size, Window


@dataclass(frozen=True)
class Destination:
    """Where the browser is sent.

    Attributes:
        window: which is shown there.
        fit: whether all of the window is shown, as a square, rather than its width.
    """

    window: Window
    fit: bool


class Navigation(param.Parameterized):
    """The window, and a trail of windows with a step for each gesture.

    Where the browser is sent, `moved` says once it is there.
    """

    window = param.ClassSelector(class_=Window, doc="what is looked at")
    destination = param.ClassSelector(class_=Destination, doc="where the browser was sent last")
    depth = param.String("", doc="how deep the view is, in words")
    box_zoom = param.Boolean(False, doc="whether dragging draws a box to zoom into")
    can_go_back = param.Boolean(False, doc="whether there is a view to go back to")
    can_go_forward = param.Boolean(False, doc="whether there is a view to go forward to")

    def __init__(self, settings: Settings, start: Destination) -> None:
        """Begin where the page opens.

        Args:
            settings: whose plane is looked at.
            start: where the browser begins.
        """
        super().__init__(window=start.window, destination=start)
        self.size: Size | None = None  # of the view, in pixels; None before the browser tells
        self.jumping = True  # until the browser tells of the view it was sent to
        self._settings = settings
        self._trail = Trail(start.window)
        self._gesture: int | None = None  # the last one that moved the view

    @property
    def home_window(self) -> Window:
        """The window that shows the whole plane."""
        return self._settings.home_window

    @property
    def aspect(self) -> float:
        """The height of the view over its width."""
        return self.size.height / self.size.width if self.size else 1.0

    @property
    def pixels(self) -> int:
        """How many runs are on screen, 0 before the browser tells."""
        return self.size.pixels if self.size else 0

    @property
    def extent(self) -> list[str]:
        """The ends of both axes as texts: x from, x to, y from and y to, in axis units."""
        return extent.ends_of(self.window, self.aspect)

    def home(self) -> None:
        """Go to the whole plane; whatever is being drawn is stale."""
        self.go_to(self.home_window, fit=True)

    def go_to(self, window: Window, *, fit: bool = False) -> None:
        """Go to a window, which becomes a step of the trail."""
        window = self._settings.spec.on_plane(window)
        self._trail.go(window)
        self._jump(window, fit=fit)

    def go_to_extent(self, ends: Sequence[str], along: str = "x") -> None:
        """Show what lies between these ends (see `extent.between`), or raise its InputError."""
        self.go_to(extent.between(ends, along, self.aspect, self._settings.spec.stretch))

    def back(self) -> None:
        """Go back to the view before the last gesture."""
        if self._trail.can_go_back:
            self._jump(self._trail.back(), fit=False)

    def forward(self) -> None:
        """Go forward again to the view after a gesture."""
        if self._trail.can_go_forward:
            self._jump(self._trail.forward(), fit=False)

    def toggle_box_zoom(self) -> None:
        """Have a drag draw a box to zoom into, or pan again."""
        self.box_zoom = not self.box_zoom

    def moved(self, window: Window, size: Size, gesture: int | None = None) -> None:
        """Take note of the view that the browser shows.

        All moves of one gesture are one step of the trail. A jump that has arrived is none, nor is
        another layout of the page.
        """
        still = self.jumping or size != self.size
        if still or (gesture is not None and gesture == self._gesture):
            self._trail.correct(window)
        else:
            self._trail.go(window)
            self._gesture = gesture
        self.jumping, self.size = False, size
        self._note_trail()

    def arrive(self, window: Window) -> None:
        """Take note that this window is about to be drawn."""
        words = depth.read_out(window, self.home_window, self.aspect)
        self.param.update(window=window, depth=words)

    def enter(self, window: Window | None, *, new_plane: bool) -> None:
        """Make the window of a place a step of the trail, or begin a new one on another plane.

        Args:
            window: None: the view stays.
            new_plane: whether its axes are others.
        """
        if new_plane:
            self._trail = Trail(window or self.window)
        elif window is not None:
            self._trail.go(window)
        self._stop()

    def _jump(self, window: Window, *, fit: bool) -> None:
        self._stop()
        self.destination = Destination(window, fit)

    def _stop(self) -> None:
        """Let what the browser tells next be another gesture."""
        self._gesture = None
        self._note_trail()

    def _note_trail(self) -> None:
        self.param.update(
            can_go_back=self._trail.can_go_back, can_go_forward=self._trail.can_go_forward
        )
