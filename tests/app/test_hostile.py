"""Hostile text: whatever views say of names, files and errors, it stays text."""

from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest

from app.picture import figures
from app.shared.queue import DONE, FAILED, WAITING, Progress
from app.views import (
    comparison,
    curves,
    diagrams,
    exports,
    help,
    look,
    runs,
    statistics,
    toolbar,
    where,
)
from engine.places.look import PUBLISHED
from engine.plane import Window
from engine.spec import Spec

HOSTILE = """<img src=x onerror=alert(1)> & &lt; "a" 'b' {} {0} {x} %s </div>"""
SPEC = Spec.make("quadratic")
HOME = Window.parse("0", "0", "1")


class Page(HTMLParser):
    """The tags, attributes and text of a piece of HTML."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.open, self.attributes, self.text = [], [], {}, ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag not in ("br", "img"):
            self.open.append(tag)
        self.attributes.update(attributes)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(html, tags, times=1):
    """Read HTML that has these tags and no others, and the hostile text so often."""
    page = Page(html)
    assert type(html) is str  # what is sent to a browser is no longer markup
    assert set(page.tags) == set(tags)
    assert page.open == []
    assert "onerror" not in page.attributes
    assert page.text.count(HOSTILE) == times
    return page


def progress(state, **more):
    return Progress("1", HOSTILE, HOSTILE, state, runs=9, frames=1, **more)


def test_the_line_above_the_picture():
    assert read(toolbar.line_of(HOSTILE, 40), {"div"}).attributes["aria-valuenow"] == "40"


def test_statistics_and_cautions():
    table = statistics.table_of(HOSTILE, [(HOSTILE, HOSTILE), ("", HOSTILE)])
    read(table, {"h2", "table", "tr", "td"}, 4)
    numbers, settling = SimpleNamespace(cautions=[HOSTILE]), SimpleNamespace(words=HOSTILE)
    read(statistics.cautions_of(numbers, settling, 9.0), {"p"}, 2)


def test_legends(monkeypatch):
    entry = SimpleNamespace(small=HOSTILE, large=HOSTILE, colours=["#ff0000"])
    monkeypatch.setattr(look, "legend", lambda spec, look: [entry])
    bars = read(look.legend_of(SPEC, PUBLISHED), {"div", "span"}, 2)
    assert bars.attributes["style"].endswith("linear-gradient(to right,#ff0000,#ff0000)")
    monkeypatch.setattr(look, "suited", lambda look, spec: SimpleNamespace(categorical=True))
    read(look.legend_of(SPEC, PUBLISHED), {"div", "span"})


def test_the_legend_of_a_comparison(monkeypatch):
    relation = SimpleNamespace(words=HOSTILE, colour="#ff0000")
    monkeypatch.setattr(comparison, "relations", lambda spec, other: [relation])
    read(comparison.legend_of(SPEC, SPEC), {"div", "span"})


@pytest.mark.parametrize("decided", [None, 1234])
def test_a_pinned_run(decided):
    run = SimpleNamespace(
        outcome=HOSTILE, decided=decided, x=0.5, y=0.25, lyapunov=np.nan, value=-1.0
    )
    text = read(runs.about_run(0, SPEC, run), {"div", "span", "b", "br"}).text
    assert ("decided at step 1,234" in text) == (decided is not None)
    assert "training" in Page(runs.about_run(0, SPEC, None)).text


def test_where_the_view_lies():
    read(where.words_of(HOME, HOSTILE, 9.0), {"div", "br"})


def test_curves_over_the_picture(monkeypatch):
    monkeypatch.setattr(curves, "curves", lambda spec: {"a": SimpleNamespace(about=HOSTILE)})
    monkeypatch.setattr(curves, "chosen", lambda spec, overlays: ["a"])
    monkeypatch.setattr(curves, "colour_of", lambda spec, name: "#ff0000")
    assert "tracing" in read(curves.key_of(SPEC, PUBLISHED, ()), {"div", "span"}).text


def test_words_about_diagrams():
    read(diagrams.lines_of([HOSTILE, HOSTILE]), {"div"}, 2)
    page = read(diagrams.picture_of(HOSTILE, "<svg></svg>"), {"div", "svg"}, 0)
    assert page.attributes["aria-label"] == f"diagrams along {HOSTILE}"


def test_exports_in_the_making_and_failed():
    page = read(exports.about_export(progress(WAITING)), {"div", "span"}, 2)
    assert page.attributes["aria-label"] == HOSTILE
    read(exports.about_export(progress(FAILED, error=HOSTILE)), {"div", "span"}, 2)


def test_an_export_that_is_done():
    finished = progress(DONE, preview=b"picture")
    page = read(exports.about_export(finished), {"div", "img", "a"}, 2)
    assert page.attributes["src"] == "data:image/png;base64,cGljdHVyZQ=="
    assert page.attributes["href"].startswith("exports/1/%3Cimg%20src%3Dx")


def test_the_help():
    read(help.table_of(HOSTILE, [(HOSTILE, HOSTILE)]), {"h3", "table", "tr", "td", "kbd"}, 3)


def test_what_the_pointer_tells():
    axes = [SimpleNamespace(scale=scale) for scale in ("log10", "linear")]
    setting = SimpleNamespace(symbol=HOSTILE)
    spec = SimpleNamespace(x=axes[0], y=axes[1], axis_setting=lambda axis: setting)
    page = read(figures.tooltip(spec), {"div", "table", "tr", "td", "b"}, 3)
    for field in ("$x{coordinate}", "$x{value}", "$y{coordinate}", "@left{custom}"):
        assert page.text.count(field) == 1
