"""Kinds of outcome, curves and diagrams on the page."""

import re

import pytest
from playwright.sync_api import expect

from engine.analysis.curves import colour_of
from engine.pictures.colour import category_colour
from engine.places.presets import preset
from tests.ui.driving import DRAWN, contrast, link_of, middle, wait_for, wait_for_text

pytestmark = pytest.mark.ui
PLACE = "?preset=two-factor&set=mu=1.2;steps=120"
SPEC = preset("two-factor").spec

# How many rows the longest of a figure's data sources has whose columns are these.
COLUMNS = """([of, names]) => Math.max(0, ...Bokeh.documents[0].roots()
  .flatMap(root => [...root.references()])
  .filter(model => model.type === 'Figure' && (model.name === 'landscape') === (of === 'landscape'))
  .flatMap(figure => figure.renderers.map(renderer => renderer.data_source))
  .filter(source => source && names.every(name => name in source.data))
  .map(source => source.data[names[0]].length))"""


def held(page, *names, of="landscape"):
    return page.evaluate(COLUMNS, [of, list(names)])


def test_kinds_have_colours_and_names_a_pinned_run_its_orbit_and_the_view_its_diagrams(visit):
    page = visit(PLACE)
    for name in ("monotone", "period 2", "chaotic", "diverged"):
        expect(page.get_by_text(name, exact=True).first).to_be_visible()
    chip = page.locator(f"span[style*='{category_colour(-3)}']")
    expect(chip).to_have_count(1)
    wait_for_text(page, re.compile("^from every pixel"))
    expect(page.get_by_role("cell", name="period 2")).to_be_visible()
    x, y = middle(page)
    page.mouse.move(x + 30, y - 50)
    expect(page.get_by_text("period 2", exact=True).nth(2)).to_be_visible()
    palette = page.get_by_role("combobox", name="Palette")
    expect(palette).to_be_disabled()
    expect(page.get_by_role("combobox", name="Colouring")).to_have_value("classes")
    # The orbit of a pinned run is drawn.
    page.mouse.click(x + 40, y - 60)
    wait_for_text(page, re.compile("^1.*never decided|^1.*decided at"))
    expect(page.get_by_role("img", name="orbits of the pinned runs")).to_be_visible()
    wait_for(page, lambda: held(page, "x", "y", "colour", of="orbits") == 120)
    # Diagrams are made when they are looked at.
    page.get_by_role("tab", name="Diagrams").click()
    wait_for_text(page, re.compile("dotted: catapult 0.82843"))
    diagrams = page.get_by_role("img", name=re.compile("diagrams along .*μ"))
    expect(diagrams.get_by_text("Lyapunov exponent, nats per step")).to_be_visible()
    expect(diagrams.locator("image")).to_have_count(1)  # the attractors
    assert contrast(diagrams.get_by_text("Lyapunov exponent, nats per step")) >= 4.5
    assert diagrams.bounding_box()["height"] > 400


def test_curves_are_toggled_kept_in_the_link_and_go_again(visit):
    page = visit(PLACE)
    assert not held(page, "xs", "ys", "colour")
    page.get_by_role("checkbox", name="separatrix").check()
    wait_for(page, lambda: held(page, "xs", "ys", "colour") > 0)
    expect(page.get_by_text(re.compile("Chebyshev ellipse"))).to_be_visible()
    page.get_by_role("checkbox", name="minima").check()
    wait_for(page, lambda: link_of(page).get("look", "").endswith("separatrix.minima"))
    wait_for(page, lambda: held(page, "xs", "ys", "colour") >= 3)  # one ellipse, two branches
    expect(page.locator(f"span[style*='{colour_of(SPEC, 'minima')}']")).to_have_count(1)
    page.get_by_role("checkbox", name="minima").uncheck()
    page.get_by_role("checkbox", name="separatrix").uncheck()
    wait_for(page, lambda: not held(page, "xs", "ys", "colour"))


def test_a_curve_that_is_trained_for_says_so_and_one_that_is_elsewhere_too(visit):
    page = visit(PLACE)
    page.get_by_role("checkbox", name="phases").check()
    expect(page.get_by_text(re.compile("phase lines: .* · not in this view"))).to_be_visible()
    page = visit("?preset=mean-field&set=steps=40", DRAWN)
    page.get_by_role("checkbox", name="critical line").check()
    expect(page.get_by_text(re.compile("critical line χ = 1.* · tracing …"))).to_be_visible()
    wait_for(page, lambda: held(page, "xs", "ys", "colour") == 1)
    expect(page.get_by_text("tracing …")).to_have_count(0)


def test_another_systems_line_runs_through_the_view(visit):
    page = visit("?preset=quadratic&set=steps=40", DRAWN)
    page.get_by_role("tab", name="Diagrams").click()
    wait_for_text(page, re.compile("Along learning rate of the first parameter"))
    expect(page.get_by_text("dotted")).to_have_count(0)
