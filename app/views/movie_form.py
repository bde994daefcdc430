"""The form of the export dialog for movies."""

import functools
from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui

from app.views.forms import ANY_SIZE, SMALL, Form
from app.views.style import WIDE
from app.visitor import wishes
from app.visitor.explorer import Explorer
from app.visitor.wishes import MovieWish, Wish
from engine.exports.movies.camera import EASINGS
from engine.pictures.caption import CAPTIONS

RATES = [24, 25, 30, 50, 60]


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
        self.watch(
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
            self._captions, self.cost, self.make, margin=(8, 0), **WIDE,
        )  # fmt: skip

    def _relist(self) -> None:
        names = _numeric(self.explorer)
        if names != self._setting.options:
            self._setting.options = names

    def wish(self) -> Callable[[], Wish]:
        """Return a function that makes the export of the movie."""
        movie = MovieWish(
            self._subject.value, self._size.value_input, self._rate.value, self._format.value,
            self._pace.value_input, self._seconds.value_input, self._hold.value_input,
            self._easing.value, tuple(self._captions.value), self._setting.value or "",
            self._first.value_input, self._last.value_input,
        )  # fmt: skip
        return functools.partial(
            wishes.movie, self.explorer.place, list(self.explorer.bookmarks), movie
        )


def _numeric(explorer: Explorer) -> list[str]:
    values = explorer.settings.spec.flat()
    return [
        name for name in explorer.settings.spec.applicable() if type(values[name]) in (int, float)
    ]
