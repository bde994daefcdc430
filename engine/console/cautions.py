"""Notes and cautions on stderr: how a file was read, where a picture means less than it seems.

Cautions come from `engine.statistics`; here they are found for a command, and printed.
"""

from collections.abc import Iterable
from dataclasses import replace

from engine.machine.process import stop_if_interrupted, tell
from engine.places.look import Look
from engine.plane import Size, Window
from engine.spec import Spec

AUTO = "auto"  # the value of `steps` that stands for as many as settle a view


def note(lines: Iterable[str]) -> None:
    """Print lines on stderr."""
    for line in lines:
        tell(line)


def warn(lines: Iterable[str]) -> None:
    """Print lines on stderr, each as a caution."""
    note(f"caution: {line}" for line in lines)


def settled_steps(spec: Spec, window: Window, size: Size) -> Spec:
    """Return a spec of as many steps as settle a view; prints how many, or that none are known."""
    from engine.statistics.settling import settled, settling

    view = settling(spec, window, size, stop_if_interrupted)
    longer = settled(spec, view)
    if view.check is None:
        warn([f"steps=auto: runs are too dear to try longer ones; {spec.steps:,} steps are kept"])
    elif view.settled_at is None:
        warn([f"steps=auto: {view.words}; {spec.steps:,} steps are kept"])
    else:
        tell(f"steps=auto: {longer.steps:,} steps")
    return longer


def muted_if_unsettled(
    spec: Spec, window: Window, size: Size, look: Look, *, colouring_is_named: bool
) -> Look:
    """Return the look of a view; prints a caution where longer training would change its labels.

    Undecided runs then have no colour, unless the colouring was asked for by name.
    """
    from engine.statistics.settling import settling

    view = settling(spec, window, size, stop_if_interrupted)
    if not view.unsettled:
        return look
    better = "" if view.settled_at is None else " (--set steps=auto)"
    warn([view.words + better])
    return look if colouring_is_named else replace(look, muted_from=spec.steps)
