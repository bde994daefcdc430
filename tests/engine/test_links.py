"""Links: everything there and back, and nothing bad let in."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import links
from engine.errors import InputError
from engine.look import COLOURINGS, PALETTES, Look
from engine.plane import Window
from engine.presets import preset

points = st.decimals(-5, 5, places=60)


@given(
    points,
    st.floats(1e-100, 10),
    st.fixed_dictionaries({"steps": st.integers(1, 9999), "single_datapoint": st.booleans()}),
    st.builds(Look.of, st.sampled_from(list(COLOURINGS)), st.sampled_from(list(PALETTES))),
    st.lists(st.tuples(points, points), max_size=links.MOST_PINS),
    st.sampled_from([(), ("seed=7",), ("single_datapoint=true", "step_offset=-1e-07")]),
)
def test_a_link_brings_everything_back(x, half_width, changes, look, pins, against):
    window = Window(x, -x, half_width)
    spec = preset("tanh").spec.replace(changes)
    place = links.Place("tanh", spec, window, look, tuple(pins), against)
    assert links.parse("http://127.0.0.1:5006/" + links.query(place)) == place


def test_a_link_to_other_axes_without_a_view_shows_their_range():
    place = links.parse("?preset=tanh&set=x_scale=linear;y_scale=linear")
    assert place.window == Window.parse("5.0", "5.0", "10")


def test_a_link_of_full_length_fits():
    deep = Decimal("0." + "123456789" * 10)
    spec = preset("tanh").spec
    place = links.Place("tanh", spec, Window(deep, deep, 1e-90), pins=((deep, deep),) * 6)
    assert len(links.query(place)) < links.LONGEST / 2


def test_a_link_without_a_view_is_the_home_of_its_preset():
    place = links.parse("?preset=relu")
    assert place == links.Place("relu", preset("relu").spec, preset("relu").window("home"))


@pytest.mark.parametrize(
    "query",
    ["", "?view=1,2,3", "?preset=nix", "?preset=tanh&view=nan,0,1", "?preset=tanh&view=1,2",
     "?preset=tanh&view=1e999999999,0,1", "?preset=tanh&view=0,0,-1", "?preset=tanh&view=a,b,c",
     "?preset=tanh&look=log", "?preset=tanh&look=x,y,z", "?preset=tanh&pins=1",
     "?preset=tanh&pins=1,x",
     "?preset=tanh&pins=1,9999", "?preset=tanh&pins=" + ";".join(["1,1"] * 7),
     "?preset=tanh&against=seed", "?preset=tanh&against=seed=x", "?preset=tanh&against=sead=1",
     "?preset=tanh&against=y_scale=linear", "?preset=tanh&against=" + "seed=1;" * 900,
     "?preset=tanh&set=stepz=4", "?preset=tanh&set=steps", "?preset=tanh&view=" + "1," * 3000],
)  # fmt: skip
def test_a_bad_link_is_refused_in_one_line(query):
    with pytest.raises(InputError) as raised:
        links.parse(query)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 600
