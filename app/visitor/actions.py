"""This module is the actions: what buttons and keys do, by the names of methods of `Explorer`."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Action:
    """Something a visitor can do at any time.

    Attributes:
        method: of `Explorer`; empty where the browser does it by itself.
        words: what it does.
        key: which key does it.
        icon: of its button, a Material icon; empty where there is none.
        enabled: the parameter of `Explorer` that says whether it can be done; empty for always.
        arguments: of the method.
        on: the parameter of `Explorer` that says whether it is in force; empty where that is no
            question.
    """

    method: str
    words: str
    key: str
    icon: str = ""
    enabled: str = ""
    arguments: tuple[str, ...] = ()
    on: str = ""

    def do(self, explorer: Any) -> None:
        """Do it."""
        getattr(explorer, self.method)(*self.arguments)


def _dialog(name: str, words: str, key: str, icon: str, on: str = "") -> Action:
    return Action("show", words, key, icon, arguments=(name,), on=on)


ACTIONS = (
    Action("home", "Home: show the whole plane", "h", "home"),
    Action("back", "Back to the view before", "[", "arrow_back", "can_go_back"),
    Action("forward", "Forward to the view after", "]", "arrow_forward", "can_go_forward"),
    Action(
        "toggle_box_zoom", "Drag a box to zoom into, or pan again", "x", "crop_free", on="box_zoom"
    ),
    Action("undo", "Undo the last change of settings", "u", "undo", "can_undo"),
    Action("redo", "Redo a change of settings", "r", "redo", "can_redo"),
    _dialog("go to", "Go to coordinates or a link", "g", "my_location"),
    _dialog("places", "Places: gallery and bookmarks", "p", "bookmarks"),
    _dialog("compare", "Compare with other settings, side by side", "c", "compare", on="against"),
    _dialog("export", "Export pictures, data and movies", "e", "file_download"),
    Action("pin_centre", "Pin the run in the middle of the view", "i", "push_pin"),
    Action("", "Fullscreen", "f", "fullscreen"),
    _dialog("help", "Help: keys and gestures", "?", "help_outline"),
)
FULLSCREEN = next(action for action in ACTIONS if not action.method)
KEYS = {action.key: action.do for action in ACTIONS if action.method}
BROWSER_KEYS = (
    ("arrows", "Move by a tenth of the view; with shift by half"),
    ("+ −", "Zoom in and out"),
)
GESTURES = (
    ("wheel, pinch", "Zoom at the cursor"),
    ("drag", "Pan"),
    ("click", "Pin the run there"),
    ("double click", "Home"),
)
