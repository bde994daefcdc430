"""This module is the export dialog: what can be taken away, what it takes, and how far it has come.

Every form says at once what its wish would take, or what is wrong with it.
"""

import asyncio
import base64
import functools
import html
import io
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import panel as pn
import panel_material_ui as pmui

from app.shared.progress import DONE, FAILED, TRAINING, WAITING, Progress
from app.views.buttons import icon_button
from app.views.dialog import dialog
from app.views.plain import plain
from app.views.style import WIDE
from app.views.view import View
from app.visitor import wishes
from app.visitor.explorer import Explorer
from app.visitor.exports import MOST_LISTED
from app.visitor.wishes import MovieWish, Wish
from engine.exports.movies.camera import EASINGS
from engine.pictures.caption import CAPTIONS
from engine.places.provenance import record
from engine.plane import SIZES, Window
from engine.reports import csv, plot
from engine.statistics.summary import Statistics
from engine.words import duration

RATES = [24, 25, 30, 50, 60]
DATA = {"NumPy (.npz)": ".npz", "NetCDF (.nc)": ".nc", "Zarr 3 (.zarr, zipped)": ".zarr"}
SAMPLES = {"1": 1, "4, averaged": 2, "9, averaged": 3, "16, averaged": 4}
SMALL = {"size": "small", **WIDE}
ANY_SIZE = f"pixels as N or WIDTHxHEIGHT, or {', '.join(SIZES)}"


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


