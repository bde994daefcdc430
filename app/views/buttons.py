"""Buttons that show an icon alone, and say in words what they do."""

from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui

# The words stay in the page for those who hear it; Panel's own icon button has none.
ICON_ALONE = {
    "fontSize": 0,
    "minWidth": 0,
    "padding": "6px",
    ".MuiButton-startIcon": {"margin": 0},
    "&:not(.Mui-disabled):not(.MuiButton-colorPrimary)": {"color": "text.primary"},
    "&:hover": {"backgroundColor": "action.hover"},
    "&.MuiButton-sizeSmall": {"padding": "5px"},
}


def icon_button(
    icon: str,
    words: str,
    on_click: Callable[[], None] | None = None,
    *,
    tip: str = "",
    size: int = 20,
    beside: str = "bottom",
    **options: Any,
) -> tuple[pn.viewable.Viewable, pmui.Button]:
    """Return a button with a tooltip, as it is laid out, and the button itself.

    Args:
        icon: a Material icon.
        words: what the button does.
        on_click: does it.
        tip: what the tooltip says, if more than the words.
        size: of the icon, in pixels.
        beside: the side of the button on which the tooltip opens. No other button should be there,
            since the tooltip stays for as long as the button has the focus.
        options: of the button.
    """
    button = pmui.Button(
        label=words, icon=icon, variant="text", size="small", icon_size=f"{size}px", margin=0,
        sx=ICON_ALONE, **{"color": "default", **options},
    )  # fmt: skip
    if on_click is not None:
        button.on_click(lambda event: on_click())
    return pmui.Tooltip(button, title=tip or words, placement=beside, margin=0), button
