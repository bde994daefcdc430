"""The look: how the picture is coloured, and the legend that explains it."""

import functools
from dataclasses import replace

import panel as pn
import panel_material_ui as pmui
from markupsafe import Markup

from app.views.style import WIDE
from app.views.view import View
from app.visitor.explorer import Explorer
from engine.measures import MEASURES
from engine.pictures.colour import legend, suited
from engine.places.look import COLOURINGS, PALETTES, Look, colourings
from engine.spec import Spec


class Appearance(View):
    """Colouring, palette and equalisation; nothing is trained for them."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._colouring = pmui.Select(label="Colouring", size="small", **WIDE)
        self._palette = pmui.Select(label="Palette", options=list(PALETTES), size="small", **WIDE)
        self._equalise = pmui.FloatSlider(
            label="Equalise", start=0, end=1, step=0.01, size="small",
            description="0 spreads the colours over the values, 1 over their ranks", **WIDE,
        )  # fmt: skip
        self._equalise._debounce = 0  # milliseconds for which Panel waits for another value
        self._legend = pn.pane.HTML("", **WIDE)
        self._showing = False  # whether the widgets follow the explorer, and nobody chooses
        self._show()
        self._colouring.param.watch(lambda event: self._chosen(), "value")
        self._palette.param.watch(lambda event: self._changed(), "value")
        self._equalise.param.watch(lambda event: self._changed(), "value")
        self.settings.param.watch(lambda *events: self._show(), ["look", "spec"])
        self.findings.param.watch(lambda event: self._show(), "muted")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        about = pmui.Typography(
            pn.bind(_about, self.settings.param.spec, self.settings.param.look),
            variant="caption",
            color="text.secondary",
            **WIDE,
        )
        return pmui.Column(
            self._legend, self._colouring, self._palette, self._equalise, about, margin=0, **WIDE
        )

    def _show(self) -> None:
        make = functools.partial(legend_of, self.settings.spec, self.explorer.shown_look)
        self.explorer.page.beside(
            self.threads.shade, make, functools.partial(setattr, self._legend, "object")
        )
        spec, self._showing = self.settings.spec, True
        look = suited(self.settings.look, spec)
        options = colourings(categories=bool(MEASURES[spec.measure].categories))
        self._colouring.param.update(options=options, value=look.colouring)
        self._palette.param.update(value=look.palette, disabled=look.categorical)
        self._equalise.param.update(
            value=look.equalise, disabled=COLOURINGS[look.colouring].magnitude is None
        )
        self._showing = False

    def _chosen(self) -> None:
        """Begin a colouring with the equalisation that is its own."""
        present = suited(self.settings.look, self.settings.spec)
        if not self._showing and self._colouring.value != present.colouring:
            look = Look.of(self._colouring.value, self._palette.value)
            self.settings.look = replace(look, overlays=self.settings.look.overlays)

    def _changed(self) -> None:
        if self._showing:
            return
        present = suited(self.settings.look, self.settings.spec)
        look = replace(present, palette=self._palette.value, equalise=self._equalise.value)
        if look != present:
            self.settings.look = look


def legend_of(spec: Spec, look: Look) -> str:
    """Return the legend as HTML: a bar for each side, from small to large magnitudes.

    A look by categories has a chip for each of them instead, in its colour.
    """
    entries = legend(spec, look)
    if suited(look, spec).categorical:
        chips = (_CHIP.format(category.colours[0], category.small) for category in entries)
        return str(_CHIPS.format(Markup().join(chips)))
    gradients = (",".join(side.colours * (2 if len(side.colours) == 1 else 1)) for side in entries)
    bars = (
        _BAR.format(side.small, side.large, gradient)
        for side, gradient in zip(entries, gradients, strict=True)
    )
    return str(Markup().join(bars))


_CHIPS = Markup(
    '<div style="display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:2px 8px;'
    'font-size:.8rem;margin-bottom:6px">{}</div>'
)
_CHIP = Markup(
    '<span style="display:flex;align-items:center;gap:6px"><span style="width:12px;'
    'height:12px;border-radius:3px;flex:none;background:{}"></span>{}</span>'
)
_BAR = Markup(
    '<div style="display:flex;justify-content:space-between;font-size:.8rem">'
    "<span>{}</span><span>{}</span></div>"
    '<div style="height:12px;border-radius:3px;margin-bottom:6px;'
    'background:linear-gradient(to right,{})"></div>'
)


def _about(spec: Spec, look: Look) -> str:
    look = suited(look, spec)
    if look.categorical:
        return f"{COLOURINGS[look.colouring].about}."
    return f"{COLOURINGS[look.colouring].about}. Palette: {PALETTES[look.palette]}."
