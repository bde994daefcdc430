"""The forms of the export dialog: a picture, a field, a movie.

Every form says at once what its export would take, or what is wrong with it.
"""

import asyncio
import functools
import io
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import panel as pn
import panel_material_ui as pmui
from markupsafe import Markup

from app.views.style import WIDE
from app.views.view import View
from app.visitor import wishes
from app.visitor.explorer import Explorer
from app.visitor.wishes import MovieWish, Wish
from engine.exports.movies.camera import EASINGS
from engine.pictures.caption import CAPTIONS
from engine.places.provenance import record
from engine.plane import SIZES, Window
from engine.reports import csv, plot
from engine.statistics.summary import Statistics

RATES = [24, 25, 30, 50, 60]
DATA = {"NumPy (.npz)": ".npz", "NetCDF (.nc)": ".nc", "Zarr 3 (.zarr, zipped)": ".zarr"}
SAMPLES = {"1": 1, "4, averaged": 2, "9, averaged": 3, "16, averaged": 4}
SMALL = {"size": "small", **WIDE}
ANY_SIZE = f"pixels as N or WIDTHxHEIGHT, or {', '.join(SIZES)}"


class Form(View):
    """Widgets for one kind of export, what it takes, and the button that has it made."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._estimating: asyncio.Task[None] | None = None
        self._cost = pn.pane.HTML("", margin=(4, 10), **WIDE)
        self._make = pmui.Button(label="Make it", size="small", margin=(4, 10))
        self._make.on_click(lambda event: explorer.exporter.make(self._frozen()))
        explorer.param.watch(
            lambda *events: self._estimate(), ["dialog", "spec", "window", "bookmarks"]
        )
        self._estimate()

    def _frozen(self) -> Callable[[], Wish]:
        """Return a function that makes out, in any thread, what the widgets ask for now."""
        raise NotImplementedError

    def _watch(self, *widgets: pn.widgets.Widget) -> None:
        """Say what the export would take whenever one changes; of a text, while it is typed."""
        for widget in widgets:
            typed = isinstance(widget, pmui.TextInput)
            widget.param.watch(lambda event: self._estimate(), "value_input" if typed else "value")

    def _estimate(self) -> None:
        """Say what the export would take, as far as that can be said."""
        if self.explorer.dialog != "export":
            return
        if self._estimating is not None:
            self._estimating.cancel()
        self._estimating = asyncio.ensure_future(self._say())

    async def _say(self) -> None:
        cost, problem = await self.explorer.exporter.estimate(self._frozen())

        def show() -> None:
            self._cost.object = cost_of(cost, problem)
            self._make.disabled = bool(problem)

        await self.explorer.page.commit(show)


_COST = Markup("<div style='font-size:.875rem;{}'>{}</div>")


def cost_of(cost: str, problem: str) -> str:
    """Return what an export takes, or what is wrong with it, as HTML."""
    style = "color:var(--mui-palette-error-main)" if problem else "opacity:.8"
    return str(_COST.format(style, problem or cost))


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
            title = self._title.value_input.strip() or self.explorer.spec.system.summary
        return functools.partial(
            wishes.picture,
            replace(self.explorer.place, look=self.explorer.shown_look),
            self._size.value_input,
            self._samples.value,
            title,
        )


class DataForm(Form):
    """The field of the view, and its statistics."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._format = pmui.Select(label="Format", options=DATA, value=".npz", **SMALL)
        self._size = pmui.TextInput(label="Size", value="512", description=ANY_SIZE, **SMALL)
        self._watch(self._format, self._size)

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the form."""
        params = self.explorer.param
        unmeasured = pn.bind(lambda statistics: statistics is None, params.statistics)
        downloads = [
            pmui.FileDownload(
                callback=self._file(ending), label=label,
                filename=f"trainscape-statistics{ending}", variant="outlined", size="small",
                disabled=unmeasured, **WIDE,
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
            statistics, window = self.explorer.statistics, self.explorer.measured
            loop = asyncio.get_running_loop()
            return io.BytesIO(
                await loop.run_in_executor(
                    self.threads.diagram, _written, statistics, window, ending
                )
            )

        return file


def _written(statistics: Statistics, window: Window, ending: str) -> bytes:
    """Return statistics as the bytes of a file."""
    if ending == ".csv":
        return csv.table(statistics.spec, [(window, statistics)]).encode()
    with TemporaryDirectory() as room:
        path = Path(room, f"plots{ending}")
        about = record(statistics.spec, window, statistics.size)
        plot.save(plot.of_view(statistics, window), path, about)
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
        explorer.param.watch(lambda event: self._relist(), "spec")

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


def _numeric(explorer: Explorer) -> list[str]:
    values = explorer.spec.flat()
    return [name for name in explorer.spec.applicable() if type(values[name]) in (int, float)]
