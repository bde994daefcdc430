"""Links: everything there and back, and nothing bad let in."""

import re
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import __version__
from engine.errors import InputError
from engine.places import links
from engine.places.look import COLOURINGS, PALETTES, PUBLISHED, Look
from engine.places.presets import preset
from engine.plane import Window
from tests.decimals import decimals

points = decimals(5, 60)
places = st.builds(
    lambda x, half_width, changes, look, pins, against, until_sharp: links.Place(
        "tanh", preset("tanh").spec.replace(changes), Window(x, -x, half_width), look, tuple(pins),
        against, until_sharp,
    ),
    points,
    st.floats(1e-100, 10),
    st.fixed_dictionaries({"steps": st.integers(1, 9999), "single_datapoint": st.booleans()}),
    st.builds(
        Look, st.sampled_from(list(COLOURINGS)), st.sampled_from(list(PALETTES)),
        st.sampled_from([0.0, 1e-05, 0.25, 1.0]) | st.floats(0, 1),
        st.sampled_from([(), ("separatrix",), ("a long name", "minima"), ("a  b ", "c")]),
    ),
    st.lists(st.tuples(points, points), max_size=links.MOST_PINS),
    st.sampled_from([(), ("seed=7",), ("single_datapoint=true", "step_offset=-1e-07")]),
    st.booleans(),
)  # fmt: skip
PLACE = links.Place(
    "tanh",
    preset("tanh").spec.replace({"steps": 40, "learning_rate": 1e20, "x_scale": "linear"}),
    Window(Decimal("1E+2"), Decimal("-0.25"), 0.5),
    Look("decision step", "cividis", 1e-05, ("a long name",)),
    ((Decimal("1.5"), Decimal("-1E-30")), (Decimal(2), Decimal(3))),
    ("seed=7",),
)


@given(places)
def test_a_link_brings_everything_back(place):
    assert links.parse("http://127.0.0.1:5006/" + links.query(place)) == place


@given(places)
def test_a_link_has_only_characters_that_every_program_leaves_alone(place):
    assert re.fullmatch(r"\?[A-Za-z0-9._~&=-]+[a-z0-9]", links.query(place))


@given(places, st.data())
def test_a_link_cut_short_is_noticed(place, data):
    link = links.query(place)
    cut = link[: data.draw(st.integers(0, len(link) - 1))]
    with pytest.raises(InputError, match=r"cut short|no preset"):
        links.parse(cut)


@given(places, st.data(), st.sampled_from("0123456789abcdefxyzABC.-_~&="))
def test_a_link_changed_on_its_way_is_noticed_or_the_same(place, data, character):
    link = links.query(place)
    at = data.draw(st.integers(3, len(link) - 1))
    changed = link[:at] + character + link[at + 1 :]
    with suppress(InputError):
        assert links.parse(changed) == place


PASSED_ON = {
    "in angle brackets": lambda link: f"<{link}>",
    "at the end of a sentence": lambda link: f"{link}.",
    "in brackets of a sentence": lambda link: f"{link}).",
    "in quotes and a comma": lambda link: f'"{link}",',
    "as Markdown": lambda link: f"[a landscape]({link})",
    "escaped as HTML": lambda link: link.replace("&", "&amp;"),
    "escaped twice": lambda link: link.replace("&", "&amp;amp;"),
    "percent-encoded": lambda link: f"http://h/?{quote(link.partition('?')[2], safe='')}",
    "encoded twice": lambda link: f"http://h/?{quote(quote(link.partition('?')[2], safe=''))}",
    "behind a redirect": lambda link: f"https://l.example/l.php?u={quote(link, safe='')}&h=AT0x",
    "wrapped by mail": lambda link: "\r\n ".join(re.findall(".{1,72}", link)),
    "with a soft hyphen": lambda link: link[:40] + "\u00ad\u200b" + link[40:],
    "with other dashes": lambda link: link.replace("-", "\u2011"),
    "with minus signs": lambda link: link.replace("-", "\u2212"),
    "followed": lambda link: f"{link}&fbclid=IwAR0&utm_source=x",
    "led": lambda link: link.replace("?", "?utm_source=x&"),
    "with a fragment": lambda link: f"{link}#:~:text=landscape",
    "lettered otherwise": lambda link: link[:-5] + link[-5:].upper(),
}


@pytest.mark.parametrize("way", PASSED_ON)
def test_a_link_arrives_whatever_passes_it_on(way):
    link = "http://127.0.0.1:5006/" + links.query(PLACE)
    assert links.parse(PASSED_ON[way](link)) == PLACE


def test_the_parts_of_a_link_can_be_changed_by_hand():
    link = "&".join(
        part for part in links.query(PLACE)[1:].split("&") if part[:2] not in ("v=", "ch")
    )
    assert links.parse("?" + link) == PLACE
    changed = links.parse("?" + link.replace("set.steps=40", "set.steps=41"))
    assert changed.spec == PLACE.spec.replace({"steps": 41})
    with pytest.raises(InputError, match="cut short or changed"):
        links.parse("?" + link + "&check=zzzzz")


@pytest.mark.parametrize("text", ["&amp;", "&"])
def test_a_link_of_version_0_1_0_is_read_as_it_was(text):
    link = (
        "?preset=tanh&set=x_scale=linear;steps=40;learning_rate=1e20&against=seed=7"
        "&view=100,-0.25,1.0&look=decision%20step,cividis,1e-05,a long name&pins=1.5,-1e-30;2,3"
    )
    assert links.parse(link.replace("&", text)) == PLACE


