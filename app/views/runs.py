"""The pinned runs, side by side: their outcomes, losses, updates and orbits."""

from collections.abc import Sequence
from typing import Any

import holoviews as hv
import numpy as np
import panel as pn
from bokeh.models import DataRange1d
from holoviews.streams import Pipe
from markupsafe import Markup

from app.picture.marks import PIN_COLOURS
from app.views.fields import Fields
from app.views.orbits import Orbits
from app.views.rows import Rows
from app.views.style import WIDE
from app.views.view import View
from app.visitor.explorer import Explorer
from engine.analysis.run import Run
from engine.places.links import MOST_PINS, Pin
from engine.spec import Spec

HEIGHT = 220  # pixels
LIMITS = (1e-40, 1e40)  # losses and norms beyond are drawn at the edge
DASHES = ("solid", "dashed", "dotted", "dotdash", "dashdot")  # of the parts, in their order
INVITATION = (
    "Click the picture to pin the run there: its loss, its decision step, its Lyapunov exponent. "
    "Several are compared side by side."
)


class Runs(View):
    """The pinned runs: their outcomes, losses and updates.

    Everything is made once, for as many runs as can be pinned: a browser does not free all of what
    is replaced on a page.
    """

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._losses = Curves("loss", DASHES[:1])
        self._updates = Curves("update norm", DASHES)
        self._orbits = Orbits()
        self.rows = Rows(self._unpin, margin=0, **WIDE)
        self.every = Fields(lambda *button: self.pins.unpin_all(), margin=0, **WIDE)
        self._list()
        self.pins.param.watch(lambda *events: self._list(), ["points", "runs"])
        self.pins.param.watch(lambda *events: self._draw(), ["points", "runs"])

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view: an invitation until a run has been pinned."""
        runs = self.pins.param.runs
        invitation = pn.pane.HTML(
            INVITATION, visible=pn.bind(lambda pins: not pins, self.pins.param.points), **WIDE
        )
        parts = pn.pane.HTML(pn.bind(_parts, runs), visible=pn.bind(_has_parts, runs), **WIDE)
        losses = pn.Column(self._losses.pane(), visible=pn.bind(bool, runs), margin=0, **WIDE)
        updates = pn.Column(
            self._updates.pane(), visible=pn.bind(_has_parts, runs), margin=0, **WIDE
        )
        orbits = pn.Column(self._orbits.pane, visible=pn.bind(_has_orbit, runs), margin=0, **WIDE)
        return pn.Column(
            invitation, self.rows, self.every, orbits, losses, updates, parts, margin=(0, 8), **WIDE
        )

    def _list(self) -> None:
        """List the runs with what became of them."""
        points, runs, spec = self.pins.points, self.pins.runs, self.settings.spec
        self.rows.rows = [
            {"name": str(number), "html": about_run(number, spec, runs.get(pin)),
             "label": f"Unpin run {number + 1}"}
            for number, pin in enumerate(points)
        ]  # fmt: skip
        button = {"name": "every", "kind": "button", "label": "Unpin all"}
        self.every.fields = [button] if points else []

    def _unpin(self, number: str) -> None:
        if int(number) < len(self.pins.points):
            self.pins.unpin(self.pins.points[int(number)])

    def _draw(self) -> None:
        """Draw the runs that are known, in the colours of their pins."""
        runs = [self.pins.runs.get(pin) for pin in self.pins.points]
        self._losses.show([None if run is None else [run.losses] for run in runs])
        self._updates.show([None if run is None else list(run.updates.T) for run in runs])
        beneath = [self.pins.backdrop(pin) for pin in self.pins.points]
        self._orbits.show(self.settings.spec, runs, beneath)


class Curves:
    """Curves over the steps, in the colour of their run and the dashes of their part.

    Args:
        label: of what is drawn, on a logarithmic scale.
        dashes: of the parts, in turn.
    """

    def __init__(self, label: str, dashes: Sequence[str]) -> None:
        self._label, self._dashes = label, dashes
        self._pipe = Pipe(data=[])

    def pane(self) -> pn.viewable.Viewable:
        """Return the plot."""
        plot = hv.DynamicMap(self._overlay, streams=[self._pipe])
        return pn.pane.HoloViews(plot, height=HEIGHT, margin=(4, 0), **WIDE)

    def show(self, curves: Sequence[Sequence[np.ndarray] | None]) -> None:
        """Show the curves of each run, one for every part; None for a run that is not known."""
        self._pipe.send(list(curves))

    def _overlay(self, data: Sequence[Sequence[np.ndarray] | None]) -> hv.Overlay:
        plots: list[hv.Curve] = []
        for number, colour in enumerate(PIN_COLOURS[:MOST_PINS]):
            of_run = (data[number] if number < len(data) else None) or []
            for k, dash in enumerate(self._dashes):
                points = _joined(of_run[k :: len(self._dashes)])
                if not any(data) and not plots:  # never seen: no logarithm lacks a range
                    points = np.array([0.0, 1.0]), np.array([1.0, 10.0])
                plots.append(
                    hv.Curve(points, "step", self._label).opts(
                        color=colour, line_dash=dash, line_width=1.5, framewise=True
                    )
                )
        return hv.Overlay(plots).opts(
            logy=True, responsive=True, height=HEIGHT, toolbar=None, show_legend=False,
            framewise=True, shared_axes=False, default_tools=[],
            fontsize={"labels": 9, "ticks": 8}, hooks=[_follow_the_data],
        )  # fmt: skip


def _has_orbit(runs: dict[Pin, Run]) -> bool:
    return any(len(run.orbit) for run in runs.values())


def _follow_the_data(plot: Any, element: object) -> None:
    """Have the browser choose the ranges: those that HoloViews chooses do not reach it."""
    for axis in ("x_range", "y_range"):
        if not isinstance(getattr(plot.state, axis), DataRange1d):
            setattr(plot.state, axis, DataRange1d())


def _joined(curves: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return curves over their steps as one, with gaps between them."""
    steps, values = [], []
    for curve in curves:
        numbers = curve.astype(float)
        within = np.where(numbers > 0, np.clip(numbers, *LIMITS), np.nan)
        steps += [np.arange(len(within)), [0]]
        values += [within, [np.nan]]
    return np.concatenate([[], *steps]), np.concatenate([[], *values])


