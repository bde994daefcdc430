"""This module is the diagrams: attractors and exponents along a line, and what explains the view.

They are drawn with Bokeh itself, once, and given new data; see `app.views.plots`.
"""

import html
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui
from bokeh.models import ColorBar, ColumnDataSource, DataRange1d, LinearColorMapper
from bokeh.plotting import figure

from app.diagrammer import Diagrammer, Told
from app.explorer import Explorer
from app.views.plots import NOTHING_YET
from app.views.style import WIDE
from app.views.view import View
from engine.diagrams import Attractors, Explained
from engine.statistics.plot import GREY, SIDES
from engine.systems import Scatter

HEIGHT = 220  # pixels
MOST_FITS = 2
DRAWN = 1e6  # last values beyond are not drawn


class Diagrams(View):
    """The diagrams of the view, made while they are looked at and the view rests."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._line = _Line()
        self._fits = [_Fit() for _ in range(MOST_FITS)]
        self._said = pn.pane.HTML("Made as soon as the view rests.", **WIDE)
        self._marks = pn.pane.HTML("", **WIDE)
        # Figures that come to a page that is shown break its layout: all are there from the first.
        self._plots = pmui.Column(*self._line.panes, self._marks, visible=False, margin=0, **WIDE)
        told = Told(self._show_line, self._show_fits, self._failed)
        self.diagrammer = Diagrammer(explorer.page, told)
        self._looked_at = False
        explorer.param.watch(lambda *events: self._begin(), ["news", "window", "spec"])
        pn.state.on_session_destroyed(lambda context: self.diagrammer.stop())

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        return pmui.Column(
            self._said, self._plots, *(fit.pane for fit in self._fits), margin=(0, 8), **WIDE
        )

    def look(self, *, at_it: bool) -> None:
        """Take note of whether anybody looks at it."""
        self._looked_at = at_it
        self._begin()

    def _begin(self) -> None:
        news = self.explorer.news
        if self._looked_at and news is not None and news.finished:
            self.diagrammer.draw(self.explorer.spec, self.explorer.window)
        else:
            self.diagrammer.stop()

    def _show_line(self, found: Attractors) -> None:
        self._said.object = _small(f"Along {found.label}")
        marks = ", ".join(f"{name} {at:.5g}" for name, at in found.marks)
        self._marks.object = _small(f"dotted: {marks}") if marks else ""
        self._line.show(found)
        self._plots.visible = True

    def _show_fits(self, found: list[Explained]) -> None:
        wanted: tuple[Scatter, ...] = self.explorer.spec.system.scatters()
        for number, fit in enumerate(self._fits):
            fit.pane.visible = number < len(wanted)
            fit.show(found[number] if number < len(found) else None)

    def _failed(self, error: Exception) -> None:
        self._said.object = html.escape(f"this diagram failed: {error}")


class _Line:
    """The last values of runs along a line, and their exponents."""

    def __init__(self) -> None:
        self._last = ColumnDataSource({"at": NOTHING_YET, "last": NOTHING_YET})
        self._exponents = ColumnDataSource({"at": NOTHING_YET, "exponent": NOTHING_YET})
        self._marks = ColumnDataSource({"at": []})
        along = DataRange1d(range_padding=0.02)
        self._of_last = _figure("last values", along)
        self._of_last.scatter("at", "last", source=self._last, size=1.5, color=SIDES[0])
        self._of_exponents = _figure("Lyapunov exponent", along)
        self._of_exponents.line("at", "exponent", source=self._exponents, color=SIDES[1])
        self._of_exponents.hspan([0], line_color=GREY)
        for drawn in (self._of_last, self._of_exponents):
            drawn.vspan("at", source=self._marks, line_color=GREY, line_dash="dotted")
        # A label of an axis cannot change while the figure is hidden: captions say what is drawn.
        self._caption = pn.pane.HTML("", margin=(0, 10), **WIDE)
        self._exponent = pmui.Column(
            pn.pane.HTML(_small("Lyapunov exponent, nats per step"), margin=(0, 10), **WIDE),
            pn.pane.Bokeh(self._of_exponents, sizing_mode="stretch_width"), margin=0, **WIDE,
        )  # fmt: skip
        last = pn.pane.Bokeh(self._of_last, sizing_mode="stretch_width")
        self.panes = [self._caption, last, self._exponent]

    def show(self, found: Attractors) -> None:
        """Show what the runs of a line end on; each value that a run repeats once."""
        at, last = [], []
        for place, values in zip(found.at, found.last, strict=True):
            kept = np.unique(np.round(values[np.abs(values) < DRAWN], 4))
            at.append(np.full(kept.size, place))
            last.append(kept)
        self._last.data = {"at": np.concatenate(at), "last": np.concatenate(last)}
        self._caption.object = _small(f"last values of {found.quantity}")
        self._exponent.visible = bool(found.exponents.size)
        if found.exponents.size:
            self._exponents.data = {"at": found.at, "exponent": found.exponents}
        self._marks.data = {"at": [place for _, place in found.marks]}


class _Fit:
    """The values of the view over those of two other fields, and how far these explain them."""

    def __init__(self) -> None:
        self._source = ColumnDataSource(dict.fromkeys(("x", "y", "value"), NOTHING_YET))
        self._mapper = LinearColorMapper("Viridis256")
        self._drawn = _figure("values over two fields", DataRange1d(range_padding=0.04))
        colour = {"field": "value", "transform": self._mapper}
        self._drawn.scatter("x", "y", source=self._source, size=5, color=colour)
        self._drawn.add_layout(ColorBar(color_mapper=self._mapper, width=8), "right")
        self._said = pn.pane.HTML("", **WIDE)
        plot = pn.pane.Bokeh(self._drawn, sizing_mode="stretch_width")
        self.pane = pmui.Column(self._said, plot, visible=False, margin=0, **WIDE)

    def show(self, found: Explained | None) -> None:
        """Show how far two fields explain the view; None while that is being found out."""
        if found is None:
            self._said.object = "training what the view is explained by …"
            return
        said = f"{found.about} explain R² = {found.r_squared:.2f} of the variance"
        self._said.object = f"<b style='font-size:.82rem'>{html.escape(said)}</b><br>" + _small(
            f"{found.names[1]} over {found.names[0]}, coloured by the value; fitted is a "
            f"quadratic polynomial in both, to {len(found.values)} runs"
        )
        if len(found.values):
            self._mapper.update(low=float(found.values.min()), high=float(found.values.max()))
        x, y = found.by.T
        self._source.data = {"x": x, "y": y, "value": found.values}


def _figure(what: str, along: DataRange1d) -> Any:
    drawn = figure(
        height=HEIGHT, sizing_mode="stretch_width", toolbar_location=None, tools="",
        x_range=along, y_range=DataRange1d(range_padding=0.06),
        html_attributes={"role": "img", "aria-label": what},
    )  # fmt: skip
    drawn.axis.major_label_text_font_size = "8pt"
    return drawn


def _small(text: str) -> str:
    return f"<span style='font-size:.78rem;opacity:.8'>{html.escape(text)}</span>"
