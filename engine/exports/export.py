"""This module is the export: something that takes long to make, and how it is made, in two passes.

First every run is trained that it shows, into a folder from which the work goes on after it was
stopped, however it was; then it is put together and written, the same whenever that is done.
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
TRIAL = Size(16, 9)  # runs of a window, of which is told how long all will take


@dataclass(frozen=True)
class Hooks:
    """Who is told how far the work has come; what they raise stops it.

    Attributes:
        runs: of how many runs have become known since the last call.
        frames: of how many frames have been put together since the last call.
        preview: of something to look at meanwhile, a PIL image.
    """

    runs: Progress = lambda known: None
    frames: Callable[[int], None] = lambda made: None
    preview: Callable[[Any], None] = lambda image: None


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
    """Something to be made; `engine.exports.kinds` lists what there is."""

    @property
    def spec(self) -> Spec:
        """What is trained, or the first of it."""

    @property
    def size(self) -> Size:
        """How large it is, in pixels."""

    @property
    def runs(self) -> int:
        """How many runs it takes."""

    @property
    def frames(self) -> int:
        """How many pictures it consists of."""

    @property
    def memory(self) -> int:
        """How many bytes of memory it takes while it is made, about."""

    @property
    def about(self) -> str:
        """What is made and what it takes, in words."""

    def origin(self) -> dict[str, Any]:
        """Return, as JSON-able values, all that decides what is made."""

    def trials(self) -> Iterable["Trial"]:
        """Return some of its runs, which tell how long all of them will take."""

    def check(self, path: Path) -> None:
        """Raise, before any training, what `write` would: InputError, OSError and so on."""

    def train(self, folder: Path, store: Store | None, hooks: Hooks) -> None:
        """Train every run, or read it from the folder; keep it there."""

    def write(self, path: Path, hooks: Hooks) -> None:
        """Put it together and write it, once everything is trained; it appears whole or not."""


def work_folder(path: Path) -> Path:
    """Return where the work of an export is kept, beside the file to be made."""
    return path.with_name(f"{path.name}.part")


def begin(export: Export, folder: Path, *, resume: bool) -> None:
    """Make the folder of the work, or check that the one that is there is of the same export.

    Raises:
        InputError: if it is of another one, or is there though nobody has said `resume`.
    """
    plan, text = folder / PLAN, json.dumps(export.origin(), sort_keys=True)
    if folder.exists() and not resume:
        raise InputError(
            f"{folder} holds unfinished work: --resume goes on, removing it begins anew"
        )
    folder.mkdir(parents=True, exist_ok=True)
    if not plan.exists():
        with whole(plan) as made:
            made.write_text(text, "utf-8")
    elif (known := plan.read_text("utf-8", "replace")) != text:
        raise _other_work(folder, known, json.loads(text))


def _other_work(folder: Path, known: str, wanted: dict[str, Any]) -> InputError:
    """Return the error for work that cannot go on, with what there is instead."""
    try:
        found = read_json(known, "a plan")
        names = [name for name in wanted if found.get(name) != wanted[name]]
    except (InputError, AttributeError):
        return InputError(f"{folder} holds other work, which cannot go on; remove it to begin anew")
    if names == ["code"]:
        return InputError(
            f"{folder} was begun by {shown(found.get('code')).strip(chr(39))}, and this is "
            f"{wanted['code']}, whose runs may differ; remove it to begin anew"
        )
    return InputError(
        f"{folder} holds other work, which differs in {', '.join(names) or 'form'} and cannot go "
        "on; remove it to begin anew"
    )


def end(folder: Path) -> None:
    """Remove the folder of work that is done."""
    shutil.rmtree(folder)
