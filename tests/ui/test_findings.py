"""What was found: the statistics of what is on screen, and the pinned runs."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from app.views.runs import key_of
from engine.analysis.courses import courses
from engine.analysis.run import inspect
from engine.places import links
from engine.plane import Size
from engine.statistics.scaling import value_and_error
from engine.statistics.summary import statistics
from engine.tiles.field import compute_field
from engine.tiles.lattice import Region
from tests.ui.driving import (
    DRAWN,
    QUICK,
    SETTLED,
    frame_box,
    link_of,
    middle,
    wait_for,
    wait_for_text,
)

pytestmark = pytest.mark.ui
PLACE = f"{QUICK}&view=0.25,0.125,1.0"


def test_the_numbers_are_those_of_the_field_on_screen_and_a_key_pins_its_middle(visit):
    page = visit(PLACE)
    wait_for_text(page, re.compile("^from every pixel: "))
    _, _, width, height = frame_box(page)
    linked = links.parse(page.evaluate("location.href"))
    region = Region.of_view(linked.window, Size(round(width), round(height)))
    field = compute_field(linked.spec, region.window(), region.size)
    expected = statistics(linked.spec, 1, field.values, field.decided)
    wait_for_text(page, f"from every pixel: {region.size} runs")
    for estimate in expected.dimensions:
        assert page.get_by_role("cell", name=value_and_error(estimate)).count() > 0
    share = 100 * expected.outcomes.converged / expected.outcomes.runs
    expect(page.get_by_role("row", name=f"converged {share:.1f} %")).to_be_visible()
    text = page.get_by_role("row", name="runs for this view").inner_text()
    runs, points = (int(n.replace(",", "")) for n in re.findall(r"[\d,]+", text))
    assert runs == points >= region.size.pixels  # coarse levels reach a little beyond the view
    expect(page.get_by_role("row", name="computed on")).to_contain_text("float64")

    def plotted():
        points = dict(page.evaluate(PLOTS))
        return (
            points.get("box size, pixels", 0) >= 6
            and points.get("decided at step", 0) == 20
            and points.get("magnitude of the value", 0) == 40
        )

    wait_for(page, plotted)
    page.keyboard.press("i")  # pins the run in the middle
    wait_for(page, lambda: link_of(page).get("pins") == "0.25,0.125")
    wait_for_text(page, SETTLED)


# The axis labels of the small plots, and how many points each draws.
PLOTS = """() => Bokeh.documents[0].roots().flatMap(root => [...root.references()])
  .filter(model => model.type === 'Figure' && !model.name && model.below.length)
  .map(model => [model.below[0].axis_label, Math.max(...model.renderers.map(r => {
    const columns = Object.values(r.data_source?.data ?? {})
    return columns.length ? columns[0].length : 0
  }))])"""


# Where the axes of the plots over the steps of a run end.
LAST_STEPS = """() => Bokeh.documents[0].roots().flatMap(root => [...root.references()])
  .filter(model => model.type === 'Figure' && model.below[0]?.axis_label === 'step')
  .map(model => model.x_range.end)"""

HEIGHTS = LAST_STEPS.replace("x_range.end", "y_range").replace(
    "model.y_range", "[model.y_range.start, model.y_range.end]"
)


def test_runs_are_pinned_compared_and_part_of_the_link(visit):
    page = visit("?preset=tanh-single&set=steps=20;width=3&view=1.5,0.9,2", DRAWN)
    x, y = middle(page)
    page.mouse.click(x, y)
    expect(page.get_by_role("button", name="Unpin run 1")).to_be_visible()
    page.mouse.click(x - 80, y + 200)  # where training converges
    expect(page.get_by_role("button", name="Unpin run 2")).to_be_visible()
    wait_for(page, lambda: page.get_by_text(re.compile("Lyapunov [+-]")).count() == 2)
    pins = link_of(page)["pins"].split(";")
    linked = links.parse(page.evaluate("location.href"))
    runs = [inspect(linked.spec, *(Decimal(n) for n in pin.split(","))) for pin in pins]
    for run in runs:
        expect(page.get_by_text(f"value {run.value:.6g} ").first).to_be_visible()
        expect(page.get_by_text(f"Lyapunov {run.lyapunov:+.4f}").first).to_be_visible()
    wait_for_text(page, "input layer solid, output layer dashed")
    wait_for(page, lambda: all(end >= 19 for end in page.evaluate(LAST_STEPS)))
    drawn = [courses([[run.losses] for run in runs]), courses([run.updates.T for run in runs])]
    ranges = [pytest.approx([shown.low, shown.high]) for shown in drawn]
    wait_for(page, lambda: page.evaluate(HEIGHTS) == ranges)
    assert drawn[0].kinds == ("above",)
    for shown in drawn:
        wait_for_text(page, re.compile(f"^{re.escape(key_of(shown.kinds))}$"))
    page.get_by_role("button", name="Unpin run 1").click()
    wait_for(page, lambda: link_of(page)["pins"] == pins[1])
    alone = courses([[runs[1].losses]])
    wait_for(page, lambda: page.evaluate(HEIGHTS)[0] == pytest.approx([alone.low, alone.high]))
    page.get_by_role("button", name="Unpin all").click()
    wait_for(page, lambda: "pins" not in link_of(page))
