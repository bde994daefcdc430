"""Small pictures of presets, made from complete fields and kept with the program."""

import importlib.resources
from pathlib import Path

FOLDER = Path(str(importlib.resources.files("assets")))


def overview(name: str) -> str:
    """Return where in `FOLDER` the picture of a preset's home window is; empty if there is none."""
    return _kept(f"overviews/{name}.png")


def thumbnail(name: str, window: str) -> str:
    """Return where in `FOLDER` the picture of a preset's window is; empty if there is none."""
    return _kept(f"thumbnails/{name}-{window}.png")


def _kept(path: str) -> str:
    return path if (FOLDER / path).is_file() else ""
