"""Exports: what takes long to make, and is made in two passes.

The first trains every run into a folder, from which work goes on after any interruption. The second
puts the runs together and writes them; it gives the same bytes whenever that is done.
"""

import functools
import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from engine.atomic import whole
from engine.errors import InputError, read_json, shown
from engine.inputs import Grid, Inputs
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.field import Progress
from engine.tiles.lattice import Lattice, Region
from engine.tiles.store import Store
from engine.training.trainer import Trainer

PLAN = "plan.json"  # what is made, in the folder of the work
TRIAL = Size(16, 9)  # runs of a window, from whose time that of all is estimated


@dataclass(frozen=True)
class Hooks:
    """Functions that are called as work goes on; what one of them raises stops it.

    Attributes:
        runs: with the number of runs that have become known since the last call.
        frames: with the number of frames that were put together since the last call.
        preview: with something to look at meanwhile, a PIL image.
    """

    runs: Progress = lambda count: None
    frames: Callable[[int], None] = lambda count: None
    preview: Callable[[Any], None] = lambda image: None


def refined_origin(share: float | None) -> dict[str, float]:
    """Return what the origin of an export says of the share of labels for which it is refined."""
    return {} if share is None else {"refine": share}


def runs_in_words(runs: int, share: float | None) -> str:
    """Return how many runs an export trains, of which some are predicted if a share is given."""
    return f"{runs:,} runs" if share is None else f"{runs:,} runs or fewer"


Trial = tuple[Trainer, Inputs]  # who trains, and what the runs are given


def trial(trainer: Trainer, windows: Sequence[Window]) -> Trial:
    """Return some runs of each window."""
    regions = (Region.of_pixels(window, TRIAL) for window in windows)
    return trainer, Inputs.joined(inputs_of(trainer.spec, region) for region in regions)


def inputs_of(spec: Spec, region: Region) -> Inputs:
    """Return what the runs of a region are given, row by row."""
    columns = _columns(spec, region.lattice, region.level, region.column, region.width)
    return columns.crossed(spec.at((), region.rows())).runs()


@functools.lru_cache(maxsize=2)  # a picture is trained in bands of a few rows, as wide as all of it
def _columns(spec: Spec, lattice: Lattice, level: int, first: int, count: int) -> Grid:
    return spec.at(lattice.columns(level, first, count), ())


class Export(Protocol):
    """Something to be made; `engine.exports.kinds` lists every kind."""

    @property
    def spec(self) -> Spec:
        """The spec that is trained, or the first of several."""

    @property
    def size(self) -> Size:
        """Its size, in pixels."""

    @property
    def runs(self) -> int:
        """The number of runs that are trained."""

    @property
    def frames(self) -> int:
        """The number of pictures that it consists of."""

    @property
    def memory(self) -> int:
        """The bytes of memory that making it takes, about."""

    @property
    def about(self) -> str:
        """What is made and what it takes, in words."""

    def origin(self) -> dict[str, Any]:
        """Return everything that decides what is made, as JSON-able values."""

    def trials(self) -> Iterable["Trial"]:
        """Return some of its runs, from whose time that of all of them is estimated."""

    def check(self, path: Path) -> None:
        """Raise the errors of `write` before any training: InputError, OSError and so on."""

    def train(self, folder: Path, store: Store | None, hooks: Hooks) -> None:
        """Train every run that is not in the folder yet, and keep it there."""

    def write(self, path: Path, hooks: Hooks) -> None:
        """Put the runs together and write them, once all are trained; the file appears whole."""


def work_folder(path: Path) -> Path:
    """Return the folder of the work of an export, beside the file to be made."""
    return path.with_name(f"{path.name}.part")


def begin(export: Export, folder: Path, *, resume: bool) -> None:
    """Make the folder of the work, or check that the folder there is of the same export.

    Raises:
        InputError: if it is of another export, or is there without `resume`.
    """
    plan, text = folder / PLAN, json.dumps(export.origin(), sort_keys=True)
    if folder.exists() and not resume:
        raise InputError(
            f"{folder} holds unfinished work: --resume goes on, removing it begins anew"
        )
    folder.mkdir(parents=True, exist_ok=True)
    if not plan.exists():
        with whole(plan) as file:
            file.write_text(text, "utf-8")
    elif (earlier := plan.read_text("utf-8", "replace")) != text:
        raise _other_work(folder, earlier, json.loads(text))


def _other_work(folder: Path, text: str, origin: dict[str, Any]) -> InputError:
    """Return the error for work that cannot go on, with what there is instead."""
    try:
        other = read_json(text, "a plan")
        names = [name for name in origin if other.get(name) != origin[name]]
    except (InputError, AttributeError):
        return InputError(f"{folder} holds other work, which cannot go on; remove it to begin anew")
    if names == ["code"]:
        return InputError(
            f"{folder} was begun by {shown(other.get('code')).strip(chr(39))}, and this is "
            f"{origin['code']}, whose runs may differ; remove it to begin anew"
        )
    return InputError(
        f"{folder} holds other work, which differs in {', '.join(names) or 'form'} and cannot go "
        "on; remove it to begin anew"
    )


def end(folder: Path) -> None:
    """Remove the folder of work that is done."""
    shutil.rmtree(folder)
