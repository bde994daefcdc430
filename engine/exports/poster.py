"""Pictures of any size, made band by band, with a border around them if so wished.

Of the runs only a band is in memory, and of the picture four bytes for each pixel.
"""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from engine import atomic
from engine.analysis.curves import chosen
from engine.analysis.tracing import trace
from engine.errors import InputError
from engine.exports import files
from engine.exports.bands import REFERENCES, REFINED_BAND, Bands
from engine.exports.export import Hooks, Trial, refined_origin, runs_in_words, trial
from engine.machine import memory
from engine.pictures import caption, plate
from engine.pictures.colour import THUMBNAIL, shade, suited, thumbnail
from engine.pictures.lines import draw
from engine.pictures.plate import Layout
from engine.places import links, provenance
from engine.places.look import PUBLISHED, Look
from engine.places.provenance import record
from engine.plane import Size, Window
from engine.spec import Spec
from engine.statistics.summary import statistics
from engine.tiles.audit import Refinement
from engine.tiles.store import Store, code_version
from engine.tiles.tally import Tally
from engine.training.devices import backend
from engine.training.trainer import Trainer

LONGEST_TITLE = 200  # characters
PIXEL, REFERENCE = 5, 80  # bytes of memory for each pixel, and for each run of those
MOST_SAMPLES = 8  # along the side of a pixel


