"""Links: everything there and back, and nothing bad let in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import links
from engine.errors import InputError
from engine.plane import Window
from engine.presets import preset


@given(
    st.decimals(-5, 5, places=60),
    st.floats(1e-100, 10),
    st.fixed_dictionaries({"steps": st.integers(1, 9999), "single_datapoint": st.booleans()}),
)
def test_a_link_brings_everything_back(x, half_width, changes):
    window = Window(x, -x, half_width)
    spec = preset("tanh").spec.replace(changes)
    link = "http://127.0.0.1:5006/" + links.query("tanh", spec, window)
    assert links.parse(link) == ("tanh", spec, window)


def test_a_link_without_a_view_is_the_home_of_its_preset():
    assert links.parse("?preset=relu")[2] == preset("relu").window("home")


@pytest.mark.parametrize(
    "query",
    ["", "?view=1,2,3", "?preset=nix", "?preset=tanh&view=nan,0,1", "?preset=tanh&view=1,2",
     "?preset=tanh&view=1e999999999,0,1", "?preset=tanh&view=0,0,-1", "?preset=tanh&view=a,b,c",
     "?preset=tanh&set=stepz=4", "?preset=tanh&set=steps", "?preset=tanh&view=" + "1," * 3000],
)  # fmt: skip
def test_a_bad_link_is_refused_in_one_line(query):
    with pytest.raises(InputError) as raised:
        links.parse(query)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 600
