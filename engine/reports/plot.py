"""Plots of dimensions, outcomes and diagrams, drawn by Matplotlib."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np

from engine import __version__
from engine.analysis.diagrams import Attractors, Explained
from engine.atomic import check_file, ending, whole
from engine.errors import InputError
from engine.measures import MEASURES
from engine.pictures.lettering import drawable
from engine.places.carried import PNG_TEXT
from engine.plane import Size, Window
from engine.spec import Spec
from engine.statistics.scaling import Estimate
from engine.statistics.summary import Statistics
from engine.statistics.zoom import ZoomStep

PROVENANCE = {".png": PNG_TEXT, ".svg": "Description", ".pdf": "Subject"}  # by ending, which key
# Okabe & Ito's colours, which the colour-blind can tell apart, by method.
COLOURS = {"published": "#d55e00", "box counting": "#0072b2", "uncertainty exponent": "#009e73"}
GREY = "#808080"
SIDES = ("#3288bd", "#d53e4f")  # of the histograms: converged and diverged
MATHS = "\\math"  # stands in what matplotlib writes of itself: numbers along an axis
MOST_TICKS = 4
LINE = 40  # characters of what stands beside a bar of colours
LABELS = {"published": "published recipe"}  # where a method's own name says too little
COUNTED = {
    "published": "boxes partly filled",
    "box counting": "boxes with boundary",
    "uncertainty exponent": "pairs that differ",
}


def check_writable(path: Path) -> None:
    """Raise InputError, OSError or ModuleNotFoundError if no plot could be written to `path`."""
    if ending(path) not in PROVENANCE:
        raise InputError(f"unknown ending of {path.name!r}; choices: {', '.join(PROVENANCE)}")
    check_file(path, ["matplotlib"])


def as_delivered(draw: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function, called with Matplotlib's own style, whatever the user's files set."""

    @functools.wraps(draw)
    def plain(*arguments: Any, **named: Any) -> Any:
        import matplotlib

        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            return draw(*arguments, **named)

    return plain


@as_delivered
def save(figure: Any, path: Path, provenance: str) -> None:
    """Write a plot, in the format that the ending names; it appears whole or not at all.

    Args:
        figure: the plot.
        path: where to.
        provenance: what the file is to carry of where it came from; as PNG, what `--from` reads.
    """
    _make_legible(figure)
    with whole(path) as file:
        figure.savefig(file, dpi=150, metadata={PROVENANCE[ending(path)]: provenance})


