"""Places: where a page opens."""

from decimal import Decimal

import pytest

from app.place import opening
from engine import links
from engine.look import Look
from engine.plane import Window
from engine.presets import preset

PLACE = links.Place(
    "tanh",
    preset("tanh").spec.replace({"steps": 40, "x_scale": "linear"}),
    Window(Decimal(3), Decimal("-0.25"), 0.5),
    Look("log", "cividis", 0.5),
    ((Decimal("1.5"), Decimal(2)),),
    ("seed=7",),
)


@pytest.mark.parametrize("length", range(2, len(links.query(PLACE))))
def test_a_page_says_so_wherever_a_link_was_cut(length):
    place, problem = opening(links.query(PLACE)[:length], "quadratic")
    assert problem.startswith("this link does not work")
    assert place.preset == "quadratic"


def test_a_page_opens_where_a_whole_link_says():
    assert opening(links.query(PLACE), "quadratic") == (PLACE, "")


@pytest.mark.parametrize("query", ["", "?", "?utm_source=x", "?theme=dark"])
def test_what_is_no_link_opens_the_start_without_a_word(query):
    place, problem = opening(query, "quadratic")
    assert (place.preset, problem) == ("quadratic", "")