class Form(View):
    """Widgets for one kind of export, what it takes, and the button that has it made."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._estimating: asyncio.Task[None] | None = None
        self._cost = pn.pane.HTML("", margin=(4, 10), **WIDE)
        self._make = pmui.Button(label="Make it", size="small", margin=(4, 10))
        self._make.on_click(lambda event: explorer.exporter.make(self._frozen()))
        explorer.param.watch(lambda *events: self._estimate(), ["dialog", "bookmarks"])
        self.settings.param.watch(lambda event: self._estimate(), "spec")
        self.navigation.param.watch(lambda event: self._estimate(), "window")
        self._estimate()

    def _frozen(self) -> Callable[[], Wish]:
        """Return what the widgets ask for now, to be made out in another thread."""
        raise NotImplementedError

    def _watch(self, *widgets: pn.widgets.Widget) -> None:
        """Say what the wish takes whenever one of them changes; of a text, while it is typed."""
        for widget in widgets:
            typed = isinstance(widget, pmui.TextInput)
            widget.param.watch(lambda event: self._estimate(), "value_input" if typed else "value")

    def _estimate(self) -> None:
        """Say what the wish takes, as far as that is known."""
        if self.explorer.dialog != "export":
            return
        if self._estimating is not None:
            self._estimating.cancel()
        self._estimating = asyncio.ensure_future(self._say())

    async def _say(self) -> None:
        cost, problem = await self.explorer.exporter.estimate(self._frozen())

        def said() -> None:
            colour = "color:var(--mui-palette-error-main)" if problem else "opacity:.8"
            text = html.escape(problem or cost)
            self._cost.object = f"<div style='font-size:.875rem;{colour}'>{text}</div>"
            self._make.disabled = bool(problem)

        await self.explorer.page.commit(said)


class PictureForm(Form):
    """A poster of the view."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._size = pmui.TextInput(label="Size", value="1080p", description=ANY_SIZE, **SMALL)
        self._samples = pmui.Select(label="Runs per pixel", options=SAMPLES, value=1, **SMALL)
        self._framed = pmui.Checkbox(
            label="Frame with title, axes, legend and provenance", margin=(0, 10), **WIDE
        )
        self._title = pmui.TextInput(label="Title", **SMALL)
        self._watch(self._size, self._samples, self._framed, self._title)

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the form."""
        self._title.visible = self._framed.param.value
        return pmui.Column(
            pmui.Row(self._size, self._samples, margin=0, **WIDE), self._framed, self._title,
            self._cost, self._make, margin=(8, 0), **WIDE,
        )  # fmt: skip

    def _frozen(self) -> Callable[[], Wish]:
        title = None
        if self._framed.value:
            title = self._title.value_input.strip() or self.settings.spec.system.summary
        return functools.partial(
            wishes.picture,
            replace(self.explorer.place, look=self.explorer.shown_look),
            self._size.value_input,
            self._samples.value,
            title,
        )


class DataForm(Form):
    """The field of the view, and what was measured of it."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._format = pmui.Select(label="Format", options=DATA, value=".npz", **SMALL)
        self._size = pmui.TextInput(label="Size", value="512", description=ANY_SIZE, **SMALL)
        self._watch(self._format, self._size)

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the form."""
        measured = pn.bind(lambda found: found is None, self.findings.param.statistics)
        downloads = [
            pmui.FileDownload(
                callback=self._file(ending), label=label,
                filename=f"trainscape-statistics{ending}", variant="outlined", size="small",
                disabled=measured, **WIDE,
            )
            for ending, label in ((".csv", "Statistics as CSV"), (".svg", "Plots as SVG"),
                                  (".pdf", "Plots as PDF"))
        ]  # fmt: skip
        return pmui.Column(
            pmui.Row(self._format, self._size, margin=0, **WIDE), self._cost, self._make,
            pmui.Typography(
                "What stands beside the picture, at once:", variant="body2", margin=(8, 10, 0, 10)
            ),
            pmui.FlexBox(*downloads, gap="8px", margin=(4, 10), **WIDE), margin=(8, 0), **WIDE,
        )  # fmt: skip

    def _frozen(self) -> Callable[[], Wish]:
        return functools.partial(
            wishes.data, self.explorer.place, self._size.value_input, self._format.value
        )

    def _file(self, ending: str) -> Callable[[], Awaitable[io.BytesIO]]:
        """Return what gives the statistics of the view as a file."""

        async def file() -> io.BytesIO:
            found, window = self.findings.statistics, self.findings.measured
            loop = asyncio.get_running_loop()
            return io.BytesIO(
                await loop.run_in_executor(self.threads.diagram, _written, found, window, ending)
            )

        return file


def _written(found: Statistics, window: Window, ending: str) -> bytes:
    """Return statistics as the bytes of a file."""
    if ending == ".csv":
        return csv.table(found.spec, [(window, found)]).encode()
    with TemporaryDirectory() as room:
        path = Path(room, f"plots{ending}")
        about = record(found.spec, window, found.size)
        plot.save(plot.of_view(found, window), path, about)
        return path.read_bytes()


class MovieForm(Form):
    """A movie of the view, or through the bookmarks."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        usual = MovieWish()
        self._subject = pmui.Select(
            label="Subject", options=list(wishes.SUBJECTS), value=usual.subject, **SMALL
        )
        self._size = pmui.TextInput(label="Size", value=usual.size, description=ANY_SIZE, **SMALL)
        self._rate = pmui.Select(
            label="Frames per second", options=RATES, value=usual.rate, **SMALL
        )
        self._format = pmui.Select(
            label="Format", options=list(wishes.FORMATS), value=usual.format, **SMALL
        )
        self._pace = pmui.TextInput(label="Seconds per decade", value=usual.pace, **SMALL)
        self._seconds = pmui.TextInput(label="Seconds in all", value=usual.seconds, **SMALL)
        self._hold = pmui.TextInput(label="Rest at the ends, seconds", value=usual.hold, **SMALL)
        self._easing = pmui.Select(label="Easing", options=list(EASINGS), **SMALL)
        self._captions = pmui.CheckButtonGroup(
            options=list(CAPTIONS), label="Written on the picture", size="small", margin=(4, 10)
        )
        self._setting = pmui.Select(label="Setting", options=_numeric(explorer), **SMALL)
        self._first = pmui.TextInput(label="from", value="0", **SMALL)
        self._last = pmui.TextInput(label="to", value="1", **SMALL)
        self._watch(
            self._subject, self._size, self._rate, self._format, self._pace, self._seconds,
            self._hold, self._easing, self._captions, self._setting, self._first, self._last,
        )  # fmt: skip
        self.settings.param.watch(lambda event: self._relist(), "spec")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the form."""
        subject = self._subject.param.value

        def for_subjects(*names: str) -> Any:
            return pn.bind(lambda chosen: chosen in names, subject)

        travels, changes = (wishes.HERE, wishes.BOOKMARKS), (wishes.STEPS, wishes.SETTING)
        for widget in (self._pace, self._easing, self._captions):
            widget.visible = for_subjects(*travels)
        self._seconds.visible = for_subjects(*changes)
        values = pmui.Row(
            self._setting, self._first, self._last, margin=0,
            visible=for_subjects(wishes.SETTING), **WIDE,
        )  # fmt: skip
        return pmui.Column(
            self._subject, values,
            pmui.Row(self._size, self._rate, self._format, margin=0, **WIDE),
            pmui.Row(self._pace, self._seconds, self._hold, self._easing, margin=0, **WIDE),
            self._captions, self._cost, self._make, margin=(8, 0), **WIDE,
        )  # fmt: skip

    def _relist(self) -> None:
        names = _numeric(self.explorer)
        if names != self._setting.options:
            self._setting.options = names

    def _frozen(self) -> Callable[[], Wish]:
        wish = MovieWish(
            self._subject.value, self._size.value_input, self._rate.value, self._format.value,
            self._pace.value_input, self._seconds.value_input, self._hold.value_input,
            self._easing.value, tuple(self._captions.value), self._setting.value or "",
            self._first.value_input, self._last.value_input,
        )  # fmt: skip
        return functools.partial(
            wishes.movie, self.explorer.place, list(self.explorer.bookmarks), wish
        )


class Listed(View):
    """The exports of this visitor: a row for each, made once and told what to show."""

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
            self._words.object = "" if progress is None else "".join(_shown(progress))
            self.laid_out.visible = progress is not None

    def _remove(self) -> None:
        if self._progress is not None:
            self._explorer.exporter.remove(self._progress.id)


def _shown(progress: Progress) -> Iterator[str]:
    """Yield the HTML of an export: picture, name or link, words, and a bar while it is made."""
    yield "<div style='display:flex;gap:12px;align-items:center;min-height:54px'>"
    data = base64.b64encode(progress.preview).decode()
    picture = f"<img alt='' src='data:image/png;base64,{data}'" if data else "<div"
    end = ">" if data else "></div>"
    yield (
        f"{picture} style='width:96px;height:54px;object-fit:cover;border-radius:3px;flex:none;"
        f"background:var(--mui-palette-divider)'{end}<div style='flex:1;min-width:0'>"
    )
    file = html.escape(progress.file)
    if progress.state == DONE:
        where = html.escape(f"exports/{quote(progress.path)}")
        yield f"<a href='{where}' download style='color:var(--mui-palette-primary-main)'>{file}</a>"
    else:
        yield f"<span>{file}</span>"
    yield f"<div style='font-size:.8rem;opacity:.8'>{html.escape(_words(progress))}</div>"
    if not progress.ended:
        share = round(100 * progress.share)
        bar = "height:4px;background:var(--mui-palette-primary-main)"
        yield (
            f"<div role='progressbar' aria-label='{file}' aria-valuenow='{share}' "
            "style='height:4px;margin-top:4px;background:var(--mui-palette-divider)'>"
            f"<div style='width:{share}%;{bar}'></div></div>"
        )
    yield "</div></div>"


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


def _numeric(explorer: Explorer) -> list[str]:
    values = explorer.settings.spec.flat()
    return [
        name for name in explorer.settings.spec.applicable() if type(values[name]) in (int, float)
    ]
