"""Settings: fields for what is trained, made from the spec's own tables.

Whatever a system declares appears here by itself: nothing below knows any system. Numbers are typed
as text and read by the engine, so a value that is not legal is refused in the engine's words.
"""

from typing import Any

import panel as pn

from app.views.fields import Fields
from app.views.style import WIDE
from app.views.texts import TextUpload
from app.views.view import View
from app.visitor.explorer import Explorer
from engine.errors import InputError
from engine.places.presets import preset, presets
from engine.settings import Setting
from engine.systems import systems

OPEN_AT_FIRST = ["Runs"]  # headings whose settings are shown at once
RANGES, ENDS = "Range of the axes", ("x from", "x to", "y from", "y to")
RESET = "reset"  # the name of the button, which no setting has


class Chooser(View):
    """The system and the preset."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._form = Fields(self._chosen, margin=0, **WIDE)
        self._show()
        self.settings.param.watch(lambda *events: self._show(), ["preset", "spec"])

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        return self._form

    def _show(self) -> None:
        system, name = self.settings.spec.system.name, self.settings.preset
        self._form.fields = [
            {"name": "system", "kind": "select", "label": "System", "value": system,
             "choices": _systems()},
            {"name": "preset", "kind": "select", "label": "Preset", "value": name,
             "choices": [(n, n) for n in dict.fromkeys([*_presets_of(system), name])]},
            {"name": "about", "kind": "note", "label": "", "value": preset(name).about},
        ]  # fmt: skip

    def _chosen(self, which: str, name: str) -> None:
        if which == "system":
            self.explorer.choose(_presets_of(name)[0])
        elif name != self.settings.preset:
            self.explorer.choose(name)


class Settings(View):
    """Every setting that applies, under the headings that the tables give them, and the extent."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self.upload = TextUpload(explorer, self._show)
        self.form = Fields(self._heard, opened=OPEN_AT_FIRST, margin=0, **WIDE)
        self._again = 0
        self._show()
        self.settings.param.watch(
            lambda *events: self._show(again=True), ["spec", "problems"], onlychanged=False
        )
        self.navigation.param.watch(lambda event: self._show(), "window")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        return self.form

    def _show(self, *, again: bool = False) -> None:
        """Show what holds, also in place of what was typed and is wrong."""
        self._again += again
        self.form.fields = [*self._settings(), *self._ranges(), self._reset()]

    def _settings(self) -> list[dict[str, Any]]:
        """Return the fields of the settings."""
        spec, problems = self.settings.spec, self.settings.problems
        values, fields = spec.flat(), []
        for name, about in spec.applicable().items():
            group = about.group.capitalize()
            field = {"group": group, "problem": problems.get(name, ""), "again": self._again}
            fields.append({**field_of(name, about, values[name]), **field})
            if about.is_text:
                fields += [{**more, "group": group} for more in self.upload.fields(name)]
        return fields

    def _ranges(self) -> list[dict[str, Any]]:
        """Return fields of the ends of both axes."""
        problems = self.settings.problems
        return [
            {"name": label, "kind": "text", "label": label, "value": text, "group": RANGES,
             "problem": problems.get(label, ""), "again": self._again}
            for label, text in zip(ENDS, self.navigation.extent, strict=True)
        ]  # fmt: skip

    def _reset(self) -> dict[str, Any]:
        same = self.settings.spec == preset(self.settings.preset).spec
        return {"name": RESET, "kind": "button", "label": "Reset to preset", "disabled": same}

    def _heard(self, name: str, value: Any) -> None:
        """Do what somebody has entered in a field."""
        if name == RESET:
            self.settings.reset()
        elif name in ENDS:
            self._go(ENDS.index(name), str(value).strip())
        elif name in (uploads := self.upload.names):
            self.upload.keep(uploads[name], value)
        elif name in self.settings.spec.flat():
            self._edit(name, text_of(value))

    def _edit(self, name: str, text: str) -> None:
        if text != text_of(self.settings.spec.flat()[name]):
            self.settings.edit(name, text)
        else:
            self.settings.edits.take_back(name)

    def _go(self, which: int, text: str) -> None:
        """Go where one end of an axis says."""
        ends = self.navigation.extent
        if text != ends[which]:
            ends[which] = text
            try:
                self.navigation.go_to_extent(ends, "x" if which < 2 else "y")
                self.settings.problems = {}
            except InputError as error:
                self.settings.problems = {ENDS[which]: str(error)}


def field_of(name: str, about: Setting, value: Any) -> dict[str, Any]:
    """Return the field of a setting, by what its table says of it (see `Fields`)."""
    field = {"name": name, "label": words(name), "help": about.help, "value": value}
    if about.choices:
        return {**field, "kind": "select", "choices": [(words(c), c) for c in about.choices]}
    if isinstance(value, bool):
        return {**field, "kind": "switch"}
    return {**field, "kind": "text", "value": text_of(value), "hint": about.bounds}


def words(name: str) -> str:
    """Return the name of a setting or a choice as people read it."""
    return name.replace("_", " ")


def text_of(value: Any) -> str:
    """Return a value as people type it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def _systems() -> list[tuple[str, str]]:
    used = dict.fromkeys(chosen.spec.system.name for chosen in presets().values())
    return [(f"{name}: {systems()[name].summary}", name) for name in used]


def _presets_of(system: str) -> list[str]:
    return [name for name, p in presets().items() if p.spec.system.name == system]
