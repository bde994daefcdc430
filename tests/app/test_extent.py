"""Ends of the axes: what is typed for a window."""

import pytest

from app.visitor.extent import between
from engine.errors import InputError


def test_both_ends_of_an_axis_can_be_pasted_into_one_field():
    wanted = between(["0.5", "2.5", "-1", "1"], "x", 1.0)
    assert between(["0.5, 2.5", "7", "-1", "1"], "x", 1.0) == wanted
    assert between(["0.5", "2.5", "7", "(\u22121; 1)"], "x", 1.0) == wanted
    with pytest.raises(InputError, match=r"x from .* as 0\.5"):
        between(["0,5", "2.5", "-1", "1"], "x", 1.0)
