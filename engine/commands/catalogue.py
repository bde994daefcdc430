"""All that there is to choose from, as Markdown: the registry, made from the tables of the engine.

Another table is an entry of `SECTIONS`. Systems of one's own are in it like the others.
"""

import inspect
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine import settings, words
from engine.errors import InputError
from engine.exports.kinds import EXPORTS
from engine.measures import MEASURES
from engine.pictures.caption import CAPTIONS
from engine.places.look import COLOURINGS, PALETTES, colourings
from engine.places.presets import presets
from engine.reports.columns import markdown
from engine.settings import SCALES, Setting, assignment
from engine.spec import Spec
from engine.statistics.dimension import METHODS
from engine.systems import Curve, System, systems
from engine.systems.optimisers import CLIPPINGS, OPTIMISERS, SCHEDULES

Lines = Iterator[str]
Change = tuple[str, Any]  # a setting, and another value than its default
OF_SYSTEM = "the system's own"
_DIGITS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def page(commands: Mapping[str, str]) -> str:
    """Return the whole document.

    Args:
        commands: what each does in words, by name.
    """
    sections = {**SECTIONS, "Commands": lambda: _named("command", commands)}
    links = " · ".join(f"[{title}](#{title.lower().replace(' ', '-')})" for title in sections)
    lines = [
        "# The registry",
        "",
        "All that there is to choose from. Made by `trainscape registry -o docs/registry.md` from",
        "the tables that the command line and the page read, not by hand.",
        "",
        links,
    ]
    for title, section in sections.items():
        lines += ["", f"## {title}", "", *section()]
    return "\n".join(lines) + "\n"


def _presets() -> Lines:
    rows = []
    for name, preset in presets().items():
        usual = Spec.make(preset.spec.system.name).flat()
        changed = [_code(assignment(k, v)) for k, v in preset.spec.flat().items() if v != usual[k]]
        windows = " ".join(map(_code, preset.windows))
        rows.append([_code(name), _code(preset.spec.system.name), windows, " ".join(changed),
                     prose(preset.about)])  # fmt: skip
    yield "Named specs with named windows: `--preset NAME --window WINDOW`."
    yield ""
    yield from _table(
        ["preset", "system", "windows", "changed from the system's own", "about"], rows
    )


def _settings() -> Lines:
    yield "What every spec has beside the settings of its system: `--set KEY=VALUE`."
    yield ""
    specs = [Spec.make(name) for name in systems()]
    known, values = specs[0].choices(), specs[0].flat()
    rows = []
    for name in [name for name in known if name not in settings.table(specs[0].system)]:
        same = all(s.choices()[name] == known[name] for s in specs)
        usual = all(s.flat()[name] == values[name] for s in specs)
        rows.append([
            _code(name), _default(values[name]) if usual else OF_SYSTEM,
            _taken(known[name], values[name]) if same else OF_SYSTEM,
            known[name].unit, prose(known[name].help),
        ])  # fmt: skip
    yield from _table(["setting", "default", "values", "unit", "help"], rows)


def _systems() -> Lines:
    yield "*Applies* is found by changing one setting at a time from its default, to every other"
    yield "choice and numbers by one; where that takes two changes, the first such two are named. A"
    yield "range is that of an axis until somebody zooms."
    for name, kind in systems().items():
        yield ""
        yield f"### {name}"
        yield ""
        yield from _system(kind())


