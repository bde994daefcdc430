"""This module is the reproduction: the published dimensions, computed again and set beside them.

It writes two files: the results in full as JSON, and a document made from them.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from engine import __version__
from engine.devices import backend, devices
from engine.errors import InputError
from engine.files import whole
from engine.plane import Size
from engine.presets import preset
from engine.statistics import report
from engine.statistics.trust import CHECKS, check
from engine.statistics.zoom import Frame, combined, zoom
from engine.store import Store, code_version

# Sohl-Dickstein 2024 (arXiv:2402.06184), figure 1, by ascending dimension.
PUBLISHED = {
    "linear": 1.17,
    "relu": 1.20,
    "tanh-single": 1.41,
    "tanh-minibatch": 1.55,
    "tanh": 1.66,
    "tanh-offset": 1.98,
}

Tell = Callable[[str, Frame], None]
Progress = Callable[[int], None]


def reproduce(
    names: Sequence[str],
    size: Size,
    frames: int,
    results: Path,
    store: Store | None,
    tell: Tell,
    progress: Progress,
) -> dict[str, Any]:
    """Measure the zooms that end at the published windows, and keep the results as they come.

    A condition that the file has at the same size, frames and version of the code keeps what was
    spent on it; others in the file stay as they are.

    Args:
        names: which of `PUBLISHED`.
        size, frames: of every zoom.
        results: the JSON file.
        store: where runs are taken from if they are known, and kept.
        tell: called with the name of the condition and each frame that is finished.
        progress: called with the runs that have become known since the last call.

    Returns:
        Everything in the file, by ascending published dimension.
    """
    known = _known(results)
    for name in names:
        chosen = preset(name)
        window = chosen.window("published")
        measured: list[Frame] = []
        for field, frame in zoom(chosen.spec, window, size, frames, store, progress):  # noqa: B007
            measured.append(frame)
            tell(name, frame)
        checks = [check(field, kind, progress).to_dict() for kind in CHECKS]
        about = {
            "published": PUBLISHED[name],
            "spec": chosen.spec.to_dict(),
            "size": str(size),
            "frame_count": frames,
            "code": code_version(),
        }
        before = known.get(name, {})
        same = all(before.get(key) == about[key] for key in ("spec", "size", "frame_count", "code"))
        spent = before["spent"] if same else {"runs_trained": 0, "seconds": 0.0}
        trained = [frame for frame in measured if frame.trained]
        known[name] = {
            **about,
            "combined": [report.combination(c) for c in combined(measured)],
            "checks": checks,
            "spent": {
                "runs_trained": spent["runs_trained"] + sum(f.trained for f in trained),
                "seconds": spent["seconds"] + sum(f.seconds for f in trained),
                "device": f"{len(devices())} x {devices()[0].device_kind} ({backend()})",
                "version": __version__,
            },
            "frames": [report.frame(f) for f in measured],
        }
        with whole(results) as file:
            file.write_text(json.dumps(known) + "\n", "utf-8")
    return {name: known[name] for name in PUBLISHED if name in known}


def _known(results: Path) -> dict[str, Any]:
    """Return what an earlier reproduction has written; nothing if there is none."""
    if not results.exists():
        return {}
    try:
        known = json.loads(results.read_text("utf-8"))
    except ValueError:
        known = None
    if not isinstance(known, dict):
        raise InputError(f"not the results of a reproduction: {results}")
    return known
