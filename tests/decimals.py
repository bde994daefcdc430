"""Decimals for hypothesis, whose own of many places are next to zero."""

from decimal import Decimal

from hypothesis import strategies as st


def decimals(most, places):
    """Return decimals of either sign, below a whole number, with digits in all their places."""
    digits = st.text("0123456789", min_size=1, max_size=20)
    return st.builds(
        lambda sign, whole, part: Decimal(f"{sign}{whole}.{(part * places)[:places]}"),
        st.sampled_from(["", "-"]), st.integers(0, most - 1), digits,
    )  # fmt: skip
