"""The page around the landscape, composed of views."""

import holoviews as hv
import panel as pn
from bokeh.document import Document
from panel.io.resources import LOCAL_DIST
from panel.theme import Design

from app.picture.picture import Picture
from app.shared.server import Server
from app.views.browser import keep_in_browser
from app.views.compare import Compare
from app.views.comparison import Pictures
from app.views.curves import Curves
from app.views.diagrams import Diagrams
from app.views.dialog import Dialogs
from app.views.exports import ExportDialog
from app.views.help import Help
from app.views.look import Appearance, Legend
from app.views.places import Places
from app.views.runs import Runs
from app.views.settings import Chooser, Settings
from app.views.speech import Speech
from app.views.statistics import StatisticsView
from app.views.style import WIDE
from app.views.tabs import Tabs
from app.views.toolbar import Notices, StatusLine, Toolbar
from app.views.where import GoTo, Where
from app.visitor.explorer import Explorer

DIALOGS = {
    "go to": GoTo,
    "places": Places,
    "compare": Compare,
    "export": ExportDialog,
    "help": Help,
}
FLOATING = {
    "position": "absolute", "top": "8px", "left": "80px", "width": "calc(100% - 110px)",
    "max-width": "640px", "z-index": "10",
}  # fmt: skip


def set_up() -> None:
    """Have Panel and HoloViews draw by Bokeh, in the style of the page instead of their own."""
    pn.extension(design=Design, browser_info=False)
    hv.extension("bokeh")


def dashboard(server: Server) -> None:
    """Make the document of one visitor, at the place that the address bar names.

    Args:
        server: what all visitors share.
    """
    document = pn.state.curdoc
    document.template_variables["dist_url"] = LOCAL_DIST  # of the style sheets: no other host's
    document.config.update(reconnect_session=False, notify_connection_status=False)
    explorer = Explorer(server, _query(document))
    picture = Picture(explorer)
    for part in (picture, explorer):
        pn.state.on_session_destroyed(lambda context, part=part: part.stop())
    pn.state.on_session_destroyed(lambda context: server.collector.soon())
    # A page comes back by a session of its own, so nobody needs the one that it has left.
    document.on_event("connection_lost", lambda event: _end(document))
    for name, region in regions(explorer, picture).items():
        number = len(document.roots)
        region.server_doc(document, title="trainscape", location=False)
        document.roots[number].name = name
    # Not Panel's `onload`, which holds whoever waits for a page that is never shown.
    document.on_event("document_ready", lambda event: explorer.page.rendered())


def _end(document: Document) -> None:
    """Have the session of a document end, which is done within two seconds."""
    if document.session_context is not None:
        document.session_context.session.request_expiration()


def _query(document: object) -> str:
    """Return the query string of the address of a page."""
    request = document.session_context.request  # type: ignore[attr-defined]
    query = getattr(request, "query", "")
    return f"?{query}" if query else ""


def regions(explorer: Explorer, picture: Picture) -> dict[str, pn.viewable.Viewable]:
    """Return what the regions of the page show, by the names of their elements (`page.html`)."""
    keep_in_browser(explorer, picture.landscape)
    left = (Chooser(explorer), Appearance(explorer), Curves(explorer), Settings(explorer))
    return {
        "toolbar": Toolbar(explorer).__panel__(),
        "left": pn.Column(*left, margin=0, **WIDE),
        "main": _main(explorer, picture),
        "right": pn.Column(Where(explorer), _findings(explorer), margin=0, **WIDE),
        "dialogs": Dialogs(explorer, DIALOGS).__panel__(),
    }


def _findings(explorer: Explorer) -> pn.viewable.Viewable:
    """Return statistics, runs and diagrams as tabs; the runs come to the front when one is pinned.

    What shows the runs is made when it is first looked at: that takes as long as a fifth of the
    page.
    """
    diagrams = Diagrams(explorer)
    tabs = Tabs("findings", {
        "Statistics": lambda: StatisticsView(explorer),
        "Runs": lambda: Runs(explorer),
        "Diagrams": lambda: diagrams,
    })  # fmt: skip

    def come_to_front(event: object) -> None:
        tabs.fill(1)
        if len(event.new) > len(event.old):  # type: ignore[attr-defined]
            tabs.choose(1)

    if explorer.pins.points:
        tabs.fill(1)
    tabs.param.watch(lambda event: diagrams.look(at_it=event.new == 2), "active")
    explorer.pins.param.watch(come_to_front, "points")
    return tabs


def _main(explorer: Explorer, picture: Picture) -> pn.viewable.Viewable:
    pictures = pn.Column(
        pn.Column(Notices(explorer), styles=FLOATING, height=0, margin=0, sizing_mode=None),
        Pictures(explorer, picture),
        sizing_mode="stretch_both",
        margin=0,
        styles={"position": "relative"},
    )
    return pn.Column(
        Speech(explorer),
        StatusLine(explorer),
        pictures,
        Legend(explorer),
        sizing_mode="stretch_both",
        margin=0,
    )
