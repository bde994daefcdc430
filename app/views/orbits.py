"""This module is the orbits: the pinned runs in the plane of two numbers that they track."""

from collections.abc import Sequence

import numpy as np
import panel as pn
import panel_material_ui as pmui
from bokeh.models import ColumnDataSource, Range1d
from bokeh.plotting import figure

from app.picture.landscape import PIN_COLOURS
from app.views.style import WIDE
from engine.analysis.run import SQUARE, Backdrop, Run
from engine.pictures.colour import BACKGROUND
from engine.pictures.local import LocalCoordinates
from engine.spec import Spec

ORBIT = 280  # pixels
LONGEST_ORBIT = 2000  # points of it that are drawn


class Orbits:
    """The runs in the plane of two numbers that they track, over what is known there.

    Drawn with Bokeh itself; the curves are those of the last run.
    """

    def __init__(self) -> None:
        self._points = ColumnDataSource({key: [] for key in ("x", "y", "colour")})
        self._lines = ColumnDataSource({key: [] for key in ("xs", "ys", "colour")})
        self._starts = ColumnDataSource({key: [] for key in ("x", "y", "colour")})
        self._curves = ColumnDataSource({key: [] for key in ("xs", "ys", "colour")})
        ranges = {"x_range": Range1d(-1, 1), "y_range": Range1d(-1, 1)}
        drawn = self._figure = figure(
            height=ORBIT, sizing_mode="stretch_width", toolbar_location=None, tools="",
            background_fill_color=BACKGROUND, match_aspect=True, **ranges,
            html_attributes={"role": "img", "aria-label": "orbits of the pinned runs"},
        )  # fmt: skip
        drawn.grid.visible = False
        at = ("xs", "ys")
        drawn.multi_line(*at, source=self._curves, color="colour", line_width=1.2, alpha=0.8)
        drawn.multi_line(*at, source=self._lines, color="colour", line_width=0.7, alpha=0.5)
        drawn.scatter("x", "y", source=self._points, color="colour", size=3)
        drawn.scatter("x", "y", source=self._starts, size=9, color="colour", line_color="#000000")
        # A label of an axis cannot change while the figure is hidden: a caption says what is drawn.
        self._said = pn.pane.HTML("", margin=(0, 10), **WIDE)
        self.pane = pmui.Column(
            self._said, pn.pane.Bokeh(drawn, sizing_mode="stretch_width"), margin=0, **WIDE
        )

    def show(
        self, spec: Spec, runs: Sequence[Run | None], beneath: Sequence[Backdrop | None]
    ) -> None:
        """Show the orbits of runs over what lies beneath the last one, in the colours of their
        pins; the start is the larger point.
        """
        known = [(k, run) for k, run in enumerate(runs) if run is not None and len(run.orbit)]
        ground = beneath[known[-1][0]] if known else None
        if ground is None:
            return
        drawn = [(PIN_COLOURS[k], run.orbit[:LONGEST_ORBIT]) for k, run in known]
        self._lines.data = {
            "xs": [points[:, 0] for _, points in drawn],
            "ys": [points[:, 1] for _, points in drawn],
            "colour": [colour for colour, _ in drawn],
        }
        every = np.concatenate([points for _, points in drawn])
        colours = [colour for colour, points in drawn for _ in points]
        self._points.data = {"x": every[:, 0], "y": every[:, 1], "colour": colours}
        self._starts.data = {
            "x": [points[0, 0] for _, points in drawn],
            "y": [points[0, 1] for _, points in drawn],
            "colour": [colour for colour, _ in drawn],
        }
        x0, x1, y0, y1 = LocalCoordinates().extent(ground.window, SQUARE)
        lines = [(curve.colour, line) for curve in ground.curves for line in curve.lines]
        self._curves.data = {
            "xs": [x0 + (x1 - x0) * line[:, 0] for _, line in lines],
            "ys": [y0 + (y1 - y0) * line[:, 1] for _, line in lines],
            "colour": [colour for colour, _ in lines],
        }
        self._figure.x_range.update(start=x0, end=x1)
        self._figure.y_range.update(start=y0, end=y1)
        across, up = spec.system.orbit
        self._said.object = f"<span style='font-size:.78rem;opacity:.8'>{up} over {across}</span>"
