"""Presets: named specs with named windows, read from `assets/presets.toml`."""

import functools
import importlib.resources
import tomllib
from dataclasses import dataclass
from typing import Any

from engine.errors import InputError, unknown
from engine.plane import Window, log10_span
from engine.spec import Spec
from engine.systems import systems


@dataclass(frozen=True)
class Preset:
    """A spec worth starting from, with the windows worth looking through.

    Attributes:
        name, about: what it is called, and what it shows in a line.
        spec: what is trained.
        windows: `overview`, and `published` where a paper shows one.
        needs: what its runs need that not everybody has, in words; mostly nothing.
    """

    name: str
    about: str
    spec: Spec
    windows: dict[str, Window]
    needs: str = ""

    def window(self, name: str) -> Window:
        """Return the window of this name; InputError, with the choices, if there is none.

        `home`, the window a page opens with, is the overview unless the preset says otherwise.
        """
        if name == "home" and "home" not in self.windows:
            name = "overview"
        if name not in self.windows:
            raise unknown(f"window of preset {self.name}", name, self.windows)
        return self.windows[name]

    def home(self, spec: Spec) -> Window:
        """Return the window that shows the whole plane of a spec made from this preset."""
        planes = [(of.x, of.y, of.stretch) for of in (spec, self.spec)]
        return self.window("home") if planes[0] == planes[1] else spec.home()


@functools.cache
def presets() -> dict[str, Preset]:
    """Return every preset, by name, in the order of the file.

    A system that has none there, such as one's own, has a preset of its name, with the defaults and
    the whole plane.

    Raises:
        InputError: if a system is called as the preset of another.
    """
    text = importlib.resources.files("assets").joinpath("presets.toml").read_text("utf-8")
    by_name = {name: _preset(name, data) for name, data in tomllib.loads(text).items()}
    served = {preset.spec.system.name for preset in by_name.values()}
    for name in systems():
        if name not in served:
            if name in by_name:
                raise InputError(f"a system cannot be called {name!r}: a preset of another is")
            by_name[name] = _whole(name)
    return by_name


def preset(name: str) -> Preset:
    """Return the preset of this name; InputError, with the choices, if there is none."""
    if name not in presets():
        raise unknown("preset", name, presets())
    return presets()[name]


def nearest(spec: Spec) -> Preset:
    """Return the preset of the same system that differs from a spec in the fewest settings."""
    values = spec.flat()

    def changes(preset: Preset) -> int:
        start = preset.spec.flat()
        return sum(start[name] != value for name, value in values.items())

    related = [p for p in presets().values() if p.spec.system.name == spec.system.name]
    return min(related, key=changes)


def _whole(system: str) -> Preset:
    spec = Spec.make(system)
    return Preset(system, spec.system.summary, spec, {"overview": spec.home()})


def _preset(name: str, data: dict[str, Any]) -> Preset:
    spec = Spec.make(data["system"], data.get("settings"))
    windows = {key: spec.on_plane(_window(value)) for key, value in data["windows"].items()}
    return Preset(name, data["about"], spec, windows, data.get("needs", ""))


def _window(data: dict[str, Any]) -> Window:
    if "center" in data:
        return Window.from_dict(data)
    (x, width), (y, height) = (log10_span(*data[axis]) for axis in ("x", "y"))
    return Window(x, y, width / 2, height / 2)
