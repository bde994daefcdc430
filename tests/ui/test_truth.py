"""What the page says of labels: the same as the picture, and so where they would not hold."""

import re

import pytest
from playwright.sync_api import expect

from tests.ui.driving import link_of, middle, wait_for, wait_for_text

pytestmark = pytest.mark.ui
IMBALANCE = "?preset=two-factor-imbalance&set=measure=imbalance&view=1.5,0.5,0.5"
SEAHORSE = "?preset=mandelbrot&set=steps=60&view=-0.7436438870371587,0.1318259042053119,0.0001"


def test_a_bounded_run_is_said_to_be_bounded_however_small_its_value(visit):
    page = visit(IMBALANCE)
    wait_for_text(page, re.compile("^settled"))
    bounded = page.get_by_role("row", name=re.compile("^bounded")).get_by_role("cell").nth(1)
    share = float(bounded.inner_text().split()[0])
    x, y = middle(page)
    tips = []
    for i in range(-3, 4):
        for j in (-80, 0, 80):
            page.mouse.move(x + 60 * i, y + j)
            tip = page.locator("b", has_text=re.compile("^(bounded|diverged), "))
            expect(tip.first).to_be_visible()
            tips.append(tip.first.inner_text())
    sizes = [float(text.split()[1]) for text in tips if text.startswith("bounded")]
    assert share > 90
    assert len(sizes) > 0.8 * len(tips)
    assert min(sizes) < 1e-38  # less than the smallest number of single precision


def test_labels_that_do_not_hold_are_grey_until_as_many_steps_are_trained_as_settle_them(visit):
    page = visit(SEAHORSE)
    wait_for_text(page, re.compile("of these labels change if runs are trained"))
    expect(page.get_by_text("undecided, so far converged")).to_be_visible()
    button = page.get_by_role("button", name=re.compile("^Train [0-9,]+ steps"))
    steps = re.sub("[^0-9]", "", button.inner_text())
    button.click()
    wait_for(page, lambda: f"steps={steps}" in link_of(page)["set"])
    wait_for_text(page, re.compile("^settled"))
    expect(page.get_by_text("undecided, so far converged")).to_have_count(0)
    expect(page.get_by_text(re.compile("labels change if"))).to_have_count(0)
