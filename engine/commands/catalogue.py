"""All that there is to choose from, as Markdown: the registry, made from the tables of the engine.

Another table is an entry of `SECTIONS`. Systems of one's own are in it like the others.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine import settings, words
from engine.exports.kinds import EXPORTS
from engine.measures import MEASURES
from engine.pictures.caption import CAPTIONS
from engine.places.look import COLOURINGS, PALETTES, colourings
from engine.places.presets import presets
from engine.reports.applies import applies
from engine.reports.markdown import code, codes, prose, table
from engine.settings import SCALES, Setting, assignment
from engine.spec import Spec
from engine.statistics.dimension import METHODS
from engine.systems import Curve, System, systems
from engine.systems.optimisers import CLIPPINGS, OPTIMISERS, SCHEDULES

Lines = Iterator[str]
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
        defaults = Spec.make(preset.spec.system.name).flat()
        changed = [
            code(assignment(k, v)) for k, v in preset.spec.flat().items() if v != defaults[k]
        ]
        windows = " ".join(map(code, preset.windows))
        rows.append([code(name), code(preset.spec.system.name), windows, " ".join(changed),
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
    choices, values = specs[0].choices(), specs[0].flat()
    rows = []
    for name in [name for name in choices if name not in settings.table(specs[0].system)]:
        same = all(s.choices()[name] == choices[name] for s in specs)
        usual = all(s.flat()[name] == values[name] for s in specs)
        rows.append([
            code(name), _default(values[name]) if usual else OF_SYSTEM,
            _taken(choices[name], values[name]) if same else OF_SYSTEM,
            choices[name].unit, prose(choices[name].help),
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
    when = applies(system)
    values = {name: getattr(system, name) for name in about}
    start = [name for name, p in presets().items() if p.spec.system.name == system.name]
    yield prose(system.summary[0].upper() + system.summary[1:]) + "."
    yield ""
    yield prose(_first_paragraph(system))
    yield ""
    yield f"- presets: {codes(start)}"
    yield f"- axes: {codes(system.axes)}"
    yield f"- measures: {codes(system.measures)}"
    yield f"- tracked: {system.tracks}"
    if system.curves():
        yield f"- curves: {', '.join(code(curve.name) for curve in system.curves())}"
    static = [
        [code(name), _default(values[name]), _taken(setting, values[name]), setting.unit,
         when[name], prose(setting.help)]
        for name, setting in about.items() if not setting.is_hyperparameter
    ]  # fmt: skip
    if static:
        yield ""
        yield from _table(["setting", "default", "values", "unit", "applies", "help"], static)
    yield ""
    yield from _table(
        ["hyperparameter", "symbol", "default", "scale", "range", "unit", "applies", "help"],
        [
            [code(name), prose(setting.symbol), _default(values[name]), str(setting.scale),
             _range(setting), setting.unit, when[name], prose(setting.help)]
            for name, setting in about.items() if setting.is_hyperparameter
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
        rows.append([code(name), prose(measure.about), *map(prose, sides), codes(offered)])
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
        [code(curve.name), code(name), prose(curve.about), _origin(curve)]
        for name, kind in systems().items()
        for curve in kind().curves()
    ]
    yield from _table(["curve", "system", "about", "found"], rows)


def _optimisers() -> Lines:
    yield "What makes updates of gradients: `--set optimiser=NAME`, for every system that trains by"
    yield "them. A learning rate multiplies what it gives; weight decay is decoupled."
    yield ""
    rows = [
        [code(name), codes(optimiser.uses + optimiser.for_others), prose(optimiser.about)]
        for name, optimiser in OPTIMISERS.items()
    ]
    yield from _table(["optimiser", "hyperparameters", "about"], rows)
    yield ""
    yield "Gradients may be clipped before: `--set clipping=NAME`."
    yield ""
    rows = [[code(name), codes(uses)] for name, uses in CLIPPINGS.items()]
    yield from _table(["clipping", "hyperparameters"], rows)


def _schedules() -> Lines:
    yield "What learning rates are multiplied by, step by step: `--set schedule=NAME`."
    yield ""
    rows = [
        [code(name), codes(schedule.uses), prose(schedule.about)]
        for name, schedule in SCHEDULES.items()
    ]
    yield from _table(["schedule", "hyperparameters", "about"], rows)


def _colourings() -> Lines:
    yield "What a picture shows: `--colouring NAME`."
    yield ""
    suits = {True: "kinds of outcome", False: "quantities"}
    rows = [
        [code(name), prose(colouring.about), f"{colouring.equalise:g}",
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


def _origin(curve: Curve) -> str:
    if curve.function is not None:
        return "in closed form"
    where = " ".join(code(assignment(name, value)) for name, value in curve.settings)
    of = f" of {code(curve.system)}" if curve.system else ""
    return f"where the field{of} with {where} vanishes"


def _taken(about: Setting, value: Any) -> str:
    """Return the values that a setting takes, in words."""
    if about.choices:
        return codes(about.choices)
    if isinstance(value, bool):
        return codes(["false", "true"])
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


def _documented(entries: Mapping[str, Any]) -> dict[str, str]:
    return {name: _first_paragraph(entry) for name, entry in entries.items()}


def _first_paragraph(thing: Any) -> str:
    text = inspect.getdoc(thing if callable(thing) else type(thing)) or ""
    return " ".join(text.partition("\n\n")[0].split()).removeprefix("Return ")


def _named(kind: str, entries: Mapping[str, str]) -> Lines:
    """Yield a table of names, and what each is in words."""
    rows = [[code(name), prose(about)] for name, about in entries.items()]
    yield from _table([kind, "about"], rows)


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> Lines:
    """Yield a table; columns in which there is nothing are left out."""
    columns = [i for i in range(len(heading)) if any(row[i] for row in rows)]
    yield from table([heading[i] for i in columns], [[row[i] for i in columns] for row in rows])


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return code(str(value).lower())
    return code(value) if isinstance(value, str) else words.value(value)