def _system(system: System) -> Lines:
    about = settings.table(system)
    applies = _applies(system)
    values = {name: getattr(system, name) for name in about}
    start = [name for name, p in presets().items() if p.spec.system.name == system.name]
    yield prose(system.summary[0].upper() + system.summary[1:]) + "."
    yield ""
    yield prose(_first_paragraph(system))
    yield ""
    yield f"- presets: {_codes(start)}"
    yield f"- axes: {_codes(system.axes)}"
    yield f"- measures: {_codes(system.measures)}"
    yield f"- tracked: {system.tracks}"
    if system.curves():
        yield f"- curves: {', '.join(_code(curve.name) for curve in system.curves())}"
    static = [
        [_code(name), _default(values[name]), _taken(known, values[name]), known.unit,
         applies[name], prose(known.help)]
        for name, known in about.items() if not known.is_hyperparameter
    ]  # fmt: skip
    if static:
        yield ""
        yield from _table(["setting", "default", "values", "unit", "applies", "help"], static)
    yield ""
    yield from _table(
        ["hyperparameter", "symbol", "default", "scale", "range", "unit", "applies", "help"],
        [
            [_code(name), prose(known.symbol), _default(values[name]), str(known.scale),
             _range(known), known.unit, applies[name], prose(known.help)]
            for name, known in about.items() if known.is_hyperparameter
        ],
    )  # fmt: skip


def _measures() -> Lines:
    yield "What a run is reduced to, `--set measure=NAME`: one signed number."
    yield ""
    rows = []
    for name, measure in MEASURES.items():
        offered = [system for system, kind in systems().items() if name in kind().measures]
        sides = [
            f"{side} {' … '.join(sizes)}" if any(sizes) else side
            for side, sizes in zip(measure.sides, measure.sizes, strict=True)
        ]
        rows.append([_code(name), prose(measure.about), *map(prose, sides), _codes(offered)])
    yield from _table(["measure", "about", "negative", "positive", "offered by"], rows)
    for name, measure in MEASURES.items():
        yield ""
        yield f"**{name}**: {prose(_first_paragraph(measure))}"
        if measure.categories:
            names = ", ".join(f"{value} {name}" for value, name in measure.category_names.items())
            yield f"Its values are kinds of outcome: {names}."


def _curves() -> Lines:
    yield "What is known of a system and can be drawn over its pictures: `--curves NAME`."
    yield ""
    rows = [
        [_code(curve.name), _code(name), prose(curve.about), _found(curve)]
        for name, kind in systems().items()
        for curve in kind().curves()
    ]
    yield from _table(["curve", "system", "about", "found"], rows)


def _optimisers() -> Lines:
    yield "What makes updates of gradients: `--set optimiser=NAME`, for every system that trains by"
    yield "them. A learning rate multiplies what it gives; weight decay is decoupled."
    yield ""
    rows = [
        [_code(name), _codes(known.uses + known.for_others), prose(known.about)]
        for name, known in OPTIMISERS.items()
    ]
    yield from _table(["optimiser", "hyperparameters", "about"], rows)
    yield ""
    yield "Gradients may be clipped before: `--set clipping=NAME`."
    yield ""
    rows = [[_code(name), _codes(uses)] for name, uses in CLIPPINGS.items()]
    yield from _table(["clipping", "hyperparameters"], rows)


def _schedules() -> Lines:
    yield "What learning rates are multiplied by, step by step: `--set schedule=NAME`."
    yield ""
    rows = [
        [_code(name), _codes(known.uses), prose(known.about)] for name, known in SCHEDULES.items()
    ]
    yield from _table(["schedule", "hyperparameters", "about"], rows)


def _colourings() -> Lines:
    yield "What a picture shows: `--colouring NAME`."
    yield ""
    suits = {True: "kinds of outcome", False: "quantities"}
    rows = [
        [_code(name), prose(colouring.about), f"{colouring.equalise:g}",
         ", ".join(suit for of, suit in suits.items() if name in colourings(categories=of))]
        for name, colouring in COLOURINGS.items()
    ]  # fmt: skip
    yield from _table(["colouring", "about", "equalise", "for"], rows)


# What there is, in the order of the page: for each table, what yields the lines of its section.
SECTIONS: dict[str, Callable[[], Lines]] = {
    "Presets": _presets,
    "Settings": _settings,
    "Systems": _systems,
    "Optimisers": _optimisers,
    "Schedules": _schedules,
    "Measures": _measures,
    "Curves": _curves,
    "Captions": lambda: _named("caption", CAPTIONS),
    "Colourings": _colourings,
    "Palettes": lambda: _named("palette", PALETTES),
    "Estimates of the dimension": lambda: _named("estimate", _documented(METHODS)),
    "Exports": lambda: _named("export", _documented(EXPORTS)),
}


