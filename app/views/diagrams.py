"""The diagrams: attractors and exponents along a line, and what explains the view.

They are drawn as the command `diagram` draws them, one below the other.
"""

import panel as pn
from markupsafe import Markup

from app.views.style import WIDE
from app.views.view import View
from app.visitor.diagrammer import Diagrammer, DiagramSheet
from app.visitor.explorer import Explorer
from engine.tiles.news import News

PATIENCE = 4.0  # seconds after which diagrams no longer wait for the picture


class Diagrams(View):
    """The diagrams of the view, made while they are looked at."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._words = pn.pane.HTML(lines_of(["Made as soon as the view rests."]), **WIDE)
        self._picture = pn.pane.HTML("", stylesheets=["svg { width: 100%; height: auto }"], **WIDE)
        self.diagrammer = Diagrammer(
            explorer.page, explorer.server.threads.diagram, self._show, self._failed
        )
        self._looked_at = False
        for part, name in (
            (self.findings, "news"), (self.navigation, "window"), (self.settings, "spec"),
        ):  # fmt: skip
            part.param.watch(lambda event: self._begin(), name)
        pn.state.on_session_destroyed(lambda context: self.diagrammer.stop())

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        return pn.Column(self._words, self._picture, margin=(0, 8), **WIDE)

    def look(self, *, at_it: bool) -> None:
        """Take note of whether anybody looks at it."""
        self._looked_at = at_it
        self._begin()

    def _begin(self) -> None:
        news = self.findings.news
        if self._looked_at and news is not None and _rests(news):
            self.diagrammer.draw(self.settings.spec, self.navigation.window)
        else:
            self.diagrammer.stop()

    def _show(self, sheet: DiagramSheet) -> None:
        line, fits = sheet.line, sheet.fits
        words = [f"Along {line.label}: the last values of {line.quantity}"]
        if line.exponents.size:
            words.append("below, the Lyapunov exponent in nats per step")
        if line.marks:
            marks = ", ".join(f"{name} {at:.5g}" for name, at in line.marks)
            words.append(f"dotted: {marks}")
        words += [
            f"{fit.about} explain R² = {fit.r_squared:.2f} of the variance of {len(fit.values)} "
            "runs, by a quadratic polynomial in both"
            for fit in fits
        ]
        if len(fits) < len(self.settings.spec.system.scatters()):
            words.append("training what the view is explained by …")
        self._words.object = lines_of(words)
        self._picture.object = picture_of(line.label, sheet.svg)

    def _failed(self, error: Exception) -> None:
        self._words.object = lines_of([f"this diagram failed: {error}"])


def _rests(news: News) -> bool:
    """Return whether the view is drawn, or at least drawn roughly and long in the making."""
    return news.finished or (news.complete is not None and news.seconds > PATIENCE)


_PICTURE = Markup(
    "<div role='img' aria-label='diagrams along {}' style='fill:currentColor'>{}</div>"
)
_SMALL = Markup("<div style='font-size:.8rem;opacity:.85'>{}</div>")
_LINE = Markup("<div style='margin-bottom:3px'>{}</div>")


def picture_of(label: str, svg: str) -> str:
    """Return diagrams as HTML, named for those who hear the page."""
    return str(_PICTURE.format(label, Markup(svg)))


def lines_of(lines: list[str]) -> str:
    """Return lines of small print, as HTML."""
    return str(_SMALL.format(Markup().join(_LINE.format(line) for line in lines)))
