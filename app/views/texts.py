"""The text that is learnt: what it is, and a visitor's own in its place."""

import functools
from collections.abc import Callable
from typing import Any

from app.views.fields import uploaded
from app.visitor.explorer import Explorer
from engine.errors import InputError
from engine.texts import corpus

OWN = "own text of "  # before the name of a setting: its button


class TextUpload:
    """What text a setting names, and a button that puts one of the visitor's own in its place.

    Args:
        explorer: whose spec has the setting.
        changed: is called when there is something else to say.

    Attributes:
        names: the settings whose buttons are shown, by the names of these.
    """

    def __init__(self, explorer: Explorer, changed: Callable[[], None]) -> None:
        self._explorer, self._changed = explorer, changed
        self.names: dict[str, str] = {}
        self._about: dict[str, str] = {}  # how long a text is, by its name

    def fields(self, name: str) -> list[dict[str, Any]]:
        """Return what stands below a setting that names a text."""
        text = str(self._explorer.settings.spec.flat()[name])
        self.names = {OWN + name: name}
        if text not in self._about:
            self._about[text] = ""
            self._beside(functools.partial(corpus.counts, text), functools.partial(self._say, text))
        return [
            {"name": f"about {name}", "kind": "note", "label": "", "value": self._about[text]},
            {"name": OWN + name, "kind": "file", "label": "Use a text of your own",
             "hint": ".txt,.md,text/*"},
        ]  # fmt: skip

    def keep(self, name: str, file: Any) -> None:
        """Learn a text that somebody gave, or say what is wrong with it.

        Args:
            name: of the setting.
            file: the name of the file, and its bytes in base64.
        """

        def keep() -> str:
            called, data = uploaded(file)
            return corpus.keep(data, called or "the text")

        self._beside(keep, functools.partial(self._learn, name))

    def _say(self, text: str, counts: tuple[int, int]) -> None:
        length, different = counts
        where = "" if text == corpus.SYNTHETIC else "; it is kept on this server, by its digest"
        self._about[text] = f"{length:,} characters, {different:,} different{where}"
        self._changed()

    def _learn(self, name: str, text: str) -> None:
        self._explorer.notice = ""
        self._explorer.settings.edit(name, text)

    def _beside(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        explorer = self._explorer
        explorer.page.beside(explorer.server.threads.files, work, done, self._wrong)

    def _wrong(self, error: InputError) -> None:
        self._explorer.notice = str(error)
