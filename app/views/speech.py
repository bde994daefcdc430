"""What is found in a sentence, and what those who hear the page are told."""

from typing import ClassVar

import panel as pn
import param
from panel.custom import JSComponent

from app.shared.progress import DONE, FAILED
from app.views.style import BUTTON, WIDE
from app.views.view import View
from app.visitor import words
from app.visitor.explorer import Explorer
from engine.pictures.scripts import script
from engine.reports.sentence import sentence

NAME = "trainscape"
WAITING = "Every pixel is one training run."


class Sentence(JSComponent):
    """A sentence above the picture, and words for ears alone."""

    sentence = param.String(doc="what is found; empty before there is anything")
    waiting = param.String(WAITING, doc="what is said until then")
    description = param.String(doc="of the picture, for those who cannot see it")
    news = param.String(doc="what has just happened, said once and politely")
    title = param.String(NAME, doc="of the page")

    _esm = script(__package__, "speech")
    _stylesheets: ClassVar[list[str]] = [
        BUTTON,
        """
        :host { font: 15px/1.35 var(--font); color: var(--ink) }
        p { margin: 0 }
        .sentence { /* of one height, whatever it says: it must not move the picture */
          height: 1.35em; overflow: hidden; white-space: nowrap; text-overflow: ellipsis;
        }
        @media (min-width: 800px) { /* with both panels, it is as long as the picture is wide */
          .sentence { font-size: clamp(13px, 1.17vw, 15px) }
        }
        @media (max-width: 799px), (min-width: 1100px) and (max-width: 1199px) {
          .sentence { height: 2.7em; white-space: normal }
        }
        .waiting { color: var(--quiet) }
        .unseen { display: var(--working, block) } /* no news where the connection is lost */
        """,
    ]


class Speech(View):
    """Says what is known of the view: aloud in a sentence, and in the title of the page."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self.says = Sentence(margin=(4, 12, 0, 12), **WIDE)
        self._exports: dict[str, str] = {}
        self._show()
        self.findings.param.watch(lambda event: self._show(), "statistics")
        self.findings.param.watch(lambda event: self._tell(event.new), "status")
        self.settings.param.watch(lambda event: self._show(), "preset")
        self.navigation.param.watch(lambda *events: self._show(), ["window", "depth"])
        explorer.exporter.param.watch(lambda event: self._tell_exports(), "listed")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        return self.says

    @property
    def _sentence(self) -> str:
        """What is found of the view, empty while it is of another one."""
        statistics = self.findings.statistics
        if statistics is None or self.findings.measured != self.navigation.window:
            return ""
        found = sentence(statistics)
        return f"{found[0].upper()}{found[1:]}"

    def _show(self) -> None:
        name, window, depth = self.settings.preset, self.navigation.window, self.navigation.depth
        where = f"{name}, around x {float(window.x):.6g} and y {float(window.y):.6g}, {depth}"
        self.says.param.update(
            sentence=self._sentence,
            description=f"{where}. {self._sentence}".strip(),
            title=f"{name} · {depth} · {NAME}" if depth else f"{name} · {NAME}",
        )

    def _tell(self, status: str) -> None:
        """Tell that a view is sharp, or has settled or failed."""
        if status.startswith("failed"):
            self.says.news = status
        elif status.startswith(words.SETTLED):
            self.says.news = f"The view has settled. {self._sentence}".strip()
        elif status.startswith(words.SHARP):
            self.says.news = "The view is sharp."

    def _tell_exports(self) -> None:
        """Tell which exports are made, or failed, since the last time."""
        for progress in self.explorer.exporter.listed:
            if self._exports.get(progress.id, progress.state) != progress.state:
                if progress.state == DONE:
                    self.says.news = f"{progress.file} is made"
                elif progress.state == FAILED:
                    self.says.news = f"{progress.file} failed: {progress.error}"
            self._exports[progress.id] = progress.state
