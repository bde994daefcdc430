"""The orbits: the pinned runs in the plane of two numbers that they track."""

from collections.abc import Sequence

import numpy as np
import panel as pn
from bokeh.models import ColumnDataSource, Range1d
from bokeh.plotting import figure
from markupsafe import Markup

from app.picture.marks import PIN_COLOURS
from app.views.style import WIDE
from engine.analysis.run import SQUARE, Backdrop, Run
from engine.pictures.colour import BACKGROUND
from engine.pictures.local import LocalCoordinates
from engine.spec import Spec

ORBIT = 280  # pixels
LONGEST_ORBIT = 2000  # points of it that are drawn


class Orbits:
    """The runs in the plane of two numbers that they track, over the curves of the last one.

    Bokeh draws them itself: it updates faster than HoloViews.
    """

    def __init__(self) -> None:
        self._points = ColumnDataSource({key: [] for key in ("x", "y", "colour")})
        self._lines = ColumnDataSource({key: [] for key in ("xs", "ys", "colour")})
        self._starts = ColumnDataSource({key: [] for key in ("x", "y", "colour")})
        self._curves = ColumnDataSource({key: [] for key in ("xs", "ys", "colour")})
        ranges = {"x_range": Range1d(-1, 1), "y_range": Range1d(-1, 1)}
        plane = self._figure = figure(
            height=ORBIT, sizing_mode="stretch_width", toolbar_location=None, tools="",
            background_fill_color=BACKGROUND, match_aspect=True, **ranges,
            html_attributes={"role": "img", "aria-label": "orbits of the pinned runs"},
        )  # fmt: skip
        plane.grid.visible = False
        at = ("xs", "ys")
        plane.multi_line(*at, source=self._curves, color="colour", line_width=1.2, alpha=0.8)
        plane.multi_line(*at, source=self._lines, color="colour", line_width=0.7, alpha=0.5)
        plane.scatter("x", "y", source=self._points, color="colour", size=3)
        plane.scatter("x", "y", source=self._starts, size=9, color="colour", line_color="#000000")
        # A label of an axis cannot change while the figure is hidden: a caption says what is drawn.
        self._caption = pn.pane.HTML("", margin=(0, 10), **WIDE)
        self.pane = pn.Column(
            self._caption, pn.pane.Bokeh(plane, sizing_mode="stretch_width"), margin=0, **WIDE
        )

    def show(
        self, spec: Spec, runs: Sequence[Run | None], beneath: Sequence[Backdrop | None]
    ) -> None:
        """Show the orbits of runs over what lies beneath the last one.

        Each is in the colour of its pin, with a larger point where it starts.
        """
        trained = [(k, run) for k, run in enumerate(runs) if run is not None and len(run.orbit)]
        ground = beneath[trained[-1][0]] if trained else None
        if ground is None:
            return
        orbits = [(PIN_COLOURS[k], run.orbit[:LONGEST_ORBIT]) for k, run in trained]
        self._lines.data = {
            "xs": [points[:, 0] for _, points in orbits],
            "ys": [points[:, 1] for _, points in orbits],
            "colour": [colour for colour, _ in orbits],
        }
        every = np.concatenate([points for _, points in orbits])
        colours = [colour for colour, points in orbits for _ in points]
        self._points.data = {"x": every[:, 0], "y": every[:, 1], "colour": colours}
        self._starts.data = {
            "x": [points[0, 0] for _, points in orbits],
            "y": [points[0, 1] for _, points in orbits],
            "colour": [colour for colour, _ in orbits],
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
        self._caption.object = str(_CAPTION.format(up, across))


_CAPTION = Markup("<span style='font-size:.78rem;opacity:.8'>{} over {}</span>")
