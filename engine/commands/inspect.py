"""The command `inspect`: one run, looked at closely."""

import argparse
import json

from engine.console import values
from engine.console.asked import asked_spec
from engine.console.options import add_command, add_spec_options
from engine.console.terminal import keep_compiled_programs, sign_of_life
from engine.plane import decimal_from
from engine.reports.columns import columns


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
    from engine.reports.report import number
    from engine.training import cost

    spec = asked_spec(options)
    at = zip("XY", values.pair("--at", options.at), strict=True)
    x, y = (decimal_from(f"--at {name}", text) for name, text in at)
    keep_compiled_programs()
    with sign_of_life() as alive:
        run = inspect(spec, x, y, alive)
    about: dict[str, object] = {
        spec.x.name: number(run.x),
        spec.y.name: number(run.y),
        "outcome": run.outcome,
        "value": number(run.value),
        "decided_step": run.decided,
        "steps": spec.steps,
        "lyapunov_exponent": number(run.lyapunov),
        "parameters": spec.system.parameters,
        "operations_per_step": cost.per_step(spec),
    }
    if options.json:
        histories = {
            "orbit": run.orbit.tolist(),
            "losses": [number(v) for v in run.losses],
            "update_norms": {
                name: [number(v) for v in norms]
                for name, norms in zip(run.parts, run.updates.T, strict=True)
            },
        }
        print(json.dumps({**about, **histories}))
        return
    about[f"first and last {spec.system.tracks}"] = f"{run.losses[0]:.6g} … {run.losses[-1]:.6g}"
    print(columns((name, "-" if v is None else str(v)) for name, v in about.items()))
