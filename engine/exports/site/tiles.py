"""The tiles of a scene: pieces of its levels, cut while its runs are read band by band."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import datashader.transfer_functions as tf
import numpy as np

from engine.exports.kept import Runs
from engine.exports.site.scene import TILE, Scene, chosen
from engine.pictures.colour import shade
from engine.places.scale import Scale


@dataclass(frozen=True)
class Tile:
    """A piece of a level, columns and rows of tiles counted from its lower left corner.

    Attributes:
        level, column, row: which.
        values: of its runs, (height, width), row 0 at the bottom.
        colours: of the same, packed RGBA.
    """

    level: int
    column: int
    row: int
    values: np.ndarray
    colours: np.ndarray

    @property
    def name(self) -> str:
        """What its files are called, without their endings."""
        return f"{self.level}/{self.column}-{self.row}"

    def picture(self) -> Any:
        """Return it as a PIL image, the top row first."""
        return tf.Image(self.colours, dims=("y", "x")).to_pil(origin="lower").convert("RGB")


def tiles(scene: Scene, runs: Iterable[Runs], scale: Scale) -> Iterator[Tile]:
    """Yield every tile of a scene, each level from the bottom up.

    Of a level, the rows of one row of tiles are in memory.

    Args:
        scene: whose levels are cut.
        runs: of its finest level, in bands from the bottom up.
        scale: of the colours.
    """
    levels = [_Level(scene, level, scale) for level in range(scene.levels)]
    for values, decided in runs:
        for level in levels:
            yield from level.add(values, decided)
    for level in levels:
        yield from level.rest()


class _Level:
    """The rows of a level that are no tiles yet.

    Args:
        scene, level: which level.
        scale: of the colours.
    """

    def __init__(self, scene: Scene, level: int, scale: Scale) -> None:
        self._level, self._look, self._scale = level, scene.look, scale
        doublings = scene.levels - 1 - level
        self._stride, self._first = 2**doublings, chosen(doublings)
        width = scene.size_of(level).width
        self._values, self._decided = np.empty((0, width)), np.empty((0, width), np.int32)
        self._seen = self._row = 0

    def add(self, values: np.ndarray, decided: np.ndarray) -> Iterator[Tile]:
        """Take the next rows of the finest level, and yield the tiles that are complete."""
        first = (self._first - self._seen) % self._stride
        here = slice(first, None, self._stride), slice(self._first, None, self._stride)
        self._seen += len(values)
        self._values = np.concatenate([self._values, values[here]])
        self._decided = np.concatenate([self._decided, decided[here]])
        while len(self._values) > TILE:  # a look may depend on the next row
            yield from self._cut()

    def rest(self) -> Iterator[Tile]:
        """Yield the tiles of the rows that are left."""
        while len(self._values):
            yield from self._cut()

    def _cut(self) -> Iterator[Tile]:
        """Yield a row of tiles, and forget its rows."""
        for column in range(-(-self._values.shape[1] // TILE)):
            first = column * TILE
            near = slice(TILE + 1), slice(first, first + TILE + 1)
            shaded = shade(self._values[near], self._decided[near], self._scale, self._look)
            own = slice(TILE), slice(first, first + TILE)
            yield Tile(self._level, column, self._row, self._values[own], shaded[:TILE, :TILE])
        self._values, self._decided = self._values[TILE:], self._decided[TILE:]
        self._row += 1
