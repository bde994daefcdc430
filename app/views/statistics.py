"""The statistics: the numbers of what is on screen, beside how far to trust them."""

import math
from collections.abc import Iterable

import panel as pn
from markupsafe import Markup

from app.views.plots import Plots
from app.views.style import WIDE
from app.views.view import View
from app.visitor import depth
from app.visitor.explorer import Explorer
from app.visitor.words import sharpness
from engine.plane import Window
from engine.reports.rows import Row, dimensions, outcomes
from engine.spec import Spec
from engine.statistics.settling import Settling
from engine.statistics.summary import Statistics
from engine.tiles.news import News
from engine.tiles.tally import Bounds
from engine.training.devices import backend


class StatisticsView(View):
    """Dimension, outcomes and costs of the view, always with the level they are of."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._plots: Plots | None = None

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view: a note until there is something to tell."""
        of, spec, window = (
            self.findings.param,
            self.settings.param.spec,
            self.navigation.param.window,
        )
        measured = pn.bind(lambda statistics: statistics is not None, of.statistics)
        none = pn.bind(lambda statistics: statistics is None, of.statistics)
        waiting = pn.pane.HTML("Measured as soon as the view rests.", visible=none, **WIDE)
        numbers = pn.pane.HTML(
            pn.bind(_numbers, of.statistics, of.measured, window), visible=measured, **WIDE
        )
        run_of = pn.pane.HTML(pn.bind(_training, of.news, spec, of.spacings), **WIDE)
        plots = pn.Column(margin=0, **WIDE)

        def draw(statistics: Statistics | None) -> None:
            """Draw the plots, which are made when there is something to draw for the first time."""
            if statistics is None:
                plots.visible = False
                return
            if self._plots is None:
                self._plots = Plots()
                plots.objects = [pn.pane.HTML(_KEY, margin=(0, 10), **WIDE), *self._plots.panes]
            self._plots.show(statistics)
            plots.visible = True

        self.findings.param.watch(lambda event: draw(event.new), "statistics")
        draw(self.findings.statistics)
        cautions = pn.pane.HTML(
            pn.bind(cautions_of, of.statistics, of.settling, of.spacings), **WIDE
        )
        return pn.Column(cautions, waiting, numbers, plots, run_of, margin=(0, 8), **WIDE)


_KEY = "<small>● counted, — fit, – – shuffled labels, ··· smooth boundary</small>"
_CAUTION = Markup(
    "<p role='note' style='margin:4px 0;padding:4px 8px;font-size:.82rem;"
    "border-left:3px solid var(--warning)'>{}</p>"
)
_LEVEL = Markup("<p style='margin:4px 0;opacity:.75;font-size:.8rem'>{}</p>")


def cautions_of(statistics: Statistics | None, settling: Settling | None, spacings: float) -> str:
    """Return what to know before believing what is on screen, as HTML."""
    cautions = [settling.words] if settling is not None else []
    cautions += [depth.of_float64(spacings)] if spacings < 1 else []
    cautions += statistics.cautions if statistics is not None else ()
    return str(Markup().join(_CAUTION.format(words) for words in cautions if words))


def _numbers(statistics: Statistics | None, measured: Window, window: Window) -> str:
    if statistics is None:
        return ""
    level = f"from {sharpness(statistics.stride)}: {statistics.size} runs"
    if statistics.audit is not None:
        level += f", of which {share_predicted(statistics.audit)} are predicted"
    if measured != window:
        level = f"of the view before, {level}"
    tables = (
        table_of("Fractal dimension", dimensions(statistics)),
        table_of("Outcomes", outcomes(statistics)),
    )
    return f"{_LEVEL.format(level)}{''.join(tables)}"


def share_predicted(audit: Bounds) -> str:
    """Return in words how much of a view is predicted, never rounded down."""
    return f"{math.ceil(100 * audit.predicted / audit.points)} %"


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
    if spec.system.parameters is not None:
        rows.append(("weights of a run", f"{spec.system.parameters:,}"))
    return table_of("Training", rows)


def _spacings(spacings: float) -> str:
    if spacings < 1:
        return "less than a float64 spacing"
    return f"{spacings:,.0f} float64 spacings" if spacings < 1e6 else f"{spacings:.1e} spacings"


_ROW = Markup(
    "<tr><td style='opacity:.75;padding:1px 8px 1px 0'>{}</td>"
    "<td style='text-align:right'>{}</td></tr>"
)
_REMARK = Markup(
    "<tr><td colspan=2 style='opacity:.75;font-size:.75rem;padding:0 0 4px 8px'>{}</td></tr>"
)
_TABLE = Markup(
    "<h2 style='margin:8px 0 2px;font-weight:600;font-size:.85rem'>{}</h2>"
    "<table style='width:100%;font-size:.82rem;border-collapse:collapse'>{}</table>"
)


def table_of(title: str, rows: Iterable[Row]) -> str:
    """Return rows of a name and a value as an HTML table under a heading.

    A row without a name is a remark on the one above it.
    """
    cells = (_ROW.format(name, value) if name else _REMARK.format(value) for name, value in rows)
    return str(_TABLE.format(title, Markup().join(cells)))
