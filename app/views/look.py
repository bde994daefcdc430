"""The look: how the picture is coloured, and the legend that explains it."""

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import panel as pn
from markupsafe import Markup

from app.picture import predictions, sharpness
from app.views.fields import Fields
from app.views.style import WIDE
from app.views.view import View
from app.visitor.explorer import Explorer
from engine.measures import MEASURES
from engine.pictures.colour import legend, suited
from engine.places.look import COLOURINGS, PALETTES, Look, colourings
from engine.spec import Spec

EQUALISE = "0 spreads the colours over the values, 1 over their ranks"


class Appearance(View):
    """Colouring, palette and equalisation; nothing is trained for them."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self.form = Fields(self._chosen, margin=0, **WIDE)
        self._show()
        self.settings.param.watch(lambda *events: self._show(), ["look", "spec"])

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        return self.form

    def _show(self) -> None:
        spec = self.settings.spec
        look = suited(self.settings.look, spec)
        offered = colourings(categories=bool(MEASURES[spec.measure].categories))
        self.form.fields = [
            {"name": "colouring", "kind": "select", "label": "Colouring", "value": look.colouring,
             "choices": [(name, name) for name in offered]},
            {"name": "palette", "kind": "select", "label": "Palette", "value": look.palette,
             "choices": [(name, name) for name in PALETTES], "disabled": not look.has_palette},
            {"name": "equalise", "kind": "range", "label": "Equalise", "value": look.equalise,
             "help": EQUALISE, "disabled": COLOURINGS[look.colouring].magnitude is None},
            {"name": sharpness.KEPT, "kind": "choice", "label": "Sharpness", "value": "cost",
             "media": "(min-resolution: 1.01dppx)", "choices": _labelled(sharpness.CHOICES)},
            {"name": predictions.KEPT, "kind": "choice", "label": "Runs not trained yet",
             "value": "shown", "choices": _labelled(predictions.CHOICES)},
            {"name": "about", "kind": "note", "label": "", "value": _about(spec, look)},
        ]  # fmt: skip

    def _chosen(self, which: str, value: Any) -> None:
        """Take what somebody has chosen; a colouring begins with the equalisation of its own."""
        present = suited(self.settings.look, self.settings.spec)
        if which == "colouring":
            look = replace(Look.of(value, present.palette), overlays=present.overlays)
        else:
            look = replace(present, **{which: value})
        if look != present:
            self.settings.look = look


class Legend(View):
    """What the colours mean, at the picture."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._html = pn.pane.HTML(
            "", css_classes=["legend"], margin=(2, 12, 4, 12), min_height=20, **WIDE
        )
        self._show()
        self.settings.param.watch(lambda *events: self._show(), ["look", "spec"])
        self.findings.param.watch(lambda event: self._show(), "muted")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        return self._html

    def _show(self) -> None:
        make = functools.partial(legend_of, self.settings.spec, self.explorer.shown_look)
        self.explorer.page.beside(
            self.threads.shade, make, functools.partial(setattr, self._html, "object")
        )


def legend_of(spec: Spec, look: Look) -> str:
    """Return the legend as HTML: a bar for each side, from small to large magnitudes.

    A look by categories has a chip for each of them instead, in its colour.
    """
    entries = legend(spec, look)
    if suited(look, spec).categorical:
        chips = (_CHIP.format(category.colours[0], category.small) for category in entries)
        return str(_ENTRIES.format(Markup().join(chips)))
    gradients = (",".join(side.colours * (2 if len(side.colours) == 1 else 1)) for side in entries)
    bars = (
        _BAR.format(side.small, gradient, side.large)
        for side, gradient in zip(entries, gradients, strict=True)
    )
    return str(_ENTRIES.format(Markup().join(bars)))


_ENTRIES = Markup(
    '<div style="display:flex;flex-wrap:wrap;justify-content:center;gap:2px 20px;'
    'font-size:.85rem">{}</div>'
)
_CHIP = Markup(
    '<span style="display:flex;align-items:center;gap:6px"><span style="width:12px;'
    'height:12px;border-radius:3px;flex:none;background:{}"></span>{}</span>'
)
_BAR = Markup(
    '<span style="display:flex;align-items:center;gap:6px"><span>{}</span>'
    '<span style="display:inline-block;width:96px;height:12px;border-radius:3px;'
    'background:linear-gradient(to right,{})"></span><span>{}</span></span>'
)


def _labelled(choices: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what may be chosen as pairs of what it is called and its name."""
    return [(label, name) for name, label in choices.items()]


def _about(spec: Spec, look: Look) -> str:
    if not look.has_palette:
        return f"{COLOURINGS[look.colouring].about}."
    return f"{COLOURINGS[look.colouring].about}. Palette: {PALETTES[look.palette]}."
