"""This module is the dialog: what opens over the page when somebody asks for it.

What is in it is made when it is opened for the first time: most visitors never see most dialogs,
and making them all would keep everybody waiting for the page.
"""

from collections.abc import Callable, Sequence

import panel as pn
import panel_material_ui as pmui

from app.views.style import WIDE
from app.visitor.explorer import Explorer

# Material's own colour of this button is that of a light page, whichever the theme.
CLOSE_STANDS_OUT = {"button[aria-label=close]": {"color": "text.primary"}}


def dialog(
    explorer: Explorer,
    name: str,
    title: str,
    make: Callable[[], Sequence[pn.viewable.Viewable]],
    width: str = "sm",
) -> pmui.Dialog:
    """Return a dialog that is open while the explorer says so, and says so when it is closed.

    Args:
        explorer: whose `dialog` says which one is open.
        name: what it says for this one.
        title: what stands above the dialog.
        make: returns what is in it.
        width: how wide it may become, one of Material's breakpoints.
    """
    shown = pmui.Dialog(
        title=title, show_close_button=True, close_on_click=True, width_option=width,
        sx=CLOSE_STANDS_OUT, **WIDE,
    )  # fmt: skip

    def follow(event: object) -> None:
        opened = explorer.dialog == name
        if opened and not shown.objects:
            shown.objects = list(make())
        shown.open = opened

    def closed(event: object) -> None:
        if not shown.open and explorer.dialog == name:
            explorer.dialog = ""

    explorer.param.watch(follow, "dialog")
    shown.param.watch(closed, "open")
    return shown