def _has_parts(runs: dict[Pin, Run]) -> bool:
    return any(run.parts for run in runs.values())


def _parts(runs: dict[Pin, Run]) -> str:
    parts = next((run.parts for run in runs.values()), ())
    return ", ".join(f"{part} {DASHES[k % len(DASHES)]}" for k, part in enumerate(parts))


_CHIP = Markup(
    "<span style='display:inline-block;min-width:18px;text-align:center;border-radius:9px;"
    "background:{};color:#000;font-weight:700'>{}</span> "
)
_TRAINING = Markup("<div style='font-size:.82rem'>{} training …</div>")
_ABOUT = Markup("<div style='font-size:.82rem;line-height:1.35'>{}<b>{}</b>, {}<br>{}<br>{}</div>")


def about_run(number: int, spec: Spec, run: Run | None) -> str:
    """Return what became of a run, as HTML.

    Args:
        number: of its pin, from 0.
        spec: of the picture.
        run: None while it is being trained.
    """
    chip = _CHIP.format(PIN_COLOURS[number], number + 1)
    if run is None:
        return str(_TRAINING.format(chip))
    when = "never decided" if run.decided is None else f"decided at step {run.decided:,}"
    at = ", ".join(
        f"{spec.axis_setting(axis).symbol} = {value:.6g}"
        for axis, value in ((spec.x, run.x), (spec.y, run.y))
    )
    lyapunov = "" if np.isnan(run.lyapunov) else f" · Lyapunov {run.lyapunov:+.4f} per step"
    return str(_ABOUT.format(chip, run.outcome, when, at, f"value {run.value:.6g}{lyapunov}"))
