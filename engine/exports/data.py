"""The field of a window as a file that other programs read."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine import atomic
from engine.errors import InputError
from engine.exports import files
from engine.exports.export import Hooks, Trial, refined_origin, runs_in_words, trial
from engine.machine import memory
from engine.pictures.colour import suited, thumbnail
from engine.places import links
from engine.places.look import PUBLISHED, Look
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.audit import Refinement
from engine.tiles.field import Field, compute_field
from engine.tiles.store import Store, code_version
from engine.training.devices import backend
from engine.training.trainer import Trainer

ENDINGS = (".npz", ".nc", ".zarr")


class Data:
    """The field of a window.

    It is an `engine.exports.export.Export`.

    What is trained is kept by the store; without one, work that was interrupted begins anew.

    Args:
        spec, window, size: what is computed.
        look: how the preview is coloured.
        refine: the share of labels that are right, at least, so that what is left is predicted;
            None to train every run.
    """

    kind = "data"
    frames = 1

    def __init__(
        self,
        spec: Spec,
        window: Window,
        size: Size,
        look: Look = PUBLISHED,
        refine: float | None = None,
    ) -> None:
        self.spec, self.window, self.size, self.look = spec, window, size, suited(look, spec)
        self.refine = refine
        self._field: Field | None = None

    @property
    def runs(self) -> int:
        """The number of runs that are trained."""
        return self.size.pixels

    @property
    def memory(self) -> int:
        """The bytes of memory that making it takes: all of the field is there at once."""
        return memory.run(refined=self.refine is not None) * self.runs

    @property
    def about(self) -> str:
        """What is made and what it takes, in words."""
        return f"a field of {self.size}, {runs_in_words(self.runs, self.refine)}"

    def origin(self) -> dict[str, Any]:
        """Return everything that decides what is made, as JSON-able values."""
        return {
            "kind": self.kind, "spec": self.spec.to_dict(), "window": links.view(self.window),
            "size": str(self.size), "look": str(self.look),
            "code": code_version(self.spec.system.name), "backend": backend(),
            **refined_origin(self.refine),
        }  # fmt: skip

    @staticmethod
    def of(origin: dict[str, Any]) -> "Data":
        """Return the export that `origin` describes."""
        spec = Spec.from_dict(origin["spec"])
        return Data(
            spec, spec.on_plane(links.parse_view(origin["window"])),
            Size.parse(origin["size"]), Look.parse(origin["look"]), origin.get("refine"),
        )  # fmt: skip

    def trials(self) -> Iterable[Trial]:
        """Return some of its runs, from whose time that of all of them is estimated."""
        return [trial(Trainer(self.spec), [self.window])]

    def check(self, path: Path) -> None:
        """Raise the errors of `write` before any training."""
        if atomic.ending(path) not in ENDINGS:
            choices = ", ".join(ENDINGS)
            raise InputError(f"unknown ending of {path.name!r}; choices: {choices}")
        files.check_writable(path)

    def train(self, folder: Path, store: Store | None, hooks: Hooks) -> None:
        """Train every run that the store does not have."""
        del folder
        self._field = compute_field(
            self.spec, self.window, self.size, hooks.runs, store, Refinement.of(self.refine)
        )

    def write(self, path: Path, hooks: Hooks) -> None:
        """Write the field."""
        assert self._field is not None, "nothing is trained yet"
        hooks.preview(thumbnail(self._field.values, self._field.decided, self.look))
        files.save(self._field, path)
        hooks.frames(1)
