"""Movies that lead through windows of one landscape."""

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from engine.exports.export import Hooks, Trial, refined_origin, trial
from engine.exports.movies.camera import Path as Route
from engine.exports.movies.camera import Shot
from engine.exports.movies.legs import Curves
from engine.exports.movies.movie import ENCODED, Movie
from engine.exports.movies.picture import KEPT, Pictures
from engine.exports.movies.sheets import Album, Sheet, sheets_for
from engine.machine import memory
from engine.pictures import caption
from engine.pictures.colour import THUMBNAIL, suited, thumbnail
from engine.places import links
from engine.places.look import PUBLISHED, Look
from engine.plane import Size
from engine.spec import Spec
from engine.statistics.summary import statistics
from engine.tiles.audit import Refinement
from engine.tiles.field import Progress, compute_region
from engine.tiles.pyramid import TileCache
from engine.tiles.store import Store, code_version
from engine.tiles.tally import Tally
from engine.training.devices import backend
from engine.training.trainer import Trainer

TRIALS = 8  # views of which some runs are tried
PREVIEWED = 20  # rungs that are looked up for a preview


class Zoom(Movie):
    """A movie along a path.

    Args:
        spec: what is trained.
        path: where it leads.
        size: of a frame, in pixels.
        rate: frames per second.
        look: how it is coloured, and which curves are drawn over it.
        captions: what is written on it, of `engine.pictures.caption.CAPTIONS`.
        refine: the share of labels that are right, at least, in each part of each sheet, so that
            what is left of its runs is predicted; None to train every run.

    Attributes:
        pictures: its frames, without curves and captions; None until everything is trained.
    """

    kind = "zoom"

    def __init__(
        self,
        spec: Spec,
        path: Route,
        size: Size,
        rate: int,
        look: Look = PUBLISHED,
        captions: Sequence[str] = (),
        refine: float | None = None,
    ) -> None:
        self.refine = refine
        self.spec, self.path, self.size, self.rate = spec, path, size, rate
        self.look, self.captions = suited(look, spec), caption.chosen(captions)
        self.pictures: Pictures | None = None

    @functools.cached_property
    def shots(self) -> list[Shot]:
        """The shot of each frame."""
        return self.path.shots(self.rate)

    @functools.cached_property
    def sheets(self) -> list[Sheet]:
        """The sheets of runs that the frames need."""
        return sheets_for(self.shots, self.size)

    @property
    def frames(self) -> int:
        """The number of frames."""
        return len(self.shots)

    @property
    def runs(self) -> int:
        """The number of runs that are trained."""
        return sum(sheet.runs for sheet in self.sheets)

    @property
    def memory(self) -> int:
        """The bytes of memory that making it takes: pictures of sheets, and the runs of one."""
        areas = sorted(sheet.box.width * sheet.box.height for sheet in self.sheets)
        pictures = 2 * 4 * sum(areas[-KEPT:])
        run = memory.run(refined=self.refine is not None)
        return pictures + run * areas[-1] + ENCODED * self.size.pixels

    @property
    def rendered(self) -> int:
        """Runs needed if every distinct frame were rendered separately."""
        differ = sum(a != b for a, b in zip(self.shots, self.shots[1:], strict=False))
        return self.size.pixels * (1 + differ)

    def origin(self) -> dict[str, Any]:
        """Return everything that decides what is shown, as JSON-able values."""
        return {
            "kind": self.kind,
            "spec": self.spec.to_dict(),
            "path": {
                "windows": [links.view(window) for window in self.path.windows],
                "pace": self.path.pace, "hold": self.path.hold, "pause": self.path.pause,
                "easing": self.path.easing,
            },
            "size": str(self.size), "rate": self.rate, "look": str(self.look),
            "overlays": list(self.captions),
            "code": code_version(self.spec.system.name), "backend": backend(),
            **refined_origin(self.refine),
        }  # fmt: skip

    @staticmethod
    def of(origin: dict[str, Any]) -> "Zoom":
        """Return the movie that `origin` describes."""
        about, spec = dict(origin["path"]), Spec.from_dict(origin["spec"])
        windows = tuple(spec.on_plane(links.parse_view(shot)) for shot in about.pop("windows"))
        return Zoom(
            spec, Route(windows, **about), Size.parse(origin["size"]),
            origin["rate"], Look.parse(origin["look"]), origin["overlays"],
            origin.get("refine"),
        )  # fmt: skip

    def train(self, folder: Path, store: Store | None, hooks: Hooks) -> None:
        """Train every run that is not in the folder yet, and keep it there."""
        album, refinement = Album(folder), Refinement.of(self.refine)
        cache = TileCache(store, memory=0)
        try:
            for sheet in reversed(self.sheets):  # so that what is within a sheet is known
                if album.has(sheet):
                    hooks.runs(sheet.runs)
                    continue
                fields = [
                    compute_region(self.spec, region, cache, hooks.runs, refinement)[0]
                    for region in sheet.regions(self.shots[0].stretch)
                ]
                tallies = [field.tally for field in fields if field.tally is not None]
                runs = [(field.values, field.decided) for field in fields]
                album.keep(sheet, runs, Tally.joined(tallies) if tallies else None)
                hooks.preview(self._preview(album, sheet))
        finally:
            cache.close()
        self.tally = None if refinement is None else album.tally(self.sheets)
        self.pictures = Pictures(album, self.sheets, self.shots, self.size, self.look)
        self._curves = Curves(
            self.spec, self.look.overlays, self.shots, self.pictures.keys, self.size
        )

    def trials(self) -> Iterable[Trial]:
        """Return some of its runs, from whose time that of all of them is estimated."""
        some = self.shots[:: max(len(self.shots) // TRIALS, 1)]
        return [trial(Trainer(self.spec), [shot.window() for shot in some])]

    def _preview(self, album: Album, sheet: Sheet) -> Any:
        near = [s for s in self.sheets if 0 <= s.rung.number - sheet.rung.number < PREVIEWED]
        width, height = sheet.box.width, sheet.box.height
        share = min(THUMBNAIL / max(width, height), 1)
        size = Size(max(round(width * share), 1), max(round(height * share), 1))
        return thumbnail(*album.sample(near, sheet.shot(), size), self.look)

    def frame(self, number: int, progress: Progress | None = None) -> Any:
        """Return one frame, a PIL image in RGB; once everything is trained."""
        assert self.pictures is not None, "nothing is trained yet"
        image = self.pictures.frame(number)
        self._curves.draw(image, number, progress)
        caption.write(image, self.lines(number), self.size)
        return image

    def lines(self, number: int) -> list[str]:
        """Return what is written on a frame, once everything is trained."""
        assert self.pictures is not None, "nothing is trained yet"
        pictures = self.pictures
        first, window = (shot.window() for shot in (self.shots[0], self.shots[number]))
        return caption.words(
            self.captions, self.spec, window, self.size, first,
            lambda: self._dimension(pictures, pictures.key_of(number)),
        )  # fmt: skip

    @functools.cache  # noqa: B019 as long as the movie
    def _dimension(self, pictures: Pictures, key: int) -> str:
        """Return the dimension of a key frame, measured on the run nearest each of its pixels."""
        return caption.dimension_of(statistics(self.spec, 1, *pictures.sample(key), self.tally))
