"""This module is the runs: what is shown of the pinned ones, side by side."""

import html
from typing import Any

import holoviews as hv
import numpy as np
import panel as pn
import panel_material_ui as pmui

from app.explorer import Explorer
from app.views.buttons import icon_button
from app.views.landscape import PIN_COLOURS
from app.views.style import WIDE
from engine.links import Pin
from engine.run import Run
from engine.spec import Spec

HEIGHT = 220  # pixels
DRAWN = (1e-40, 1e40)  # losses and norms beyond are drawn at the edge
DASHES = ("solid", "dashed", "dotted", "dotdash", "dashdot")  # of the parts, in their order


class Runs(pn.viewable.Viewer):
    """The pinned runs: their outcomes, losses and updates."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self.explorer = explorer

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view: an invitation until a run has been pinned."""
        params = self.explorer.param
        cards = pn.bind(self._cards, params.pins, params.runs)
        plots = pn.bind(self._plots, params.pins, params.runs)
        return pmui.Column(cards, plots, margin=(0, 8), **WIDE)

    def _cards(self, pins: tuple[Pin, ...], runs: dict[Pin, Run]) -> pn.viewable.Viewable:
        if not pins:
            return pmui.Typography(
                "Click the picture to pin the run there: its loss, its decision step, its Lyapunov "
                "exponent. Several are compared side by side.",
                variant="body2", **WIDE,
            )  # fmt: skip
        cards = [self._card(n, pin, runs.get(pin)) for n, pin in enumerate(pins)]
        every = pmui.Button(
            label="Unpin all", size="small", variant="outlined", margin=(4, 0),
            on_click=lambda event: self.explorer.unpin_all(), **WIDE,
        )  # fmt: skip
        return pmui.Column(*cards, every, margin=0, **WIDE)

    def _card(self, number: int, pin: Pin, run: Run | None) -> pn.viewable.Viewable:
        text = pn.pane.HTML(_told(number, self.explorer.spec, run), margin=0, **WIDE)
        unpin, _ = icon_button(
            "close", f"Unpin run {number + 1}", lambda: self.explorer.unpin(pin), size=16
        )
        return pmui.Row(text, unpin, margin=(2, 0), **WIDE)

    def _plots(self, pins: tuple[Pin, ...], runs: dict[Pin, Run]) -> pn.viewable.Viewable:
        known = [(PIN_COLOURS[n], runs[pin]) for n, pin in enumerate(pins) if pin in runs]
        if not known:
            return pn.Spacer(height=0)
        losses = [_curve(run.losses, "loss", line_color=colour) for colour, run in known]
        plots = [_pane(losses)]
        parts = known[0][1].parts
        if parts:
            updates = [
                _curve(norms, "update norm", line_color=colour, line_dash=DASHES[k % len(DASHES)])
                for colour, run in known
                for k, norms in enumerate(run.updates.T)
            ]
            lines = ", ".join(f"{p} {DASHES[k % len(DASHES)]}" for k, p in enumerate(parts))
            plots += [_pane(updates), pmui.Typography(lines, variant="caption", **WIDE)]
        return pmui.Column(*plots, margin=0, **WIDE)


def _told(number: int, spec: Spec, run: Run | None) -> str:
    chip = (
        f"<span style='display:inline-block;min-width:18px;text-align:center;border-radius:9px;"
        f"background:{PIN_COLOURS[number]};color:#000;font-weight:700'>{number + 1}</span> "
    )
    if run is None:
        return f"<div style='font-size:.82rem'>{chip} training …</div>"
    when = "never decided" if run.decided is None else f"decided at step {run.decided:,}"
    at = ", ".join(
        f"{spec.axis_setting(axis).symbol} = {value:.6g}"
        for axis, value in ((spec.x, run.x), (spec.y, run.y))
    )
    lines = (
        f"<b>{html.escape(run.outcome)}</b>, {when}",
        html.escape(at),
        f"value {run.value:.6g} · Lyapunov {run.lyapunov:+.4f} per step",
    )
    return f"<div style='font-size:.82rem;line-height:1.35'>{chip}{'<br>'.join(lines)}</div>"


def _curve(values: np.ndarray, label: str, **options: Any) -> hv.Curve:
    numbers = values.astype(float)
    shown = np.where(numbers > 0, np.clip(numbers, *DRAWN), np.nan)
    return hv.Curve((np.arange(len(shown)), shown), "step", label).opts(line_width=1.5, **options)


def _pane(curves: list[hv.Curve]) -> pn.pane.HoloViews:
    drawn = hv.Overlay(curves).opts(
        logy=True, responsive=True, height=HEIGHT, toolbar=None, show_legend=False,
        fontsize={"labels": 9, "ticks": 8},
    )  # fmt: skip
    return pn.pane.HoloViews(drawn, height=HEIGHT, margin=(4, 0), **WIDE)
