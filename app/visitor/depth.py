"""How deep in the overview a view lies, in decades and in words."""

import math
from dataclasses import replace

from engine.plane import Window

FEW_SPACINGS = 100  # float64 spacings a pixel, below which the page says how many there are
SHALLOW = 0.15  # decades from the overview that do not count
EARTH = 1.2742e7  # metres, its diameter: what the overview is compared to

# Things and their size in metres, the largest first.
LANDMARKS = (
    (1.3e7, "the Earth"),
    (4e6, "a continent"),
    (1e6, "a large country"),
    (1e5, "an island"),
    (2e4, "a city"),
    (2e3, "a village"),
    (1e2, "a football pitch"),
    (1e1, "a house"),
    (1.7, "a person"),
    (2e-1, "a hand"),
    (2e-2, "a coin"),
    (2e-3, "a grain of rice"),
    (1e-4, "the width of a hair"),
    (1e-5, "a living cell"),
    (1e-6, "a bacterium"),
    (1e-7, "a virus"),
    (2e-9, "a strand of DNA"),
    (1e-10, "an atom"),
    (1e-14, "an atomic nucleus"),
    (1e-15, "a proton"),
    (1.6e-35, "the Planck length"),
)


def decades(window: Window, overview: Window) -> float:
    """Return how many powers of ten narrower than the overview a window is."""
    return math.log10(overview.half_width / window.half_width)


def read_out(window: Window, overview: Window, aspect: float = 1.0) -> str:
    """Return how deep a window lies in the overview, in decades and in words.

    Where it is not as high as wide, `aspect` times, its shorter side counts.
    """
    window = replace(window, half_width=window.half_width * min(aspect, 1.0))
    deep = decades(window, overview)
    number = f"{deep:.1f} decades deep: " if deep > SHALLOW else ""
    return number + in_words(window, overview)


def in_words(window: Window, overview: Window) -> str:
    """Return how deep a window lies, by what would be as wide, were the overview the Earth."""
    deep = decades(window, overview)
    if abs(deep) <= SHALLOW:
        return "the whole overview"
    if deep < 0:
        return f"{10**-deep:.3g} times as wide as the overview"
    across = math.log10(EARTH) - deep
    size, name = min(LANDMARKS, key=lambda landmark: abs(math.log10(landmark[0]) - across))
    if across < math.log10(LANDMARKS[-1][0]) - 0.5:
        return "smaller than anything that can be measured, were the overview the Earth"
    return f"{name}, were the overview the Earth" if size < EARTH else "nearly the whole overview"


def of_float64(apart: float) -> str:
    """Return what so many float64 spacings between pixels mean, in words; empty if many."""
    if apart < 1:
        return "beyond float64: neighbouring pixels share values"
    return f"a pixel is {apart:.0f} float64 spacings" if apart < FEW_SPACINGS else ""
