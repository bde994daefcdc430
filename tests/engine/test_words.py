"""Values, times, sizes and errors in words."""

import math

import pytest

from engine import words
from engine.console import values
from engine.errors import InputError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "yes"), (False, "no"), (1, "1"), (1.0, "1"), (0.1, "0.1"), (1e-07, "1e-07"),
        (math.pi, str(math.pi)), (1234567.0, "1234567.0"), ("tanh", "tanh"), (math.inf, "inf"),
    ],
)  # fmt: skip
def test_a_value_has_no_tail_and_loses_no_digit(value, text):
    assert words.value(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"), (89.4, "89 s"), (90, "2 min"), (5399, "90 min"), (5400, "2 h"),
        (172_799, "48 h"), (172_800, "2 days"), (86_400_000, "1,000 days"),
    ],
)  # fmt: skip
def test_a_time_is_in_the_largest_unit_of_which_it_has_a_few(seconds, text):
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("nbytes", "text"), [(0, "0 Bytes"), (1500, "1.5 kB"), (3e8, "300.0 MB"), (4 * 10**9, "4.0 GB")]
)
def test_a_size_is_in_powers_of_a_thousand(nbytes, text):
    assert words.size(nbytes) == text


def test_an_error_is_one_line_of_bounded_length_and_never_empty():
    assert words.line(ValueError("one\n  two\tthree")) == "one two three"
    assert words.line(KeyboardInterrupt()) == "KeyboardInterrupt"
    assert len(words.line(ValueError("long " * 1000))) == words.LONGEST_ERROR


@pytest.mark.parametrize(
    ("text", "nbytes"),
    [
        ("0", 0), ("0B", 0), ("500MB", 5 * 10**8), ("4GB", 4 * 10**9), (" 4 GB ", 4 * 10**9),
        ("1.5k", 1500), ("2T", 2 * 10**12), ("1GiB", 2**30),
    ],
)  # fmt: skip
def test_a_size_is_read_in_any_unit(text, nbytes):
    assert values.nbytes("--memory", text) == nbytes


@pytest.mark.parametrize(
    "text",
    ["", " ", "GB", "huge", "-1GB", "+1GB", "nan", "inf", "1e400", "9" * 400 + "GB", "1e28",
     "4 foos", "1,5GB", ".5GB", "0x10", "--"],
)  # fmt: skip
def test_what_is_no_size_is_refused_in_one_line(text):
    with pytest.raises(InputError, match=r"^--memory must be a size such as 500MB or 4GB, not '"):
        values.nbytes("--memory", text)
