"""The curves: which of those that the system knows are drawn over the picture."""

from dataclasses import replace

import panel as pn
from markupsafe import Markup

from app.views.fields import Fields
from app.views.style import WIDE
from app.views.view import View
from app.visitor.explorer import Explorer
from engine.analysis.curves import chosen, colour_of, curves
from engine.analysis.tracing import Traced
from engine.places.look import Look
from engine.spec import Spec


class Curves(View):
    """A choice for every curve, and what the chosen ones are; nothing where none is known."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self.form = Fields(self._chosen, margin=0, **WIDE)
        self._key = pn.pane.HTML("", margin=(0, 12), **WIDE)
        self._show()
        self.settings.param.watch(lambda *events: self._show(), ["look", "spec"])
        self.findings.param.watch(lambda event: self._explain(), "curves")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        return pn.Column(self.form, self._key, margin=0, **WIDE)

    def _show(self) -> None:
        spec = self.settings.spec
        offered = [(name, name) for name in curves(spec)]
        value = list(chosen(spec, self.settings.look.overlays))
        field = {
            "name": "curves", "kind": "checks", "label": "Curves", "choices": offered,
            "value": value,
        }  # fmt: skip
        self.form.fields = [field] if offered else []
        self._explain()

    def _explain(self) -> None:
        self._key.object = key_of(self.settings.spec, self.settings.look, self.findings.curves)

    def _chosen(self, which: str, names: list[str]) -> None:
        self.settings.look = replace(self.settings.look, overlays=tuple(names))


def key_of(spec: Spec, look: Look, traced: tuple[Traced, ...]) -> str:
    """Return what the chosen curves are, as HTML, each in its colour, and which are not seen yet.

    Args:
        spec, look: of the picture.
        traced: the curves that are drawn over it by now.
    """
    every, lines_of = curves(spec), {one.curve.name: one.lines for one in traced}

    def row(name: str) -> Markup:
        lines = lines_of.get(name)
        missing = " · tracing …" if lines is None else "" if lines else " · not in this view"
        return _ROW.format(colour_of(spec, name), every[name].about + missing)

    return str(_KEY.format(Markup().join(row(name) for name in chosen(spec, look.overlays))))


_KEY = Markup('<div style="font-size:.8rem">{}</div>')
_ROW = Markup(
    '<div style="display:flex;gap:6px;align-items:baseline">'
    '<span style="flex:none;width:18px;height:4px;border:1px solid #000;'
    'background:{};align-self:center"></span><span>{}</span></div>'
)
