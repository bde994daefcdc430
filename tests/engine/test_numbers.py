"""Numbers: as papers and our own axes write them, and never one read as another."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cli import main
from engine.errors import InputError
from engine.numbers import pair
from engine.pictures.local import LocalCoordinates
from engine.plane import Window, decimal_from
from engine.settings import parse
from tests.decimals import decimals

MINUS, THIN, NARROW, WIDE = "\u2212", "\u2009", "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (f"{MINUS}1.684", "-1.684"), ("\u20131.5", "-1.5"), ("\u20111.5", "-1.5"),
        (f"{MINUS} 0.25", "-0.25"), ("1.5e\u22123", "0.0015"), ("\ufeff1.5\u200b", "1.5"),
        (f"0.743{THIN}643{THIN}887{THIN}04", "0.74364388704"), (f"1{NARROW}234.5", "1234.5"),
        (f"12{WIDE}345{WIDE}678", "12345678"), ("0.14159 26535 8", "0.14159265358"),
        ("1'234.5", "1234.5"), ("1.5×10^-3", "0.0015"), ("1.5 × 10⁻³", "0.0015"),
        ("1.5·10⁻³", "0.0015"), (f"{MINUS}2·10{MINUS}3", None), ("10⁻³", "0.001"),
        ("-10^{-3}", "-0.001"), (r"1.5 \times 10^{-3}", "0.0015"), ("2*10**3", "2000"),
        ("1.684 + 0.5·10⁻⁹", "1.6840000005"), (f"1.684 {MINUS} 0.5·10⁻⁹", "1.6839999995"),
        (f"-0.8 + {MINUS}0.5·10⁻⁹", "-0.8000000005"), ("1.684 + Δ·10⁻⁹", None),
        ("12 34", None), ("1 2", None), ("1.2–1.9", None), ("1·684", None), ("1.684.126", None),
        ("1,684", None), ("0,5", None), ("1,684.5", None), ("1.684,5", None), ("1٫5", None),
        ("10^", None), ("×10^3", None), ("1 + 2", None), ("9" * 5000, None),
    ],
)  # fmt: skip
def test_a_number_is_read_as_papers_write_it_or_refused(text, number):
    if number is None:
        with pytest.raises(InputError, match="centre") as raised:
            decimal_from("centre", text)
        assert len(str(raised.value)) < 300
    else:
        assert decimal_from("centre", text) == Decimal(number)


def test_a_decimal_comma_is_explained_with_the_number_as_it_is_written_here():
    with pytest.raises(InputError, match=r"a decimal point and no comma, as 1\.684, not '1,684'"):
        decimal_from("centre x", "1,684")
    with pytest.raises(InputError, match=r"mu is written with a decimal point .* as 0\.5"):
        parse("mu", "0,5", 0.1)
    with pytest.raises(InputError, match="steps is written with"):
        parse("steps", "1,000", 500)


def test_settings_are_read_as_coordinates_are():
    assert parse("mu", f"{MINUS}1.5·10⁻³", 0.1) == -0.0015
    assert parse("steps", f"10{THIN}000", 500) == 10000


@given(
    decimals(900, 20),
    st.integers(-270, -4),
    st.floats(-1, 1).map(lambda tick: f"{tick:.6f}"),
)
def test_what_an_axis_says_at_any_depth_is_read_back(centre, exponent, tick):
    """A label is `base + Δ·10⁻⁹`, and a tick what Δ is there, with a minus as scripts write it."""
    frame = LocalCoordinates.around(Window(centre, centre, 10.0**exponent))
    label = f"{frame.x:f} + Δ·10{_raised(frame.exponent)}"
    text = label.replace("Δ", tick.replace("-", MINUS))
    with localcontext(prec=2000):
        assert decimal_from("x", text) == frame.x + Decimal(tick).scaleb(frame.exponent)


@given(decimals(900, 30), st.sampled_from([THIN, NARROW, WIDE, " ", "\u2007"]))
def test_groups_of_three_change_nothing(number, space):
    whole, _, part = f"{number.copy_abs():f}".partition(".")
    grouped = space.join(part[i : i + 3] for i in range(0, len(part), 3))
    sign = MINUS if number.is_signed() else ""
    assert decimal_from("x", f"{sign}{whole}.{grouped}") == number


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1.684, 1.26", ("1.684", "1.26")), ("(1.684, 1.26)", ("1.684", "1.26")),
        ("1.684,1.26", ("1.684", "1.26")), ("1; -2", ("1", "-2")), ("[1, 2]", ("1", "2")),
        ("1,684", None), ("(1,2)", None), ("1,5, 2,5", None), ("1.684,26", None), ("1.5", None),
        ("1,", None), (", 1", None), ("", None), ("()", None),
    ],
)  # fmt: skip
def test_a_pasted_pair_is_told_from_a_decimal_comma(text, parts):
    assert pair(text) == parts


def _raised(exponent):
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


@pytest.mark.parametrize(
    "center",
    [["-1.5", "0.25"], ["-1.5, 0.25"], ["-1.5,0.25"], ["(-1.5, 0.25)"], ["−1.5", "2.5·10⁻¹"],
     ["−1.5,", "0.25"], ["-1.5;0.25"]],
)  # fmt: skip
def test_a_centre_is_two_numbers_or_a_pasted_pair(center, tmp_path):
    out = tmp_path / "a.npz"
    arguments = ["--width", "1", "--size", "1", "--set", "steps=5", "-o", str(out)]
    assert main(["render", "--preset", "quadratic", "--center", *center, *arguments]) == 0
    with np.load(out) as data:
        assert (data["x"][0], data["y"][0]) == (-1.5, 0.25)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("render -o {}/a.npz --center 1,684 1,26", "no comma, as 1.684, not '1,684'"),
        ("render -o {}/a.npz --center 1", "--center takes two numbers, as 1.5 -0.25"),
        ("render -o {}/a.npz --center 1,5", "--center takes two numbers, as 1.5 -0.25"),
        ("render -o {}/a.npz --center 1 2 3", "--center takes two numbers"),
        ("render -o {}/a.npz --width 0,5", "no comma, as 0.5"),
        ("render -o {}/a.npz --set steps=1,000", "steps is written with a decimal point"),
        ("inspect --at 1,5 2", "no comma, as 1.5"), ("inspect --at 1", "--at takes two numbers"),
        ("animate --over learning_rate_1 --range 1 -o {}/a.gif", "--range takes two numbers"),
        ("animate -o {}/a.gif --seconds 2,5", "no comma, as 2.5"),
        ("render -o {}/a.npz --equalise 0,5", "no comma, as 0.5"),
    ],
)  # fmt: skip
def test_a_decimal_comma_or_one_number_too_few_is_explained_on_the_command_line(
    arguments, complaint, tmp_path, capsys
):
    command, *more = arguments.replace("{}", str(tmp_path)).split()
    assert main([command, "--preset", "quadratic", *more]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert complaint in line
