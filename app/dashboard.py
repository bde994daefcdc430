"""The page around the landscape, composed of views."""

import holoviews as hv
import panel as pn
import panel_material_ui as pmui
import param

from app.picture.picture import Picture
from app.shared.server import Server
from app.views.browser import keep_in_browser
from app.views.compare import Compare
from app.views.comparison import Pictures
from app.views.curves import Curves
from app.views.diagrams import Diagrams
from app.views.exports import ExportDialog
from app.views.help import Help
from app.views.look import Appearance
from app.views.places import Places
from app.views.runs import Runs
from app.views.settings import Chooser, Settings
from app.views.statistics import StatisticsView
from app.views.style import WIDE
from app.views.toolbar import Notices, StatusLine, Toolbar
from app.views.where import GoTo, Where
from app.visitor.explorer import Explorer

SIDEBAR, CONTEXTBAR = 280, 340  # pixels
NARROW, MEDIUM = 800, 1100  # below these widths, the bars leave the screen to the picture
ENOUGH = 1800  # from this width on there is room for three pictures beside the bars


def dashboard(server: Server) -> pmui.Page:
    """Return the page for one visitor, at the place that the address bar names.

    Args:
        server: what all visitors share.
    """
    pn.extension(notifications=True)
    hv.extension("bokeh")
    location = pn.state.location
    explorer = Explorer(server, location.search or "" if location else "")
    picture = Picture(explorer)
    for part in (picture, explorer):
        pn.state.on_session_destroyed(lambda context, part=part: part.stop())
    page = lay_out(explorer, picture)
    pn.state.onload(explorer.page.rendered)
    return page


def lay_out(explorer: Explorer, picture: Picture) -> pmui.Page:
    """Return the page that shows an explorer and its picture."""
    keep_in_browser(explorer, picture.landscape)
    page = pmui.Page(
        title="trainscape",
        dark_theme=True,
        busy_indicator=None,
        sidebar_width=SIDEBAR,
        sidebar=[
            Chooser(explorer),
            Appearance(explorer),
            Curves(explorer),
            Settings(explorer),
        ],
        contextbar_open=True,
        contextbar_variant="auto",
        contextbar_width=CONTEXTBAR,
        contextbar=[Where(explorer), _findings(explorer)],
        main=[_main(explorer, picture)],
    )

    def make_room() -> None:
        if explorer.screen:
            page.sidebar_open = explorer.screen >= NARROW and not explorer.fullscreen
            needed = ENOUGH if explorer.settings.against else MEDIUM
            page.contextbar_open = explorer.screen >= needed and not explorer.fullscreen

    explorer.param.watch(lambda *events: make_room(), ["screen", "fullscreen"])
    explorer.settings.param.watch(
        lambda event: make_room() if bool(event.old) != bool(event.new) else None, "against"
    )
    with param.edit_constant(page):
        page.busy = False  # for good: telling the browser would take 90 ms for each event
    return page


def _findings(explorer: Explorer) -> pn.viewable.Viewable:
    """Return statistics, runs and diagrams as tabs; the runs come to the front when one is pinned.

    What shows the runs is made when it is first looked at: that takes as long as a fifth of the
    page.
    """
    runs, diagrams = pmui.Column(margin=0, **WIDE), Diagrams(explorer)
    tabs = pmui.Tabs(
        ("Statistics", StatisticsView(explorer)), ("Runs", runs), ("Diagrams", diagrams),
        margin=0, **WIDE,
    )  # fmt: skip

    def fill(*events: object) -> None:
        if not runs.objects and (tabs.active == 1 or explorer.pins.points):
            runs.objects = [Runs(explorer)]
        diagrams.look(at_it=tabs.active == 2)

    def come_to_front(event: object) -> None:
        fill()
        if len(event.new) > len(event.old):  # type: ignore[attr-defined]
            tabs.active = 1

    fill()
    tabs.param.watch(fill, "active")
    explorer.pins.param.watch(come_to_front, "points")
    return tabs


def _main(explorer: Explorer, picture: Picture) -> pn.viewable.Viewable:
    pictures = pn.Column(
        Notices(explorer),
        Pictures(explorer, picture),
        sizing_mode="stretch_both",
        margin=0,
        styles={"position": "relative"},
    )
    return pn.Column(
        Toolbar(explorer),
        StatusLine(explorer),
        pictures,
        Places(explorer),
        Compare(explorer),
        GoTo(explorer),
        ExportDialog(explorer),
        Help(explorer),
        sizing_mode="stretch_both",
    )
