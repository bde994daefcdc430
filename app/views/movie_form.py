"""The form of the export dialog for movies."""

import functools
from collections.abc import Callable
from typing import Any

from app.views.forms import ANY_SIZE, Form
from app.visitor import wishes
from app.visitor.explorer import Explorer
from app.visitor.wishes import MovieWish, Wish
from engine.exports.movies.camera import EASINGS
from engine.pictures.caption import CAPTIONS

RATES = [24, 25, 30, 50, 60]
TRAVELS, CHANGES = (wishes.HERE, wishes.BOOKMARKS), (wishes.STEPS, wishes.SETTING)


class MovieForm(Form):
    """A movie of the view, or through the bookmarks."""

    def __init__(self, explorer: Explorer) -> None:
        usual = MovieWish()
        super().__init__(explorer, {
            "subject": usual.subject, "size": usual.size, "rate": str(usual.rate),
            "format": usual.format, "pace": usual.pace, "seconds": usual.seconds,
            "hold": usual.hold, "easing": usual.easing, "captions": list(usual.captions),
            "setting": _numeric(explorer)[0], "first": "0", "last": "1",
        })  # fmt: skip
        self.settings.param.watch(lambda event: self.show(), "spec")

    def fields(self) -> list[dict[str, Any]]:
        """Return the fields of a movie, as its subject needs them."""
        subject, names = self.values["subject"], _numeric(self.explorer)
        if self.values["setting"] not in names:
            self.values["setting"] = names[0]
        fields = [self.choice("subject", "Subject", list(wishes.SUBJECTS), side=False)]
        if subject == wishes.SETTING:
            fields += [
                self.choice("setting", "Setting", names), self.text("first", "from"),
                self.text("last", "to"),
            ]  # fmt: skip
        fields += [
            self.text("size", "Size", help=ANY_SIZE),
            self.choice("rate", "Frames per second", RATES),
            self.choice("format", "Format", list(wishes.FORMATS)),
        ]
        if subject in TRAVELS:
            fields.append(self.text("pace", "Seconds per decade"))
        if subject in CHANGES:
            fields.append(self.text("seconds", "Seconds in all"))
        fields.append(self.text("hold", "Rest at the ends, seconds"))
        if subject in TRAVELS:
            fields += [
                self.choice("easing", "Easing", list(EASINGS)),
                {"name": "captions", "kind": "checks", "label": "Written on the picture",
                 "choices": [(name, name) for name in CAPTIONS],
                 "value": self.values["captions"]},
            ]  # fmt: skip
        return fields

    def wish(self) -> Callable[[], Wish]:
        """Return a function that makes the export of the movie."""
        of = self.values
        movie = MovieWish(
            of["subject"], of["size"], int(of["rate"]), of["format"], of["pace"], of["seconds"],
            of["hold"], of["easing"], tuple(of["captions"]), of["setting"], of["first"], of["last"],
        )  # fmt: skip
        return functools.partial(
            wishes.movie, self.explorer.place, list(self.explorer.bookmarks), movie
        )


def _numeric(explorer: Explorer) -> list[str]:
    values = explorer.settings.spec.flat()
    return [
        name for name in explorer.settings.spec.applicable() if type(values[name]) in (int, float)
    ]
