"""The command `inspect`: one run, looked at closely."""

import argparse
import json

import numpy as np

from engine.console import values
from engine.console.asked import asked_spec
from engine.console.options import add_command, add_spec_options
from engine.console.terminal import keep_compiled_programs, sign_of_life
from engine.plane import decimal_from


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command to a parser."""
    sub = add_command(
        parser, "inspect", _inspect, "Train one run and show its losses and outcome.",
        ["--preset tanh --at 1.2 0.7", "--preset tanh-single --at 1.684 1.260 --json"],
    )  # fmt: skip
    add_spec_options(sub)
    sub.add_argument(
        "--at", nargs="+", metavar=("X", "Y"), required=True,
        help="the point, in axis units (log10 on log axes)",
    )  # fmt: skip
    sub.add_argument("--json", action="store_true", help="as JSON, with every loss and update norm")


def _inspect(options: argparse.Namespace) -> None:
    from engine.analysis.run import inspect
    from engine.training import cost

    spec = asked_spec(options)
    at = zip("XY", values.pair("--at", options.at), strict=True)
    x, y = (decimal_from(f"--at {name}", text) for name, text in at)
    keep_compiled_programs()
    with sign_of_life() as alive:
        found = inspect(spec, x, y, alive)
    about: dict[str, object] = {
        spec.x.name: _finite(found.x),
        spec.y.name: _finite(found.y),
        "outcome": found.outcome,
        "value": _finite(found.value),
        "decided_step": found.decided,
        "steps": spec.steps,
        "lyapunov_exponent": _finite(found.lyapunov),
        "parameters": spec.system.parameters,
        "operations_per_step": cost.per_step(spec),
    }
    if options.json:
        curves = {
            "orbit": found.orbit.tolist(),
            "losses": [_finite(v) for v in found.losses],
            "update_norms": {
                name: [_finite(v) for v in norms]
                for name, norms in zip(found.parts, found.updates.T, strict=True)
            },
        }
        print(json.dumps({**about, **curves}))
        return
    about[f"first and last {spec.system.tracks}"] = (
        f"{found.losses[0]:.6g} … {found.losses[-1]:.6g}"
    )
    column = max(map(len, about)) + 2
    for name, value in about.items():
        print(f"{name:{column}}{'-' if value is None else value}")


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
