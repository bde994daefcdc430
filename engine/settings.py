"""Settings: dataclass fields that know their bounds, choices and help.

A system, and the spec around it, are frozen dataclasses whose fields are made here. The command
line, the page and the tests read the same table. There are two kinds: `setting` is static (changing
it compiles a new program) and `hyperparameter` is a traced float64 that may also be an axis.
"""

import dataclasses
import functools
import inspect
import math
from dataclasses import dataclass
from typing import Any, Literal

from engine import numbers
from engine.errors import InputError, shown, unknown

Scale = Literal["log10", "linear"]
SCALES: tuple[Scale, ...] = ("log10", "linear")


@dataclass(frozen=True)
class Setting:
    """What is known of one field: its help, the values it takes, and how it is drawn as an axis."""

    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    symbol: str = ""
    scale: Scale | None = None  # the scale of an axis; None: not a hyperparameter
    range: tuple[float, float] = (0.0, 1.0)  # the default extent of an axis, in axis units
    group: str = ""  # what it is about, in a word or two: a heading on the page
    is_text: bool = False  # the name of a text that may be provided (see `engine.texts.corpus`)

    @property
    def is_hyperparameter(self) -> bool:
        """Whether the field is a traced float64 that may be an axis."""
        return self.scale is not None

    @property
    def bounds(self) -> str:
        """The values that it takes and their unit, in words; empty where any will do."""
        numbers = [n for n in (self.low, self.high) if n is not None]
        words = [f"{n:g}" if abs(n) < 1e5 else f"{n:,}" for n in numbers]
        return f"{' to '.join(words)} {self.unit}".strip()


def setting(
    default: Any,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    unit: str = "",
    group: str = "",
    is_text: bool = False,
) -> Any:
    """Return a dataclass field for a static setting."""
    about = Setting(help, low, high, choices, unit, group=group, is_text=is_text)
    return dataclasses.field(default=default, metadata={"setting": about})


def hyperparameter(
    default: float,
    help: str,
    *,
    symbol: str,
    scale: Scale = "log10",
    range: tuple[float, float] = (-3.0, 6.0),
    unit: str = "",
    group: str = "optimiser",
) -> Any:
    """Return a dataclass field for a hyperparameter: a traced float64, and a possible axis.

    `range` is the default extent of an axis in axis units: decades where `scale` is "log10".
    """
    about = Setting(help, unit=unit, symbol=symbol, scale=scale, range=range, group=group)
    return dataclasses.field(default=float(default), metadata={"setting": about})


def table(owner: Any) -> dict[str, Setting]:
    """Return the settings of a dataclass or of an instance of it, by name.

    Those of the class itself come first, then those that it inherits.
    """
    return dict(_table(owner if isinstance(owner, type) else type(owner)))


@functools.cache
def _table(owner: type) -> dict[str, Setting]:
    settings = {f.name: f.metadata["setting"] for f in dataclasses.fields(owner) if f.metadata}
    names = [name for kind in owner.__mro__ for name in inspect.get_annotations(kind)]
    return {name: settings[name] for name in dict.fromkeys(names) if name in settings}


def check(owner: Any) -> None:
    """Raise InputError unless every setting of the dataclass instance `owner` has a legal value."""
    defaults = {f.name: f.default for f in dataclasses.fields(owner)}
    for name, about in table(owner).items():
        value = getattr(owner, name)
        object.__setattr__(owner, name, _checked(name, value, type(defaults[name]), about))


def parse(name: str, text: str, default: Any) -> Any:
    """Return `text` from a command line or a link as a value of the type of `default`.

    Raises:
        InputError: if the text does not read as such a value.
    """
    kind = type(default)
    if kind is str:
        return text
    if kind is bool:
        words = {"true": True, "false": False}
        if text.lower() not in words:
            raise InputError(f"{name} must be true or false, not {shown(text)}")
        return words[text.lower()]
    try:
        return kind(numbers.plain(name, text))
    except InputError:
        raise
    except ValueError:
        wanted = "a whole number" if kind is int else "a number"
        raise InputError(f"{name} must be {wanted}, not {shown(text)}") from None


def assignment(name: str, value: Any) -> str:
    """Return a value as the text `name=value`, from which `parse` reads the same value."""
    return f"{name}={str(value).lower() if isinstance(value, bool) else value}"


def _checked(name: str, value: Any, kind: Any, about: Setting) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        try:
            value = float(value)
        except OverflowError:
            raise InputError(f"{name} must be finite, not {shown(value)}") from None
    if type(value) is not kind:
        raise InputError(f"{name} must be of type {kind.__name__}, not {shown(value)}")
    if about.choices and value not in about.choices:
        raise unknown(name, value, about.choices)
    if kind is float and not math.isfinite(value):
        raise InputError(f"{name} must be finite, not {value}")
    if about.low is not None and value < about.low:
        raise InputError(f"{name} must be at least {about.low}, not {shown(value)}")
    if about.high is not None and value > about.high:
        raise InputError(f"{name} must be at most {about.high}, not {shown(value)}")
    return value