def of_version(version, link):
    """The link that another version would have written."""
    pairs = [tuple(part.split("=")) for part in link[1:].split("&")[:-1]]
    pairs[0] = ("v", version)
    return "?" + "&".join(f"{k}={v}" for k, v in [*pairs, ("check", links.check_of(pairs))])


def test_a_link_of_a_newer_version_says_so_and_opens():
    place = links.parse(of_version("99.0", links.query(PLACE)))
    assert place == PLACE
    assert place.notes == (f"made by trainscape 99.0, and this is {__version__}",)
    assert links.parse(of_version("0.0.9", links.query(PLACE))).notes == ()


@pytest.mark.parametrize(
    ("old", "new"), [("set.steps", "set.stepz"), ("preset=tanh", "preset=nix"), ("pins", "nips")]
)
def test_what_is_unknown_in_a_link_is_refused_with_its_version(old, new):
    with pytest.raises(InputError, match=r"made by trainscape 99\.0, and this is .*: "):
        links.parse(of_version("99.0", links.query(PLACE).replace(old, new)))


def test_a_look_of_a_newer_version_gives_way_to_the_published_one_with_a_note():
    link = of_version("99.0", links.query(PLACE).replace("cividis", "neon"))
    place = links.parse(link)
    assert place.look == PUBLISHED
    assert "its look is ignored, unknown palette 'neon'" in place.notes[0]


def test_a_link_says_whether_training_ends_at_a_sharp_picture():
    link = links.query(replace(PLACE, until_sharp=True))
    assert links.parts(link)["until"] == ["sharp"]
    assert links.parse(link).until_sharp
    assert "until" not in links.query(PLACE)
    assert not links.parse("?preset=tanh").until_sharp
    newer = links.parse(of_version("99.0", link.replace("until=sharp", "until=noon")))
    assert newer == PLACE
    assert "its end of training is ignored, unknown end of training 'noon'" in newer.notes[0]


def test_a_link_to_other_axes_without_a_view_shows_their_range():
    place = links.parse("?preset=tanh&set=x_scale=linear;y_scale=linear")
    assert place.window == Window.parse("5.0", "5.0", "10")


def test_a_link_of_full_length_fits():
    deep = Decimal("0." + "123456789" * 10)
    spec = preset("tanh").spec
    place = links.Place("tanh", spec, Window(deep, deep, 1e-90), pins=((deep, deep),) * 6)
    assert len(links.query(place)) < links.LONGEST / 2


def test_a_link_to_the_deepest_view_with_all_pins_is_read_again():
    deep = Decimal("-1." + "7" * 290)
    changed = dict.fromkeys(("momentum", "weight_decay", "step_offset"), 0.12345678901234566)
    spec = preset("tanh").spec.replace(changed)
    place = links.Place("tanh", spec, Window(deep, deep, 1e-279), pins=((deep, deep),) * 6)
    assert links.parse(links.query(place)) == place


def test_a_link_without_a_view_is_the_home_of_its_preset():
    place = links.parse("?preset=relu")
    assert place == links.Place("relu", preset("relu").spec, preset("relu").window("home"))


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("", "no preset in the link"), ("?view=1,2,3", "no preset in the link"),
        ("?preset=nix", "unknown preset 'nix'"),
        ("?preset=tanh&view=nan,0,1", "centre x must be a decimal number, not 'nan'"),
        ("?preset=tanh&view=1,2", "a view is written x,y,width, not '1,2'"),
        ("?preset=tanh&view=1e999999999,0,1", "centre x must be a decimal number"),
        ("?preset=tanh&view=0,0,-1", "width must lie between"),
        ("?preset=tanh&view=a,b,c", "centre x must be a decimal number, not 'a'"),
        ("?preset=tanh&look=log", "a look is written colouring,palette,equalise, not 'log'"),
        ("?preset=tanh&look=x,y,0", "unknown colouring 'x'"),
        ("?preset=tanh&pins=1", "a pin is written x,y, not '1'"),
        ("?preset=tanh&pins=1,x", "pin y must be a decimal number, not 'x'"),
        ("?preset=tanh&pins=1,9999", "output_learning_rate must lie within ±1000, not 9999"),
        ("?preset=tanh&pins=" + ";".join(["1,1"] * 7), "at most 6 pins, not 7"),
        ("?preset=tanh&against=seed", "a setting is written key=value, not 'seed'"),
        ("?preset=tanh&against=seed=x", "seed must be a whole number, not 'x'"),
        ("?preset=tanh&against=sead=1", "unknown setting of mlp 'sead'"),
        ("?preset=tanh&against=y_scale=linear", "only pictures over the same axes are compared"),
        ("?preset=tanh&against=" + "seed=1;" * 900, "at most 6000 characters, not 6320"),
        ("?preset=tanh&until=noon", "unknown end of training 'noon'; choices: sharp"),
        ("?preset=tanh&set=stepz=4", "unknown setting of mlp 'stepz'"),
        ("?preset=tanh&set=steps", "a setting is written key=value, not 'steps'"),
        ("?preset=tanh&view=" + "1," * 3000, "at most 6000 characters, not 6017"),
    ],
)  # fmt: skip
def test_a_bad_link_is_refused_in_one_line(query, complaint):
    with pytest.raises(InputError, match=complaint) as raised:
        links.parse(query)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 600
