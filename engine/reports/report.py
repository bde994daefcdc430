"""This module is the report: the statistics of a zoom as JSON-able values."""

from typing import Any

import numpy as np

from engine.statistics.scaling import Estimate
from engine.statistics.zoom import Combined, ZoomStep


def number(value: float) -> float | None:
    """Return a number as JSON knows it: None where it is not finite."""
    return float(value) if np.isfinite(value) else None


def estimate(found: Estimate) -> dict[str, Any]:
    """Return everything about an estimate, with the values of its controls."""
    about: dict[str, Any] = {
        "method": found.method,
        "value": number(found.value),
        "error": number(found.error),
        "fit_error": number(found.fit_error),
        "sampling_error": number(found.sampling_error),
        "range_error": number(found.range_error),
        "range_pixels": found.range,
        "flags": list(found.flags),
        "sizes": found.sizes.tolist(),
        "counts": found.counts.tolist(),
        "slopes": [number(slope) for slope in found.slopes],
    }
    for name in ("noise", "smooth"):
        control = getattr(found, name)
        if control is not None:
            about[name] = {"value": number(control.value), "error": number(control.error)}
    return about


def frame(found: ZoomStep) -> dict[str, Any]:
    """Return everything about a frame of a zoom."""
    return {
        "window": found.window.to_dict(),
        "size": str(found.size),
        "outcomes": found.outcomes.to_dict(),
        "dimensions": [estimate(e) for e in found.dimensions],
        "neighbour_correlation": estimate(found.correlation),
        "runs_trained": found.trained,
        "seconds": found.seconds,
    }


def combination(found: Combined) -> dict[str, Any]:
    """Return one number for a zoom, and what it rests on."""
    return {
        "method": found.method,
        "value": number(found.value),
        "error": number(found.error),
        "frames": found.frames,
        "flags": list(found.flags),
    }
