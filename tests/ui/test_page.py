"""The page, as a person uses it: a real server, a real browser."""

import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from engine import links
from engine.field import compute_field
from engine.lattice import Region
from engine.plane import Size
from engine.pyramid import place

pytestmark = pytest.mark.ui

SETTLED = re.compile(r"^settled")
DRAWN = re.compile(r"every \d+ pixels|every pixel|^settled")
PATIENCE = 20_000
SLOW_ENOUGH_TO_WATCH = "?preset=tanh-single"
QUICK = "?preset=quadratic&set=steps=40"


@pytest.fixture
def visit(page, server_url):
    """Open the page somewhere, and fail the test if anything goes wrong in the browser."""
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("request", lambda r: problems.append(r.url) if _leaves(r.url, server_url) else None)

    def go(query="", expected=SETTLED):
        page.goto(server_url + query)
        wait_for_text(page, expected)
        return page

    yield go
    assert problems == []


def _leaves(url, server_url):
    return (
        urlsplit(url).scheme not in ("data", "blob")
        and urlsplit(url).netloc != urlsplit(server_url).netloc
    )


def window(page):
    query = urlsplit(page.evaluate("location.href")).query
    return links.parse_view(parse_qs(query)["view"][0])


def frame_box(page):
    """The pixels of the picture itself, within its axes."""
    return page.evaluate(
        """() => {
          for (const root of Bokeh.documents[0].roots())
            for (const model of root.references())
              if (model.type === 'Figure' && model.toolbar_location === 'above') {
                const view = Bokeh.index.find_one(model)
                const at = view.el.getBoundingClientRect()
                const {left, top} = view.frame.bbox
                return [at.x + left, at.y + top, model.inner_width, model.inner_height]
              }
        }"""
    )


def middle(page):
    x, y, width, height = frame_box(page)
    return x + width / 2, y + height / 2


def wait_for_view(page, predicate):
    """Wait until the address bar names a window for which the predicate holds."""
    wait_for(page, lambda: predicate(window(page)))


