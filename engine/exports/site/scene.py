"""Scenes: what a site shows of a place, in levels that are each twice as fine as the one before.

All runs of a scene are those of its finest level. A coarser level shows some of them: one of each
block, which the finer levels have too.
"""

import shlex
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import InputError
from engine.exports.bands import Bands
from engine.measures import MEASURES
from engine.places import links
from engine.places.links import Place
from engine.places.look import Look
from engine.places.provenance import record
from engine.plane import LONGEST_SIDE, MOST_PIXELS, Size, Window
from engine.spec import Spec

TILE = 256  # pixels along the side of a tile, at most
MOST_LEVELS = 9


@dataclass(frozen=True)
class Scene:
    """One place of a site.

    Attributes:
        place: what is trained, where, and how it is coloured.
        size: of the coarsest level, in pixels.
        levels: how many there are.
        name, note: of the place, in words.
        colouring_is_named: whether its colouring was asked for by name.
    """

    place: Place
    size: Size
    levels: int
    name: str
    note: str = ""
    colouring_is_named: bool = False

    def __post_init__(self) -> None:
        side, finer = max(self.size.width, self.size.height), 2 ** (self.levels - 1)
        if finer * side > LONGEST_SIDE or finer**2 * self.size.pixels > MOST_PIXELS:
            raise InputError(
                f"{self.levels} levels from {self.size} on end at {finer * self.size.width:,} x "
                f"{finer * self.size.height:,} runs, and {MOST_PIXELS:,} are the most; fewer "
                "--levels or a smaller --size take less"
            )

    @staticmethod
    def at(
        place: Place, size: Size, levels: int, name: str, note: str = "", *, named: bool = False
    ) -> "Scene":
        """Return the scene of a place with square pixels: of all that its window shows.

        Args:
            place, size, levels, name, note: see the attributes.
            named: whether its colouring was asked for by name.
        """
        window = place.window
        if window.half_height is not None:
            window = window.fitting(size)
        return Scene(replace(place, window=window), size, levels, name, note, named)

    @property
    def spec(self) -> Spec:
        """What is trained."""
        return self.place.spec

    @property
    def window(self) -> Window:
        """Where."""
        return self.place.window

    @property
    def look(self) -> Look:
        """How it is coloured."""
        categories = MEASURES[self.spec.measure].categories
        return self.place.look.suited(categories=bool(categories))

    @property
    def link(self) -> str:
        """The query string that leads there, in the explorer."""
        plain = replace(self.place.look, muted_from=None)
        return links.query(replace(self.place, look=plain))

    @property
    def finest(self) -> Size:
        """The size of the finest level, in pixels, which are runs."""
        return self.size_of(self.levels - 1)

    def size_of(self, level: int) -> Size:
        """Return the size of a level, in pixels."""
        return Size(self.size.width * 2**level, self.size.height * 2**level)

    def tiles_of(self, level: int) -> tuple[int, int]:
        """Return the number of columns and of rows of tiles of a level."""
        size = self.size_of(level)
        return -(-size.width // TILE), -(-size.height // TILE)

    @property
    def tiles(self) -> int:
        """The number of all tiles."""
        return sum(columns * rows for columns, rows in map(self.tiles_of, range(self.levels)))

    def bands(self) -> Bands:
        """Return the runs, not trained yet."""
        return Bands(self.spec, self.window, self.finest)

    def provenance(self) -> str:
        """Return one line of JSON that says what the finest level shows."""
        return record(self.spec, self.window, self.finest)

    def command(self) -> str:
        """Return the command that makes a site of this scene alone."""
        look = self.place.look
        colouring = ["--colouring", look.colouring, "--equalise", f"{look.equalise!r}"]
        return shlex.join([
            "trainscape", "publish", "--from", self.link, "--size", str(self.size),
            "--levels", str(self.levels), *(colouring if self.colouring_is_named else ()),
            "--title", self.name, "-o", "site",
        ])  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-able values that `from_dict` reads."""
        muted = self.place.look.muted_from
        return {
            "link": self.link, "size": str(self.size), "levels": self.levels,
            "name": self.name, "note": self.note, "named": self.colouring_is_named,
            **({} if muted is None else {"muted_from": muted}),
        }  # fmt: skip

    @staticmethod
    def from_dict(data: dict[str, Any]) -> "Scene":
        """Return the scene that `to_dict` wrote."""
        place = links.parse(data["link"])
        place = replace(place, look=replace(place.look, muted_from=data.get("muted_from")))
        return Scene(
            place, Size.parse(data["size"]), data["levels"], data["name"], data["note"],
            data["named"],
        )  # fmt: skip


def chosen(doublings: int) -> int:
    """Return which row, and which column, of a block of 2**doublings x 2**doublings pixels stands
    for it on a coarser level.

    It is near the middle of the block, and one of those that stand for smaller blocks.
    """
    return sum(2**k for k in range(0, doublings, 2))