def _make_legible(figure: Any) -> None:
    """Draw words as they stand, with substitutes for glyphs that the font lacks."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        if MATHS not in text.get_text():
            text.set_parse_math(False)
            text.set_text("\n".join(map(drawable, text.get_text().split("\n"))))


@as_delivered
def box_counts(spec: Spec, frames: Sequence[ZoomStep]) -> Any:
    """Return the plot of every count over size, one panel for each method, with fit and controls.

    Of a zoom the last frame is drawn strongly and the others faintly, and a further panel has the
    dimension of each frame over its width.
    """
    figure, axes = _figure(len(frames[0].dimensions) + (len(frames) > 1))
    for panel, last in zip(axes, frames[-1].dimensions, strict=False):
        for frame in frames[:-1]:
            (other,) = (e for e in frame.dimensions if e.method == last.method)
            panel.plot(other.sizes, _positive(other.counts), color=COLOURS[last.method], alpha=0.2)
        _counts(panel, last)
    if len(frames) > 1:
        over_width(axes[-1], {e.method: _by_width(frames, e.method) for e in frames[0].dimensions})
        axes[-1].legend(fontsize=7, frameon=False)
    figure.suptitle(_about(spec, frames[-1].window, frames[-1].size), fontsize=9)
    return figure


def of_view(statistics: Statistics, window: Window) -> Any:
    """Return the plots of a view: every count over size, and the histograms of its runs."""
    figure, axes = _figure(len(statistics.dimensions) + 2)
    for panel, estimate in zip(axes, statistics.dimensions, strict=False):
        _counts(panel, estimate)
    of, sizes = statistics.outcomes, statistics.values
    sides = MEASURES[statistics.spec.measure].sides
    for panel, limits, counts, label, scale in (
        (axes[-2], of.bins, (of.converged_at, of.diverged_at), "decided at step", "linear"),
        (axes[-1], sizes.limits, (sizes.negative, sizes.positive), "magnitude of the value", "log"),
    ):  # fmt: skip
        for name, colour, heights in zip(sides, SIDES, counts, strict=True):
            panel.stairs(100 * heights / of.runs, limits, fill=True, color=colour, alpha=0.6,
                         label=name)  # fmt: skip
        panel.set_xscale(scale)
        panel.set_xlabel(label)
        panel.set_ylabel("runs, %")
        panel.legend(fontsize=7, frameon=False)
    figure.suptitle(_about(statistics.spec, window, statistics.size), fontsize=9)
    return figure


@as_delivered
def diagrams(line: Attractors, fits: Sequence[Explained], *, stacked: bool = False) -> Any:
    """Return the plot of the attractors of a line, their exponents, and what explains the view.

    Args:
        line, fits: what is shown.
        stacked: whether one panel is below the other, rather than beside it.
    """
    panels = 1 + bool(line.exponents.size) + len(fits)
    figure, axes = _figure(panels, stacked)
    at = np.repeat(line.at, line.last.shape[1])
    axes[0].plot(at, line.last.ravel(), ",", color=SIDES[0], rasterized=True)
    axes[0].set_ylabel(f"last values, {line.quantity}")
    if line.exponents.size:
        axes[1].plot(line.at, line.exponents, color=SIDES[1], linewidth=0.8)
        axes[1].axhline(0, color=GREY, linewidth=0.5)
        axes[1].set_ylabel("Lyapunov exponent, nats per step")
    for panel in axes[: panels - len(fits)]:
        panel.set_xlabel(line.label)
        for _, place in line.marks:
            panel.axvline(place, color=GREY, linewidth=0.5, linestyle=":")
    for panel, fit in zip(axes[panels - len(fits) :], fits, strict=True):
        dots = panel.scatter(*fit.by.T, c=fit.values, s=8, cmap="viridis")
        figure.colorbar(dots, ax=panel).set_label("\n".join(wrap(fit.of, LINE)), fontsize=8)
        panel.set_xlabel(fit.names[0])
        panel.set_ylabel(fit.names[1])
        panel.set_title(f"{fit.about}: R² = {fit.r_squared:.2f}", fontsize=9)
    return figure


def over_width(panel: Any, curves: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]) -> None:
    """Draw estimates over the width of their frames: (widths, values, errors) by method."""
    for method, (widths, values, errors) in curves.items():
        panel.errorbar(
            widths, values, np.nan_to_num(errors), color=COLOURS[method], marker="o",
            markersize=3, linewidth=1, capsize=2, label=LABELS.get(method, method),
        )  # fmt: skip
        ticks = widths[:: -(-len(widths) // MOST_TICKS)]
    panel.set_xscale("log")
    panel.set_xticks(ticks, [f"{width:.1e}" for width in ticks], minor=False)
    panel.set_xticks([], minor=True)
    panel.invert_xaxis()
    lowest = [values[np.isfinite(values)].min(initial=1.0) for _, values, _ in curves.values()]
    panel.set_ylim(min(lowest) - 0.1, 2.1)
    for dimension in (1, 2):
        panel.axhline(dimension, color=GREY, linewidth=0.8, linestyle=":")
    panel.set_xlabel("width of the frame, axis units")
    panel.set_ylabel("dimension")


def _about(spec: Spec, window: Window, size: Size) -> str:
    return (
        f"{spec.system.name}: {spec.x.name} × {spec.y.name}, "
        f"width {2 * window.half_width:.3g}{window.proportion}, {size} runs, "
        f"{spec.steps} steps, {spec.precision} · trainscape {__version__}"
    )


def _figure(panels: int, stacked: bool = False) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    across, down = (1, panels) if stacked else (panels, 1)
    height = 3.0 if stacked else 3.6
    figure = Figure(figsize=(3.6 * across, height * down), layout="constrained")
    return figure, figure.subplots(down, across, squeeze=False).ravel()


def _counts(panel: Any, estimate: Estimate) -> None:
    """Draw what was counted at each size, the line through it, and the controls."""
    colour = COLOURS[estimate.method]
    for control, style, name in (
        (estimate.noise, "--", "labels shuffled"),
        (estimate.smooth, ":", "smooth null"),
    ):
        if control is not None and (control.counts > 0).any() and (estimate.counts > 0).any():
            label = name if np.isnan(control.value) else f"{name}, {control.value:.2f}"
            panel.plot(
                control.sizes, _positive(control.counts), style, color=GREY, linewidth=1,
                label=label,
            )  # fmt: skip
    panel.plot(estimate.sizes, _positive(estimate.counts), "o", color=colour, markersize=4)
    if estimate.range is not None and np.isfinite(estimate.value):
        _fit(panel, estimate, colour)
    if (estimate.counts > 0).any():
        panel.set_xscale("log")
        panel.set_yscale("log")
    else:
        panel.text(0.5, 0.5, ", ".join(estimate.flags), transform=panel.transAxes, ha="center")
    panel.set_title(estimate.method, fontsize=10)
    panel.set_xlabel("size, pixels")
    panel.set_ylabel(COUNTED[estimate.method])
    if panel.get_legend_handles_labels()[0]:
        panel.legend(fontsize=7, frameon=False)


def _fit(panel: Any, estimate: Estimate, colour: str) -> None:
    assert estimate.range is not None
    low, high = estimate.range
    used = (estimate.sizes >= low) & (estimate.sizes <= high) & (estimate.counts > 0)
    if used.sum() < 2:
        return
    x, y = np.log(estimate.sizes[used]), np.log(estimate.counts[used])
    rising = estimate.method == "uncertainty exponent"
    slope = (2 - estimate.value) if rising else -estimate.value
    ends = np.array([low, high])
    line = np.exp(y.mean() + slope * (np.log(ends) - x.mean()))
    error = "" if np.isnan(estimate.error) else f" ± {estimate.error:.2f}"
    panel.plot(ends, line, color=colour, linewidth=1.5, label=f"{estimate.value:.2f}{error}")


def _positive(counts: np.ndarray) -> np.ndarray:
    return np.where(counts > 0, counts, np.nan)


def _by_width(frames: Sequence[ZoomStep], method: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    estimates = [next(e for e in frame.dimensions if e.method == method) for frame in frames]
    widths = np.array([2 * frame.window.half_width for frame in frames])
    return widths, np.array([e.value for e in estimates]), np.array([e.error for e in estimates])
