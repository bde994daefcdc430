"""This module is the reproduction: the published dimensions, computed again and set beside them.

Results are kept as JSON, condition by condition; `document.py` makes a page of them.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine import __version__
from engine.atomic import whole
from engine.errors import InputError, read_json
from engine.machine.reading import read_bytes
from engine.places.presets import preset
from engine.plane import Size
from engine.reports import report
from engine.statistics.trust import CHECKS, check, sampled
from engine.statistics.zoom import ZoomStep, combined, runs_needed, zoom
from engine.tiles.field import Progress
from engine.tiles.store import Store, code_version
from engine.training.devices import backend, devices

# Sohl-Dickstein 2024 (arXiv:2402.06184), figure 1, by ascending dimension.
PUBLISHED = {
    "linear": 1.17,
    "relu": 1.20,
    "tanh-single": 1.41,
    "tanh-minibatch": 1.55,
    "tanh": 1.66,
    "tanh-offset": 1.98,
}
KIND = "trainscape reproduction"  # what such a file says that it is

Results = dict[str, Any]
Tell = Callable[[str, ZoomStep], None]


def known_results(path: Path) -> Results:
    """Return what an earlier reproduction has written, by condition; nothing if there is none.

    Raises:
        InputError: if the file holds something else.
    """
    if not path.exists():
        return {}
    try:
        found = read_json(read_bytes(path), "results")
        if found["kind"] == KIND:
            return dict(found["conditions"])
    except (ValueError, TypeError, KeyError):
        pass
    raise InputError(f"not the results of a reproduction: {path}")


def save_results(results: Results, path: Path) -> None:
    """Write results; the file appears whole or not at all."""
    with whole(path) as file:
        file.write_text(json.dumps({"kind": KIND, "conditions": results}) + "\n", "utf-8")


def reproduce(
    name: str,
    size: Size,
    frames: int,
    before: Results,
    store: Store | None,
    tell: Tell,
    progress: Progress,
) -> Results:
    """Return all about the zoom that ends at the published window of a condition.

    What it costs is how many runs it takes and how long those took that were trained now; where
    none had to be, the time is that of an earlier reproduction at the same settings.

    Args:
        name: one of `PUBLISHED`.
        size, frames: of the zoom.
        before: what an earlier reproduction found of the condition; {} if there is none.
        store: where runs are taken from if they are known, and kept.
        tell: called with the name of the condition and each frame that is finished.
        progress: called with the runs that have become known since the last call.
    """
    chosen = preset(name)
    window = chosen.window("published")
    measured: list[ZoomStep] = []
    for last, frame in zoom(chosen.spec, window, size, frames, store, progress):  # noqa: B007
        measured.append(frame)
        tell(name, frame)
    about = {
        "published": PUBLISHED[name],
        "spec": chosen.spec.to_dict(),
        "size": str(size),
        "frame_count": frames,
        "code": code_version(),
    }
    same = all(before.get(key) == value for key, value in about.items())
    trained = sum(frame.trained for frame in measured)
    seconds = sum(frame.seconds for frame in measured if frame.trained)
    began = time.perf_counter()
    checks = [check(last, kind, progress).to_dict() for kind in CHECKS]
    return {
        **about,
        "combined": [report.combination(c) for c in combined(measured)],
        "checks": checks,
        "cost": {
            "runs": runs_needed(window, size, frames),
            "seconds_per_run": seconds / trained
            if trained
            else before["cost"]["seconds_per_run"]
            if same
            else None,
            "check_runs": sum(sampled(last, kind) for kind in CHECKS),
            "check_seconds": time.perf_counter() - began,
            "device": f"{len(devices())} x {devices()[0].device_kind} ({backend()})",
            "version": __version__,
        },
        "frames": [report.frame(frame) for frame in measured],
    }
