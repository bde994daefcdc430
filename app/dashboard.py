"""This module is the dashboard: the page around the landscape, composed of views."""

import holoviews as hv
import panel as pn
import panel_material_ui as pmui
from bokeh.models import ColumnDataSource, CustomJS

from app.explorer import Explorer
from app.views.curves import Curves
from engine.colour import SPECTRAL
from engine.measures import MEASURES
from engine.presets import preset
from engine.spec import Spec

SIDEBAR, CONTEXTBAR = 270, 330  # pixels
NARROW, MEDIUM = 800, 1100  # below these widths, the bars leave the screen to the picture
WIDE = {"sizing_mode": "stretch_width"}


def dashboard(start: str | None = None) -> pmui.Page:
    """Return the page for one visitor, at the place that the address bar names.

    Args:
        start: the preset to open with where the address names none.
    """
    pn.extension(notifications=True)
    hv.extension("bokeh")
    location = pn.state.location
    explorer = Explorer(location.search or "" if location else "", start)
    pn.state.on_session_destroyed(lambda context: explorer.stop())
    page = pmui.Page(
        title="trainscape",
        dark_theme=True,
        busy_indicator=None,
        sidebar_width=SIDEBAR,
        sidebar=_sidebar(explorer),
        contextbar_open=True,
        contextbar_variant="auto",
        contextbar_width=CONTEXTBAR,
        contextbar=[pmui.Typography("One run", variant="h6"), Curves(explorer)],
        main=[_main(explorer)],
    )

    def make_room() -> None:
        if explorer.screen:
            page.sidebar_open = explorer.screen >= NARROW
            page.contextbar_open = explorer.screen >= MEDIUM

    explorer.param.watch(lambda event: make_room(), "screen")
    pn.state.onload(explorer.rendered)
    return page


def _sidebar(explorer: Explorer) -> list[pn.viewable.Viewable]:
    chooser = pmui.Select.from_param(explorer.param.preset, label="Preset", **WIDE)
    about = pn.bind(lambda name: preset(name).about, explorer.param.preset)
    return [
        chooser,
        pmui.Typography(about, variant="body2", **WIDE),
        pmui.Button(label="Home", icon="home", on_click=lambda event: explorer.home(), **WIDE),
        pn.bind(lambda name: _legend(explorer.spec), explorer.param.preset),
        pmui.Typography(
            "Wheel to zoom at the cursor, drag to pan, or choose the box zoom above the picture. "
            "Every picture is trained anew.",
            variant="caption",
            **WIDE,
        ),
    ]


def _legend(spec: Spec) -> pn.pane.HTML:
    """Return the legend of the published colouring: two scales, from large to small values."""
    measure = MEASURES[spec.measure]
    diverged, converged = SPECTRAL[:5], SPECTRAL[:5:-1]

    def bar(name: str, large_to_small: list[str]) -> str:
        large, small = measure.sizes
        return (
            f'<div style="display:flex;justify-content:space-between;font-size:.8rem">'
            f"<span>{name} {large}</span><span>{small}</span></div>"
            f'<div style="height:12px;border-radius:3px;margin-bottom:8px;'
            f'background:linear-gradient(to right,{",".join(large_to_small)})"></div>'
        )

    return pn.pane.HTML(bar(measure.sides[0], converged) + bar(measure.sides[1], diverged), **WIDE)


def _main(explorer: Explorer) -> pn.viewable.Viewable:
    params = explorer.param
    said = pn.bind(
        lambda notice, *parts: " · ".join(filter(None, (notice and f"**{notice}**", *parts))),
        *(params.notice, params.status, params.depth),
    )
    one_line = {"whiteSpace": "nowrap", "overflow": "hidden"}  # or its height moves the picture
    status = pmui.Typography(said, variant="body2", margin=(4, 12), sx=one_line, **WIDE)
    progress = pmui.LinearProgress(
        value=explorer.param.progress, variant="determinate", margin=(0, 12), **WIDE
    )
    return pn.Column(
        status,
        progress,
        pn.pane.Bokeh(explorer.landscape.figure, sizing_mode="stretch_both", margin=0),
        _address_bar(explorer),
        sizing_mode="stretch_both",
    )


def _address_bar(explorer: Explorer) -> pn.viewable.Viewable:
    """Keep the address bar at the link of the view, without a step in the browser's history."""
    source = ColumnDataSource({"link": [explorer.link]})
    write = "history.replaceState(null, '', source.data.link[0] || location.pathname)"
    source.js_on_change("data", CustomJS(args={"source": source}, code=write))
    held = CustomJS(args={"source": source}, code="void source")
    explorer.landscape.figure.js_on_change("name", held)  # the page holds what a callback names

    def update(link: str) -> None:
        source.data = {"link": [link]}

    explorer.param.watch(lambda event: update(event.new), "link")
    return pn.Spacer(height=0)
