"""Statistics of a zoom as lines of text."""

from collections.abc import Iterator, Sequence

import numpy as np

from engine.measures import MEASURES
from engine.spec import Spec
from engine.statistics.outcomes import share_in_words
from engine.statistics.scaling import (
    NEAR_NOISE,
    NEAR_SMOOTH,
    NO_RANGE,
    NOTHING,
    RESOLVED,
    TOO_FEW,
    TOO_SMALL,
    Estimate,
    value_and_error,
)
from engine.statistics.trust import Check
from engine.statistics.zoom import Combined, ZoomStep, combined
from engine.tiles.tally import Tally

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
    """Yield the line of one frame of a zoom, after the names of the columns if `heading` is set."""
    if heading:
        methods = [estimate.method for estimate in frame.dimensions]
        negative, _ = MEASURES[spec.measure].sides
        trained = [] if frame.audit is None else ["trained"]
        left = ["width", negative, "undecided", *trained]
        yield _line(left, [*methods, "neighbours"]).rstrip()
    counts = [frame.outcomes.converged, frame.outcomes.undecided]
    if frame.audit is not None:
        counts.append(frame.audit.trained)
    shares = [share_in_words(count, frame.outcomes.runs) for count in counts]
    yield _line(
        [f"{2 * frame.window.half_width:.3g}", *shares],
        [*(_short(estimate) for estimate in frame.dimensions), _without_error(frame.correlation)],
    ).rstrip()


def summary(spec: Spec, frames: Sequence[ZoomStep], checks: Sequence[Check]) -> Iterator[str]:
    """Yield the numbers of a zoom, and those of its last frame in full."""
    last = frames[-1]
    if len(frames) > 1:
        for method, number in zip(last.dimensions, combined(frames), strict=True):
            yield f"{method.method:24}{in_words(number)}"
        marks = ", ".join(f"{mark} {flag}" for flag, mark in MARKS.items())
        yield f"marks: {marks}"
        yield f"last frame, {2 * last.window.half_width:.3g} wide:"
    for estimate in last.dimensions:
        yield _in_full(estimate)
    yield f"{'neighbour correlation':24}{value_and_error(last.correlation)}"
    yield from _outcomes(spec, last)
    if any(frame.audit is not None for frame in frames):
        tally = Tally.joined(frame.audit for frame in frames if frame.audit is not None)
        yield f"{'runs':24}{tally.words}; the others are predicted"
    for check in checks:
        share = f"{100 * check.share:.2f} % ± {100 * check.error:.2f} %"
        yield f"{'labels that change':24}{share} of {check.runs:,} runs, {check.change}"


def in_words(estimate: Combined) -> str:
    """Return one number for a zoom, with the number of frames that it rests on."""
    how = "median over all slopes of" if estimate.method == "published" else "mean over"
    if np.isnan(estimate.value):
        return value_and_error(estimate)
    if not estimate.frames:
        against = ", ".join(estimate.flags)
        return f"{value_and_error(estimate)}  no frame resolves it: {against}"
    return (
        f"{value_and_error(estimate)}  {how} {estimate.frames} frame{'s' * (estimate.frames > 1)}"
    )


def _line(left: Sequence[str], right: Sequence[str]) -> str:
    return "".join(text.ljust(11) for text in left) + "".join(t.ljust(WIDTH) for t in right)


def _without_error(estimate: Estimate) -> str:
    return value_and_error(estimate) if np.isnan(estimate.value) else f"{estimate.value:z.3f}"


def _short(estimate: Estimate) -> str:
    if np.isnan(estimate.value):
        return ", ".join(estimate.flags)[: WIDTH - 1]
    marks = "".join(MARKS[flag] for flag in estimate.flags if flag != RESOLVED)
    return f"{value_and_error(estimate)} {marks}".strip()


def _in_full(estimate: Estimate) -> str:
    if np.isnan(estimate.value):
        return f"{estimate.method:24}{value_and_error(estimate)}"
    text = f"{estimate.method:24}{value_and_error(estimate):18}"
    if estimate.range is not None:
        text += f"{'{}-{} px'.format(*estimate.range):14}"
    if estimate.noise is not None and estimate.smooth is not None:
        text += f"noise {_control(estimate.noise)}, smooth {_control(estimate.smooth)}  "
    return text + ", ".join(estimate.flags)


def _control(control: Estimate) -> str:
    return "-" if np.isnan(control.value) else f"{control.value:.3f}"


def _outcomes(spec: Spec, frame: ZoomStep) -> Iterator[str]:
    outcomes, audit = frame.outcomes, frame.audit
    side, kind = (0.0, 0.0) if audit is None else (1 - audit.labels, audit.colours)
    names = (*MEASURES[spec.measure].sides, "undecided")
    counts = (outcomes.converged, outcomes.diverged, outcomes.undecided)
    for name, count, error in zip(names, counts, (side, side, 0.0), strict=True):
        share = share_in_words(count, outcomes.runs, error)
        predicted = ", in part as predicted" if audit is not None and not error else ""
        yield f"{name:24}{count:,} of {outcomes.runs:,} runs, {share}{predicted}"
    for name, count in outcomes.categories.items():
        if name in names:
            continue
        share = share_in_words(count, outcomes.runs, kind)
        yield f"{name:24}{count:,} of {outcomes.runs:,} runs, {share}"
    if outcomes.quantiles is not None:
        low, _, middle, _, high = outcomes.quantiles
        yield f"{'decided at step':24}{middle:.0f} in the median, 90 % from {low:.0f} to {high:.0f}"
