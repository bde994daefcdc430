"""How far a view has come, and how sharp it is, in words."""

from engine.tiles.news import News
from engine.tiles.request import Request
from engine.training.devices import backend
from engine.words import duration


def status(news: News, request: Request) -> str:
    """Return what is on screen, in words: how sharp it is, and what it took or will take."""
    region = request.region
    if news.error is not None:
        return f"failed: {news.error}"
    if news.finished:
        trained = f"{news.trained:,} trained now in {news.seconds:.1f} s on {backend().upper()}"
        return f"settled · {region.size} runs, " + (trained if news.trained else "all known before")
    level = "first picture"
    if news.complete is not None:
        level = sharpness(2 ** (region.level - news.complete))
    left = "" if news.left is None else f" · {duration(news.left)} left"
    return f"{level} · {news.known:,} of {news.points:,} runs{left}"


def sharpness(stride: int) -> str:
    """Return how many pixels lie between two runs, in words."""
    return f"every {stride} pixels" if stride > 1 else "every pixel"
