"""This module is the look: how the picture is coloured, and the legend that explains it."""

import html

import panel as pn
import panel_material_ui as pmui

from app.explorer import Explorer
from app.views.style import WIDE
from app.views.view import View
from engine.colour import legend
from engine.look import COLOURINGS, PALETTES, Look
from engine.spec import Spec


class Appearance(View):
    """Colouring, palette and equalisation; nothing is trained for them."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._colouring = pmui.Select(
            label="Colouring", options=list(COLOURINGS), size="small", **WIDE
        )
        self._palette = pmui.Select(label="Palette", options=list(PALETTES), size="small", **WIDE)
        self._equalise = pmui.FloatSlider(
            label="Equalise", start=0, end=1, step=0.01, size="small",
            description="0 spreads the colours over the values, 1 over their ranks", **WIDE,
        )  # fmt: skip
        self._equalise._debounce = 0  # milliseconds for which Panel waits for what else is said
        self._showing = False  # the explorer's look, and not choosing one
        self._show()
        self._colouring.param.watch(lambda event: self._chosen(), "value")
        self._palette.param.watch(lambda event: self._changed(), "value")
        self._equalise.param.watch(lambda event: self._changed(), "value")
        explorer.param.watch(lambda event: self._show(), "look")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        params = self.explorer.param
        legend = pn.pane.HTML(pn.bind(legend_of, params.spec, params.look), **WIDE)
        about = pmui.Typography(
            pn.bind(_about, params.look), variant="caption", color="text.secondary", **WIDE
        )
        return pmui.Column(
            legend, self._colouring, self._palette, self._equalise, about, margin=0, **WIDE
        )

    def _show(self) -> None:
        look, self._showing = self.explorer.look, True
        self._colouring.value, self._palette.value = look.colouring, look.palette
        self._equalise.param.update(
            value=look.equalise, disabled=COLOURINGS[look.colouring].magnitude is None
        )
        self._showing = False

    def _chosen(self) -> None:
        """Begin a colouring with the equalisation that is its own."""
        if not self._showing and self._colouring.value != self.explorer.look.colouring:
            self.explorer.recolour(Look.of(self._colouring.value, self._palette.value))

    def _changed(self) -> None:
        if self._showing:
            return
        look = Look(self.explorer.look.colouring, self._palette.value, self._equalise.value)
        if look != self.explorer.look:
            self.explorer.recolour(look)


def legend_of(spec: Spec, look: Look) -> str:
    """Return the legend as HTML: a bar for each side, from small to large magnitudes."""
    bars = []
    for side in legend(spec, look):
        ends = "".join(f"<span>{html.escape(text)}</span>" for text in (side.small, side.large))
        colours = ",".join(side.colours * (2 if len(side.colours) == 1 else 1))
        bars.append(
            '<div style="display:flex;justify-content:space-between;font-size:.8rem">'
            f"{ends}</div>"
            '<div style="height:12px;border-radius:3px;margin-bottom:6px;'
            f'background:linear-gradient(to right,{colours})"></div>'
        )
    return "".join(bars)


def _about(look: Look) -> str:
    return f"{COLOURINGS[look.colouring].about}. Palette: {PALETTES[look.palette]}."
