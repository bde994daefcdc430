"""The page of a site: what its scenes show and say, as HTML and as values for its scripts."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from engine import __version__
from engine.analysis.curves import chosen, colour_of
from engine.analysis.tracing import Traced
from engine.exports.site.bundle import template
from engine.exports.site.scene import TILE, Scene
from engine.measures import MEASURES
from engine.pictures.colour import Ends, legend
from engine.pictures.local import LocalCoordinates
from engine.reports.rows import Row, dimensions, outcomes
from engine.statistics.summary import Statistics
from engine.training.devices import backend

GENERATOR = f"trainscape {__version__}"
SHADES = 24  # colours of a ramp of the legend
PLACES = 6  # decimals of the points of a curve, in widths of the picture

_HEADING = Markup("<h2>{}</h2>")
_NOTE = Markup('<p class="note">{}</p>')
_CARD = Markup(
    '<li><a href="#{number}"><img src="{still}" alt="" loading="lazy" width="512" height="512">'
    "<div><h2>{name}</h2>{note}</div></a></li>"
)
_RAMP = Markup(
    '<li><span class="ramp" style="background:linear-gradient(to right,{})"></span>'
    '<span class="ends"><span>{}</span><span>{}</span></span></li>'
)
_KIND = Markup('<li class="kind"><span class="swatch" style="background:{}"></span>{}</li>')
_CURVE = Markup('<li class="kind"><span class="dash" style="background:{}"></span>{}</li>')
_CAUTION = Markup('<p class="caution" role="note">{}</p>')
_TABLE = Markup("<h4>{}</h4><table>{}</table>")
_ROW = Markup('<tr><th scope="row">{}</th><td>{}</td></tr>')
_REMARK = Markup('<tr><td colspan="2">{}</td></tr>')
_LIVE = Markup('<a class="live" href="{}" rel="noreferrer">Open it in the explorer</a>')


def index(
    title: str,
    cards: Sequence[Markup],
    places: Sequence[Markup],
    values: dict[str, Any],
    parts: dict[str, str],
) -> str:
    """Return the text of the page.

    Args:
        title: what stands above all.
        cards: of the places, where there are several.
        places: what is said of each.
        values: what its scripts read.
        parts: HTML of its `style`, its `tiles` and its `script`.
    """
    listed = Markup('<ul class="cards">{}</ul>').format(Markup().join(cards)) if cards else ""
    return Markup(template("index.html")).format(
        generator=GENERATOR, title=title, cards=listed, places=Markup().join(places),
        pictures=Markup(_json(values)), **{name: Markup(part) for name, part in parts.items()},
    )  # fmt: skip


def card(scene: Scene, number: int, still: str) -> Markup:
    """Return the card of a scene, which `still` is a small picture of."""
    note = _NOTE.format(scene.note) if scene.note else ""
    return _CARD.format(number=number, still=still, name=scene.name, note=note)


def place(
    scene: Scene, number: int, still: str, statistics: Statistics, cautions: Sequence[str],
    title: str, server: str | None,
) -> Markup:  # fmt: skip
    """Return all that stands around the picture of a scene.

    Args:
        scene: which.
        number: of the scene, from 1 on.
        still: the address of a picture of all of it.
        statistics: of its window.
        cautions: what to know before believing any of it.
        title: of the page, which need not be said twice.
        server: the address of a server of the explorer; None for none.
    """
    spec, query = scene.spec, scene.link
    axes = " by ".join(spec.axis_label(axis) for axis in (spec.x, spec.y))
    names = chosen(spec, scene.look.overlays)
    curves = Markup().join(_CURVE.format(colour_of(spec, name), name) for name in names)
    how = "opens what is looked at now" if server else (
        "leads to what is looked at now, on a page of the explorer: put it behind its address, or "
        "paste it there"
    )  # fmt: skip
    every = "every pixel" if statistics.stride == 1 else f"every {statistics.stride} pixels"
    return Markup(template("place.html")).format(
        number=number,
        name=scene.name,
        heading=_HEADING.format(scene.name) if scene.name != title else "",
        note=_NOTE.format(scene.note) if scene.note else "",
        description=f"{scene.name}: {spec.system.summary}, {axes}",
        still=still,
        legend=Markup().join(map(_entry, legend(spec, scene.look, SHADES))) + curves,
        live=_LIVE.format(server + query) if server else "",
        link_remark=f"This link {how}.",
        query=f"{server or ''}{query}",
        level=f"Of all of the window, {2 * scene.window.half_width:.3g} wide, and not of what is "
        f"looked at; from {every}, {statistics.size} runs.",
        cautions=Markup().join(map(_CAUTION.format, cautions)),
        tables=_table("Fractal dimension", dimensions(statistics))
        + _table("Outcomes", outcomes(statistics)),
        origin=f"{scene.finest.pixels:,} runs of {spec.system.name}, {spec.steps:,} steps, in "
        f"{spec.precision} on {backend()}, by {GENERATOR}.",
        command=scene.command(),
        provenance=json.dumps(json.loads(scene.provenance()), indent=1, ensure_ascii=False),
    )  # fmt: skip


def picture(scene: Scene, curves: Iterable[Traced]) -> dict[str, Any]:
    """Return what the scripts know of a scene, as JSON-able values."""
    measure, window, size = MEASURES[scene.spec.measure], scene.window, scene.size
    before, after = _link_around_view(scene)
    return {
        "size": [size.width, size.height],
        "levels": scene.levels,
        "tile": TILE,
        "across": scene.finest.width,
        "tall": size.height / size.width,
        "width": 2 * window.half_width,
        "axes": _axes(scene),
        "sides": measure.sides,
        "categories": measure.category_names or None,
        "curves": [
            {"colour": curve.colour, "lines": [np.round(a, PLACES).tolist() for a in curve.lines]}
            for curve in curves
        ],
        "link": [before, after],
    }


def _axes(scene: Scene) -> list[dict[str, Any]]:
    """Return where a scene lies on its axes, in units that its numbers are of order one in."""
    spec, local = scene.spec, LocalCoordinates.around(scene.window)
    x0, x1, y0, y1 = local.extent(scene.window, scene.size)
    across, up = local.labels(spec)
    return [
        {
            "label": label.replace("= -", "= −"),
            "symbol": spec.axis_setting(axis).symbol or axis.name,
            "logarithmic": axis.scale == "log10",
            "base": f"{base:f}",
            "exponent": exponent,
            "low": low,
            "high": high,
        }
        for axis, label, base, exponent, low, high in (
            (spec.x, across, local.x, local.exponent, x0, x1),
            (spec.y, up, local.y, local.exponent_y, y0, y1),
        )
    ]


def _link_around_view(scene: Scene) -> tuple[str, str]:
    """Return what the link to any view of a scene has before the view, and between it and the
    check.
    """
    before, _, rest = scene.link.removeprefix("?").partition("&view=")
    _, _, after = rest.partition("&")
    after = after.rpartition("check=")[0].rstrip("&")
    return before, f"&{after}" if after else ""


def _entry(entry: Ends) -> Markup:
    if len(entry.colours) == 1:
        return _KIND.format(entry.colours[0], entry.small)
    return _RAMP.format(",".join(entry.colours), entry.small, entry.large)


def _table(title: str, rows: Iterable[Row]) -> Markup:
    cells = (_ROW.format(name, value) if name else _REMARK.format(value) for name, value in rows)
    return _TABLE.format(title, Markup().join(cells))


def _json(values: Any) -> str:
    """Return values as JSON that may stand in an HTML script."""
    return json.dumps(values, separators=(",", ":")).replace("<", "\\u003c")
