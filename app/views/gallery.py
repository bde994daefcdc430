"""The gallery: a picture for every window of every preset.

It is one component, which the browser draws: a widget for each picture takes seconds.
"""

import base64
import importlib.resources
from collections.abc import Callable
from typing import ClassVar

import param
from panel.custom import JSComponent

from app.shared.javascript import module
from engine.places.presets import presets

THUMBNAIL = 128  # pixels


class Gallery(JSComponent):
    """A picture and a name for every window of every preset; a click on it goes there."""

    cards = param.List(
        doc="for each: label, what it shows in words, and its picture as a URL or none"
    )

    _esm = module(__package__, "gallery")

    _stylesheets: ClassVar[list[str]] = [
        f"""
        div {{
          display: flex; flex-wrap: wrap; align-items: start; gap: 12px 8px; padding: 8px 2px;
        }}
        button {{
          width: {THUMBNAIL}px; padding: 0; border: 0; background: none; cursor: pointer;
          color: var(--mui-palette-primary-main, inherit); font: 500 13px Roboto, sans-serif;
        }}
        button:hover span {{ text-decoration: underline; }}
        button:focus-visible {{ outline: 2px solid currentColor; outline-offset: 2px; }}
        img, i {{ display: block; width: 100%; aspect-ratio: 1; margin-bottom: 4px; }}
        i {{ background: color-mix(in srgb, currentColor 12%, transparent); }}
        """
    ]

    def __init__(self, go: Callable[[str, str], None], **params: object) -> None:
        """Call `go` with the names of the preset and of the window that somebody chooses."""
        self._places = [(name, window) for name, p in presets().items() for window in p.windows]
        self._go = go
        super().__init__(**params)

    def read(self) -> list[dict[str, str]]:
        """Return the cards, whose pictures are read from files."""
        return [_card(*place) for place in self._places]

    def show(self, cards: list[dict[str, str]]) -> None:
        """Show these cards."""
        self.cards = cards

    def _handle_msg(self, number: int) -> None:
        self._go(*self._places[number])


def _card(name: str, window: str) -> dict[str, str]:
    picture = base64.b64encode(thumbnail(name, window)).decode()
    url = f"data:image/png;base64,{picture}" if picture else ""
    return {
        "label": name if window == "overview" else f"{name} · {window}",
        "about": f"{name}, {window} window: {presets()[name].about}",
        "image": url,
    }


def thumbnail(preset: str, window: str) -> bytes:
    """Return the picture of a window as the bytes of a PNG; none of a preset of one's own."""
    folder = importlib.resources.files("assets").joinpath("thumbnails")
    picture = folder.joinpath(f"{preset}-{window}.png")
    return picture.read_bytes() if picture.is_file() else b""
