"""What buttons and keys do: a table of actions, which name the methods of an explorer."""

import operator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Action:
    """Something a visitor can do at any time.

    Attributes:
        method: of an `Explorer` or, with a dot, of a part of it; empty where the browser does it by
            itself.
        words: what it does.
        key: which key does it.
        icon: the name of the picture on its button.
        enabled: the parameter that says whether it can be done; empty for always.
        arguments: of the method.
        on: the parameter that says whether it is in force; empty where that is no question.
    """

    method: str
    words: str
    key: str
    icon: str = ""
    enabled: str = ""
    arguments: tuple[str, ...] = ()
    on: str = ""

    @property
    def name(self) -> str:
        """What it is called where there is no room for words; in the browser, for one."""
        return self.icon

    def do(self, explorer: Any) -> None:
        """Do it, unless the browser does."""
        if not self.method:
            return
        operator.attrgetter(self.method)(explorer)(*self.arguments)


def parameter(explorer: Any, name: str) -> Any:
    """Return a parameter of an explorer or, with a dot, of a part of it."""
    *part, own = name.split(".")
    owner: Any = operator.attrgetter(part[0])(explorer) if part else explorer
    return owner.param[own]


def _dialog(name: str, words: str, key: str, icon: str, on: str = "") -> Action:
    return Action("show", words, key, icon, arguments=(name,), on=on)


ACTIONS = (
    Action("navigation.home", "Home: show the whole plane", "h", "home"),
    Action("navigation.back", "Back to the view before", "[", "back", "navigation.can_go_back"),
    Action(
        "navigation.forward",
        "Forward to the view after",
        "]",
        "forward",
        "navigation.can_go_forward",
    ),
    Action(
        "navigation.toggle_box_zoom",
        "Drag a box to zoom into, or pan again",
        "x",
        "box",
        on="navigation.box_zoom",
    ),
    Action("settings.undo", "Undo the last change of settings", "u", "undo", "settings.can_undo"),
    Action("settings.redo", "Redo a change of settings", "r", "redo", "settings.can_redo"),
    _dialog("go to", "Go to coordinates or a link", "g", "aim"),
    _dialog("places", "Places: gallery and bookmarks", "p", "places"),
    _dialog(
        "compare",
        "Compare with other settings, side by side",
        "c",
        "compare",
        on="settings.against",
    ),
    Action("toggle_veil", "Veil what is predicted and not trained yet", "v", "veil", on="veiled"),
    _dialog("export", "Export pictures, data and movies", "e", "export"),
    Action("pin_centre", "Pin the run in the middle of the view", "i", "pin"),
    Action("", "Copy the link to this place", "l", "link"),
    Action("", "Fullscreen", "f", "fullscreen"),
    _dialog("help", "Help: keys and gestures", "?", "help"),
)
KEYS = {action.key: action.do for action in ACTIONS if action.method}
BROWSER_KEYS = (
    ("arrows", "Move by a tenth of the view; with shift by half"),
    ("+ −", "Zoom in and out"),
)
GESTURES = (
    ("wheel, pinch", "Zoom there; in a frame of another page only with Ctrl, or after a click"),
    ("drag, one finger or two", "Pan"),
    ("click, tap", "Pin the run there"),
    ("double click, double tap", "Home"),
    ("long press", "Tell what is there"),
    ("paste a link", "Go where it leads"),
    ("drop a picture", "Go where it was made"),
)
