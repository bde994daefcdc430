"""Overviews: the picture of what a page opens with, of every preset, before anything is trained.

`trainscape render` has drawn each of them, and its spec, window and size are inside. It has also
drawn those of other windows, which are thumbnails.
"""

import importlib.resources
from pathlib import Path

from engine.places.presets import presets

FOLDER = Path(str(importlib.resources.files("assets")))


def overview(name: str) -> str:
    """Return where in `FOLDER` the picture of the window `home` of a preset is, in the usual look.

    Its pixels are runs: 256 along either side, or fewer where these take long. There is none, and
    the text is empty, of a preset of one's own and of those whose runs take a processor too long.

    Args:
        name: of the preset.
    """
    return _kept(f"overviews/{name}.png")


def picture(name: str, window: str) -> str:
    """Return where in `FOLDER` the picture of any window of a preset is; empty if there is none."""
    chosen = presets()[name]
    if chosen.windows[window] == chosen.window("home"):
        return overview(name)
    return _kept(f"thumbnails/{name}-{window}.png")


def _kept(path: str) -> str:
    return path if (FOLDER / path).is_file() else ""
