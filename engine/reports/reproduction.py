"""The published dimensions, computed again.

Results are kept as JSON, condition by condition; `engine.reports.document` makes a page of them.
"""

import json
import time
from collections.abc import Callable, Sequence
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
from engine.tiles.audit import Refinement
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
Listener = Callable[[str, ZoomStep], None]


def known_results(path: Path) -> Results:
    """Return the results of an earlier reproduction, by condition; empty if there is none.

    Raises:
        InputError: if the file holds something else.
    """
    if not path.exists():
        return {}
    try:
        content = read_json(read_bytes(path), "results")
        if content["kind"] == KIND:
            return dict(content["conditions"])
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
    listener: Listener,
    progress: Progress,
    refine: float | None = None,
) -> Results:
    """Return all about the zoom that ends at the published window of a condition.

    Its cost is the number of runs, and the time of those that were trained now. If none were, the
    time is that of an earlier reproduction at the same settings.

    Args:
        name: one of `PUBLISHED`.
        size, frames: of the zoom.
        before: what an earlier reproduction found of the condition; {} if there is none.
        store: where runs are taken from if they are known, and kept.
        listener: called with the name of the condition and each frame that is finished.
        progress: called with the runs that have become known since the last call.
        refine: the share of labels of a frame that are right, at least, so that what is left is
            predicted; None to train every run.
    """
    condition = preset(name)
    window = condition.window("published")
    measured: list[ZoomStep] = []
    for last, frame in zoom(  # noqa: B007 the last field is checked
        condition.spec,
        window,
        size,
        frames,
        store,
        progress,
        Refinement.of(refine, colours=None),
    ):
        measured.append(frame)
        listener(name, frame)
    about = {
        "published": PUBLISHED[name],
        "spec": condition.spec.to_dict(),
        "size": str(size),
        "frame_count": frames,
        "code": code_version(),
        **({} if refine is None else {"refine": refine}),
    }
    same = before.get("refine") == refine
    same &= all(before.get(key) == value for key, value in about.items())
    began = time.perf_counter()
    checks = [check(last, kind, progress).to_dict() for kind in CHECKS]
    return {
        **about,
        "combined": [report.combination(c) for c in combined(measured)],
        "checks": checks,
        "cost": {
            "runs": _runs(measured) or runs_needed(window, size, frames),
            "seconds_per_run": _seconds_per_run(measured, before if same else {}),
            "check_runs": sum(sampled(last, kind) for kind in CHECKS),
            "check_seconds": time.perf_counter() - began,
            "device": f"{len(devices())} x {devices()[0].device_kind} ({backend()})",
            "version": __version__,
        },
        "frames": [report.frame(frame) for frame in measured],
    }


def _runs(frames: Sequence[ZoomStep]) -> int:
    """Return how many runs refined frames have that are trained; 0 where every run is."""
    return sum(frame.audit.trained for frame in frames if frame.audit is not None)


def _seconds_per_run(frames: Sequence[ZoomStep], before: Results) -> float | None:
    """Return the time of a run that was trained now, or else before; None if neither is known."""
    trained = sum(frame.trained for frame in frames)
    if trained:
        return sum(frame.seconds for frame in frames if frame.trained) / trained
    return before["cost"]["seconds_per_run"] if before else None
