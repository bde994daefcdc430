"""Figures for landscapes: their looks, their axes, and what the pointer tells."""

from bokeh.models import (
    ColumnDataSource,
    CrosshairTool,
    CustomJSHover,
    CustomJSTickFormatter,
    HoverTool,
    Range1d,
)
from bokeh.plotting import figure
from markupsafe import Markup

from engine.measures import MEASURES
from engine.pictures.colour import BACKGROUND
from engine.pictures.scripts import callback
from engine.spec import Spec

HALF_A_LABEL = 24  # pixels of a tick label beyond the end of an axis
_LEFT = 88  # pixels: more than any tick label needs, or the picture would not rest
_TOUCHED = {"touch-action": "none", "user-select": "none"}  # a finger moves it, not the page
_FAR = 1e6  # in the browser's coordinates: beyond everything that can be seen


def make_figure(x_range: Range1d, y_range: Range1d, name: str, label: str) -> figure:
    """Return a figure without tools: the page has gestures of its own.

    Args:
        x_range, y_range: of its axes.
        name: of the model.
        label: what it is called for those who hear the page.
    """
    plot = figure(
        x_range=x_range,
        y_range=y_range,
        tools=[],
        name=name,
        html_attributes={"role": "application", "aria-label": label, "tabindex": "0"},
        styles=_TOUCHED,
        toolbar_location=None,
        sizing_mode="stretch_both",
        min_height=240,
        frame_align=False,  # whatever stands beside or below it
        min_border_right=HALF_A_LABEL,
        min_border_left=_LEFT,
        output_backend="canvas",
        background_fill_color=BACKGROUND,
    )
    plot.grid.visible = False
    plot.title.update(text_font_size="13px", text_font_style="normal", standoff=4)
    plot.axis.axis_label_text_font_style = "normal"
    return plot


def label_ticks(target: figure, coordinates: ColumnDataSource) -> None:
    """Label the ticks of a figure in local coordinates."""
    for axes, axis in ((target.xaxis, "x"), (target.yaxis, "y")):
        args = {"local": coordinates, "axis": axis}
        axes.formatter = CustomJSTickFormatter(args=args, code=callback(__package__, "tick"))


def point(target: figure, coordinates: ColumnDataSource, spec: Spec) -> None:
    """Have a figure show a crosshair, and tell what is under it."""
    args = {"figure": target, "local": coordinates}
    corners = {"left": [-_FAR], "right": [_FAR], "bottom": [-_FAR], "top": [_FAR]}
    everywhere = target.quad(*corners, source=ColumnDataSource(corners), fill_alpha=0, line_alpha=0)
    coordinate = callback(__package__, "coordinate")
    hover = HoverTool(
        renderers=[everywhere],
        tooltips=tooltip(spec),
        formatters={
            "$x": CustomJSHover(args={**args, "axis": "x"}, code=coordinate),
            "$y": CustomJSHover(args={**args, "axis": "y"}, code=coordinate),
            "@left": CustomJSHover(args={"figure": target}, code=callback(__package__, "value")),
        },
        point_policy="follow_mouse",
    )
    target.add_tools(hover, CrosshairTool(line_color="#ffffff", line_alpha=0.35, line_width=1))


def tags_of(spec: Spec) -> list[object]:
    """Return what the browser calls the two sides of the measure, and its categories."""
    measure = MEASURES[spec.measure]
    return [*measure.sides, {str(number): name for number, name in measure.category_names.items()}]


_ROW = Markup("<tr><td>{}&ensp;</td><td>{}</td></tr>")
_TOOLTIP = Markup(
    "<div style='color:#111;font-size:12px'><table style='border-spacing:0'>{}</table>"
    "<b>@left{{custom}}</b></div>"
)


def tooltip(spec: Spec) -> str:
    """Return what the pointer tells, as HTML: where it is, and what became of the run.

    On a logarithmic axis the value itself stands below its logarithm.
    """
    rows = []
    for axis, name in ((spec.x, "$x"), (spec.y, "$y")):
        symbol = spec.axis_setting(axis).symbol
        if axis.scale == "log10":
            rows.append((f"log₁₀ {symbol}", f"{name}{{coordinate}}"))
            rows.append((symbol, f"{name}{{value}}"))
        else:
            rows.append((symbol, f"{name}{{coordinate}}"))
    return str(_TOOLTIP.format(Markup().join(_ROW.format(*row) for row in rows)))
