"""The help: keys, gestures, and what one is looking at."""

from collections.abc import Iterable

import panel as pn
from markupsafe import Markup

from app.views.dialog import dialog
from app.views.fields import Fields
from app.views.style import WIDE
from app.views.view import View
from app.visitor.actions import ACTIONS, BROWSER_KEYS, GESTURES

KEPT = "trainscape keys"  # in the browser's storage; `keys.js` looks there
SWITCH = "Single keys do this wherever the focus is; if not, then on the picture only"
ABOUT = """
Every pixel is one training run. Its place says with which two hyperparameters it was trained, its
colour what became of it: converged or diverged, and how fast. Zooming trains the runs of the new
view; nothing is enlarged. The boundary between the two is a fractal
(Sohl-Dickstein 2024, arXiv:2402.06184).
"""


class Help(View):
    """The dialog that explains the page."""

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the dialog."""
        keys = [*BROWSER_KEYS, *((action.key, action.words) for action in ACTIONS)]
        tables = table_of("Gestures", GESTURES) + table_of("Keys", keys)
        switch = {"name": KEPT, "kind": "kept", "label": SWITCH}
        tour = {"name": "tour", "kind": "event", "label": "Take the tour"}
        return dialog(
            self.explorer, "help", "Help", _words(f"<p>{ABOUT}</p>"), _field(tour),
            _words(tables), _field(switch),
        )  # fmt: skip


def _words(html: str) -> pn.pane.HTML:
    return pn.pane.HTML(html, margin=(0, 12), **WIDE)


def _field(field: dict[str, str]) -> Fields:
    """Return a form of one field, of which the server hears nothing."""
    return Fields(lambda *change: None, fields=[field], margin=0, **WIDE)


_ROW = Markup(
    "<tr><td style='padding:2px 16px 2px 0;min-width:5em'><kbd>{}</kbd></td><td>{}</td></tr>"
)
_TABLE = Markup(
    "<h3 style='margin:8px 0 4px;font-size:1em'>{}</h3><table style='font-size:.9rem'>{}</table>"
)


def table_of(title: str, rows: Iterable[tuple[str, str]]) -> str:
    """Return keys, or gestures, and what they do as an HTML table under a heading."""
    return str(_TABLE.format(title, Markup().join(_ROW.format(*row) for row in rows)))
