"""Values to colours: pictures, palettes and legends, shaded by Datashader."""

import functools
from dataclasses import dataclass
from typing import Any

import datashader.transfer_functions as tf
import numpy as np
import xarray as xr

from engine.measures import MEASURES
from engine.places.look import COLOURINGS, OUTLINE, PLAIN, PUBLISHED, Look
from engine.places.scale import GAP, Scale
from engine.spec import Spec

# ColorBrewer's eleven-class Spectral, from diverged slowly (dark red) to converged slowly (violet).
SPECTRAL = [
    "#9e0142", "#d53e4f", "#f46d43", "#fdae61", "#fee08b", "#ffffbf",
    "#e6f598", "#abdda4", "#66c2a5", "#3288bd", "#5e4fa2",
]  # fmt: skip
# Of kinds of outcome, by the size of the number that stands for them: of those that converged or
# stay bounded, and of those that do not. The colour-blind can tell neighbours apart by lightness.
CATEGORY_COLOURS = (
    ("#d9ed9f", "#3fa866", "#2f8fc4", "#f2a9cf", "#5b6fd0", "#1fb5ad", "#b584dc", "#9cc9f2",
     "#7d8f55", "#35206b", "#a9abb0"),
    ("#b5483a", "#fdae61", "#7f2704", "#e7cfa0"),
)  # fmt: skip
# Of the sides of an outline, diverged and converged, as light as each other; the colour-blind can
# tell them apart.
TINTS = ("#fcdcb4", "#cfe4fa")
BOUNDARY = "#000000"  # between them
MUTED = ("#c3c6cb", "#6b7077")  # of runs whose label says nothing yet: negative, positive so far
MOST_CATEGORIES = 64  # of either side
BACKGROUND = "#202124"  # pixels that are not computed
SAMPLES = 11  # colours that a palette of another source is taken at
THUMBNAIL = 320  # pixels
STEPS = 2**12  # colours from -1 to 1; neighbouring ones differ by at most one part in 255


@functools.cache
def colours(palette: str) -> list[str]:
    """Return the colours of a palette, or of an outline, from -1 to 1: hexadecimal, even."""
    if palette == "Spectral":
        return SPECTRAL
    if palette == OUTLINE:
        return list(TINTS)
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    return [to_hex(c) for c in colormaps[palette](np.linspace(0, 1, SAMPLES))]


def ramp(palette: str, *, converged: bool, count: int = 8) -> list[str]:
    """Return the colours of one side, from small to large magnitudes: hexadecimal."""
    along = np.linspace(GAP, 1, count) * (1 if converged else -1)
    packed = _packed(along, palette)
    return [f"#{r:02x}{g:02x}{b:02x}" for r, g, b, _ in packed.view(np.uint8).reshape(-1, 4)]


def shade(
    values: np.ndarray, decided: np.ndarray, scale: Scale, look: Look = PUBLISHED
) -> np.ndarray:
    """Return the picture of values as packed RGBA, uint32 of the same shape, (height, width) with
    row 0 at the bottom or (tiles, height, width); what is not computed is transparent. This is
    what Bokeh's `image_rgba` takes.
    """
    if look.categorical:
        shaded = _categories(values)
    else:
        palette = OUTLINE if look.outlined else look.palette
        shaded = _packed(look.coordinates(values, decided, scale), palette)
    if look.muted_from is None:
        return shaded
    greys = np.where(values < 0, *(np.uint32(_rgba(colour)) for colour in MUTED))
    return np.where((decided >= look.muted_from) & ~np.isnan(values), greys, shaded)


def picture(values: np.ndarray, decided: np.ndarray, look: Look = PUBLISHED) -> Any:
    """Return the picture of a field as a PIL image, the top row first, on the background colour."""
    shaded = shade(values, decided, look.scale(values, decided), look)
    return tf.Image(_on(BACKGROUND, shaded), dims=("y", "x")).to_pil(origin="lower")