class Poster:
    """A picture of a window.

    It is an `engine.exports.export.Export`.

    Args:
        spec, window: what is trained, and where.
        size: of the picture itself, in pixels.
        look: how it is coloured, and which curves are drawn over it.
        samples: runs along the side of a pixel, whose colours are averaged.
        title: what stands above it; None for a picture without title, axes, legend and provenance.
        captions: what is written on it, of `engine.pictures.caption.CAPTIONS`.
        overview: the window that the captions compare it with; None for the whole plane.
        refine: the share of labels that are right, at least, in each band of runs, so that what is
            left of them is predicted; None to train every run.
    """

    kind = "poster"
    frames = 1

    def __init__(
        self,
        spec: Spec,
        window: Window,
        size: Size,
        look: Look = PUBLISHED,
        samples: int = 1,
        title: str | None = None,
        captions: Sequence[str] = (),
        overview: Window | None = None,
        refine: float | None = None,
    ) -> None:
        if not 1 <= samples <= MOST_SAMPLES:
            raise InputError(f"samples must be 1 to {MOST_SAMPLES} a side, not {samples}")
        if title is not None and len(title) > LONGEST_TITLE:
            raise InputError(f"a title has at most {LONGEST_TITLE} characters, not {len(title)}")
        self.spec, self.window, self.size, self.look = spec, window, size, suited(look, spec)
        self.samples, self.title = samples, title
        self.captions = caption.chosen(captions)
        self.overview = overview or spec.home().fitting(size)
        self.sampled = Size(size.width * samples, size.height * samples)
        self.refine, self._refinement = refine, Refinement.of(refine)
        self._bands = Bands(spec, window, self.sampled, samples, self._refinement)

    @property
    def runs(self) -> int:
        """The number of runs that are trained."""
        return self.sampled.pixels

    @property
    def memory(self) -> int:
        """The bytes of memory that it takes: of all runs only those that the colours come from."""
        band = 0 if self.refine is None else memory.REFINED * min(self.runs, REFINED_BAND)
        return PIXEL * self.size.pixels + REFERENCE * min(self.runs, REFERENCES) + band

    @property
    def about(self) -> str:
        """What is made and what it takes, in words."""
        each = f", {self.samples}x{self.samples} runs a pixel" if self.samples > 1 else ""
        return f"a picture of {self.size}{each}, {runs_in_words(self.runs, self.refine)}"

    def origin(self) -> dict[str, Any]:
        """Return everything that decides what is made, as JSON-able values."""
        written = {"captions": list(self.captions), "overview": links.view(self.overview)}
        return {
            "kind": self.kind, "spec": self.spec.to_dict(), "window": links.view(self.window),
            "size": str(self.size), "look": str(self.look), "samples": self.samples,
            "title": self.title, "code": code_version(self.spec.system.name), "backend": backend(),
            **(written if self.captions else {}),
            **refined_origin(self.refine),
            **({} if self.look.muted_from is None else {"muted_from": self.look.muted_from}),
        }  # fmt: skip

    @staticmethod
    def of(origin: dict[str, Any]) -> "Poster":
        """Return the poster that `origin` describes."""
        spec = Spec.from_dict(origin["spec"])
        return Poster(
            spec, spec.on_plane(links.parse_view(origin["window"])),
            Size.parse(origin["size"]),
            replace(Look.parse(origin["look"]), muted_from=origin.get("muted_from")),
            origin["samples"], origin["title"], origin.get("captions", ()),
            spec.on_plane(links.parse_view(origin["overview"])) if "overview" in origin else None,
            origin.get("refine"),
        )  # fmt: skip

    def trials(self) -> Iterable[Trial]:
        """Return some of its runs, from whose time that of all of them is estimated."""
        return [trial(Trainer(self.spec), [self.window])]

    def check(self, path: Path) -> None:
        """Raise the errors of `write` before any training."""
        if atomic.ending(path) != ".png":
            raise InputError(f"a picture ends in .png, not {path.name!r}")
        files.check_writable(path)

    def train(self, folder: Path, store: Store | None, hooks: Hooks) -> None:
        """Train every run that is not in the folder yet, and keep it there."""
        self._bands.train(folder, store, hooks.runs, lambda: hooks.preview(self._preview()))

    def write(self, path: Path, hooks: Hooks) -> None:
        """Put the picture together and write it, with its spec and window inside."""
        from PIL import Image

        layout = Layout.around(self.size, framed=self.title is not None)
        canvas = np.full((layout.whole.height, layout.whole.width), plate.BLANK, np.uint32)
        across = slice(layout.left, layout.left + self.size.width)
        bottom = layout.top + self.size.height
        for band in self._coloured():
            canvas[bottom - len(band) : bottom, across] = band[::-1]
            bottom -= len(band)
        extent = layout.whole.width, layout.whole.height
        image = Image.frombuffer("RGBA", extent, canvas, "raw", "RGBA", 0, 1)
        image.readonly = 0  # what is drawn on it need not be copied first
        for name in chosen(self.spec, self.look.overlays):
            curve = trace(
                self.spec, self.window, self.size, name, progress=lambda count: hooks.frames(0)
            )
            draw(image, curve, self.size, layout.left, layout.top)
        caption.write(image, self._lines(), self.size, layout.left, layout.top)
        if self.title is not None:
            more = [] if self.tally is None else [self.tally.words]
            plate.draw(image, layout, self.spec, self.window, self.look, self.title, *more)
        about = record(self.spec, self.window, self.size, refined=self._refined())
        stride = math.ceil(max(extent) / THUMBNAIL)
        small = np.ascontiguousarray(canvas[::stride, ::stride])
        hooks.preview(Image.fromarray(small.view(np.uint8).reshape(*small.shape, 4)))
        with atomic.whole(path) as file:
            image.save(file, pnginfo=provenance.png_text(about, self.look))
        hooks.frames(1)

    @property
    def tally(self) -> Tally | None:
        """How many of its runs are predicted, once all are known; None where none are to be."""
        return self._bands.tally

    def _refined(self) -> dict[str, Any] | None:
        """Return what the picture carries of how it was refined."""
        tally = self.tally
        if tally is None or self._refinement is None:
            return None
        return tally.to_dict(self._refinement)

    def _lines(self) -> list[str]:
        """Return what is written on the picture; the dimension is that of one run for each pixel,
        or of fewer of very many.
        """
        stride = max(self.samples, self._bands.stride_for(REFERENCES))
        return caption.words(
            self.captions, self.spec, self.window, self.size, self.overview,
            lambda: caption.dimension_of(
                statistics(self.spec, 1, *self._bands.thinned(stride), self.tally)
            ),
        )  # fmt: skip

    def _coloured(self) -> Iterator[np.ndarray]:
        """Yield the packed colours of the pixels of each band, from the bottom up."""
        scale = self.look.scale(*self._bands.references())
        following = itertools.islice(self._bands, 1, None)
        for band, above in itertools.zip_longest(self._bands, following):
            values, decided = band
            if above is not None:  # a look may depend on the next row
                more, when = (part[:1] for part in above)
                values, decided = np.concatenate([values, more]), np.concatenate([decided, when])
            packed = shade(values, decided, scale, self.look)
            yield _averaged(packed[: len(packed) - (above is not None)], self.samples)

    def _preview(self) -> Any:
        """Return a small picture of what is known by now; what is not is background."""
        stride = math.ceil(max(self.sampled.width, self.sampled.height) / THUMBNAIL)
        values, decided = self._bands.thinned(stride)
        missing = (0, math.ceil(self.sampled.height / stride) - len(values)), (0, 0)
        values = np.pad(values, missing, constant_values=np.nan)
        return thumbnail(values, np.pad(decided, missing), self.look)


def _averaged(packed: np.ndarray, side: int) -> np.ndarray:
    """Return the mean colours of blocks of `side` x `side`, packed again."""
    if side == 1:
        return packed
    rows, columns = (n // side for n in packed.shape)
    blocks = packed.view(np.uint8).reshape(rows, side, columns, side, 4)
    mean = blocks.mean(axis=(1, 3), dtype=np.float32).round().astype(np.uint8)
    return mean.reshape(rows, columns * 4).view(np.uint32)
