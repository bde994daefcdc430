"""Looks: what the colours of a picture mean, as numbers from -1 to 1.

A value is a category of outcome, each of which has a colour, or a quantity.

A run has a side, converged or diverged, and within it a magnitude. The look turns the magnitude
into a depth within the side, and the two into a colour coordinate: from `GAP` (fast) to 1 (slowly)
for converged runs, and from -GAP to -1 for diverged ones. Nothing is trained for it.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from engine import numbers
from engine.errors import InputError, shown, unknown
from engine.places import versions
from engine.places.scale import GAP, Scale, Side

CATEGORIES = "classes"  # the colouring of categories of outcome
OUTLINE = "outline"  # the colouring of which the boundary is the darkest
PLAIN = 0.0  # the coordinate of neither side: all that is no boundary, or all that is
MOST_OVERLAYS = 12
_NAME = re.compile(r"[a-z][a-z ]{0,29}")
_LARGEST = np.finfo(float).max
_SMALLEST = np.finfo(float).tiny


@dataclass(frozen=True)
class Colouring:
    """What is drawn of a run.

    Attributes:
        about: what that is, in words.
        magnitude: from values and decision steps, each of any shape, to what is drawn; None where
            that is the boundary alone, or a category of outcome.
        equalise: how evenly colours are spread unless somebody says otherwise; see `Look`.
        sizes: what small and large magnitudes are called; None for the measure's own words.
    """

    about: str
    magnitude: Callable[[np.ndarray, np.ndarray], np.ndarray] | None
    equalise: float = 0.0
    sizes: tuple[str, str] | None = None


def _logarithm(values: np.ndarray, decided: np.ndarray) -> np.ndarray:
    del decided
    return np.log10(np.clip(np.abs(values), _SMALLEST, _LARGEST))


COLOURINGS: dict[str, Colouring] = {
    "published": Colouring(
        "signed ranks: every colour of a side as often as every other, as published",
        lambda values, decided: np.abs(values),
        1.0,
    ),
    "linear": Colouring("the size of the value", lambda values, decided: np.abs(values)),
    "log": Colouring("the logarithm of the size of the value", _logarithm),
    "edges": Colouring("the boundary alone: where neighbouring runs end differently", None),
    OUTLINE: Colouring("either side in a light tint, and the boundary black", None),
    CATEGORIES: Colouring("a colour for each kind of outcome", None),
    "decision step": Colouring(
        "the step at which a run was decided, the last if it never was",
        lambda values, decided: decided.astype(float),
        0.0,
        ("early", "late or never"),
    ),
}

QUANTITATIVE = ("published", "linear", "log")  # that say something of sizes alone

# Names that `engine.pictures.colour` finds the colours for, and what speaks for each.
PALETTES: dict[str, str] = {
    "Spectral": "as published",
    "berlin": "perceptually uniform on either side, safe for the colour-blind, dark in the middle",
    "vanimo": "perceptually uniform on either side, dark in the middle",
    "PuOr": "safe for the colour-blind, light in the middle",
    "cividis": "perceptually uniform, made for the colour-blind",
    "viridis": "perceptually uniform, safe for the colour-blind",
    "gray": "perceptually uniform, for print",
}


@dataclass(frozen=True)
class Look:
    """How a picture is coloured.

    Attributes:
        colouring: what is drawn, one of `COLOURINGS`.
        palette: in which colours, one of `PALETTES`.
        equalise: 0 spreads the colours over the magnitudes, 1 over their ranks, so that each is
            used equally often; between the two the coordinates are mixed.
        overlays: the names of the curves drawn over it, of those that the system brings.
        muted_from: the step from which on a run counts as undecided and is drawn without colour,
            in a grey for either side; None where every run has a colour. It follows from what is
            drawn (see `engine.statistics.settling`), so neither links nor files carry it.
    """

    colouring: str = "published"
    palette: str = "Spectral"
    equalise: float = 1.0
    overlays: tuple[str, ...] = ()
    muted_from: int | None = None

    def __post_init__(self) -> None:
        if self.colouring not in COLOURINGS:
            raise unknown("colouring", self.colouring, COLOURINGS)
        if self.palette not in PALETTES:
            raise unknown("palette", self.palette, PALETTES)
        if not 0 <= self.equalise <= 1:
            raise InputError(f"equalise must lie between 0 and 1, not {self.equalise}")
        if len(self.overlays) > MOST_OVERLAYS:
            raise InputError(f"at most {MOST_OVERLAYS} overlays, not {len(self.overlays)}")
        for name in self.overlays:
            if not _NAME.fullmatch(name):
                raise InputError(f"the name of an overlay is a few words, not {shown(name)}")

    @staticmethod
    def of(colouring: str, palette: str = "Spectral", equalise: float | None = None) -> "Look":
        """Return the look of a colouring, spread as is usual for it unless `equalise` is given."""
        if colouring not in COLOURINGS:
            raise unknown("colouring", colouring, COLOURINGS)
        usual = COLOURINGS[colouring].equalise
        return Look(colouring, palette, usual if equalise is None else equalise)

    @staticmethod
    def parse(text: str) -> "Look":
        """Return the look that `str` wrote; InputError if it is none."""
        parts = text.split(",")
        if len(parts) not in (3, 4):
            raise InputError(f"a look is written colouring,palette,equalise, not {shown(text)}")
        colouring, palette, equalise, *overlays = parts
        try:
            share = float(numbers.plain("equalise", equalise))
        except ValueError:
            share = math.nan
        if math.isnan(share):
            raise InputError(f"equalise must be a number, not {shown(equalise)}")
        return Look(colouring, palette, share, tuple(overlays[0].split(".")) if overlays else ())

    @staticmethod
    def read(text: str, version: object) -> tuple["Look", list[str]]:
        """Return the look that `str` of some version wrote, and what is read otherwise now.

        A look of a newer version that is none here gives way to the published one.

        Raises:
            InputError: if it is none, and no newer version wrote it.
        """
        try:
            return Look.parse(text), []
        except InputError as error:
            if not versions.is_newer(version):
                raise
            return PUBLISHED, [f"its look is ignored, {error}"]

    def __str__(self) -> str:
        share = f"{self.equalise:g}"
        if float(share) != self.equalise:
            share = repr(self.equalise)
        parts = [self.colouring, self.palette, share]
        return ",".join([*parts, ".".join(self.overlays)] if self.overlays else parts)

    @property
    def needs_neighbours(self) -> bool:
        """Whether the colour of a run depends on those beside it."""
        return COLOURINGS[self.colouring].magnitude is None and not self.categorical

    @property
    def bare(self) -> "Look":
        """The look without what is drawn over the picture."""
        return replace(self, overlays=())

    @property
    def categorical(self) -> bool:
        """Whether categories of outcome are drawn, each in a colour of its own."""
        return self.colouring == CATEGORIES

    @property
    def outlined(self) -> bool:
        """Whether the boundary is drawn dark between two light sides."""
        return self.colouring == OUTLINE

    @property
    def has_palette(self) -> bool:
        """Whether the colours are those of the palette."""
        return not (self.categorical or self.outlined)

    def suited(self, *, categories: bool) -> "Look":
        """Return the look in which values are drawn that are categories of outcome, or quantities.

        Sizes mean nothing for categories, and categories nothing for quantities. A colouring that
        says something of both stays as it is.
        """
        if categories and self.colouring in QUANTITATIVE:
            return replace(self, colouring=CATEGORIES)
        if not categories and self.categorical:
            return replace(self, colouring=PUBLISHED.colouring)
        return self

    def scale(self, values: np.ndarray, decided: np.ndarray) -> Scale:
        """Return the scale on which these runs are spread.

        Args:
            values: of any shape, NaN = unknown.
            decided: the step at which each was decided, of the same shape.
        """
        magnitude = COLOURINGS[self.colouring].magnitude
        if magnitude is None:
            return Scale()
        computed = ~np.isnan(values)
        values, sizes = values[computed], magnitude(values[computed], decided[computed])
        converged = values < 0
        return Scale(
            Side.of(sizes[converged], self.equalise), Side.of(sizes[~converged], self.equalise)
        )

    def coordinates(self, values: np.ndarray, decided: np.ndarray, scale: Scale) -> np.ndarray:
        """Return the colour coordinate of each run, in [GAP, 1] or [-1, -GAP] or `PLAIN`.

        Converged runs, whose values are negative, come out positive and the other way round, as
        the published figure is drawn. Of edges, runs at the boundary have a side and others are
        `PLAIN`; of an outline it is the other way round. NaN, which is "not computed", stays NaN.

        Args:
            values: shape (..., height, width), row 0 at the bottom, NaN = unknown.
            decided: the step at which each was decided, of the same shape.
            scale: what `scale` returned.
        """
        magnitude = COLOURINGS[self.colouring].magnitude
        if magnitude is None:
            return _boundary(values, outline=self.outlined)
        converged = values < 0
        depth = np.where(converged, 1.0, -1.0)
        sizes = magnitude(values, decided)
        for side, here in ((scale.converged, converged), (scale.diverged, ~converged)):
            depth[here] *= GAP + (1 - GAP) * side.depth(sizes[here])
        depth[np.isnan(values)] = np.nan
        return depth


PUBLISHED = Look()


def colourings(*, categories: bool) -> list[str]:
    """Return the colourings that say something of categories of outcome, or of quantities."""
    unsuited = QUANTITATIVE if categories else (CATEGORIES,)
    return [name for name in COLOURINGS if name not in unsuited]


def _boundary(values: np.ndarray, *, outline: bool) -> np.ndarray:
    """Return ±1 where a run ends differently from the one to its right, above it or both.

    Elsewhere that is `PLAIN`, or the other way round for an outline, and NaN where the run is
    unknown. Unknown neighbours do not differ.
    """
    converged, computed = values < 0, ~np.isnan(values)
    differs = np.zeros(values.shape, bool)
    for rows, columns in ((0, 1), (1, 0), (1, 1)):
        here = (..., slice(None, -rows or None), slice(None, -columns or None))
        there = (..., slice(rows, None), slice(columns, None))
        differs[here] |= (converged[here] != converged[there]) & computed[there]
    marked = np.where(converged, 1.0, -1.0)
    return np.where(computed, np.where(differs != outline, marked, PLAIN), np.nan)
