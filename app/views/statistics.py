"""This module is the statistics: the numbers of what is on screen, beside how far to trust them."""

import html
from collections.abc import Iterator
from typing import Any

import holoviews as hv
import numpy as np
import panel as pn
import panel_material_ui as pmui

from app.explorer import Explorer
from app.views.style import WIDE
from app.words import sharpness
from engine.devices import backend
from engine.measures import MEASURES
from engine.plane import Window
from engine.spec import Spec
from engine.statistics.plot import COLOURS, COUNTED, GREY, LABELS
from engine.statistics.scaling import RESOLVED, Estimate
from engine.statistics.table import value_and_error
from engine.statistics.view import Statistics
from engine.viewport import News

HEIGHT = 190  # pixels
SIDES = ("#3288bd", "#d53e4f")  # of the histograms: converged and diverged
FOUND = "box counting"  # the method whose counts are plotted

Row = tuple[str, str]


class StatisticsView(pn.viewable.Viewer):
    """Dimension, outcomes and costs of the view, always with the level they were found at."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self.explorer = explorer

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view: a note until there is something to tell."""
        params = self.explorer.param
        found = pn.bind(lambda s: s is not None, params.statistics)
        none = pn.bind(lambda s: s is None, params.statistics)
        waiting = pmui.Typography(
            "Measured as soon as the view rests.", variant="body2", visible=none, **WIDE
        )
        numbers = pn.pane.HTML(
            pn.bind(_numbers, params.statistics, params.measured, params.window),
            visible=found,
            **WIDE,
        )
        run_of = pn.pane.HTML(pn.bind(_training, params.news, params.spec, params.spacings), **WIDE)
        legend = pmui.Typography(
            "● counted, — fit, – – shuffled labels, ··· smooth boundary",
            variant="caption", visible=found, margin=(0, 10), **WIDE,
        )  # fmt: skip
        plots = pn.bind(_plots, params.statistics)
        return pmui.Column(waiting, numbers, legend, plots, run_of, margin=(0, 8), **WIDE)


def _plots(found: Statistics | None) -> pn.viewable.Viewable:
    """Return the plots, made anew: HoloViews keeps the ranges of one that is only updated."""
    if found is None:
        return pn.Spacer(height=0)
    drawn = (draw(found) for draw in (_counts, _decided, _values))
    panes = (pn.pane.HoloViews(plot, height=HEIGHT, **WIDE) for plot in drawn)
    return pmui.Column(*panes, margin=0, **WIDE)


def _numbers(found: Statistics | None, measured: Window, window: Window) -> str:
    if found is None:
        return ""
    level = f"from {sharpness(found.stride)}: {found.size} runs"
    if measured != window:
        level = f"of the view before, {level}"
    return (
        f"<p style='margin:4px 0;opacity:.75;font-size:.8rem'>{html.escape(level)}</p>"
        + table_of("Fractal dimension", _dimensions(found))
        + table_of("Outcomes", _outcomes(found))
    )


def _dimensions(found: Statistics) -> Iterator[Row]:
    for estimate in found.dimensions:
        yield LABELS.get(estimate.method, estimate.method), value_and_error(estimate)
        yield "", _conditions(estimate, found.stride)
    yield "neighbour correlation", value_and_error(found.correlation)


def _conditions(estimate: Estimate, stride: int) -> str:
    """Return what an estimate rests on: its range, its controls, and what speaks against it."""
    parts = []
    if estimate.range is not None:
        low, high = (stride * size for size in estimate.range)
        parts.append(f"{low}–{high} px")
    for name, control in (("noise", estimate.noise), ("smooth", estimate.smooth)):
        if control is not None and np.isfinite(control.value):
            parts.append(f"{name} {control.value:.2f}")
    parts += [flag for flag in estimate.flags if flag != RESOLVED]
    return ", ".join(parts)


def _outcomes(found: Statistics) -> Iterator[Row]:
    of, sides = found.outcomes, MEASURES[found.spec.measure].sides
    for name, count in zip(
        (*sides, "undecided"), (of.converged, of.diverged, of.undecided), strict=True
    ):
        yield name, f"{100 * count / of.runs:.1f} %"
    if of.quantiles is not None:
        low, _, middle, _, high = of.quantiles
        yield "decided at step", f"{middle:.0f} ({low:.0f}–{high:.0f})"


def _training(news: News | None, spec: Spec, spacings: float) -> str:
    if news is None:
        return ""
    now = news.known - news.before
    rate = now / news.seconds if now and news.seconds else 0.0
    rows = [
        ("runs for this view", f"{news.known:,} of {news.points:,}"),
        ("trained for it", f"{now:,}" + (f", {rate:,.0f} a second" if rate else "")),
        ("known before", f"{news.before:,} ({100 * news.before / news.points:.0f} %)"),
        ("computed on", f"{backend().upper()}, {spec.precision}"),
        ("neighbours differ by", _spacings(spacings)),
    ]
    return table_of("Training", rows)


def _spacings(spacings: float) -> str:
    if spacings < 1:
        return "less than a float64 spacing"
    return f"{spacings:,.0f} float64 spacings" if spacings < 1e6 else f"{spacings:.1e} spacings"


