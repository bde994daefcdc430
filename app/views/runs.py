"""The pinned runs, side by side: their outcomes, losses, updates and orbits."""

import weakref
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

import holoviews as hv
import numpy as np
import panel as pn
from bokeh.models import FixedTicker
from holoviews.streams import Pipe
from markupsafe import Markup

from app.picture.marks import PIN_COLOURS
from app.views.fields import Fields
from app.views.orbits import Orbits
from app.views.rows import Rows
from app.views.style import WIDE
from app.views.view import View
from app.visitor.explorer import Explorer
from engine.analysis.courses import KINDS, courses, until_it_ends
from engine.analysis.run import Run
from engine.places.links import Pin
from engine.spec import Spec

HEIGHT = 220  # pixels
NO_BREAK = "\N{NO-BREAK SPACE}"
SIDES = 0.04  # parts of the steps that are added on either side
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
        self._drawn: list[Run | None] = []
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
        while runs and runs[-1] is None:
            runs.pop()
        if [id(run) for run in runs] == [id(run) for run in self._drawn]:
            return
        self._drawn = runs
        self._losses.show([[run.losses] if run else [] for run in runs])
        if _has_parts(self.pins.runs):
            self._updates.show([list(run.updates.T) if run else [] for run in runs])
        beneath = [self.pins.backdrop(pin) for pin in self.pins.points]
        self._orbits.show(self.settings.spec, runs, beneath)


class Curves:
    """Curves over the steps, in the colour of their run and the dashes of their part.

    Their range, and the marks of what lies beyond it, are those of `engine.analysis.courses`.

    Args:
        label: of what is drawn, on a logarithmic scale.
        dashes: of the parts, in turn.
    """

    def __init__(self, label: str, dashes: Sequence[str]) -> None:
        self._label, self._dashes = label, dashes
        self._pipe = Pipe(data=[])
        self._courses = courses([])
        self._key = pn.pane.HTML("", visible=False, margin=(0, 10), **WIDE)

    def pane(self) -> pn.viewable.Viewable:
        """Return the plot, and below it what the marks in it mean."""
        plot = hv.DynamicMap(self._overlay, streams=[self._pipe])
        return pn.Column(
            pn.pane.HoloViews(plot, height=HEIGHT, margin=(4, 0), **WIDE), self._key,
            margin=0, **WIDE,
        )  # fmt: skip

    def show(self, runs: Sequence[Sequence[np.ndarray]]) -> None:
        """Show the curves of each run, one for every part; none for a run that is not known."""
        self._courses = courses(runs)
        self._key.param.update(
            object=key_of(self._courses.kinds), visible=bool(self._courses.marks)
        )
        self._pipe.send(runs)

    def _overlay(self, data: Sequence[Sequence[np.ndarray]]) -> hv.Overlay:
        curves: list[tuple[np.ndarray, np.ndarray, str, str]] = [
            (np.arange(len(values)), np.where(values > 0, values, np.nan), colour, dash)
            for colour, of_run in zip(PIN_COLOURS, data, strict=False)
            for values, dash in zip(map(until_it_ends, of_run), cycle(self._dashes), strict=False)
        ]
        signs = [
            (mark.step, mark.height, KINDS[mark.kind].sign, PIN_COLOURS[mark.run])
            for mark in self._courses.marks
        ]
        # What is not seen has several colours and dashes: where all are the same, HoloViews makes
        # other glyphs, for which the browser looks in vain in the data that it has.
        for colour, dash in zip(PIN_COLOURS[:2], cycle(self._dashes), strict=False):
            curves.append((np.zeros(1), np.ones(1), colour, dash))
            signs.append((0, 1.0, "", colour))
        axes = ["step", self._label]
        columns = (*axes, "colour", "dash")
        paths = [dict(zip(columns, curve, strict=True)) for curve in curves]
        lines = hv.Contours(paths, axes, ["colour", "dash"]).opts(
            color="colour", line_dash="dash", line_width=1.5, apply_ranges=False
        )
        marks = hv.Labels(signs, axes, ["sign", "colour"]).opts(
            text_color="colour", text_font_size="13px", text_font_style="bold", apply_ranges=False
        )
        return (lines * marks).opts(
            logy=True, responsive=True, height=HEIGHT, toolbar=None, show_legend=False,
            ylim=(self._courses.low, self._courses.high), shared_axes=False, default_tools=[],
            fontsize={"labels": 9, "ticks": 8}, hooks=[_weakly(self._arrange)],
        )  # fmt: skip

    def _arrange(self, plot: Any, element: object) -> None:
        """Set the ranges and the ticks, of which HoloViews chooses others."""
        figure, shown = plot.state, self._courses
        beyond = SIDES * max(shown.last, 1)
        figure.x_range.update(start=-beyond, end=max(shown.last, 1) + beyond)
        figure.y_range.update(start=shown.low, end=shown.high)
        axis = figure.yaxis[0]
        if not isinstance(axis.ticker, FixedTicker):
            axis.ticker = FixedTicker()
        axis.ticker.ticks = shown.ticks


def _weakly(hook: Callable[[Any, object], None]) -> Callable[[Any, object], None]:
    """Return a hook that holds nothing: HoloViews keeps the options of a plot for as long as the
    plot is there, and through them would hold whatever holds the plot.
    """
    method = weakref.WeakMethod(hook)

    def arrange(plot: Any, element: object) -> None:
        if (there := method()) is not None:
            there(plot, element)

    return arrange


def _has_orbit(runs: dict[Pin, Run]) -> bool:
    return any(len(run.orbit) for run in runs.values())


def key_of(kinds: Sequence[str]) -> str:
    """Return what marks mean, in words."""
    return " · ".join(
        f"{KINDS[kind].sign} {KINDS[kind].about}".replace(" ", NO_BREAK) for kind in kinds
    )


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
