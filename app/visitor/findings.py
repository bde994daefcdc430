"""What is known of the view: how far it has come, its numbers, and whether its labels hold."""

import dataclasses
import logging

import numpy as np
import param

from app.visitor import words
from engine.plane import Window
from engine.statistics import cautions
from engine.statistics.settling import Settling
from engine.statistics.summary import Statistics
from engine.tiles.request import News, Request

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Overview:
    """A small picture of the whole plane.

    Attributes:
        window: which is a square.
        rgba: packed colours, row 0 at the bottom; none of a picture that is kept.
        url: where the browser finds a picture that is kept; empty for none.
    """

    window: Window
    rgba: np.ndarray | None = None
    url: str = ""


class Findings(param.Parameterized):
    """What the view on screen has shown so far."""

    status = param.String("starting", doc="what is on screen, in words")
    progress = param.Integer(0, bounds=(0, 100), doc="share of the runs on screen trained, %")
    news = param.ClassSelector(class_=News, default=None, doc="how far the view has come")
    spacings = param.Number(float("inf"), doc="float64 spacings between neighbouring runs")
    statistics = param.ClassSelector(class_=Statistics, default=None, doc="of what is on screen")
    measured = param.ClassSelector(class_=Window, doc="what the statistics are of")
    settling = param.ClassSelector(class_=Settling, default=None, doc="whether the labels hold")
    unsettled = param.Boolean(False, doc="whether it is to be asked what to do as they do not")
    muted = param.Boolean(False, doc="whether undecided runs are drawn without colour")
    overview = param.ClassSelector(class_=Overview, default=None, doc="of the whole plane")
    curves = param.ClassSelector(class_=tuple, default=(), doc="those drawn over the picture")

    def __init__(self) -> None:
        super().__init__()
        self._answered = False  # whether somebody has said what to do about unsettled labels

    @property
    def ended(self) -> bool:
        """Whether nothing more is trained of what is on screen, as far as has been said."""
        return self.status.startswith((words.SETTLED, words.STOPPED))

    def clear(self) -> None:
        """Forget what is known: other runs are trained from now on."""
        self.param.update(
            statistics=None, overview=None, curves=(), settling=None, unsettled=False, muted=False
        )
        self._answered = False

    def hear(self, news: News, request: Request) -> None:
        """Take note of how far the view has come."""
        self.param.update(
            progress=int(100 * news.done),
            status=words.status(news, request),
            news=dataclasses.replace(news, tiles={}),  # which the picture has by now
            spacings=cautions.spacings(request.pyramid.spec, request.region),
        )

    def settle(self, settling: Settling | None) -> None:
        """Take note of whether the labels hold; None: few runs are undecided."""
        self.settling = settling
        if not self._answered:
            self.unsettled = self.muted = settling is not None and settling.unsettled

    def colour_anyway(self) -> None:
        """Colour undecided runs as all others, from now on."""
        self.leave_unsettled()
        self.muted = False

    def leave_unsettled(self) -> None:
        """Ask no more what to do, until something else is trained."""
        self._answered = True
        self.unsettled = False

    def fail(self, error: BaseException) -> None:
        """Say that drawing has failed, and why."""
        log.error("drawing failed", exc_info=error)
        self.status = f"failed: {error}"
