"""The gallery: a picture for every window of every preset.

It is one component, which the browser draws: a widget for each picture takes seconds.
"""

from collections.abc import Callable
from typing import ClassVar

import param
from panel.custom import JSComponent

from engine.pictures.scripts import script
from engine.places.overviews import picture
from engine.places.presets import presets

THUMBNAIL = 128  # pixels


class Gallery(JSComponent):
    """A picture and a name for every window of every preset; a click on it goes there."""

    cards = param.List(
        doc="for each: label, what it shows in words, and where its picture is, or what it needs"
    )

    _esm = script(__package__, "gallery")

    _stylesheets: ClassVar[list[str]] = [
        f"""
        div {{
          display: flex; flex-wrap: wrap; align-items: start; gap: 12px 8px; padding: 8px 2px;
        }}
        button {{
          width: {THUMBNAIL}px; padding: 0; border: 0; background: none; cursor: pointer;
          color: var(--accent, inherit); font: 500 13px var(--font);
        }}
        button:hover span {{ text-decoration: underline; }}
        button:focus-visible {{ outline: 2px solid currentColor; outline-offset: 2px; }}
        img, i {{ display: block; width: 100%; aspect-ratio: 1; margin-bottom: 4px; }}
        i {{
          display: flex; align-items: center; box-sizing: border-box; padding: 10px;
          font-style: normal; background: color-mix(in srgb, currentColor 12%, transparent);
        }}
        """
    ]

    def __init__(self, go: Callable[[str, str], None], **params: object) -> None:
        """Call `go` with the names of the preset and of the window that somebody chooses."""
        self._places = [(name, window) for name, p in presets().items() for window in p.windows]
        self._go = go
        super().__init__(cards=[_card(*place) for place in self._places], **params)

    def _handle_msg(self, number: int) -> None:
        self._go(*self._places[number])


def _card(name: str, window: str) -> dict[str, str]:
    preset, shown = presets()[name], picture(name, window)
    return {
        "label": name if window == "overview" else f"{name} · {window}",
        "about": f"{name}, {window} window: {preset.about}",
        "image": shown,
        "needs": "" if shown else preset.needs,
    }
