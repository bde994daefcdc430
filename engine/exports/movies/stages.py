"""Movies of one window that changes, cross-faded from stage to stage.

`Formation` shows the landscape after more and more steps of training, `Sweep` over the values of a
setting. Each stage has colours of its own, which therefore never jump either.
"""

import abc
import functools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from engine import atomic
from engine.analysis.curves import chosen
from engine.analysis.tracing import trace
from engine.errors import InputError, unknown
from engine.exports import kept
from engine.exports.export import Hooks, Trial, inputs_of, refined_origin, trial
from engine.exports.movies.movie import ENCODED, Movie
from engine.machine import memory
from engine.pictures import caption
from engine.pictures.colour import picture, suited, thumbnail
from engine.pictures.lines import draw
from engine.places import links
from engine.places.look import PUBLISHED, Look
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.audit import Refinement
from engine.tiles.field import Progress, compute_field
from engine.tiles.lattice import Region
from engine.tiles.store import Store, code_version
from engine.training.devices import backend
from engine.training.trainer import Trainer

BAND = 2**15  # runs trained between two writes to the folder
KEPT = 3  # pictures of stages that are kept for the frames to come


class Stages(Movie):
    """A movie that goes through stages at a constant speed.

    Args:
        spec: what is trained.
        stages: what distinguishes one stage from another, in order; at least two.
        window, size: where, and the size of a frame in pixels.
        rate: frames per second.
        seconds: how long the movie takes, holds included.
        hold: seconds of rest at the first stage, and at the last.
        look: how it is coloured, and which curves are drawn over it.
    """

    kind: str

    def __init__(
        self,
        spec: Spec,
        stages: Sequence[Any],
        window: Window,
        size: Size,
        rate: int,
        seconds: float,
        hold: float = 1.0,
        look: Look = PUBLISHED,
    ) -> None:
        if len(stages) < 2:
            raise InputError("a movie needs at least two stages, which differ")
        if 2 * hold >= seconds:
            raise InputError(f"a movie of {seconds:g} seconds cannot rest twice for {hold:g}")
        self.spec, self.window, self.size, self.rate = spec, window, size, rate
        self.look = suited(look, spec)
        self.seconds, self.hold, self.stages = seconds, hold, tuple(stages)
        self._picture = functools.lru_cache(maxsize=KEPT)(self._coloured)
        self._progress: Progress | None = None  # of the frame that is being put together

    @abc.abstractmethod
    def field(self, stage: int) -> tuple[np.ndarray, np.ndarray]:
        """Return values and decided steps of a stage, by its number; (height, width) each."""

    @abc.abstractmethod
    def spec_of(self, stage: int) -> Spec:
        """Return the spec whose curves are drawn over a stage."""

    @abc.abstractmethod
    def words(self, stage: int) -> str:
        """Return a stage in words."""

    @property
    def frames(self) -> int:
        """The number of frames."""
        return max(round(self.seconds * self.rate), 1)

    @property
    def memory(self) -> int:
        """The bytes of memory that it takes: the runs of one stage, and pictures of a few."""
        return (memory.run(refined=self.refine is not None) + ENCODED) * self.size.pixels

    @property
    def rendered(self) -> int:
        """Runs needed if every distinct frame were rendered separately."""
        resting = 2 * round(self.hold * self.rate)
        return self.size.pixels * max(self.frames - resting, 1)

    def origin(self) -> dict[str, Any]:
        """Return everything that decides what is shown, as JSON-able values."""
        return {
            "kind": self.kind, "spec": self.spec.to_dict(), "window": links.view(self.window),
            "size": str(self.size), "rate": self.rate, "seconds": self.seconds, "hold": self.hold,
            "look": str(self.look), "stages": list(self.stages),
            "code": code_version(self.spec.system.name), "backend": backend(),
        }  # fmt: skip

    def frame(self, number: int, progress: Progress | None = None) -> Any:
        """Return one frame, a PIL image in RGB; once everything is trained."""
        from PIL import Image

        self._progress = progress
        stage, share = self.stage_of(number)
        image = self._picture(stage)
        if share:
            image = Image.blend(image, self._picture(stage + 1), share)
        lettered = image.copy()
        caption.write(lettered, [self.words(round(stage + share))], self.size)
        return lettered

    def stage_of(self, number: int) -> tuple[int, float]:
        """Return the stage of a frame, and how far it is on the way to the next one."""
        last = len(self.stages) - 1
        moving = self.seconds - 2 * self.hold
        time = number / self.rate - self.hold
        at = last if number == self.frames - 1 else last * min(max(time / moving, 0.0), 1.0)
        stage = min(int(at), max(last - 1, 0))
        return stage, at - stage

    def _coloured(self, stage: int) -> Any:
        image = picture(*self.field(stage), self.look).convert("RGB")
        spec = self.spec_of(stage)
        for name in chosen(spec, self.look.overlays):
            traced = trace(spec, self.window, self.size, name, progress=self._progress)
            draw(image, traced, self.size)
        return image


