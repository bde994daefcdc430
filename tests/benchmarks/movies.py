"""The benchmark of movies: what three ways to sample a zoom cost, and how sharp it is.

`python -m tests.benchmarks.movies` prints as JSON the runs per pixel and octave of a zoom, and its
whole cost against one render per frame, for

- `ladder`: what `animate` does, four pitches to the octave, each place sampled once;
- `nested`: key frames each twice as wide as the next, sampled as finely as the narrowest frame that
  is shown of them needs, without the part that the next one holds;
- `strip`: the exponential map, a log-polar strip about the point that is zoomed to, as fine at the
  corners of a frame as its pixels are (`strip, sharp at the sides`: at its left and right ends).

All give every pixel of every frame at least one run, but the last in the corners. Then a zoom into
the set of Mandelbrot is made by each, and frames are compared with the mean of 16 runs per pixel:
the mean difference of colours, in parts of 255, and the detail: mean difference of neighbours, over
that of the truth.
"""

import json
import math
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from engine.exports.export import Hooks, inputs_of
from engine.exports.movies.camera import Path as Route
from engine.exports.movies.camera import Shot
from engine.exports.movies.zoom import Zoom
from engine.pictures.colour import shade
from engine.places.scale import Scale
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.field import compute_field
from engine.tiles.lattice import Region
from engine.training.trainer import Trainer
from tests.inputs import inputs

MOVIE = Size(1280, 720)
SMALL = Size(320, 180)
SPEC = Spec.make("mandelbrot", {"steps": 200})
X, Y = "-0.7436", "0.1318"
FIRST, LAST = 0.4, 0.025  # widths of the small zoom: four octaves
COMPARED = 5  # frames of it
SAMPLES = 4  # along the side of a pixel of the truth


def main() -> None:
    """Print the figures."""
    print(json.dumps({"runs": _runs(), "sharpness": _sharpness()}, indent=2))


def _runs() -> dict[str, dict[str, float]]:
    """Return the cost of ten seconds over three decades at 720p and 30 frames per second."""
    ends = Window.parse("0", "0", "16"), Window.parse("0", "0", "0.016")
    movie = Zoom(SPEC, Route(ends, hold=0.5).lasting(10), MOVIE, 30)
    octaves = math.log2(1000)
    corner = math.hypot(MOVIE.width, MOVIE.height) / 2
    spent = {
        "ladder": movie.runs,
        "nested": MOVIE.pixels * (1 + 3 * octaves),
        "strip": MOVIE.pixels + octaves * _strip_runs(corner),
        "strip, sharp at the sides": MOVIE.pixels + octaves * _strip_runs(MOVIE.width / 2),
    }
    return {
        name: {
            "per_pixel_and_octave": round((runs / MOVIE.pixels - 1) / octaves, 3),
            "runs": round(runs),
            "fewer_than_every_frame_that_differs": round(movie.rendered / runs, 1),
            "fewer_than_every_frame": round(movie.frames * MOVIE.pixels / runs, 1),
        }
        for name, runs in spent.items()
    }


def _strip_runs(radius: float) -> float:
    """Return the runs of an octave of a strip whose points are a pixel apart at a radius."""
    around = 2 * math.pi * radius
    return around * around * math.log(2) / (2 * math.pi)


def _sharpness() -> dict[str, dict[str, float]]:
    route = Route((_window(FIRST), _window(LAST)), pace=2, hold=0)
    movie = Zoom(SPEC, route, SMALL, 20)
    with tempfile.TemporaryDirectory() as folder:
        movie.train(Path(folder), None, Hooks())
        numbers = np.linspace(0, movie.frames - 1, COMPARED).astype(int)
        strip, nested = _Strip(), _Nested()
        found: dict[str, list[tuple[float, float]]] = {"ladder": [], "nested": [], "strip": []}
        for number in numbers:
            shot = movie.shots[number]
            scale = movie.pictures.scale(movie.pictures.key_of(number))
            truth = _truth(shot, scale)
            shown = {
                # In the colours of one key frame, so that nothing but the sampling differs.
                "ladder": _array(movie.pictures.coloured(number, movie.pictures.key_of(number))),
                "nested": nested.frame(shot, scale),
                "strip": strip.frame(shot, scale),
            }
            for name, picture in shown.items():
                found[name].append((np.abs(picture - truth).mean(), _detail(picture, truth)))
    return {
        name: dict(zip(("error", "detail"), np.mean(pairs, axis=0).round(3).tolist(), strict=True))
        for name, pairs in found.items()
    }


