"""This module is the command `presets`: what there is to start from."""

import argparse
import json
from typing import Any

from engine.console.options import add_command
from engine.places.presets import Preset, presets


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command to a parser."""
    sub = add_command(
        parser, "presets", _presets, "List the presets and their windows.", ["", "--json"]
    )
    sub.add_argument("--json", action="store_true", help="as JSON, with spec and windows in full")


def _presets(options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps([_preset_as_json(p) for p in presets().values()], indent=2))
        return
    rows = [(p.name, p.spec.system.name, " ".join(p.windows), p.about) for p in presets().values()]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    for row in rows:
        print("  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[3]]))


def _preset_as_json(known: Preset) -> dict[str, Any]:
    windows = {name: window.to_dict() for name, window in known.windows.items()}
    return {
        "name": known.name,
        "system": known.spec.system.name,
        "about": known.about,
        "windows": windows,
        "spec": known.spec.to_dict(),
    }
