"""The page, as a person uses it: a real server, a real browser."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from engine.places import links
from engine.plane import Size
from engine.tiles.field import compute_field
from engine.tiles.lattice import Region
from engine.tiles.pyramid import slices_in
from tests.ui.driving import (
    BOXES,
    DRAWN,
    FIGURE,
    QUICK,
    SETTLED,
    SLOW_ENOUGH_TO_WATCH,
    WAIT_OUT_A_GESTURE,
    fills_the_view,
    frame_box,
    has_settled,
    is_painted_as_held,
    middle,
    sharpness,
    wait_for,
    wait_for_text,
    wait_for_view,
    window,
)

pytestmark = pytest.mark.ui
REST = 400  # milliseconds from the press of the button to the movement: Bokeh's own patience is 300


def test_the_picture_is_the_field_of_its_link(visit):
    """What the browser holds is what the engine computes for the window in the address bar."""
    page = visit(QUICK)

    def same():
        script = """() => {FIGURE
          return [location.href, drawn.inner_width, drawn.inner_height,
                  Object.fromEntries(tiles.map(t => [t.id, Array.from(t.value)]))]
        }"""
        link, width, height, tiles = page.evaluate(script.replace("FIGURE", FIGURE))
        linked = links.parse(link)
        spec, view = linked.spec, linked.window
        region = Region.of_view(view, Size(round(width), round(height)))
        field = compute_field(spec, region.window(), region.size).values.astype(np.float32)
        for index in region.tiles():
            held = tiles.get(f"{index.level}:{index.column}:{index.row}")
            if held is None:
                return False
            part = np.array(held, np.float32).reshape(64, 64)[region.slices(index)]
            if not np.array_equal(part, field[slices_in(region, index, region.slices(index))]):
                return False
        return True

    wait_for(page, same)  # at once, unless the page is laid out anew just then


def test_a_view_seen_before_comes_back_without_training(visit):
    page = visit("?preset=quadratic&set=steps=39")  # of which no other test has trained a view
    wait_for_view(page, lambda home: shows_all(home, frame_box(page)))
    before = window(page)
    wait_for_text(page, SETTLED)
    page.mouse.move(*middle(page))
    page.mouse.wheel(0, -300)
    wait_for_view(page, lambda after: after.half_width < 0.95 * before.half_width)
    wait_for_text(page, re.compile("^settled.* trained now"))
    wait_for(page, lambda: is_painted_as_held(page))
    page.get_by_role("button", name="Home").click()
    wait_for_text(page, re.compile("^settled.* all known before"))
    assert fills_the_view(page)
    wait_for(page, lambda: is_painted_as_held(page))


def test_the_value_under_the_pointer_is_told_and_nothing_that_is_said_moves_the_picture(visit):
    page = visit(QUICK)
    page.mouse.move(*middle(page))
    wait_for_text(page, re.compile("^(converged|diverged), [0-9.e+-]+$"))
    wait_for(page, lambda: is_laid_out(page))
    height = frame_box(page)[3]
    page.get_by_text(SETTLED).first.evaluate("line => { line.textContent = 'settled '.repeat(99) }")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    assert frame_box(page)[3] == height


def is_laid_out(page):
    """Whether the picture stays where it is: a page that was just opened may still move it."""
    before = frame_box(page)
    page.wait_for_timeout(WAIT_OUT_A_GESTURE)
    return frame_box(page) == before


def test_the_whole_window_is_shown_however_the_page_is_laid_out_until_somebody_moves_it(visit):
    page = visit(QUICK)
    for width in (1600, 1200):
        page.set_viewport_size({"width": width, "height": 720})
        wait_for_view(page, lambda home: shows_all(home, frame_box(page)))
    page.mouse.move(*middle(page))
    whole = window(page)
    page.mouse.wheel(0, -300)
    wait_for_view(page, lambda zoomed: zoomed.half_width < 0.7 * whole.half_width)
    moved, before = window(page), frame_box(page)
    page.set_viewport_size({"width": 1500, "height": 720})
    wait_for(page, lambda: frame_box(page)[2] > before[2])
    wait_for_text(page, SETTLED)
    assert window(page).half_width == moved.half_width


def shows_all(view, frame):
    """Whether the view is that of the whole plane of `quadratic`, 4 x 4, as large as it fits."""
    _, _, width, height = frame
    return view.half_width == pytest.approx(2 * max(1, width / height), rel=1e-6)


def test_the_wheel_zooms_at_the_cursor_and_every_depth_is_trained(visit):
    page = visit(QUICK)
    before = window(page)
    page.mouse.move(*middle(page))
    page.mouse.wheel(0, -300)
    wait_for_view(page, lambda after: after.half_width < 0.9 * before.half_width)
    wait_for_text(page, SETTLED)
    after = window(page)
    assert abs(after.x - before.x) < 0.02 * before.half_width


def test_dragging_pans_or_draws_a_box_to_zoom_into_and_home_brings_back_the_overview(visit):
    page = visit(QUICK)
    before = window(page)
    x, y = middle(page)
    _, _, width, _ = frame_box(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.wait_for_timeout(REST)
    page.mouse.move(x + 100, y, steps=4)
    page.mouse.up()
    expected = float(before.x) - 100 / width * 2 * before.half_width
    wait_for_view(page, lambda after: float(after.x) == pytest.approx(expected, abs=0.02))
    assert window(page).half_width == pytest.approx(before.half_width)
    wait_for_text(page, SETTLED)
    drag_a_box(page)
    page.get_by_role("button", name="Home").click()
    wait_for_view(page, lambda after: after.half_width >= 2)
    assert abs(window(page).x) < 1e-6


def drag_a_box(page):
    before = window(page)
    x, y = middle(page)
    page.get_by_role("button", name="Drag a box").click()
    page.wait_for_function(BOXES)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 200, y + 150, steps=4)
    page.mouse.up()
    wait_for_view(page, lambda after: after.half_width < 0.6 * before.half_width)
    assert window(page).x > before.x
    assert window(page).y < before.y
    page.get_by_role("button", name="Drag a box").click()


def test_a_deep_link_is_exact_and_its_axes_stay_readable(newcomer):
    deep = "-0.743643887037158704752191506114774,0.131825904205311970493132056385139,1e-11"
    page = newcomer().open(f"?preset=mandelbrot&set=steps=300&view={deep}", DRAWN)
    expect(page.get_by_role("checkbox", name="separatrix")).to_have_count(0)  # it has no curves
    view = window(page)
    wanted = links.parse_view(deep)
    assert abs(view.x - wanted.x) < 1e-6 * wanted.half_width
    assert view.half_width == pytest.approx(wanted.half_width, rel=1e-6)
    page.mouse.move(*middle(page))
    for _ in range(3):
        page.mouse.wheel(0, -200)
    wait_for_view(page, lambda after: after.half_width < 0.9 * wanted.half_width)
    assert abs(window(page).x - wanted.x) < 0.02 * wanted.half_width


def test_zooming_by_wheel_from_home_to_beyond_float64_keeps_the_point(visit):
    page = visit(QUICK)
    page.mouse.move(*middle(page))
    before = window(page)
    for _ in range(45):
        page.mouse.wheel(0, -900)
        page.wait_for_timeout(30)
    wait_for_text(page, "beyond float64")
    after = window(page)
    assert after.half_width < 1e-14
    assert abs(after.x - before.x) < 0.02 * before.half_width
    page.get_by_role("button", name="Home").click()
    wait_for_view(page, lambda home: home.half_width >= 2)


def test_choosing_a_preset_changes_picture_and_link(visit):
    page = visit(QUICK)
    system = page.get_by_role("combobox", name="System")
    system.select_option("mandelbrot")
    page.wait_for_function("() => location.search.includes('preset=mandelbrot')")
    wait_for_text(page, DRAWN)
    wait_for_text(page, "control: z² + c")
    expect(page.get_by_role("checkbox", name="boundary")).to_have_count(0)  # a curve of the other
    wait_for(page, lambda: fills_the_view(page))
    assert window(page).half_width >= 1.5


def test_a_bad_link_says_so_brings_no_script_along_and_opens_the_default(newcomer):
    bad = "tanhh<img src=x onerror=window.harmed=1>"
    page = newcomer().open(f"?preset={bad}&view=0,0,1", re.compile("unknown preset"))
    page.wait_for_function("() => location.search.includes('preset=tanh-single')")
    assert "<" not in page.title()
    wait_for(page, lambda: fills_the_view(page))
    first = sharpness(page)
    wait_for(page, lambda: sharpness(page) > first)
    assert page.evaluate("window.harmed ?? 0") == 0


def test_the_page_answers_while_it_computes_and_drops_stale_work(visit):
    page = visit(SLOW_ENOUGH_TO_WATCH, DRAWN)
    page.mouse.move(*middle(page))
    for _ in range(5):
        page.mouse.wheel(0, -100)
        page.wait_for_timeout(120)
    # Each of the abandoned views would take longer than we wait: the last one waits for none.
    wait_for(page, lambda: fills_the_view(page) and window(page).half_width < 4)
    page.get_by_role("button", name="Home").click()
    wait_for_view(page, lambda home: home.half_width >= 4.5)


def test_two_visitors_do_not_disturb_each_other(visit, visit_as_another):
    page = visit(SLOW_ENOUGH_TO_WATCH, DRAWN)
    visit_as_another(QUICK)
    sharp = sharpness(page)
    wait_for(page, lambda: sharpness(page) > sharp or has_settled(page))
    assert "preset=tanh-single" in page.evaluate("location.href")
