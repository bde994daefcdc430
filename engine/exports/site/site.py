"""Sites: places as a page without a server, trained first and then written."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from engine import __version__, atomic, words
from engine.analysis.curves import chosen
from engine.analysis.tracing import Traced, trace
from engine.errors import InputError, shown
from engine.exports.bands import REFERENCES, Bands
from engine.exports.export import Hooks, Trial, trial
from engine.exports.site import output, page
from engine.exports.site.output import Folder, OneFile, Output
from engine.exports.site.scene import TILE, Scene
from engine.exports.site.tiles import Tile, tiles
from engine.exports.site.values import packed
from engine.places import provenance
from engine.places.bookmarks import LONGEST_NAME
from engine.plane import Size
from engine.spec import Spec
from engine.statistics import cautions
from engine.statistics.summary import Statistics, statistics
from engine.tiles.lattice import Region
from engine.tiles.store import Store, code_version
from engine.training.devices import backend
from engine.training.trainer import Trainer

ENDING = ".html"  # of a site that is one file
RUN, REFERENCE = 30, 80  # bytes of memory for each run of a row of tiles, and for those of colours
RUN_OF_A_FILE = 8  # bytes that a run takes in one file, of which many are noise
LARGEST_FILE = 2**26  # bytes of a site that is one file
MEASURED = 2**22  # runs that statistics are made of, at most, or about
STILL = 512  # pixels of the longer side of a picture of all of a place, at least
FINER = 4  # times as many samples of a curve as of one that is not drawn larger


class Site:
    """A page without a server: a window, or several, with all that can be seen by zooming in.

    It is an `engine.exports.export.Export`.

    Args:
        scenes: what it shows, at least one.
        title: what stands above it.
        server: the address of a server of the explorer that it links to; None for none.
    """

    kind = "site"

    def __init__(self, scenes: Sequence[Scene], title: str, server: str | None = None) -> None:
        if len(title) > LONGEST_NAME:
            raise InputError(f"a title has at most {LONGEST_NAME} characters, not {len(title)}")
        self.scenes, self.title, self.server = tuple(scenes), title, server
        self.cautions: list[str] = []
        self._bands: list[Bands] = []

    @property
    def spec(self) -> Spec:
        """The spec of the first scene."""
        return self.scenes[0].spec

    @property
    def size(self) -> Size:
        """The size of the finest level of the largest scene."""
        return max((scene.finest for scene in self.scenes), key=lambda size: size.pixels)

    @property
    def runs(self) -> int:
        """The number of runs that are trained: those of the finest levels."""
        return sum(scene.finest.pixels for scene in self.scenes)

    @property
    def frames(self) -> int:
        """The number of tiles."""
        return sum(scene.tiles for scene in self.scenes)

    @property
    def memory(self) -> int:
        """The bytes of memory that it takes: a row of tiles of each level, and what colours and
        statistics come from.
        """
        rows = 2 * (TILE + 1) * self.size.width  # all coarser levels have as many as the finest
        return RUN * rows + REFERENCE * min(self.size.pixels, REFERENCES)

    @property
    def about(self) -> str:
        """What is made and what it takes, in words."""
        levels = max(scene.levels for scene in self.scenes)
        places = f"{len(self.scenes)} places" if len(self.scenes) > 1 else "a place"
        return (
            f"{places} in {levels} level{'s' * (levels > 1)} of up to {self.size}, "
            f"{self.frames:,} tiles, {self.runs:,} runs"
        )

    def origin(self) -> dict[str, Any]:
        """Return everything that decides what is made, as JSON-able values."""
        return {
            "kind": self.kind, "scenes": [scene.to_dict() for scene in self.scenes],
            "title": self.title, "server": self.server, "backend": backend(),
            "code": code_version(self.spec.system.name),
        }  # fmt: skip

    @staticmethod
    def of(origin: dict[str, Any]) -> "Site":
        """Return the site that `origin` describes."""
        scenes = [Scene.from_dict(data) for data in origin["scenes"]]
        return Site(scenes, origin["title"], origin["server"])

    def trials(self) -> Iterable[Trial]:
        """Return some of its runs, from whose time that of all of them is estimated."""
        return [trial(Trainer(scene.spec), [scene.window]) for scene in self.scenes]

    def check(self, path: Path) -> None:
        """Raise the errors of `write` before any training."""
        if atomic.ending(path) not in ("", ENDING):
            raise InputError(f"a site is a folder or ends in {ENDING}, not {shown(path.name)}")
        needed = RUN_OF_A_FILE * self.runs
        if atomic.ending(path) == ENDING and needed > LARGEST_FILE:
            raise InputError(
                f"{path.name} would be of up to {words.size(needed)}, and one file has at most "
                f"{words.size(LARGEST_FILE)}: fewer --levels or a smaller --size take less, and a "
                f"folder (-o {path.stem}) more"
            )
        atomic.check_place(path, ("PIL", "datashader"))
        output.check_replaceable(path)

    def train(self, folder: Path, store: Store | None, hooks: Hooks) -> None:
        """Train every run that is not in the folder yet, and keep it there."""
        self._bands = [scene.bands() for scene in self.scenes]
        for number, bands in enumerate(self._bands, start=1):
            room = folder / str(number)
            room.mkdir(exist_ok=True)
            bands.train(room, store, hooks.runs)

    def write(self, path: Path, hooks: Hooks) -> None:
        """Write the page and its tiles; they appear whole."""
        self.cautions.clear()
        with atomic.whole(path) as place:
            out: Output = OneFile(place) if atomic.ending(path) == ENDING else Folder(place)
            cards, places, pictures = [], [], []
            for number, (scene, bands) in enumerate(zip(self.scenes, self._bands, strict=True), 1):
                still, measured, said = self._write(out, number, scene, bands, hooks)
                cards.append(page.card(scene, number, still))
                places.append(
                    page.place(scene, number, still, measured, said, self.title, self.server)
                )
                pictures.append(page.picture(scene, _curves(scene, hooks.frames)))
            values = {"pictures": pictures, "server": self.server}
            cards = cards if len(cards) > 1 else []
            output.check_replaceable(path)  # it may have become somebody's meanwhile
            out.end(self.title, cards, places, values, self._about())

    def _write(
        self, out: Output, number: int, scene: Scene, bands: Bands, hooks: Hooks
    ) -> tuple[str, Statistics, list[str]]:
        """Write the tiles of a scene; return the address of a picture of all of it, its statistics,
        and what to know before believing them.
        """
        scale = scene.look.scale(*bands.references())
        stride = bands.stride_for(MEASURED)
        values, decided = bands.thinned(stride)
        measured = statistics(scene.spec, stride, values, decided)
        said = [
            *_of_scene(scene),
            *measured.cautions,
            *cautions.of_look(scene.spec, values, scene.look),
        ]
        del values, decided
        bands.forget()
        whole = _Whole(scene)
        for tile in tiles(scene, bands, scale):
            image = tile.picture()
            whole.add(tile, image)
            out.tile(f"{number}/{tile.name}", image, packed(tile.values))
            hooks.frames(1)
        hooks.preview(whole.image)
        texts = provenance.png_text(scene.provenance(), scene.look)
        prefix = f"{scene.name}: " if len(self.scenes) > 1 else ""
        self.cautions += [f"{prefix}{text}" for text in said]
        return out.still(number, whole.image, texts), measured, said

    def _about(self) -> dict[str, Any]:
        """Return what a folder says of itself."""
        return {
            "trainscape": output.KIND, "version": output.VERSION, "made_by": __version__,
            "title": self.title, "server": self.server,
            "places": [
                {
                    "name": scene.name, "note": scene.note, "link": scene.link,
                    "look": str(scene.look), "size": str(scene.size), "levels": scene.levels,
                    "command": scene.command(), "made_of": json.loads(scene.provenance()),
                }
                for scene in self.scenes
            ],
        }  # fmt: skip


class _Whole:
    """A picture of all of a scene, put together from the tiles of a level.

    Attributes:
        image: a PIL image.
    """

    def __init__(self, scene: Scene) -> None:
        from PIL import Image

        longer = max(scene.size.width, scene.size.height)
        level = max(math.ceil(math.log2(STILL / longer)), 0)
        self._level = min(level, scene.levels - 1)
        size = scene.size_of(self._level)
        self.image = Image.new("RGB", (size.width, size.height))

    def add(self, tile: Tile, image: Any) -> None:
        """Put a tile where it belongs, if it is of the level."""
        if tile.level == self._level:
            upper = self.image.height - tile.row * TILE - image.height
            self.image.paste(image, (tile.column * TILE, upper))


def _of_scene(scene: Scene) -> Iterator[str]:
    """Yield the cautions on what a scene is a picture of."""
    if scene.look.muted_from is not None:
        yield (
            f"longer training would change labels of this window: runs that are undecided after "
            f"{scene.spec.steps:,} steps are grey"
        )
    yield from cautions.of_plane(scene.spec, Region.of_pixels(scene.window, scene.finest))


def _curves(scene: Scene, progress: Callable[[int], None]) -> Iterator[Traced]:
    """Yield the curves over the picture of a scene."""
    for name in chosen(scene.spec, scene.look.overlays):
        yield trace(
            scene.spec, scene.window, scene.finest, name, progress=lambda count: progress(0),
            finer=min(2 ** (scene.levels - 1), FINER),
        )  # fmt: skip