class _Nested:
    """Key frames twice as wide as one another, each sampled at half the pixel of its own width."""

    def __init__(self) -> None:
        octaves = round(math.log2(FIRST / LAST))
        double = Size(2 * SMALL.width, 2 * SMALL.height)
        widths = [FIRST / 2**k for k in range(octaves + 1)]
        self._fields = {w: compute_field(SPEC, _window(w), double) for w in widths}

    def frame(self, shot: Shot, scale: Scale) -> np.ndarray:
        width = min(w for w in self._fields if w >= float(shot.width) * (1 - 1e-9))
        field = self._fields[width]
        image = Image.fromarray(_colours(field.values, field.decided, scale).astype(np.uint8))
        share = float(shot.width) / width
        (across, up) = image.size
        box = (across * (1 - share) / 2, up * (1 - share) / 2,
               across * (1 + share) / 2, up * (1 + share) / 2)  # fmt: skip
        size = (SMALL.width, SMALL.height)
        return _array(image.resize(size, Image.Resampling.BICUBIC, box))


class _Strip:
    """The exponential map about the centre: rows of equal radius, geometrically spaced."""

    def __init__(self) -> None:
        self._corner = math.hypot(SMALL.width, SMALL.height) / 2
        self._around = math.ceil(2 * math.pi * self._corner)
        self._step = 2 * math.pi / self._around  # of the logarithm of the radius, and of the angle
        outer = math.log(FIRST * self._corner / SMALL.width * 1.02)
        inner = math.log(LAST / SMALL.width / 4)  # a quarter of a pixel of the last frame
        self._outer = outer
        rows = math.ceil((outer - inner) / self._step)
        radii = np.exp(outer - self._step * np.arange(rows))[:, None]
        angles = self._step * np.arange(self._around)[None]
        x = (float(X) + radii * np.cos(angles)).ravel()
        y = (float(Y) + radii * np.sin(angles)).ravel()
        values, decided = np.empty(x.size), np.empty(x.size, np.int32)
        for batch in Trainer(SPEC).stream(inputs(x, y)):
            values[batch.index], decided[batch.index] = batch.value, batch.decided
        self._known = [a.reshape(rows, self._around) for a in (values, decided)]

    def frame(self, shot: Shot, scale: Scale) -> np.ndarray:
        colours = _colours(*self._known, scale)[::-1]
        region = Region.of_pixels(shot.window(), SMALL)
        runs = inputs_of(SPEC, region)
        x, y = (c.reshape(SMALL.height, SMALL.width)[::-1] for c in (runs.x, runs.y))
        x, y = x - float(X), y - float(Y)
        down = (self._outer - np.log(np.hypot(x, y))) / self._step
        along = np.arctan2(y, x) / self._step % self._around
        rows = np.clip(np.floor(down).astype(int), 0, len(colours) - 2)
        columns = np.floor(along).astype(int) % self._around
        following = (columns + 1) % self._around
        v, h = (down - rows)[..., None], (along - np.floor(along))[..., None]
        top = colours[rows, columns] * (1 - h) + colours[rows, following] * h
        bottom = colours[rows + 1, columns] * (1 - h) + colours[rows + 1, following] * h
        return top * (1 - v) + bottom * v


def _window(width: float) -> Window:
    return Window.parse(X, Y, repr(width))


def _truth(shot: Shot, scale: Scale) -> np.ndarray:
    fine = Size(SAMPLES * SMALL.width, SAMPLES * SMALL.height)
    field = compute_field(SPEC, shot.window(), fine)
    blocks = _colours(field.values, field.decided, scale)
    return blocks.reshape(SMALL.height, SAMPLES, SMALL.width, SAMPLES, 3).mean((1, 3))


def _colours(values: np.ndarray, decided: np.ndarray, scale: Scale) -> np.ndarray:
    """Return the colours of runs, the top row first, shape (height, width, 3)."""
    packed = np.ascontiguousarray(shade(values, decided, scale)[::-1])
    return packed.view(np.uint8).reshape(*packed.shape, 4)[..., :3].astype(float)


def _array(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB"), float)


def _detail(picture: np.ndarray, truth: np.ndarray) -> float:
    steps = [np.abs(np.diff(p, axis=1)).mean() for p in (picture, truth)]
    return steps[0] / steps[1]


if __name__ == "__main__":
    main()
