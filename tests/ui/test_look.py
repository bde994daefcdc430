"""How it is coloured: without training, explained by a legend, in light and dark."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from app.picture.mosaic import FEWEST_REFERENCES, REFERENCE_STRIDE
from engine.pictures.colour import shade
from engine.places import links
from engine.plane import Size
from engine.tiles.field import compute_field
from engine.tiles.lattice import Region
from tests.ui.driving import (
    QUICK,
    SETTLED,
    choose,
    colours,
    contrast,
    frame_box,
    link_of,
    wait_for,
    wait_for_text,
)

pytestmark = pytest.mark.ui
BACKGROUND = "() => getComputedStyle(document.body).backgroundColor"
PLACE = f"{QUICK}&view=0.25,0.125,1.0"


def expected_colours(page):
    """Those of the field of the link, in the look of the link."""
    linked = links.parse(page.evaluate("location.href"))
    _, _, width, height = frame_box(page)
    region = Region.of_view(linked.window, Size(round(width), round(height)))
    field = compute_field(linked.spec, region.window(), region.size)
    stride = REFERENCE_STRIDE
    while region.size.pixels < FEWEST_REFERENCES * stride**2:
        stride //= 2
    sample = (
        slice(-region.row % stride, None, stride),
        slice(-region.column % stride, None, stride),
    )
    scale = linked.look.scale(field.values[sample], field.decided[sample])
    shaded = shade(field.values.astype(np.float32), field.decided, scale, linked.look)
    return {int(colour) for colour in np.unique(shaded)}


def test_a_colouring_changes_every_colour_and_the_legend_and_trains_nothing(visit):
    visit(PLACE)
    page = visit(PLACE, re.compile("^settled.* all known before"))
    expect(page.get_by_text("converged fast")).to_be_visible()
    expect(page.get_by_text("diverged fast")).to_be_visible()
    for colouring in ("linear", "log", "edges", "outline", "decision step"):
        before = colours(page)
        choose(page, "Colouring", colouring)
        start = f"{colouring},Spectral,"
        wait_for(page, lambda start=start: link_of(page).get("look", "").startswith(start))
        wait_for(page, lambda before=before: colours(page) != before)
        expect(page.get_by_text(re.compile("^settled.* all known before"))).to_be_visible()
    expect(page.get_by_text("converged early")).to_be_visible()
    expect(page.get_by_text("late or never").first).to_be_visible()


def test_a_palette_and_equalisation_are_those_of_the_link(visit):
    page = visit(PLACE)
    choose(page, "Palette", "cividis")
    wait_for(page, lambda: link_of(page).get("look") == "published,cividis,1")
    slider = page.get_by_role("slider", name="Equalise")
    slider.focus()
    for _ in range(20):  # faster than the server answers
        page.keyboard.press("ArrowLeft")
    wait_for(page, lambda: link_of(page).get("look") == "published,cividis,0.8")
    wanted = expected_colours(page)
    wait_for(page, lambda: wanted <= colours(page))
    expect(page.get_by_role("combobox", name="Palette")).to_have_value("cividis")


def test_words_stand_out_from_the_page_light_and_dark_with_the_same_picture(visit):
    """A contrast of at least 4.5, as WCAG 2.2 asks for (success criterion 1.4.3)."""
    page = visit(PLACE)
    wait_for_text(page, re.compile("^from every pixel"))
    before = expected_colours(page)
    wait_for(page, lambda: before <= colours(page))
    for theme in ("dark", "light"):
        if theme == "light":
            page.get_by_role("button", name="Toggle theme").click()
            wait_for(page, lambda: page.evaluate(BACKGROUND) == "rgb(255, 255, 255)")
            assert before <= colours(page)
        for text in (SETTLED, re.compile("^from every pixel"), re.compile("a smooth boundary of"),
                     re.compile("^signed ranks"), "undecided", "Statistics"):  # fmt: skip
            words = page.get_by_text(text).first
            wait_for(page, lambda words=words: contrast(words) >= 4.5)  # the theme may still fade
    page.get_by_role("button", name="Toggle theme").click()


def test_a_screen_of_double_density_shows_as_many_runs_as_one_chooses(visit, newcomer):
    chooser = visit(PLACE).get_by_label("Sharpness")
    expect(chooser).to_be_hidden()  # where a point is a pixel
    page = newcomer(device_scale_factor=2, viewport={"width": 820, "height": 420}).open(PLACE)

    def settles(*, sharp):
        _, _, width, height = frame_box(page)
        size = re.match(r"settled · (\d+)x(\d+) runs", page.get_by_text(SETTLED).first.inner_text())
        return (int(size[1]) >= 2 * width and int(size[2]) >= 2 * height) == sharp

    wait_for(page, lambda: settles(sharp=True))  # since it costs little
    choose(page, "Sharpness", "standard: one run per point")
    wait_for(page, lambda: settles(sharp=False))
    choose(page, "Sharpness", "full: every screen pixel")
    wait_for(page, lambda: settles(sharp=True))
    page.reload()
    expect(page.get_by_label("Sharpness")).to_have_value("full")
    assert "sharp" not in page.evaluate("location.href")
