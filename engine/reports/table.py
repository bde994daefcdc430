"""This module is the table: the statistics of a zoom as lines of text."""

from collections.abc import Iterator, Sequence

import numpy as np

from engine.measures import MEASURES
from engine.spec import Spec
from engine.statistics.scaling import (
    NEAR_NOISE,
    NEAR_SMOOTH,
    NO_RANGE,
    NOTHING,
    RESOLVED,
    TOO_FEW,
    TOO_SMALL,
    Estimate,
)
from engine.statistics.trust import Check
from engine.statistics.zoom import Combined, ZoomStep, combined

MARKS = {
    NOTHING: "-",
    TOO_FEW: "!",
    TOO_SMALL: "<",
    NO_RANGE: "?",
    NEAR_NOISE: "~",
    NEAR_SMOOTH: "=",
}
WIDTH = 22  # characters of a column of estimates


def rows(spec: Spec, frame: ZoomStep, *, heading: bool) -> Iterator[str]:
    """Yield the line of one frame of a zoom, and before the first what the columns are."""
    if heading:
        methods = [found.method for found in frame.dimensions]
        negative, _ = MEASURES[spec.measure].sides
        yield _line(["width", negative, "undecided"], [*methods, "neighbours"]).rstrip()
    shares = [frame.outcomes.converged, frame.outcomes.undecided]
    yield _line(
        [f"{2 * frame.window.half_width:.3g}", *(_share(n, frame.outcomes.runs) for n in shares)],
        [*(_short(found) for found in frame.dimensions), _without_error(frame.correlation)],
    ).rstrip()


def summary(spec: Spec, frames: Sequence[ZoomStep], checks: Sequence[Check]) -> Iterator[str]:
    """Yield the numbers of a zoom, and those of its last frame in full."""
    last = frames[-1]
    if len(frames) > 1:
        for method, found in zip(last.dimensions, combined(frames), strict=True):
            yield f"{method.method:24}{in_words(found)}"
        marks = ", ".join(f"{mark} {flag}" for flag, mark in MARKS.items())
        yield f"marks: {marks}"
        yield f"last frame, {2 * last.window.half_width:.3g} wide:"
    for estimate in last.dimensions:
        yield _in_full(estimate)
    yield f"{'neighbour correlation':24}{value_and_error(last.correlation)}"
    yield from _outcomes(spec, last)
    for check in checks:
        share = f"{100 * check.share:.2f} % ± {100 * check.error:.2f} %"
        yield f"{'labels that change':24}{share} of {check.runs:,} runs, {check.change}"


def value_and_error(found: Estimate | Combined) -> str:
    """Return a number with its error, or why there is none."""
    if np.isnan(found.value):
        return f"none: {', '.join(found.flags) or 'nothing to measure'}"
    error = "" if np.isnan(found.error) else f" ± {found.error:.3f}"
    return f"{found.value:z.3f}{error}"


def in_words(found: Combined) -> str:
    """Return one number for a zoom, and on how many frames it rests."""
    how = "median over all slopes of" if found.method == "published" else "mean over"
    if np.isnan(found.value):
        return value_and_error(found)
    if not found.frames:
        against = ", ".join(found.flags)
        return f"{value_and_error(found)}  no frame resolves it: {against}"
    return f"{value_and_error(found)}  {how} {found.frames} frame{'s' * (found.frames > 1)}"


def _line(left: Sequence[str], right: Sequence[str]) -> str:
    return "".join(text.ljust(11) for text in left) + "".join(t.ljust(WIDTH) for t in right)


def _without_error(found: Estimate) -> str:
    return value_and_error(found) if np.isnan(found.value) else f"{found.value:z.3f}"


def _short(found: Estimate) -> str:
    if np.isnan(found.value):
        return ", ".join(found.flags)[: WIDTH - 1]
    marks = "".join(MARKS[flag] for flag in found.flags if flag != RESOLVED)
    return f"{value_and_error(found)} {marks}".strip()


def _in_full(found: Estimate) -> str:
    if np.isnan(found.value):
        return f"{found.method:24}{value_and_error(found)}"
    text = f"{found.method:24}{value_and_error(found):18}"
    if found.range is not None:
        text += f"{'{}-{} px'.format(*found.range):14}"
    if found.noise is not None and found.smooth is not None:
        text += f"noise {_plain(found.noise)}, smooth {_plain(found.smooth)}  "
    return text + ", ".join(found.flags)


def _plain(control: Estimate) -> str:
    return "-" if np.isnan(control.value) else f"{control.value:.3f}"


def _outcomes(spec: Spec, frame: ZoomStep) -> Iterator[str]:
    found = frame.outcomes
    names = (*MEASURES[spec.measure].sides, "undecided")
    for name, count in zip(names, (found.converged, found.diverged, found.undecided), strict=True):
        yield f"{name:24}{count:,} of {found.runs:,} runs, {_share(count, found.runs)}"
    for name, count in found.categories.items():
        if name in names:
            continue
        yield f"{name:24}{count:,} of {found.runs:,} runs, {_share(count, found.runs)}"
    if found.quantiles is not None:
        low, _, middle, _, high = found.quantiles
        yield f"{'decided at step':24}{middle:.0f} in the median, 90 % from {low:.0f} to {high:.0f}"


def _share(count: int, runs: int) -> str:
    return f"{100 * count / runs:.1f} %"
