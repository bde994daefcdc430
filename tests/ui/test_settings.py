"""What is trained: widgets from the tables, refusals, undo, and the question before a long wait."""

import re

import pytest
from playwright.sync_api import expect

from tests.ui.driving import (
    QUICK,
    SETTLED,
    choose,
    fills_the_view,
    link_of,
    middle,
    wait_for,
    wait_for_text,
    window,
)

pytestmark = pytest.mark.ui
PLACE = f"{QUICK}&view=0.25,0.125,1.0"


def set_steps(page, text):
    field = page.get_by_role("textbox", name="steps")
    field.fill(text)
    field.press("Enter")


def test_another_number_of_steps_is_trained_in_the_same_view(visit):
    page = visit(PLACE)
    start = window(page)
    set_steps(page, "60")
    wait_for(page, lambda: link_of(page).get("set") == "steps=60")
    wait_for_text(page, SETTLED)
    assert window(page) == start
    assert fills_the_view(page)
    page.get_by_role("button", name="Undo").click()
    wait_for(page, lambda: link_of(page).get("set") == "steps=40")
    expect(page.get_by_role("textbox", name="steps")).to_have_value("40")
    page.keyboard.press("r")
    wait_for(page, lambda: link_of(page).get("set") == "steps=60")
    page.get_by_role("button", name="Reset to preset").click()
    wait_for(page, lambda: "set" not in link_of(page))


def test_a_bad_value_is_refused_and_one_that_takes_long_asked_about_and_the_picture_stays(visit):
    page = visit(PLACE)
    set_steps(page, "99999999")
    wait_for_text(page, "steps must be at most 1000000, not 99999999")
    expect(page.get_by_role("textbox", name="steps")).to_have_value("40")
    assert fills_the_view(page)
    assert link_of(page)["set"] == "steps=40"
    set_steps(page, "1000000")
    wait_for_text(page, re.compile("This view would take about"))
    assert fills_the_view(page)
    page.get_by_role("button", name="Leave it").click()
    expect(page.get_by_text("This view would take about")).to_be_hidden()
    assert link_of(page)["set"] == "steps=40"
    expect(page.get_by_role("textbox", name="steps")).to_have_value("40")


def test_the_measure_and_its_words_change_and_any_two_hyperparameters_can_be_the_axes(visit):
    page = visit(PLACE)
    choose(page, re.compile("^measure"), "lyapunov")
    wait_for_text(page, "contracting weakly")
    wait_for(page, lambda: "measure=lyapunov" in link_of(page)["set"])
    page.mouse.move(*middle(page))
    wait_for_text(page, re.compile(r"(contracting|chaotic), \d"))
    page.get_by_text("Axes", exact=True).click()
    page.get_by_label("x", exact=True).select_option("coupling")
    wait_for(page, lambda: "x=coupling" in link_of(page)["set"])
    wait_for(page, lambda: window(page).half_width >= 2)
    wait_for_text(page, SETTLED)
    assert "x_scale=linear" in link_of(page)["set"]
    page.get_by_text("Range of the axes").click()
    field = page.get_by_label("x from")
    field.fill("0.5")
    field.press("Enter")
    wait_for(page, lambda: float(window(page).x) > 0.5)
