"""The runs that a sharp picture takes: `python -m tests.benchmarks.picture [PRESET ...]`.

The whole field of each window is computed once, in the store given. Then it is revealed run by run
in the order by worth, and in the order of levels, to the same prediction of what is missing.
Printed are the shares of runs at which 99.9 % of the labels are those of the whole field, at which
99 % of the pixels are within 16/255 of its colours, and at which the audit says so; and how many
times the runs of every 32nd pixel it takes to have a picture as good as theirs in blocks, as it was
shown before there were predictions.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from engine.pictures.colour import shade, suited
from engine.places.look import PUBLISHED
from engine.places.presets import preset
from engine.plane import Size
from engine.tiles.audit import COLOURS, LABELS
from engine.tiles.field import Field, compute_field
from engine.tiles.lattice import TILE, Region
from engine.tiles.memory import Tile
from engine.tiles.order import NearestFirst, Order
from engine.tiles.pyramid import Pyramid, TileCache
from engine.tiles.request import Request
from engine.tiles.store import Store
from engine.tiles.worth import ByWorth

SIZES = {"transformer-mini": 128}  # where 512x512 runs would take hours
PRESETS = (
    "mandelbrot", "two-factor", "linear", "relu", "tanh-single", "tanh", "tanh-minibatch",
    "transformer-mini",
)  # fmt: skip
# Shares of the runs that are known between two looks, until a share is known.
STEPS = ((0.002, 0.0002), (0.01, 0.001), (0.1, 0.0025), (2.0, 0.01))
OFF = 16  # of 255
LANES = 64  # runs in training at a time
PACE = 2.5e-3  # seconds that a run takes, as those of `tanh` on two cores
STRIDE = 32


class Errors(NamedTuple):
    """How far a picture is from the whole one.

    Attributes:
        share: of the runs that are known.
        labels, colours: shares of the pixels whose label is wrong, or whose colour is off.
        sharp: whether an audit says that these are few.
    """

    share: float
    labels: float
    colours: float
    sharp: bool


def main(given: list[str] | None = None) -> int:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.picture", description=__doc__)
    parser.add_argument("presets", nargs="*", metavar="PRESET", help=f"of {', '.join(PRESETS)}")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--store", help="a folder, where whole fields are kept")
    asked = parser.parse_args(given)
    if unknown := sorted(set(asked.presets) - set(PRESETS)):
        parser.error(f"no preset {unknown[0]!r} here; choices: {', '.join(PRESETS)}")
    store = Store(asked.store) if asked.store else None
    found: dict[str, dict[str, Any]] = {}
    for name in asked.presets or PRESETS:
        side = min(asked.size, SIZES.get(name, asked.size))
        for window in preset(name).windows:
            chosen = preset(name)
            field = compute_field(chosen.spec, chosen.window(window), Size(side, side), store=store)
            found.setdefault(name, {})[window] = measure(field)
            print(name, window, json.dumps(found[name][window]), file=sys.stderr, flush=True)
    print(json.dumps(found, indent=2))
    return 0


def measure(field: Field) -> dict[str, Any]:
    """Return the shares of runs of a field at which its picture is good, in either order."""
    orders: dict[str, Callable[[], Order]] = {
        "by worth": lambda: ByWorth.of(field.spec), "by level": NearestFirst,
    }  # fmt: skip
    ways = {name: list(way(field, order())) for name, order in orders.items()}
    shares: dict[str, Any] = {
        name: {
            "labels": _first(looks, lambda e: e.labels <= 1 - LABELS),
            "colours": _first(looks, lambda e: e.colours <= COLOURS),
        }
        for name, looks in ways.items()
    }
    shares["by worth"]["sharp"] = _first(ways["by worth"], lambda e: e.sharp)
    nearest = [np.rint(np.arange(n) / STRIDE).astype(int) for n in field.values.shape]
    at = np.ix_(*(np.minimum(k * STRIDE, (n - 1) // STRIDE * STRIDE)
                  for k, n in zip(nearest, field.values.shape, strict=True)))  # fmt: skip
    labels, colours = Target(field).errors(field.values[at], field.decided[at])
    as_good = _first(ways["by worth"], lambda e: e.labels <= labels and e.colours <= colours)
    shares[f"runs of every {STRIDE}nd pixel"] = as_good * STRIDE**2 if as_good else None
    return shares


class Target:
    """The whole picture of a field, with which others are compared."""

    def __init__(self, field: Field) -> None:
        self._look = suited(PUBLISHED, field.spec)
        self._scale = self._look.scale(field.values, field.decided)
        self._labels = field.values < 0
        self._colours = self._channels(field.values, field.decided)

    def errors(self, values: np.ndarray, decided: np.ndarray) -> tuple[float, float]:
        """Return the shares of labels that are wrong, and of colours that are off."""
        off = np.abs(self._channels(values, decided) - self._colours).max(axis=-1) > OFF
        return float(np.mean((values < 0) != self._labels)), float(np.mean(off))

    def _channels(self, values: np.ndarray, decided: np.ndarray) -> np.ndarray:
        packed = shade(values, decided, self._scale, self._look)
        return packed.view(np.uint8).reshape(*packed.shape, 4).astype(np.int16)


def way(field: Field, order: Order) -> Iterator[Errors]:
    """Reveal the runs of a field in an order, and yield the errors on the way."""
    region = Region.of_pixels(field.window, field.size)
    request = Request(Pyramid(field.spec, region.lattice, TileCache()), region, order, PACE)
    target, following = Target(field), 1 / STRIDE**2 / 4
    while not request.finished:
        request.plan()
        for tile, points in list(request.take(LANES)):
            _reveal(field, region, tile, points)
            request.put(tile, points)
        share = request.known / request.points
        if share < following and not request.finished:
            continue
        following = share + next(step for until, step in STEPS if share < until)
        _, predicted = request.prediction()
        yield Errors(share, *target.errors(predicted.values, predicted.decided), request.sharp)


def _first(looks: list[Errors], good: Callable[[Errors], bool]) -> float | None:
    """Return the share of runs at which a picture is good, and stays so."""
    share = None
    for errors in reversed(looks):
        if not good(errors):
            break
        share = errors.share
    return share


def _reveal(field: Field, region: Region, tile: Tile, points: np.ndarray) -> None:
    """Enter the runs of a field, whose lattice has one level, at points of a tile."""
    rows = tile.index.row * TILE + points // TILE - region.row
    columns = tile.index.column * TILE + points % TILE - region.column
    tile.put(points, field.values[rows, columns], field.decided[rows, columns])


if __name__ == "__main__":
    sys.exit(main())