class Formation(Stages):
    """The landscape after more and more steps, in one pass over every run.

    Its stages are those numbers of steps, ascending; the last are those of the spec.
    """

    kind = "formation"

    def __init__(self, spec: Spec, stages: Sequence[int], *args: Any, **keywords: Any) -> None:
        if list(stages) != sorted(set(stages)) or stages[-1] != spec.steps:
            raise InputError(f"steps must ascend, not {stages[0]} to {stages[-1]}")
        super().__init__(spec, stages, *args, **keywords)
        self._bands: list[tuple[np.ndarray, np.ndarray]] = []

    @property
    def runs(self) -> int:
        """The number of runs that are trained."""
        return self.size.pixels

    @staticmethod
    def of(origin: dict[str, Any]) -> "Formation":
        """Return the movie that `origin` describes."""
        return Formation(Spec.from_dict(origin["spec"]), *_arguments(origin))

    def spec_of(self, stage: int) -> Spec:
        """Return the spec whose curves are drawn: the whole one, to whose end all stages lead."""
        return self.spec

    def words(self, stage: int) -> str:
        """Return a stage in words."""
        return f"step {self.stages[stage]:,}"

    def train(self, folder: Path, store: Store | None, hooks: Hooks) -> None:
        """Train every run that is not in the folder yet, and keep it there."""
        del store  # which keeps one value of a run
        trainer = Trainer(self.spec, stages=self.stages)
        whole = Region.of_pixels(self.window, self.size)
        rows = max(BAND // self.size.width, 1)
        self._bands.clear()
        for number, first in enumerate(range(0, self.size.height, rows)):
            band = replace(whole, row=whole.row + first, height=min(rows, whole.height - first))
            stem = folder / f"band{number:05d}"
            values, decided = (stem.with_suffix(f".{part}.npy") for part in ("values", "decided"))
            if decided.exists():
                hooks.runs(band.size.pixels)
            else:
                for path, array in zip(
                    (values, decided), self.band(trainer, band, hooks), strict=True
                ):
                    with atomic.whole(path) as file:
                        np.save(file, array)
            self._bands.append((np.load(values, mmap_mode="r"), np.load(decided, mmap_mode="r")))
            hooks.preview(thumbnail(*self.field(len(self.stages) - 1), self.look))

    def band(self, trainer: Trainer, band: Region, hooks: Hooks) -> tuple[np.ndarray, np.ndarray]:
        """Train some rows; return their values, (stages, rows, columns), and decided steps."""
        inputs = inputs_of(self.spec, band)
        values = np.empty((len(self.stages), len(inputs)))
        decided = np.empty(len(inputs), np.int32)
        for batch in trainer.stream(inputs):
            values[:, batch.index] = batch.value.T
            decided[batch.index] = batch.decided
            hooks.runs(len(batch.index))
        return values.reshape(-1, band.height, band.width), decided.reshape(band.height, band.width)

    def trials(self) -> Iterable[Trial]:
        """Return some of its runs, from whose time that of all of them is estimated."""
        return [trial(Trainer(self.spec, stages=self.stages), [self.window])]

    def field(self, stage: int) -> tuple[np.ndarray, np.ndarray]:
        """Return values and decided steps of a stage, by its number; (height, width) each."""
        values = np.concatenate([band[stage] for band, _ in self._bands])
        decided = np.concatenate([band for _, band in self._bands])
        return values, np.minimum(decided, self.stages[stage]).astype(np.int32)


class Sweep(Stages):
    """The landscape over the values of a setting, which are its stages.

    Args:
        spec: what is trained, but for that setting.
        setting: which one.
        refine: the share of labels that are right, at least, in each stage, so that what is left of
            its runs is predicted; None to train every run.
    """

    kind = "sweep"

    def __init__(
        self,
        spec: Spec,
        setting: str,
        stages: Sequence[Any],
        *args: Any,
        refine: float | None = None,
        **keywords: Any,
    ) -> None:
        self.refine = refine
        super().__init__(spec, stages, *args, **keywords)
        self._setting = setting
        self._specs = [spec.replace({setting: value}) for value in self.stages]
        self._folder = Path()

    def origin(self) -> dict[str, Any]:
        """Return everything that decides what is shown, as JSON-able values."""
        return {**super().origin(), "setting": self._setting, **refined_origin(self.refine)}

    @property
    def runs(self) -> int:
        """The number of runs that are trained."""
        return self.size.pixels * len(self._specs)

    @staticmethod
    def of(origin: dict[str, Any]) -> "Sweep":
        """Return the movie that `origin` describes."""
        return Sweep(
            Spec.from_dict(origin["spec"]), origin["setting"], *_arguments(origin),
            refine=origin.get("refine"),
        )  # fmt: skip

    def spec_of(self, stage: int) -> Spec:
        """Return the spec whose curves are drawn over a stage, which is its own."""
        return self._specs[stage]

    def words(self, stage: int) -> str:
        """Return a stage in words."""
        return f"{self._setting.replace('_', ' ')} {self.stages[stage]:.6g}"

    def train(self, folder: Path, store: Store | None, hooks: Hooks) -> None:
        """Train every run that is not in the folder yet, and keep it there."""
        self._folder, refinement = folder, Refinement.of(self.refine)
        for number, spec in enumerate(self._specs):
            if self._file(number).exists():
                hooks.runs(self.size.pixels)
                continue
            field = compute_field(spec, self.window, self.size, hooks.runs, store, refinement)
            kept.keep(self._file(number), (field.values, field.decided), field.tally)
            hooks.preview(thumbnail(field.values, field.decided, self.look))
        if refinement is not None:
            self.tally = kept.tally_of(map(self._file, range(len(self._specs))))

    def trials(self) -> Iterable[Trial]:
        """Return some of its runs, from whose time that of all of them is estimated."""
        some = self._specs[:: max(len(self._specs) // 3, 1)]
        return [trial(Trainer(spec), [self.window]) for spec in some]

    def field(self, stage: int) -> tuple[np.ndarray, np.ndarray]:
        """Return values and decided steps of a stage, by its number; (height, width) each."""
        return kept.load(self._file(stage))

    def _file(self, stage: int) -> Path:
        return self._folder / f"stage{stage:05d}.npz"


def _arguments(origin: dict[str, Any]) -> tuple[Any, ...]:
    """Return the arguments that all movies of stages take after what they train."""
    window = Spec.from_dict(origin["spec"]).on_plane(links.parse_view(origin["window"]))
    return (
        origin["stages"], window, Size.parse(origin["size"]),
        origin["rate"], origin["seconds"], origin["hold"], Look.parse(origin["look"]),
    )  # fmt: skip


def steps_between(first: int, last: int, most: int) -> list[int]:
    """Return at most so many numbers of steps, each about as much larger than the one before."""
    if first >= last:
        raise InputError(f"steps must ascend, not {first} to {last}")
    between = np.geomspace(first, last, most).round().astype(int)
    return sorted({first, last, *map(int, between)})


def values_between(spec: Spec, name: str, ends: Sequence[str], most: int) -> list[Any]:
    """Return at most so many values of a setting from one end to the other, evenly on its own
    scale; InputError if it is no number, or lies along an axis.
    """
    about = spec.applicable()
    numeric = [k for k in about if type(spec.flat()[k]) in (int, float)]
    if name not in numeric:
        raise unknown("numeric setting that is not along an axis", name, numeric)
    first, last = (spec.set([f"{name}={text}"]).flat()[name] for text in ends)
    even = about[name].scale != "log10" or first <= 0 or last <= 0
    values = (np.linspace if even else np.geomspace)(first, last, most)
    values[[0, -1]] = first, last
    if isinstance(first, int):
        values = values.round().astype(int)
    return list(dict.fromkeys(values.tolist()))
