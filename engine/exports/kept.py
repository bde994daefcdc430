"""Runs in the folder of the work of an export, where they are kept until it is written."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from engine.atomic import whole
from engine.tiles.tally import Tally

Runs = tuple[np.ndarray, np.ndarray]  # values and decided steps, of the same shape


def keep(path: Path, runs: Runs, tally: Tally | None) -> None:
    """Keep runs in a file, which appears whole.

    Args:
        path: of the file.
        runs: which.
        tally: how many of them are predicted; None where that was not asked for.
    """
    values, decided = runs
    arrays: dict[str, Any] = {"values": values, "decided": decided}
    if tally is not None:
        arrays["tally"] = tally.to_array()
    with whole(path) as file:
        np.savez(file, **arrays)


def load(path: Path) -> Runs:
    """Return the runs of a file."""
    with np.load(path) as arrays:
        return arrays["values"], arrays["decided"]


def tally_of(paths: Iterable[Path]) -> Tally:
    """Return how many of the runs of files are predicted; all of them know how many theirs are."""
    parts = []
    for path in paths:
        with np.load(path) as arrays:
            parts.append(Tally.from_array(arrays["tally"]))
    return Tally.joined(parts)
