"""The choice of what the picture is compared with.

Nothing here knows a system: what may differ is read from the spec's own tables.
"""

import panel as pn
import panel_material_ui as pmui

from app.views.buttons import icon_button
from app.views.dialog import dialog
from app.views.plain import plain
from app.views.settings import widget_of, words
from app.views.style import WIDE
from app.views.view import View
from app.visitor.explorer import Explorer
from engine.errors import InputError
from engine.settings import Setting, assignment
from engine.spec import Spec

ABOUT = """
Beside this picture stands another one of the same window, which differs in what is chosen here, and
a third shows where the two disagree. All else that is changed is changed in both.
"""


class Compare(View):
    """The dialog in which one chooses what the picture is compared with."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._setting = pmui.Select(label="Setting", size="small", **WIDE)
        self._value = pmui.Column(margin=0, **WIDE)
        self._offered: tuple[object, ...] = ()
        self._wrong = pmui.Typography("", variant="body2", color="error", **WIDE)
        self._setting.param.watch(lambda event: self._offer(), "value")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the dialog."""
        return dialog(self.explorer, "compare", "Compare side by side", self._content)

    def _content(self) -> list[pn.viewable.Viewable]:
        self._show()
        self.settings.param.watch(lambda event: self._show(), "spec")
        self.explorer.param.watch(lambda event: self._show(), "dialog")
        quick = [
            pmui.Button(
                label=label, variant="outlined", size="small", margin=(4, 8, 4, 0),
                on_click=lambda event, only=only: self._go([only(self.explorer)]),
            )
            for label, only in (("Another seed", another_seed), ("The other precision", precision))
        ]  # fmt: skip
        add = pmui.Button(label="Add this difference", size="small", **WIDE)
        add.on_click(lambda event: self._add())
        end = pmui.Button(
            label="Stop comparing", variant="outlined", size="small",
            disabled=pn.bind(lambda against: not against, self.settings.param.against), **WIDE,
        )  # fmt: skip
        end.on_click(lambda event: self._go([]))
        return [
            pmui.Typography(ABOUT, variant="body2", **WIDE),
            pmui.Row(*quick, margin=(0, 10), **WIDE),
            pn.bind(self._list, self.settings.param.against),
            self._setting, self._value, add, self._wrong, end,
        ]  # fmt: skip

    def _show(self) -> None:
        """Offer every setting that applies and leaves the axes as they are."""
        names = {words(name): name for name in comparable(self.settings.spec)}
        chosen = self._setting.value
        if chosen not in names.values():
            chosen = next(iter(names.values()))
        self._setting.param.update(options=names, value=chosen)
        self._wrong.object = ""
        self._offer()

    def _offer(self) -> None:
        """Offer the values of the setting that was chosen."""
        name, spec = self._setting.value, self.settings.other or self.settings.spec
        about = comparable(spec).get(name)
        offered = (name, about, spec.flat().get(name))
        if about is not None and offered != self._offered:
            self._offered = offered
            self._value.objects = [widget_of(name, about, spec.flat()[name])]

    def _add(self) -> None:
        (widget,) = self._value.objects
        value = widget.value_input if isinstance(widget, pmui.TextInput) else widget.value
        self._compare([*self.settings.against, assignment(self._setting.value, value)])

    def _go(self, against: list[str]) -> None:
        if self._compare(against):
            self.explorer.dialog = ""

    def _compare(self, against: list[str]) -> bool:
        """Compare with what differs by these, or say what is wrong; return whether it worked."""
        try:
            self.settings.compare(against)
            self._wrong.object = ""
        except InputError as error:
            self._wrong.object = plain(str(error))
            return False
        return True

    def _list(self, against: tuple[str, ...]) -> pn.viewable.Viewable:
        """Return the differences there are, each of which can be taken out again."""
        rows = [self._difference(text) for text in against]
        return pmui.Column(*rows, margin=0, **WIDE)

    def _difference(self, text: str) -> pn.viewable.Viewable:
        name, _, value = text.partition("=")
        label = f"{words(name)} {value}"

        def leave_out() -> None:
            self._compare([other for other in self.settings.against if other != text])

        out, _ = icon_button("delete_outline", f"Leave out {label}", leave_out, size=18)
        text = pmui.Typography(plain(label), variant="body2", margin=(6, 8), **WIDE)
        return pmui.Row(text, out, margin=0, **WIDE)


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
