"""The forms of the export dialog, of which that of a movie has a module of its own.

Every form says at once what its export would take, or what is wrong with it.
"""

import asyncio
import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import panel as pn

from app.views.fields import Fields
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
SAMPLES = {"1": "1", "4, averaged": "2", "9, averaged": "3", "16, averaged": "4"}
ANY_SIZE = f"pixels as N or WIDTHxHEIGHT, or {', '.join(SIZES)}"
MAKE = "make"  # the name of the button
DOWNLOADS = {
    "Statistics as CSV": (".csv", "text/csv"),
    "Plots as SVG": (".svg", "image/svg+xml"),
    "Plots as PDF": (".pdf", "application/pdf"),
}


class Form(View):
    """Fields for one kind of export, what it takes, and the button that has it made.

    Attributes:
        form: the fields.
        values: what has been entered, by the name of the field.
    """

    def __init__(self, explorer: Explorer, values: dict[str, Any]) -> None:
        super().__init__(explorer)
        self.values = values
        self._estimating: asyncio.Task[None] | None = None
        self._cost, self._problem = "", ""
        self.form = Fields(self._heard, margin=0, **WIDE)
        explorer.param.watch(lambda *events: self._estimate(), ["dialog", "bookmarks"])
        self.settings.param.watch(lambda event: self._estimate(), "spec")
        self.navigation.param.watch(lambda event: self._estimate(), "window")
        self.show()
        self._estimate()

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the form."""
        return self.form

    def wish(self) -> Callable[[], Wish]:
        """Return a function that makes out, in any thread, what the fields ask for now."""
        raise NotImplementedError

    def fields(self) -> list[dict[str, Any]]:
        """Return the fields that are asked for (see `Fields`)."""
        raise NotImplementedError

    def text(self, name: str, label: str, **more: object) -> dict[str, Any]:
        """Return a field in which text is typed."""
        return {"name": name, "kind": "text", "label": label, "value": self.values[name],
                "live": True, "side": True, **more}  # fmt: skip

    def choice(self, name: str, label: str, choices: Any, **more: object) -> dict[str, Any]:
        """Return a field in which one of several is chosen, by label and value."""
        pairs = (
            choices.items() if isinstance(choices, dict) else [(str(c), str(c)) for c in choices]
        )
        return {"name": name, "kind": "select", "label": label, "value": self.values[name],
                "choices": list(pairs), "side": True, **more}  # fmt: skip

    def show(self) -> None:
        """Show the fields, what the export takes, and the button."""
        self.form.fields = [
            *self.fields(),
            {"name": "cost", "kind": "note", "label": "", "value": self._cost,
             "problem": self._problem},
            {"name": MAKE, "kind": "button", "label": "Make it", "disabled": bool(self._problem)},
            *self.more(),
        ]  # fmt: skip

    def more(self) -> list[dict[str, Any]]:
        """Return what stands below the button."""
        return []

    def hear(self, name: str) -> None:
        """Do what a button other than that of the form stands for."""

    def _heard(self, name: str, value: Any) -> None:
        if name == MAKE:
            self.explorer.exporter.make(self.wish())
        elif name in self.values:
            self.values[name] = value if isinstance(value, bool | list) else str(value)
            self.show()
            self._estimate()
        else:
            self.hear(name)

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
            self._cost, self._problem = cost, problem
            self.show()

        await self.explorer.page.commit(show)


class PictureForm(Form):
    """A poster of the view."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer, {"size": "1080p", "samples": "1", "framed": False, "title": ""})

    def fields(self) -> list[dict[str, Any]]:
        """Return the fields of a poster; those of its frame where it has one."""
        framed = {
            "name": "framed", "kind": "switch", "value": self.values["framed"],
            "label": "Frame with title, axes, legend and provenance",
        }  # fmt: skip
        title = [self.text("title", "Title")] if self.values["framed"] else []
        return [
            self.text("size", "Size", help=ANY_SIZE),
            self.choice("samples", "Runs per pixel", SAMPLES), framed, *title,
        ]  # fmt: skip

    def wish(self) -> Callable[[], Wish]:
        """Return a function that makes the poster."""
        title, values = None, self.values
        if values["framed"]:
            title = values["title"].strip() or self.settings.spec.system.summary
        place = replace(self.explorer.place, look=self.explorer.shown_look)
        return functools.partial(
            wishes.picture, place, values["size"], int(values["samples"]), title
        )


class DataForm(Form):
    """The field of the view, and its statistics."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer, {"format": ".npz", "size": "512"})
        self.findings.param.watch(lambda event: self.show(), "statistics")

    def fields(self) -> list[dict[str, Any]]:
        """Return the fields of a file of data."""
        return [
            self.choice("format", "Format", DATA), self.text("size", "Size", help=ANY_SIZE)
        ]  # fmt: skip

    def more(self) -> list[dict[str, Any]]:
        """Return buttons for what stands beside the picture, which is there at once."""
        unmeasured = self.findings.statistics is None
        words = "What stands beside the picture, at once:"
        return [
            {"name": "at once", "kind": "note", "label": "", "value": words},
            *({"name": label, "kind": "button", "label": label, "side": True,
               "disabled": unmeasured} for label in DOWNLOADS),
        ]  # fmt: skip

    def wish(self) -> Callable[[], Wish]:
        """Return a function that makes the export of the field."""
        return functools.partial(
            wishes.data, self.explorer.place, self.values["size"], self.values["format"]
        )

    def hear(self, name: str) -> None:
        """Hand the statistics of the view over as a file."""
        statistics, window = self.findings.statistics, self.findings.measured
        if name in DOWNLOADS and statistics is not None:
            ending, kind = DOWNLOADS[name]
            self.explorer.page.beside(
                self.threads.diagram,
                functools.partial(written, statistics, window, ending),
                functools.partial(self.form.hand_over, f"trainscape-statistics{ending}", kind),
            )


def written(statistics: Statistics, window: Window, ending: str) -> bytes:
    """Return statistics as the bytes of a file."""
    if ending == ".csv":
        return csv.table(statistics.spec, [(window, statistics)]).encode()
    with TemporaryDirectory() as room:
        path = Path(room, f"plots{ending}")
        about = record(statistics.spec, window, statistics.size)
        plot.save(plot.of_view(statistics, window), path, about)
        return path.read_bytes()
