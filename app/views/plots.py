"""Plots: the small figures beside the picture, of its statistics.

They are drawn once and given new data whenever a level of the view is complete, with Bokeh itself:
HoloViews, which draws the runs, takes eight times as long for that, and the picture would wait.
"""

from typing import Any

import numpy as np
import panel as pn
from bokeh.models import ColumnDataSource, DataRange1d, LogTicker
from bokeh.plotting import figure

from engine.reports.plot import COLOURS, COUNTED, GREY, SIDES
from engine.statistics.outcomes import Histogram
from engine.statistics.scaling import Estimate
from engine.statistics.summary import Statistics

HEIGHT = 190  # pixels
METHOD = "box counting"  # the method whose counts are plotted
NOTHING_YET = [1.0, 10.0]  # what is drawn before anybody sees it: no logarithm lacks a range
TICKS = (1, 2, 5)  # times powers of ten, on logarithmic axes
CONTROLS = {"noise": "dashed", "smooth": "dotted"}

Points = tuple[np.ndarray, np.ndarray]


class Counts:
    """The counts of boxes over their size, with the fit and the controls; both axes logarithmic."""

    def __init__(self) -> None:
        self.figure = _figure("box size, pixels", COUNTED[METHOD], "log", "log")
        self._sources = {
            name: ColumnDataSource({"size": NOTHING_YET, "count": NOTHING_YET})
            for name in ("counted", "fit", *CONTROLS)
        }
        colour, at = COLOURS[METHOD], ("size", "count")
        self.figure.scatter(*at, source=self._sources["counted"], color=colour, size=5)
        self.figure.line(*at, source=self._sources["fit"], color=colour, line_width=2)
        for name, dash in CONTROLS.items():
            self.figure.line(*at, source=self._sources[name], color=GREY, line_dash=dash)

    def show(self, statistics: Statistics) -> None:
        """Show the counts of these statistics; sizes in pixels of the view's own level."""
        estimate = next(e for e in statistics.dimensions if e.method == METHOD)
        points = {"counted": _positive(estimate.sizes, estimate.counts), "fit": _fit(estimate)}
        for name in CONTROLS:
            control = getattr(estimate, name)
            points[name] = (
                (np.empty(0), np.empty(0))
                if control is None
                else _positive(control.sizes, control.counts)
            )
        for name, (sizes, counts) in points.items():
            self._sources[name].data = {"size": statistics.stride * sizes, "count": counts}


class Shares:
    """A histogram of either side, in percent of all runs."""

    def __init__(self, label: str, scale: str) -> None:
        self.figure = _figure(label, "runs, %", scale, "linear")
        self.figure.y_range.start = 0
        columns = ("left", "right", *SIDES)
        self._source = ColumnDataSource(dict.fromkeys(columns, NOTHING_YET))
        for colour in SIDES:
            self.figure.quad(
                "left", "right", bottom=0, top=colour, source=self._source, color=colour,
                alpha=0.6, line_width=0,
            )  # fmt: skip

    def show(self, bars: Histogram, runs: int) -> None:
        """Show how many of so many runs are in each bin."""
        counts = (bars.negative, bars.positive)
        self._source.data = {
            "left": bars.limits[:-1],
            "right": bars.limits[1:],
            **{colour: 100 * n / runs for colour, n in zip(SIDES, counts, strict=True)},
        }


class Plots:
    """The counts of boxes, and the histograms of decision steps and of values."""

    def __init__(self) -> None:
        self._counts = Counts()
        self._decided = Shares("decided at step", "linear")
        self._values = Shares("magnitude of the value", "log")

    @property
    def panes(self) -> list[pn.viewable.Viewable]:
        """The plots, one below the other."""
        plots = (self._counts, self._decided, self._values)
        return [pn.pane.Bokeh(plot.figure, sizing_mode="stretch_width") for plot in plots]

    def show(self, statistics: Statistics) -> None:
        """Show these statistics; under the document's lock."""
        self._counts.show(statistics)
        of = statistics.outcomes
        decided = Histogram(of.bins, of.converged_at, of.diverged_at)
        self._decided.show(decided, of.runs)
        self._values.show(statistics.values, of.runs)


def _figure(x: str, y: str, x_scale: Any, y_scale: Any) -> figure:
    plot = figure(
        height=HEIGHT, sizing_mode="stretch_width", toolbar_location=None, tools="",
        x_axis_type=x_scale, y_axis_type=y_scale, x_axis_label=x, y_axis_label=y,
        x_range=DataRange1d(range_padding=0.04), y_range=DataRange1d(range_padding=0.06),
        html_attributes={"role": "img", "aria-label": f"{y} over {x}"},
    )  # fmt: skip
    for scale, axis in ((x_scale, plot.xaxis), (y_scale, plot.yaxis)):
        if scale == "log":
            axis.ticker = LogTicker(mantissas=TICKS, desired_num_ticks=4)
    plot.axis.axis_label_text_font_size = "9pt"
    plot.axis.axis_label_text_font_style = "normal"
    plot.axis.major_label_text_font_size = "8pt"
    return plot


def _positive(sizes: np.ndarray, counts: np.ndarray) -> Points:
    """Return the points that logarithmic axes can show."""
    return sizes[counts > 0].astype(float), counts[counts > 0].astype(float)


def _fit(estimate: Estimate) -> Points:
    """Return the ends of the fitted line, through the middle of the points it was fitted to."""
    if estimate.range is None or not np.isfinite(estimate.value):
        return np.empty(0), np.empty(0)
    low, high = estimate.range
    used = (estimate.sizes >= low) & (estimate.sizes <= high) & (estimate.counts > 0)
    if used.sum() < 2:
        return np.empty(0), np.empty(0)
    x, y = np.log(estimate.sizes[used]), np.log(estimate.counts[used])
    ends = np.array([low, high], float)
    return ends, np.exp(y.mean() - estimate.value * (np.log(ends) - x.mean()))