def table_of(title: str, rows: Any) -> str:
    """Return rows of a name and a value as an HTML table under a heading."""
    cells = "".join(
        f"<tr><td style='opacity:.75;padding:1px 8px 1px 0'>{html.escape(name)}</td>"
        f"<td style='text-align:right'>{html.escape(value)}</td></tr>"
        if name
        else "<tr><td colspan=2 style='opacity:.75;font-size:.75rem;padding:0 0 4px 8px'>"
        f"{html.escape(value)}</td></tr>"
        for name, value in rows
    )
    return (
        f"<h4 style='margin:8px 0 2px;font-weight:600;font-size:.85rem'>{html.escape(title)}</h4>"
        f"<table style='width:100%;font-size:.82rem;border-collapse:collapse'>{cells}</table>"
    )


def _options(**more: Any) -> dict[str, Any]:
    return {
        "responsive": True, "height": HEIGHT, "toolbar": None, "default_tools": [],
        "fontsize": {"labels": 9, "ticks": 8, "legend": 8}, "framewise": True,
        "shared_axes": False, **more,
    }  # fmt: skip


def _counts(data: Statistics | None) -> hv.Overlay:
    """Return the counts of boxes over their size, with the fit and the controls."""
    nothing = np.empty(0)
    found = None
    if data is not None:
        found = next(e for e in data.dimensions if e.method == FOUND)
    marks: dict[str, tuple[np.ndarray, np.ndarray]] = {
        "counted": (nothing, nothing), "fit": (nothing, nothing), "noise": (nothing, nothing),
        "smooth": (nothing, nothing),
    }  # fmt: skip
    if found is not None:
        marks["counted"] = _positive(found.sizes, found.counts)
        marks["fit"] = _fit(found)
        for name, control in (("noise", found.noise), ("smooth", found.smooth)):
            if control is not None:
                marks[name] = _positive(control.sizes, control.counts)
    if data is None:  # never seen, but logarithmic axes that begin with nothing stay blank
        marks = dict.fromkeys(marks, (np.array([1.0, 10.0]), np.array([1.0, 10.0])))
    stride = 1 if data is None else data.stride
    marks = {name: (stride * sizes, counts) for name, (sizes, counts) in marks.items()}
    axes = "box size, pixels", COUNTED[FOUND]
    colour = COLOURS[FOUND]
    drawn = [
        hv.Scatter(marks["counted"], *axes, label="counted").opts(
            color=colour, size=5, framewise=True
        ),
        hv.Curve(marks["fit"], *axes, label="fit").opts(color=colour, line_width=2, framewise=True),
        hv.Curve(marks["noise"], *axes, label="noise").opts(
            color=GREY, line_dash="dashed", framewise=True
        ),
        hv.Curve(marks["smooth"], *axes, label="smooth").opts(
            color=GREY, line_dash="dotted", framewise=True
        ),
    ]
    return hv.Overlay(drawn).opts(**_options(logx=True, logy=True, show_legend=False))


def _positive(sizes: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return sizes[counts > 0].astype(float), counts[counts > 0].astype(float)


def _fit(found: Estimate) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the fitted line, through the middle of what it was fitted to."""
    if found.range is None or not np.isfinite(found.value):
        return np.empty(0), np.empty(0)
    low, high = found.range
    used = (found.sizes >= low) & (found.sizes <= high) & (found.counts > 0)
    if used.sum() < 2:
        return np.empty(0), np.empty(0)
    x, y = np.log(found.sizes[used]), np.log(found.counts[used])
    ends = np.array([low, high], float)
    return ends, np.exp(y.mean() - found.value * (np.log(ends) - x.mean()))


def _decided(data: Statistics | None) -> hv.Overlay:
    """Return the histogram of decision steps."""
    if data is None:
        return _histogram(np.array([0.0, 1.0]), np.zeros((2, 1)), 1, "decided at step")
    of = data.outcomes
    counts = np.array([of.converged_at, of.diverged_at])
    return _histogram(of.bins, counts, of.runs, "decided at step")


def _values(data: Statistics | None) -> hv.Overlay:
    """Return the histogram of the magnitudes of values, on a logarithmic scale."""
    if data is None:
        return _histogram(np.array([1.0, 10.0]), np.zeros((2, 1)), 1, "value", logx=True)
    counts = np.array([data.values.negative, data.values.positive])
    label = "magnitude of the value"
    return _histogram(data.values.limits, counts, data.outcomes.runs, label, logx=True)


def _histogram(
    limits: np.ndarray, counts: np.ndarray, runs: int, label: str, **more: Any
) -> hv.Overlay:
    sides = ("negative", "positive")
    drawn = [
        hv.Histogram((limits, share), kdims=label, vdims="runs, %", label=side).opts(
            color=colour, alpha=0.6, line_width=0, framewise=True, shared_axes=False
        )
        for share, side, colour in zip(100 * counts / runs, sides, SIDES, strict=True)
    ]
    return hv.Overlay(drawn).opts(**_options(show_legend=False, **more))
