"""How far a view has come, and how sharp it is, in words."""

import math

from engine.tiles.audit import COLOURS, LABELS
from engine.tiles.news import News
from engine.tiles.request import Request
from engine.training.devices import backend
from engine.words import duration

SETTLED, STOPPED, SHARP = "settled", "sharp, and stopped there", "sharp"  # how a status begins
TELLING = 100  # runs of an audit, below which it bounds the share of wrong labels by 3 % at best


def status(news: News, request: Request) -> str:
    """Return what is on screen, in words: how sharp it is, and what it took or will take."""
    region = request.region
    if news.error is not None:
        return f"failed: {news.error}"
    if news.finished:
        trained = "all known before"
        if news.trained:
            trained = f"{news.trained:,} trained now in {news.seconds:.1f} s on {backend().upper()}"
        return f"{SETTLED} · {region.size} runs, {trained}"
    runs = f"{news.known:,} of {news.points:,} runs"
    left = None if news.left is None else duration(news.left)
    if news.sharp:
        trained = ", ".join([f"{_percent(news.done, 0)} trained", *_audited(news)])
        whole = "" if news.ended or left is None else f" · whole in {left}"
        return f"{STOPPED if news.ended else SHARP}: {runs}; {trained}{whole}"
    level = "first picture"
    if news.complete is not None:
        level = sharpness(2 ** (region.level - news.complete))
    parts = [level, runs, *_audited(news)]
    if left is not None and not (request.predicts and request.until_sharp):
        parts.append(f"{left} left")
    return " · ".join(parts)


def _audited(news: News) -> list[str]:
    """Return what an audit says of the labels, once it has a sample that says anything.

    Where the labels are right enough for a sharp picture, and the colours are not, it is of these.
    """
    if news.audit is None or news.audit.sampled < TELLING:
        return []
    if news.audit.labels >= LABELS and news.audit.colours > COLOURS and not news.sharp:
        return [f"colours {_percent(1 - news.audit.colours, 1)} by audit"]
    return [f"labels {_percent(news.audit.labels, 1)} by audit"]


def _percent(share: float, digits: int) -> str:
    """Return a share in words, never rounded up."""
    return f"{math.floor(share * 100 * 10**digits) / 10**digits:.{digits}f} %"


def sharpness(stride: int) -> str:
    """Return how many pixels lie between two runs, in words."""
    return f"every {stride} pixels" if stride > 1 else "every pixel"