def _applies(system: System) -> dict[str, str]:
    """Return when each setting of a system makes a difference, in words, by name."""
    usual = _matter(system)
    changes = _changes(system)
    alone, both = (
        [(made, _matter(system, *made) or usual) for made in itertools.combinations(changes, n)]
        for n in (1, 2)
    )
    said = {}
    for name in settings.table(system):
        if name in usual:
            found = [made for made, matter in alone if name not in matter]
            said[name] = f"not with {_or(found)}" if found else "always"
        else:
            found = [made for made, matter in alone if name in matter]
            found = found or [made for made, matter in both if name in matter][:1]
            said[name] = f"with {_or(found)}" if found else "never"
    return said


def _changes(system: System) -> list[Change]:
    """Return every other choice of each static setting, and numbers one up or down."""
    found: list[Change] = []
    for name, about in settings.table(system).items():
        value = getattr(system, name)
        others: Sequence[Any] = about.choices
        if isinstance(value, bool):
            others = (not value,)
        elif isinstance(value, int):
            others = (value + 1, value - 1)
        found += [(name, other) for other in others if other != value]
    return found


def _matter(system: System, *changes: Change) -> set[str]:
    """Return the settings that make a difference after some changes; none if those are refused."""
    try:
        changed = replace(system, **dict(changes))
    except InputError:
        return set()
    return {*changed.static_settings(), *changed.hyperparameters()}


def _or(found: Sequence[Sequence[Change]]) -> str:
    return ", ".join(
        " and ".join(_code(assignment(name, value)) for name, value in changes) for changes in found
    )


def _found(curve: Curve) -> str:
    if curve.function is not None:
        return "in closed form"
    where = " ".join(_code(assignment(name, value)) for name, value in curve.settings)
    of = f" of {_code(curve.system)}" if curve.system else ""
    return f"where the field{of} with {where} vanishes"


def _taken(about: Setting, value: Any) -> str:
    """Return the values that a setting takes, in words."""
    if about.choices:
        return _codes(about.choices)
    if isinstance(value, bool):
        return _codes(["false", "true"])
    if about.high is None:
        return "" if about.low is None else f"at least {about.low:g}"
    return replace(about, unit="").bounds


def _range(about: Setting) -> str:
    """Return the usual ends of an axis as values, not as decades."""
    low, high = (_power(end) if about.scale == SCALES[0] else f"{end:g}" for end in about.range)
    return f"{low} to {high}"


def _power(decades: float) -> str:
    if decades == int(decades) and decades:
        return f"10{str(int(decades)).translate(_DIGITS)}"
    return f"{10**decades:.3g}"


def _documented(table: Mapping[str, Any]) -> dict[str, str]:
    return {name: _first_paragraph(entry) for name, entry in table.items()}


def _first_paragraph(thing: Any) -> str:
    text = inspect.getdoc(thing if callable(thing) else type(thing)) or ""
    return " ".join(text.partition("\n\n")[0].split()).removeprefix("Return ")


def _named(kind: str, table: Mapping[str, str]) -> Lines:
    """Yield a table of names, and what each is in words."""
    rows = [[_code(name), prose(about)] for name, about in table.items()]
    yield from _table([kind, "about"], rows)


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> Lines:
    """Yield a table; columns in which there is nothing are left out."""
    columns = [i for i in range(len(heading)) if any(row[i] for row in rows)]
    yield from markdown([heading[i] for i in columns], [[row[i] for i in columns] for row in rows])


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return _code(str(value).lower())
    return _code(value) if isinstance(value, str) else words.value(value)


def _code(text: str) -> str:
    return f"`{text}`"


def _codes(texts: Sequence[str]) -> str:
    return " ".join(map(_code, texts))


def prose(text: str) -> str:
    """Return text in which nothing but what stands in backticks means anything to Markdown."""
    parts = text.split("`")
    parts[::2] = [re.sub(r"([*|<\\])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)
