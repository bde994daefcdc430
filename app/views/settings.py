"""Settings: widgets for what is trained, made from the spec's own tables.

Whatever a system declares appears here by itself: nothing below knows any system. Numbers are typed
as text and read by the engine, so a value that is not legal is refused in the engine's words.
"""

from collections.abc import Mapping
from typing import Any

import panel as pn
import panel_material_ui as pmui

from app.views.echo import Echo
from app.views.style import WIDE
from app.views.texts import TextUpload
from app.views.view import View
from app.visitor.explorer import Explorer
from engine.places.presets import preset, presets
from engine.settings import Setting
from engine.spec import Spec
from engine.systems import systems

OPEN_AT_FIRST = ("runs",)  # headings whose settings are shown at once


class Chooser(View):
    """The system and the preset."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._system = pmui.Select(label="System", options=_systems(), size="small", **WIDE)
        self._preset = pmui.Select(label="Preset", size="small", **WIDE)
        self._show()
        self._system.param.watch(self._system_chosen, "value")
        self._preset.param.watch(self._preset_chosen, "value")
        self.settings.param.watch(lambda *events: self._show(), ["preset", "spec"])

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        about = pn.bind(lambda name: preset(name).about, self.settings.param.preset)
        return pmui.Column(
            self._system, self._preset, pmui.Typography(about, variant="body2", **WIDE), **WIDE
        )

    def _show(self) -> None:
        system = self.settings.spec.system.name
        with pn.io.hold():
            self._system.value = system
            self._preset.param.update(options=_presets_of(system), value=self.settings.preset)

    def _system_chosen(self, event: Any) -> None:
        if event.new != self.settings.spec.system.name:
            self.explorer.choose(_presets_of(event.new)[0])

    def _preset_chosen(self, event: Any) -> None:
        if event.new and event.new != self.settings.preset:
            self.explorer.choose(event.new)


class Settings(View):
    """Every setting that applies, under the headings that the tables give them.

    Attributes:
        widgets: of the settings, by name.
    """

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self.widgets: dict[str, pn.widgets.Widget] = {}
        self._applicable: tuple[object, ...] = ()
        self._echo = Echo()
        self._open: set[str] = set(OPEN_AT_FIRST)
        self._groups = pmui.Column(margin=0, **WIDE)
        self._show()
        self.settings.param.watch(lambda event: self._show(), "spec", onlychanged=False)

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        reset = pmui.Button(
            label="Reset to preset", variant="outlined", size="small",
            disabled=pn.bind(
                lambda spec, name: spec == preset(name).spec,
                self.settings.param.spec,
                self.settings.param.preset,
            ),
            on_click=lambda event: self.settings.reset(), **WIDE,
        )  # fmt: skip
        return pmui.Column(self._groups, Ranges(self.explorer), reset, margin=0, **WIDE)

    def _show(self) -> None:
        """Show the spec: make the widgets anew if others apply, else set their values."""
        spec = self.settings.spec
        applicable = spec.applicable()
        shape = tuple(applicable.items())
        if shape != self._applicable:
            self._make(spec, applicable)
            self._applicable = shape
        values = spec.flat()
        for name, widget in self.widgets.items():
            chosen = isinstance(widget, (pmui.Select, pmui.Switch))
            value = values[name] if chosen else text_of(values[name])
            if widget.value != value:
                self._echo.tell(widget, value)
            elif isinstance(widget, pmui.TextInput) and widget.value_input != value:
                widget.value_input = value

    def _make(self, spec: Spec, applicable: Mapping[str, Setting]) -> None:
        values = spec.flat()
        self.widgets = {n: self._widget(n, a, values[n]) for n, a in applicable.items()}
        groups: dict[str, list[str]] = {}
        for name, about in applicable.items():
            groups.setdefault(about.group, []).append(name)
        self._groups.objects = [
            pmui.Accordion(
                (group.capitalize(), self._column(names, applicable)),
                active=[0] if group in self._open else [], disable_gutters=True, elevation=0,
                margin=0, title_variant="subtitle2", **WIDE,
            )
            for group, names in groups.items()
        ]  # fmt: skip
        for accordion, group in zip(self._groups.objects, groups, strict=True):
            accordion.param.watch(
                lambda event, group=group: self._opened(group, event.new), "active"
            )

    def _column(self, names: list[str], applicable: Mapping[str, Setting]) -> pn.viewable.Viewable:
        widgets: list[pn.viewable.Viewable] = []
        for name in names:
            widgets.append(self.widgets[name])
            if applicable[name].is_text:
                widgets.append(TextUpload(self.explorer, name))
        return pmui.Column(*widgets, margin=0, **WIDE)

    def _opened(self, group: str, active: list[int]) -> None:
        (self._open.add if active else self._open.discard)(group)

    def _widget(self, name: str, about: Setting, value: Any) -> pn.widgets.Widget:
        widget = widget_of(name, about, value)
        widget.param.watch(lambda event: self._edited(name, event.new), "value")
        return widget

    def _edited(self, name: str, value: Any) -> None:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if self._echo.heard(self.widgets[name]):
            self._show()
        elif text != text_of(self.settings.spec.flat()[name]):
            self.settings.edit(name, text)
        else:
            self.settings.edits.take_back(name)


class Ranges(View):
    """The extent of both axes, as four numbers that can be typed.

    Attributes:
        ends: widgets of the ends of x, and then of y.
    """

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self.ends = [
            pmui.TextInput(label=label, size="small", **WIDE)
            for label in ("x from", "x to", "y from", "y to")
        ]
        self._texts: list[str] = []
        self._echo = Echo()
        self._show()
        for which, end in enumerate(self.ends):
            end.param.watch(lambda event, which=which: self._typed(which), "value")
        self.navigation.param.watch(lambda event: self._show(), "window")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        rows = [pmui.Row(*self.ends[i : i + 2], margin=0, **WIDE) for i in (0, 2)]
        return pmui.Accordion(
            ("Range of the axes", pmui.Column(*rows, margin=0, **WIDE)), active=[],
            disable_gutters=True, elevation=0, margin=0, title_variant="subtitle2", **WIDE,
        )  # fmt: skip

    def _show(self) -> None:
        self._texts = self.navigation.extent
        for end, text in zip(self.ends, self._texts, strict=True):
            self._echo.tell(end, text)

    def _typed(self, which: int) -> None:
        """Go where one end says, unless the page itself has put that there just now."""
        typed = self.ends[which].value.strip()
        if self._echo.heard(self.ends[which]):
            self._show()
        elif typed != self._texts[which]:
            ends = [*self._texts[:which], typed, *self._texts[which + 1 :]]
            self.navigation.go_to_extent(ends, "x" if which < 2 else "y")


def widget_of(name: str, about: Setting, value: Any) -> pn.widgets.Widget:
    """Return a widget for a setting, by what its table says of it."""
    common = {"label": words(name), "description": about.help, "size": "small", **WIDE}
    if about.choices:
        return pmui.Select(options={words(c): c for c in about.choices}, value=value, **common)
    if isinstance(value, bool):
        return pmui.Switch(value=value, **common)
    return pmui.TextInput(value=text_of(value), helper_text=about.bounds, **common)


def words(name: str) -> str:
    """Return the name of a setting or a choice as people read it."""
    return name.replace("_", " ")


def text_of(value: Any) -> str:
    """Return a value as people type it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def _systems() -> dict[str, str]:
    used = dict.fromkeys(chosen.spec.system.name for chosen in presets().values())
    return {f"{name}: {systems()[name].summary}": name for name in used}


def _presets_of(system: str) -> list[str]:
    return [name for name, p in presets().items() if p.spec.system.name == system]
