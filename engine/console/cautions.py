"""What a command says of a picture that means less than it seems to."""

import argparse
import sys
from collections.abc import Iterable
from dataclasses import replace

from engine.console.terminal import stop_if_interrupted
from engine.places.look import Look
from engine.plane import Size, Window
from engine.spec import Spec

AUTO = "auto"  # the value of `steps` that stands for as many as settle a view


def warn(lines: Iterable[str]) -> None:
    """Print each line on stderr, as a caution."""
    for line in lines:
        print(f"trainscape: caution: {line}", file=sys.stderr)


def settled_steps(spec: Spec, window: Window, size: Size) -> Spec:
    """Return a spec of as many steps as settle a view, and say how many, or that none are known."""
    from engine.statistics.settling import settled, settling

    found = settling(spec, window, size, stop_if_interrupted)
    longer = settled(spec, found)
    if found.check is None:
        warn([f"steps=auto: runs are too dear to try longer ones; {spec.steps:,} steps are kept"])
    elif found.settled_at is None:
        warn([f"steps=auto: {found.words}; {spec.steps:,} steps are kept"])
    else:
        print(f"trainscape: steps=auto: {longer.steps:,} steps", file=sys.stderr)
    return longer


def told_if_unsettled(
    options: argparse.Namespace, spec: Spec, window: Window, size: Size, look: Look
) -> Look:
    """Say so where longer training would change the labels of a view, and return its look.

    Undecided runs have no colour then, unless a colouring is asked for by name.
    """
    from engine.statistics.settling import settling

    found = settling(spec, window, size, stop_if_interrupted)
    if not found.unsettled:
        return look
    better = "" if found.settled_at is None else " (--set steps=auto)"
    warn([found.words + better])
    return look if options.colouring is not None else replace(look, muted_from=spec.steps)
