"""The curves: which of those that the system knows are drawn over the picture."""

from dataclasses import replace

import panel as pn
import panel_material_ui as pmui
from markupsafe import Markup

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
        self._choice = pmui.CheckBoxGroup(label="Curves", inline=True, size="small", **WIDE)
        self._showing = False  # whether the widget follows the explorer, and nobody chooses
        self._show()
        self._choice.param.watch(lambda event: self._chosen(), "value")
        self.settings.param.watch(lambda *events: self._show(), ["look", "spec"])

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        about = pn.pane.HTML(
            pn.bind(
                key_of,
                self.settings.param.spec,
                self.settings.param.look,
                self.findings.param.curves,
            ),
            **WIDE,
        )
        any_known = pn.bind(lambda spec: bool(curves(spec)), self.settings.param.spec)
        return pmui.Column(self._choice, about, visible=any_known, margin=0, **WIDE)

    def _show(self) -> None:
        spec, self._showing = self.settings.spec, True
        names = list(chosen(spec, self.settings.look.overlays))
        self._choice.param.update(options=list(curves(spec)), value=names)
        self._showing = False

    def _chosen(self) -> None:
        if not self._showing:
            look = self.settings.look
            self.settings.look = replace(look, overlays=tuple(self._choice.value))


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
