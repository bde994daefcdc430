"""The command `presets`: what there is to start from."""

import argparse
import json
from typing import Any

from engine.console.options import add_command
from engine.places.presets import Preset, presets
from engine.reports.columns import columns


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
    print(columns(rows))


def _preset_as_json(preset: Preset) -> dict[str, Any]:
    windows = {name: window.to_dict() for name, window in preset.windows.items()}
    return {
        "name": preset.name,
        "system": preset.spec.system.name,
        "about": preset.about,
        "windows": windows,
        "spec": preset.spec.to_dict(),
    }
