"""Statistics of a zoom as JSON-able values."""

from typing import Any

import numpy as np

from engine.statistics.scaling import Estimate
from engine.statistics.zoom import Combined, ZoomStep


def number(value: float) -> float | None:
    """Return a number as JSON knows it: None where it is not finite."""
    return float(value) if np.isfinite(value) else None


def estimate(of: Estimate) -> dict[str, Any]:
    """Return everything about an estimate, with the values of its controls."""
    about: dict[str, Any] = {
        "method": of.method,
        "value": number(of.value),
        "error": number(of.error),
        "fit_error": number(of.fit_error),
        "sampling_error": number(of.sampling_error),
        "range_error": number(of.range_error),
        "range_pixels": of.range,
        "flags": list(of.flags),
        "sizes": of.sizes.tolist(),
        "counts": of.counts.tolist(),
        "slopes": [number(slope) for slope in of.slopes],
    }
    if not np.isnan(of.label_error):
        about["label_error"] = of.label_error
    for name in ("noise", "smooth"):
        control = getattr(of, name)
        if control is not None:
            about[name] = {"value": number(control.value), "error": number(control.error)}
    return about


def frame(step: ZoomStep) -> dict[str, Any]:
    """Return everything about a frame of a zoom."""
    about = {
        "window": step.window.to_dict(),
        "size": str(step.size),
        "outcomes": step.outcomes.to_dict(),
        "dimensions": [estimate(e) for e in step.dimensions],
        "neighbour_correlation": estimate(step.correlation),
        "runs_trained": step.trained,
        "seconds": step.seconds,
    }
    if step.audit is not None:
        about["refined"] = step.audit.counts()
    return about


def combination(combined: Combined) -> dict[str, Any]:
    """Return one number for a zoom, and what it rests on."""
    return {
        "method": combined.method,
        "value": number(combined.value),
        "error": number(combined.error),
        "frames": combined.frames,
        "flags": list(combined.flags),
    }
