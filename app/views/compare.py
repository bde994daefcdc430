"""The choice of what the picture is compared with.

Nothing here knows a system: what may differ is read from the spec's own tables.
"""

from typing import Any

import panel as pn
from markupsafe import escape

from app.views.dialog import dialog
from app.views.fields import Fields
from app.views.rows import Rows
from app.views.settings import field_of, text_of, words
from app.views.style import WIDE
from app.views.view import View
from app.visitor.explorer import Explorer
from engine.errors import InputError
from engine.settings import Setting, assignment
from engine.spec import Spec

ABOUT = (
    "Beside this picture stands another one of the same window, which differs in what is chosen "
    "here, and a third shows where the two disagree. All else that is changed is changed in both."
)
QUICK = {"Another seed": "seed", "The other precision": "precision"}


class Compare(View):
    """The dialog in which one chooses what the picture is compared with."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self.form = Fields(self._heard, margin=0, **WIDE)
        self.differences = Rows(self._leave_out, margin=(0, 12), **WIDE)
        self._setting, self._wrong, self._again = "", "", 0
        self._value: str | bool = ""
        self._begin()
        self.settings.param.watch(lambda *events: self._begin(), ["spec", "against"])
        explorer.param.watch(lambda event: self._begin(), "dialog")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the dialog."""
        about = pn.pane.HTML(f"<p>{ABOUT}</p>", margin=(0, 12), **WIDE)
        return dialog(
            self.explorer, "compare", "Compare side by side", about, self.differences, self.form
        )

    def _begin(self) -> None:
        """Offer every setting that applies and leaves the axes as they are."""
        offered = comparable(self.settings.spec)
        self._offer(self._setting if self._setting in offered else next(iter(offered)))

    def _offer(self, setting: str) -> None:
        """Offer the values of a setting."""
        self._setting, self._wrong, self._again = setting, "", self._again + 1
        value = (self.settings.other or self.settings.spec).flat().get(setting)
        self._value = value if isinstance(value, bool) else text_of(value)
        self._show()

    def _show(self) -> None:
        spec, against = self.settings.other or self.settings.spec, self.settings.against
        names = [(words(name), name) for name in comparable(self.settings.spec)]
        about = comparable(spec)[self._setting]
        value = {**field_of(self._setting, about, spec.flat()[self._setting])}
        value |= {"name": "value", "value": self._value, "again": self._again, "live": True}
        self.differences.rows = [
            {"name": text, "html": str(escape(_label(text))), "label": f"Leave out {_label(text)}"}
            for text in against
        ]
        self.form.fields = [
            *({"name": name, "kind": "button", "label": name, "side": True} for name in QUICK),
            {"name": "setting", "kind": "select", "label": "Setting", "value": self._setting,
             "choices": names},
            value,
            {"name": "add", "kind": "button", "label": "Add this difference",
             "problem": self._wrong},
            {"name": "end", "kind": "button", "label": "Stop comparing", "disabled": not against},
        ]  # fmt: skip

    def _heard(self, name: str, value: Any) -> None:
        against = list(self.settings.against)
        if name == "setting" and value in comparable(self.settings.spec):
            self._offer(value)
        elif name == "value":
            self._value = value
        elif name == "add":
            self._compare([*against, assignment(self._setting, self._value)])
        elif name == "end":
            self._go([])
        elif name in QUICK:
            of = another_seed if QUICK[name] == "seed" else precision
            self._go([of(self.explorer)])

    def _leave_out(self, text: str) -> None:
        self._compare([other for other in self.settings.against if other != text])

    def _go(self, against: list[str]) -> None:
        if self._compare(against):
            self.explorer.dialog = ""

    def _compare(self, against: list[str]) -> bool:
        """Compare with what differs by these, or say what is wrong; return whether it worked."""
        try:
            self.settings.compare(against)
        except InputError as error:
            self._wrong = str(error)
            self._show()
            return False
        return True


def _label(text: str) -> str:
    name, _, value = text.partition("=")
    return f"{words(name)} {value}"


def comparable(spec: Spec) -> dict[str, Setting]:
    """Return the settings that another spec may differ in and still have the same axes."""
    return {name: about for name, about in spec.applicable().items() if about.group != "axes"}


def another_seed(explorer: Explorer) -> str:
    """Return a difference: the seed after that of the picture, or of what it is compared with."""
    spec = explorer.settings.other or explorer.settings.spec
    last = spec.choices()["seed"].high
    return assignment("seed", spec.seed + 1 if last is None or spec.seed < last else 0)


def precision(explorer: Explorer) -> str:
    """Return a difference: the precision that the picture does not have."""
    spec = explorer.settings.spec
    choices = spec.choices()["precision"].choices
    return assignment("precision", next(p for p in choices if p != spec.precision))
