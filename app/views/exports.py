"""The export dialog: what can be taken away, what it takes, and how far it has come."""

import base64
from urllib.parse import quote

import panel as pn
from markupsafe import Markup

from app.shared.queue import DONE, FAILED, TRAINING, WAITING, Progress
from app.views.dialog import dialog
from app.views.forms import DataForm, PictureForm
from app.views.movie_form import MovieForm
from app.views.rows import Rows
from app.views.style import WIDE
from app.views.tabs import Tabs
from app.views.view import View
from app.visitor.explorer import Explorer
from engine.words import duration


class ExportDialog(View):
    """The dialog, with a form for each kind of export and the list of those asked for."""

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the dialog."""
        of = self.explorer
        tabs = Tabs("kinds of exports", {
            "Picture": lambda: PictureForm(of),
            "Data": lambda: DataForm(of),
            "Movie": lambda: MovieForm(of),
        })  # fmt: skip
        return dialog(of, "export", "Export", tabs, Listed(of), wide=True)


class Listed(View):
    """The exports of this visitor, the latest first, and why the last one asked for is not made."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self.rows = Rows(explorer.exporter.remove, margin=(0, 12), **WIDE)
        self._wrong = pn.pane.HTML("", margin=(0, 12), **WIDE)
        explorer.exporter.param.watch(lambda *events: self._show(), ["listed", "problem"])
        self._show()

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the list."""
        return pn.Column(self._wrong, self.rows, margin=(8, 0), **WIDE)

    def _show(self) -> None:
        exporter = self.explorer.exporter
        self._wrong.object = str(_WRONG.format(exporter.problem)) if exporter.problem else ""
        self.rows.rows = [
            {"name": progress.id, "html": about_export(progress),
             "label": f"Cancel or remove export {number}"}
            for number, progress in enumerate(exporter.listed, 1)
        ]  # fmt: skip


_WRONG = Markup("<p role='alert' style='color:var(--error);margin:0'>{}</p>")
_ROW = Markup(
    "<div style='display:flex;gap:12px;align-items:center;min-height:54px'>{}"
    "<div style='flex:1;min-width:0'>{}"
    "<div style='font-size:.8rem;opacity:.8'>{}</div>{}</div></div>"
)
_FRAME = Markup(
    "width:96px;height:54px;object-fit:cover;border-radius:3px;flex:none;background:var(--line)"
)
_PICTURE = Markup("<img alt='' src='data:image/png;base64,{}' style='{}'>")
_NO_PICTURE = Markup("<div style='{}'></div>")
_NAME = Markup("<span>{}</span>")
_LINK = Markup("<a href='{}' download style='color:var(--accent)'>{}</a>")
_BAR = Markup(
    "<div role='progressbar' aria-label='{}' aria-valuenow='{}' "
    "style='height:4px;margin-top:4px;background:var(--line)'>"
    "<div style='width:{}%;height:4px;background:var(--accent)'></div></div>"
)


def about_export(progress: Progress) -> str:
    """Return an export as HTML: picture, name or link, words, and a bar while it is made."""
    data = base64.b64encode(progress.preview).decode()
    picture = _PICTURE.format(data, _FRAME) if data else _NO_PICTURE.format(_FRAME)
    name = _NAME.format(progress.file)
    if progress.state == DONE:
        name = _LINK.format(f"exports/{quote(progress.path)}", progress.file)
    bar = Markup()
    if not progress.ended:
        share = round(100 * progress.share)
        bar = _BAR.format(progress.file, share, share)
    return str(_ROW.format(picture, name, _words(progress), bar))


def _words(progress: Progress) -> str:
    """Return how far an export has come, in words."""
    if progress.state == DONE:
        return f"{progress.about} · {_megabytes(progress.size)}"
    if progress.state == FAILED:
        return f"failed: {progress.error}"
    if progress.state == WAITING:
        return f"waiting for others · {progress.about}"
    if progress.state == TRAINING:
        words = f"{progress.known:,} of {progress.runs:,} runs"
        left = "" if progress.left is None else f" · {duration(progress.left)} left"
    else:
        words, left = f"{progress.written:,} of {progress.frames:,} frames written", ""
    return f"{words}{left}" + (" · waits for the view on screen" if progress.paused else "")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"