def thumbnail(values: np.ndarray, decided: np.ndarray, look: Look = PUBLISHED) -> Any:
    """Return a small picture of a field as a PIL image, at most `THUMBNAIL` pixels wide or high."""
    stride = -(-max(values.shape) // THUMBNAIL)
    return picture(values[::stride, ::stride], decided[::stride, ::stride], look)


@dataclass(frozen=True)
class Ends:
    """One entry of a legend: its colours, and what those at either end mean.

    Attributes:
        colours: from small to large magnitudes, hexadecimal.
        small, large: what is said at the two ends; `large` is empty where there is one colour.
    """

    colours: tuple[str, ...]
    small: str
    large: str


def suited(look: Look, spec: Spec) -> Look:
    """Return the look in which the runs of a spec are drawn: kinds of outcome have their own."""
    return look.suited(categories=bool(MEASURES[spec.measure].categories))


def legend(spec: Spec, look: Look, count: int = 8) -> tuple[Ends, ...]:
    """Return what the colours mean: of negative and of positive values, in so many colours each,
    or of every kind of outcome.
    """
    measure, look = MEASURES[spec.measure], suited(look, spec)
    muted = (
        ()
        if look.muted_from is None
        else tuple(
            Ends((colour,), f"undecided, so far {side}", "")
            for colour, side in zip(MUTED, measure.sides, strict=True)
        )
    )
    if look.categorical:
        return (
            *(Ends((category_colour(c.value),), c.name, "") for c in measure.categories),
            *muted,
        )
    if look.outlined:
        tints = zip(measure.sides, reversed(TINTS), strict=True)
        between = Ends((BOUNDARY,), "boundary", "")
        return (*(Ends((colour,), side, "") for side, colour in tints), between, *muted)
    colouring = COLOURINGS[look.colouring]
    sides = []
    for number, (name, (small, large)) in enumerate(zip(measure.sides, measure.sizes, strict=True)):
        small, large = colouring.sizes or (small, large)
        ramped = ramp(look.palette, converged=number == 0, count=count)
        sides.append(
            Ends(tuple(ramped), f"{name} {small}", large)
            if colouring.magnitude is not None
            else Ends((ramped[-1],), f"edge of what {name}", "")
        )
    return (*sides, *muted)


def category_colour(value: int) -> str:
    """Return the colour of the kind of outcome that a number stands for, hexadecimal."""
    of_side = CATEGORY_COLOURS[0 if value < 0 else 1]
    return of_side[(max(abs(value), 1) - 1) % len(of_side)]


def _categories(values: np.ndarray) -> np.ndarray:
    """Return the packed colour of each kind of outcome; transparent for NaN."""
    numbers = np.clip(np.nan_to_num(values), -MOST_CATEGORIES, MOST_CATEGORIES).astype(np.int32)
    return np.where(np.isnan(values), np.uint32(0), _category_shades()[numbers + MOST_CATEGORIES])


@functools.cache
def _category_shades() -> np.ndarray:
    """Return the packed colours of the numbers from -MOST_CATEGORIES to MOST_CATEGORIES."""
    return np.array(
        [_rgba(category_colour(n)) for n in range(-MOST_CATEGORIES, MOST_CATEGORIES + 1)], np.uint32
    )


def _rgba(colour: str) -> int:
    """Return an opaque colour, packed."""
    red, green, blue = bytes.fromhex(colour[1:])
    return int(np.array([red, green, blue, 255], np.uint8).view(np.uint32)[0])


def _packed(coordinates: np.ndarray, palette: str) -> np.ndarray:
    """Return the colour of each coordinate, packed; transparent for NaN.

    Datashader shades every colour there is once, which is twenty times as fast as every pixel.
    """
    numbers = np.nan_to_num((coordinates + 1) * ((STEPS - 2) / 2) + 0.5, nan=-1.0)
    return _shades(palette)[numbers.astype(np.int32) + 1]


@functools.cache
def _shades(palette: str) -> np.ndarray:
    """Return what is transparent, and after it the colours from -1 to 1, shape (STEPS,) uint32.

    The one in the middle, which no side has, is that of the background, or of an outline.
    """
    along = np.linspace(-1, 1, STEPS - 1)
    along = np.where(np.abs(along - PLAIN) < GAP / 2, np.nan, along)
    shaded = tf.shade(
        xr.DataArray(along[None], dims=("y", "x")),
        cmap=colours(palette), how="linear", span=(-1, 1),
    )  # fmt: skip
    middle = BOUNDARY if palette == OUTLINE else BACKGROUND
    return np.concatenate([np.zeros(1, np.uint32), _on(middle, shaded.values[0])])


def _on(colour: str, packed: np.ndarray) -> np.ndarray:
    """Return packed colours, each opaque or transparent, on another colour.

    Datashader's own `set_background` compiles twenty programs first, which takes seconds.
    """
    return np.where(packed >> 24, packed, np.uint32(_rgba(colour)))
