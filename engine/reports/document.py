"""The document of a reproduction: its results as a page of Markdown and a plot."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from engine.reports import plot
from engine.reports.markdown import table

METHODS = ("published", "box counting", "uncertainty exponent")
Results = Mapping[str, Mapping[str, Any]]  # of `reproduce`, by condition


def page(results: Results, plotted: str) -> str:
    """Return the whole document.

    Args:
        results: by condition, in the order to be shown.
        plotted: the name of the plot that stands beside it.
    """
    return "\n".join(_lines(results, plotted)) + "\n"


@plot.as_delivered
def figure(results: Results) -> Any:
    """Return the plot: dimension over the width of the frame, one panel for each condition."""
    from matplotlib.figure import Figure

    columns = min(len(results), 3)
    rows = -(-len(results) // columns)
    plots = Figure(figsize=(3.6 * columns, 2.9 * rows), layout="constrained")
    panels = plots.subplots(rows, columns, squeeze=False).ravel()
    for panel, (name, result) in zip(panels, results.items(), strict=False):
        plot.over_width(panel, {method: _curve(result, method) for method in METHODS})
        panel.axhline(result["published"], color="black", linewidth=1, label="published value")
        panel.set_title(name, fontsize=10)
    for panel in panels[len(results) :]:
        panel.set_axis_off()
    panels[0].legend(fontsize=7, frameon=False)
    return plots


def _lines(results: Results, plotted: str) -> Iterator[str]:
    yield "# The published dimensions, reproduced"
    yield ""
    yield "Made by `trainscape reproduce`, not by hand; [dimension.md](dimension.md) says how each"
    yield "number is found, what its error means, and why some differ from what was published."
    yield ""
    yield "The published values are those of figure 1 of Sohl-Dickstein 2024"
    yield "([arXiv:2402.06184](https://arxiv.org/abs/2402.06184)): the median over all slopes of"
    yield "about 50 frames of 4096 x 4096 runs. Ours are of zooms of the frames said below, each"
    yield "half as wide as the one before, the last of which is the window shown in that figure."
    yield ""
    yield from table(
        ["condition", "published", "published recipe", "box counting", "uncertainty exponent"],
        [[name, f"{r['published']:.2f}", *_combined(r)] for name, r in results.items()],
    )
    yield ""
    yield "± is one standard error; in brackets, the number of frames that a number rests on: those"
    yield "that resolve it, or for the published recipe those with a boundary. Where there are"
    yield "none, it is the mean of those that do not, and *italics* say what speaks against it."
    yield ""
    yield order(results)
    yield ""
    yield f"![dimension over the width of the frame, for each condition]({plotted})"
    yield ""
    yield from _computed(results)
    yield ""
    yield from _trusted(results)
    for name, result in results.items():
        yield ""
        yield f"## {name}"
        yield ""
        yield from table(
            ["width", "converged", "undecided", *METHODS, "neighbours"],
            [_frame(frame) for frame in result["frames"]],
        )
        yield ""
        yield from _controls(result["frames"][-1])


def _computed(results: Results) -> Iterator[str]:
    """Yield the settings of each condition and its cost."""
    yield "## What was computed"
    yield ""
    yield from table(
        ["condition", "frames", "runs each", "steps", "trained, and in checks", "in", "on"],
        [[name, *_cost(result)] for name, result in results.items()],
    )
    if any("refine" in result for result in results.values()):
        yield ""
        yield from _refined(results)


def _refined(results: Results) -> Iterator[str]:
    """Yield how many runs of refined frames were trained, and how far the others are right."""
    yield "Of these conditions runs were trained where they matter, and the others predicted, with"
    yield "as few wrong labels as an audit of each frame says. What these can do is in the errors"
    yield "of the numbers. Runs that two frames share are counted in both."
    yield ""
    rows = []
    for name, result in results.items():
        if "refine" in result:
            parts = [frame["refined"] for frame in result["frames"]]
            trained, predicted = (sum(p[key] for p in parts) for key in ("trained", "predicted"))
            least = min(part["labels"] for part in parts)
            share = 100 * trained / (trained + predicted)
            rows.append([name, f"{trained:,}", f"{predicted:,}", f"{share:.1f} %",
                         f"{math.floor(1e5 * least) / 1e3:g} %"])  # fmt: skip
    yield from table(["condition", "trained", "predicted", "share trained", "labels right, of each "
                      "frame at least"], rows)  # fmt: skip


def _trusted(results: Results) -> Iterator[str]:
    """Yield how many labels of the last frames change with something small."""
    yield "## How far the last frames can be trusted"
    yield ""
    yield "The share of labels that change in a sample of runs of the last frame, trained again;"
    yield "and the correlation of the labels of neighbouring runs, 0 for noise."
    yield ""
    yield from table(
        ["condition", *(_change(c) for c in next(iter(results.values()))["checks"]), "neighbours"],
        [[name, *_trust(result)] for name, result in results.items()],
    )


def _combined(result: Mapping[str, Any]) -> Iterator[str]:
    for estimate in result["combined"]:
        yield f"{_with_flags(estimate)} ({estimate['frames']})"


def order(results: Results) -> str:
    """Return a sentence on the order of the conditions: pairs that are ordered as published."""
    sentences = []
    for method in METHODS:
        pairs = [
            (r["published"], estimate["value"])
            for r in results.values()
            for estimate in r["combined"]
            if estimate["method"] == method and estimate["value"] is not None
        ]
        later = [(a, b) for a in pairs for b in pairs if a[0] < b[0]]
        right = sum(a[1] < b[1] for a, b in later)
        sentences.append(f"{method} {right} of {len(later)}")
    return "Pairs of conditions in the published order: " + ", ".join(sentences) + "."


def _cost(result: Mapping[str, Any]) -> Iterator[str]:
    cost = result["cost"]
    yield str(result["frame_count"])
    yield result["size"]
    yield str(result["spec"]["steps"])
    yield f"{cost['runs']:,} + {cost['check_runs']:,}"
    each = cost["seconds_per_run"]
    seconds = None if each is None else cost["runs"] * each + cost["check_seconds"]
    yield "-" if seconds is None else f"{seconds / 60:.1f} min"
    yield cost["device"]


def _change(check: Mapping[str, Any]) -> str:
    return {"steps": "twice the steps", "ulp": "last bit flipped", "precision": "float32"}[
        check["name"]
    ]


def _trust(result: Mapping[str, Any]) -> Iterator[str]:
    for check in result["checks"]:
        yield f"{100 * check['share']:.2f} ± {100 * check['error']:.2f} %"
    yield f"{result['frames'][-1]['neighbour_correlation']['value']:.3f}"


def _frame(frame: Mapping[str, Any]) -> list[str]:
    outcomes = frame["outcomes"]
    return [
        f"{float(frame['window']['width']):.3g}",
        f"{100 * outcomes['converged'] / outcomes['runs']:.1f} %",
        f"{100 * outcomes['undecided'] / outcomes['runs']:.1f} %",
        *(_with_flags(e) for e in frame["dimensions"]),
        f"{frame['neighbour_correlation']['value']:.3f}",
    ]


def _with_flags(estimate: Mapping[str, Any]) -> str:
    against = [flag for flag in estimate["flags"] if flag != "resolved"]
    return _with_error(estimate) + (f" *{', '.join(against)}*" if against else "")


def _controls(frame: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ranges and the controls of a frame, in words."""
    yield (
        "Last frame: "
        + "; ".join(
            f"{e['method']}"
            + (" over {}-{} pixels".format(*e["range_pixels"]) if e["range_pixels"] else "")
            + f", noise ceiling {_control(e['noise'])}, smooth null {_control(e['smooth'])}"
            for e in frame["dimensions"]
        )
        + "."
    )


def _with_error(estimate: Mapping[str, Any]) -> str:
    if estimate["value"] is None:
        return "-"
    error = "" if estimate["error"] is None else f" ± {estimate['error']:.2f}"
    return f"{estimate['value']:.2f}{error}"


def _control(control: Mapping[str, Any]) -> str:
    return "-" if control["value"] is None else f"{control['value']:.2f}"


def _curve(result: Mapping[str, Any], method: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    widths = [float(frame["window"]["width"]) for frame in result["frames"]]
    estimates = [e for f in result["frames"] for e in f["dimensions"] if e["method"] == method]
    values, errors = (
        np.array([np.nan if e[key] is None else e[key] for e in estimates])
        for key in ("value", "error")
    )
    return np.array(widths), values, errors
