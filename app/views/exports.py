"""The export dialog: what can be taken away, what it takes, and how far it has come."""

import base64
from urllib.parse import quote

import panel as pn
import panel_material_ui as pmui
from markupsafe import Markup

from app.shared.queue import DONE, FAILED, TRAINING, WAITING, Progress
from app.views.buttons import icon_button
from app.views.dialog import dialog
from app.views.forms import DataForm, PictureForm
from app.views.movie_form import MovieForm
from app.views.plain import plain
from app.views.style import WIDE
from app.views.view import View
from app.visitor.explorer import Explorer
from app.visitor.exports import MOST_LISTED
from engine.words import duration


class ExportDialog(View):
    """The dialog, with a form for each kind of export and the list of those asked for."""

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the dialog."""
        return dialog(self.explorer, "export", "Export", self._content, "md")

    def _content(self) -> list[pn.viewable.Viewable]:
        tabs = pmui.Tabs(
            ("Picture", PictureForm(self.explorer)),
            ("Data", DataForm(self.explorer)),
            ("Movie", MovieForm(self.explorer)),
            **WIDE,
        )
        return [tabs, Listed(self.explorer).__panel__()]


class Listed(View):
    """The exports of this visitor: as many rows as there can be, made once."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._rows = [_Row(explorer, number) for number in range(MOST_LISTED)]
        explorer.exporter.param.watch(lambda event: self._show(), "listed")
        self._show()

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the list."""
        params = self.explorer.exporter.param
        wrong = pmui.Typography(
            pn.bind(plain, params.problem), variant="body2", color="error",
            visible=pn.bind(bool, params.problem), **WIDE,
        )  # fmt: skip
        return pmui.Column(wrong, *(row.laid_out for row in self._rows), margin=(8, 0), **WIDE)

    def _show(self) -> None:
        listed = [*self.explorer.exporter.listed, *[None] * MOST_LISTED]
        for row, progress in zip(self._rows, listed, strict=False):
            row.show(progress)


class _Row:
    """One export of the list."""

    def __init__(self, explorer: Explorer, number: int) -> None:
        self._explorer = explorer
        self._progress: Progress | None = None
        self._words = pn.pane.HTML("", margin=(4, 10), **WIDE)
        tip, self._button = icon_button(
            "delete_outline", f"Cancel or remove export {number + 1}", self._remove, size=18,
            beside="left",
        )  # fmt: skip
        self.laid_out = pmui.Row(self._words, tip, margin=0, visible=False, **WIDE)

    def show(self, progress: Progress | None) -> None:
        if progress != self._progress:
            self._progress = progress
            self._words.object = "" if progress is None else about_export(progress)
            self.laid_out.visible = progress is not None

    def _remove(self) -> None:
        if self._progress is not None:
            self._explorer.exporter.remove(self._progress.id)


_ROW = Markup(
    "<div style='display:flex;gap:12px;align-items:center;min-height:54px'>{}"
    "<div style='flex:1;min-width:0'>{}"
    "<div style='font-size:.8rem;opacity:.8'>{}</div>{}</div></div>"
)
_FRAME = Markup(
    "width:96px;height:54px;object-fit:cover;border-radius:3px;flex:none;"
    "background:var(--mui-palette-divider)"
)
_PICTURE = Markup("<img alt='' src='data:image/png;base64,{}' style='{}'>")
_NO_PICTURE = Markup("<div style='{}'></div>")
_NAME = Markup("<span>{}</span>")
_LINK = Markup("<a href='{}' download style='color:var(--mui-palette-primary-main)'>{}</a>")
_BAR = Markup(
    "<div role='progressbar' aria-label='{}' aria-valuenow='{}' "
    "style='height:4px;margin-top:4px;background:var(--mui-palette-divider)'>"
    "<div style='width:{}%;height:4px;background:var(--mui-palette-primary-main)'></div></div>"
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