def wait_for(page, condition):
    for _ in range(PATIENCE // 50):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not reached; the page is at {page.evaluate('location.href')}")


def wait_for_text(page, text):
    expect(page.get_by_text(text).first).to_be_visible(timeout=PATIENCE)


# What the page's own figure shows: its ranges and its tiles, coarser ones first.
FIGURE = """
  const drawn = Bokeh.documents[0].roots().flatMap(root => [...root.references()])
    .find(model => model.type === 'Figure' && model.toolbar_location === 'above')
  const tiles = drawn.tiles ?? []
"""


def sharpness(page):
    """How many runs of the finest level are shown, and which level that is."""
    script = """() => {FIGURE
      const level = (tile) => +tile.id.split(':')[0]
      const finest = Math.max(0, ...tiles.map(level))
      const known = tiles.filter(t => level(t) === finest).map(t => t.image.filter(v => v).length)
      return [finest, known.reduce((a, b) => a + b, 0)]
    }"""
    return page.evaluate(script.replace("FIGURE", FIGURE))


def fills_the_view(page):
    """Whether every spot of the view shows a run, at the pitch of the view or nearly."""
    script = """() => {FIGURE
      const {x_range, y_range, inner_width} = drawn
      const pitch = (x_range.end - x_range.start) / inner_width
      for (let i = 0.05; i < 1; i += 0.1)
        for (let j = 0.05; j < 1; j += 0.1) {
          const x = x_range.start + i * (x_range.end - x_range.start)
          const y = y_range.start + j * (y_range.end - y_range.start)
          const known = tiles.some(t => {
            const column = Math.floor((x - t.x) / t.dw * 64)
            const row = Math.floor((y - t.y) / t.dh * 64)
            const inside = column >= 0 && column < 64 && row >= 0 && row < 64
            return inside && t.dw / 64 < 40 * pitch && t.image[row * 64 + column] > 0
          })
          if (!known) return false
        }
      return true
    }"""
    return page.evaluate(script.replace("FIGURE", FIGURE))


def has_settled(page):
    return page.get_by_text(SETTLED).first.is_visible()


def test_the_page_opens_with_the_default_preset_and_gets_sharper(visit):
    page = visit("", DRAWN)
    assert page.title() == "trainscape"
    assert "preset=tanh-single" in page.evaluate("location.href")
    wait_for(page, lambda: fills_the_view(page))
    first = sharpness(page)
    wait_for(page, lambda: sharpness(page) > first)


def test_the_picture_is_the_field_of_its_link(visit):
    """What the browser holds is what the engine computes for the window in the address bar."""
    page = visit(QUICK)

    def same():
        script = """() => {FIGURE
          return [location.href, drawn.inner_width, drawn.inner_height,
                  Object.fromEntries(tiles.map(t => [t.id, Array.from(t.value)]))]
        }"""
        link, width, height, tiles = page.evaluate(script.replace("FIGURE", FIGURE))
        _, spec, shown = links.parse(link)
        region = Region.of_view(shown, Size(round(width), round(height)))
        field = compute_field(spec, region.window(), region.size).values.astype(np.float32)
        for index in region.tiles():
            held = tiles.get(f"{index.level}:{index.column}:{index.row}")
            if held is None:
                return False
            part = np.array(held, np.float32).reshape(64, 64)[region.slices(index)]
            if not np.array_equal(part, field[place(region, index, region.slices(index))]):
                return False
        return True

    wait_for(page, same)  # at once, unless the page is laid out anew just then


def test_a_view_seen_before_comes_back_without_training(visit):
    page = visit(QUICK)
    wait_for_view(page, lambda home: home.half_width > 2.05)
    before = window(page)
    wait_for_text(page, re.compile(rf"^settled.* width {2 * before.half_width:.3g}"))
    page.mouse.move(*middle(page))
    page.mouse.wheel(0, -300)
    wait_for_view(page, lambda after: after.half_width < 0.95 * before.half_width)
    wait_for_text(page, re.compile("^settled.* trained now"))
    page.get_by_role("button", name="Home").click()
    wait_for_text(page, re.compile("^settled.* all known before"))
    assert fills_the_view(page)


def test_the_picture_keeps_its_height_whatever_is_said_above_it(visit):
    page = visit(QUICK)
    height = frame_box(page)[3]
    page.get_by_text(SETTLED).first.evaluate("line => { line.textContent = 'settled '.repeat(99) }")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    assert frame_box(page)[3] == height


def test_the_whole_window_is_shown_however_the_page_is_laid_out_until_somebody_moves_it(visit):
    page = visit(QUICK)
    for width in (1600, 1200):
        page.set_viewport_size({"width": width, "height": 720})
        wait_for_view(page, lambda home: shows_all(home, frame_box(page)))
    page.mouse.move(*middle(page))
    page.mouse.wheel(0, -300)
    wait_for_view(page, lambda zoomed: not shows_all(zoomed, frame_box(page)))
    moved, before = window(page), frame_box(page)
    page.set_viewport_size({"width": 1500, "height": 720})
    wait_for(page, lambda: frame_box(page)[2] > before[2])
    wait_for_text(page, SETTLED)
    assert window(page).half_width == moved.half_width


def shows_all(view, frame):
    """Whether the view is that of the whole plane of `quadratic`, 4 x 4, as large as it fits."""
    _, _, width, height = frame
    return view.half_width == pytest.approx(2 * max(1, width / height), rel=1e-6)


def test_the_value_under_the_pointer_is_told(visit):
    page = visit(QUICK)
    page.mouse.move(*middle(page))
    wait_for_text(page, re.compile("^(converged|diverged), [0-9.e+-]+$"))


def test_a_measure_of_chaos_is_told_in_its_own_words(visit):
    page = visit(f"{QUICK};measure=lyapunov")
    expect(page.get_by_text("contracting strongly")).to_be_visible()
    page.mouse.move(*middle(page))
    wait_for_text(page, re.compile(r"(contracting|chaotic), \d"))


def test_the_wheel_zooms_at_the_cursor_and_every_depth_is_trained(visit):
    page = visit(QUICK)
    before = window(page)
    page.mouse.move(*middle(page))
    page.mouse.wheel(0, -300)
    wait_for_view(page, lambda after: after.half_width < 0.9 * before.half_width)
    wait_for_text(page, SETTLED)
    after = window(page)
    assert abs(after.x - before.x) < 0.02 * before.half_width


def test_dragging_pans_without_changing_the_scale(visit):
    page = visit(QUICK)
    before = window(page)
    x, y = middle(page)
    _, _, width, _ = frame_box(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 100, y, steps=4)
    page.mouse.up()
    expected = float(before.x) - 100 / width * 2 * before.half_width
    wait_for_view(page, lambda after: float(after.x) == pytest.approx(expected, abs=0.02))
    assert window(page).half_width == pytest.approx(before.half_width)
    wait_for_text(page, SETTLED)


def test_box_zoom_shows_the_box(visit):
    page = visit(QUICK)
    before = window(page)
    x, y = middle(page)
    page.evaluate(
        """() => {
          for (const root of Bokeh.documents[0].roots())
            for (const model of root.references())
              if (model.type === 'BoxZoomTool') model.active = true
        }"""
    )
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 200, y + 150, steps=4)
    page.mouse.up()
    wait_for_view(page, lambda after: after.half_width < 0.6 * before.half_width)
    assert window(page).x > before.x
    assert window(page).y < before.y


