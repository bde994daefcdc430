"""Dialogs, which open over the page when somebody asks for them.

What is in it is made when it is box for the first time: most visitors never see most dialogs,
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
    box = pmui.Dialog(
        title=title, show_close_button=True, close_on_click=True, width_option=width,
        sx=CLOSE_STANDS_OUT, **WIDE,
    )  # fmt: skip

    def follow(event: object) -> None:
        wanted = explorer.dialog == name
        if wanted and not box.objects:
            box.objects = list(make())
        box.open = wanted

    def closed(event: object) -> None:
        if not box.open and explorer.dialog == name:
            explorer.dialog = ""

    explorer.param.watch(follow, "dialog")
    box.param.watch(closed, "open")
    return box
