"""The forms of the export dialog, of which that of a movie has a module of its own.

Every form says at once what its export would take, or what is wrong with it.
"""

import asyncio
import functools
import io
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import panel as pn
import panel_material_ui as pmui
from markupsafe import Markup

from app.views.style import WIDE
from app.views.view import View
from app.visitor import wishes
from app.visitor.explorer import Explorer
from app.visitor.wishes import Wish
from engine.places.provenance import record
from engine.plane import SIZES, Window
from engine.reports import csv, plot
from engine.statistics.summary import Statistics

DATA = {"NumPy (.npz)": ".npz", "NetCDF (.nc)": ".nc", "Zarr 3 (.zarr, zipped)": ".zarr"}
SAMPLES = {"1": 1, "4, averaged": 2, "9, averaged": 3, "16, averaged": 4}
SMALL = {"size": "small", **WIDE}
ANY_SIZE = f"pixels as N or WIDTHxHEIGHT, or {', '.join(SIZES)}"


class Form(View):
    """Widgets for one kind of export, what it takes, and the button that has it made.

    Attributes:
        cost: what it would take, in words.
        make: the button.
    """

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._estimating: asyncio.Task[None] | None = None
        self.cost = pn.pane.HTML("", margin=(4, 10), **WIDE)
        self.make = pmui.Button(label="Make it", size="small", margin=(4, 10))
        self.make.on_click(lambda event: explorer.exporter.make(self.wish()))
        explorer.param.watch(lambda *events: self._estimate(), ["dialog", "bookmarks"])
        self.settings.param.watch(lambda event: self._estimate(), "spec")
        self.navigation.param.watch(lambda event: self._estimate(), "window")
        self._estimate()

    def wish(self) -> Callable[[], Wish]:
        """Return a function that makes out, in any thread, what the widgets ask for now."""
        raise NotImplementedError

    def watch(self, *widgets: pn.widgets.Widget) -> None:
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
        cost, problem = await self.explorer.exporter.estimate(self.wish())

        def show() -> None:
            self.cost.object = cost_of(cost, problem)
            self.make.disabled = bool(problem)

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
        self.watch(self._size, self._samples, self._framed, self._title)

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the form."""
        self._title.visible = self._framed.param.value
        return pmui.Column(
            pmui.Row(self._size, self._samples, margin=0, **WIDE), self._framed, self._title,
            self.cost, self.make, margin=(8, 0), **WIDE,
        )  # fmt: skip

    def wish(self) -> Callable[[], Wish]:
        """Return a function that makes the poster."""
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
    """The field of the view, and its statistics."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._format = pmui.Select(label="Format", options=DATA, value=".npz", **SMALL)
        self._size = pmui.TextInput(label="Size", value="512", description=ANY_SIZE, **SMALL)
        self.watch(self._format, self._size)

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the form."""
        unmeasured = pn.bind(lambda statistics: statistics is None, self.findings.param.statistics)
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
            pmui.Row(self._format, self._size, margin=0, **WIDE), self.cost, self.make,
            pmui.Typography(
                "What stands beside the picture, at once:", variant="body2", margin=(8, 10, 0, 10)
            ),
            pmui.FlexBox(*downloads, gap="8px", margin=(4, 10), **WIDE), margin=(8, 0), **WIDE,
        )  # fmt: skip

    def wish(self) -> Callable[[], Wish]:
        """Return a function that makes the export of the field."""
        return functools.partial(
            wishes.data, self.explorer.place, self._size.value_input, self._format.value
        )

    def _file(self, ending: str) -> Callable[[], Awaitable[io.BytesIO]]:
        """Return what gives the statistics of the view as a file."""

        async def file() -> io.BytesIO:
            statistics, window = self.findings.statistics, self.findings.measured
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