def test_home_brings_back_the_whole_overview(visit):
    page = visit(QUICK + "&view=0.3,0.1,0.5")
    page.get_by_role("button", name="Home").click()
    wait_for_view(page, lambda after: after.half_width >= 2)
    assert abs(window(page).x) < 1e-6


def test_a_deep_link_is_exact_and_its_axes_stay_readable(visit):
    deep = "-0.743643887037158704752191506114774,0.131825904205311970493132056385139,1e-11"
    page = visit(f"?preset=mandelbrot&set=steps=300&view={deep}", DRAWN)
    shown = window(page)
    wanted = links.parse_view(deep)
    assert abs(shown.x - wanted.x) < 1e-6 * wanted.half_width
    assert shown.half_width == pytest.approx(wanted.half_width, rel=1e-6)
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
    page.get_by_role("combobox").first.click()
    page.get_by_text("mandelbrot", exact=True).click()
    page.wait_for_function("() => location.search.includes('preset=mandelbrot')")
    wait_for_text(page, DRAWN)
    wait_for_text(page, "z² + c")
    wait_for(page, lambda: fills_the_view(page))
    assert window(page).half_width >= 1.5


def test_a_bad_link_says_so_and_opens_the_default(visit):
    page = visit("?preset=tanhh&view=0,0,1", re.compile("did you mean 'tanh'"))
    page.wait_for_function("() => location.search.includes('preset=tanh-single')")


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


def test_a_click_shows_the_run(visit):
    page = visit("?preset=tanh-single&set=steps=60", DRAWN)
    page.mouse.click(*middle(page))
    wait_for_text(page, "Lyapunov exponent")


def test_two_visitors_do_not_disturb_each_other(visit, browser, server_url):
    page = visit(SLOW_ENOUGH_TO_WATCH, DRAWN)
    other = browser.new_page()
    other.goto(server_url + QUICK)
    expect(other.get_by_text(SETTLED)).to_be_visible(timeout=PATIENCE)
    sharp = sharpness(page)
    wait_for(page, lambda: sharpness(page) > sharp or has_settled(page))
    assert "preset=tanh-single" in page.evaluate("location.href")
    other.close()


@pytest.mark.parametrize("screen", [(1920, 1080), (820, 1100), (400, 800)])
def test_the_picture_has_room_on_every_screen(visit, page, screen):
    page.set_viewport_size({"width": screen[0], "height": screen[1]})
    visit(QUICK, DRAWN)
    wait_for(page, lambda: frame_box(page)[2] > 0.45 * min(screen[0], 1500))
    assert frame_box(page)[3] > 0.5 * screen[1]
