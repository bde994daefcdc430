"""A published site as a browser shows it, opened from the disk, with no network at all."""

import functools
import re
from decimal import Decimal

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from engine.exports.export import Hooks
from engine.exports.site.scene import Scene
from engine.exports.site.site import Site
from engine.places import links
from engine.places.links import Place
from engine.places.look import Look
from engine.places.presets import preset
from engine.plane import Size, Window
from engine.tiles.field import compute_field

pytestmark = pytest.mark.ui

SPEC = preset("quadratic").spec.set(["steps=30"])
WINDOW = Window.parse("0.25", "0.5", "7")
SIZE, LEVELS = Size(100, 80), 3
SCREEN = {"width": 900, "height": 700}
SERVER = "https://example.org/trainscape"


@pytest.fixture(scope="module")
def field():
    return compute_field(SPEC, WINDOW, Size(400, 320))


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Write a site, and return its address."""

    @functools.cache
    def publish(name, places=1):
        folder = tmp_path_factory.mktemp("site")
        scenes = [
            Scene.at(Place("quadratic", SPEC, WINDOW, Look()), SIZE, LEVELS, f"place {n}", "a note")
            for n in range(1, places + 1)
        ]
        site = Site(scenes, "A title", SERVER)
        site.train(folder, None, Hooks())
        site.write(folder / name, Hooks())
        path = folder / name
        return (path if path.is_file() else path / "index.html").as_uri()

    return publish


@pytest.fixture
def opened(browser):
    """Open an address in a browser without a network; nothing may go wrong, or be asked for."""
    problems, contexts = [], []

    def open_(address, **options):
        context = browser.new_context(offline=True, **{"viewport": SCREEN, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        page.on(
            "request",
            lambda r: None if r.url.startswith(("file:", "data:")) else problems.append(r.url),
        )
        page.goto(address)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert problems == []


def sharp(page):
    """The canvas, once its finest level is there."""
    canvas = page.locator("canvas:visible")
    expect(canvas).to_have_attribute("data-sharp", "true")
    return canvas


def told(page):
    """What is told of the run that is pointed at: its outcome, and its coordinates."""
    output = page.locator(".run:visible")
    expect(output).to_have_attribute("data-told", "true")
    outcome, *names = output.locator(":scope > span").all_inner_texts()
    coordinates = [text.partition(" = ")[2] for text in names if text.startswith("log₁₀")]
    return outcome, [Decimal(text.replace("−", "-")) for text in coordinates]


def place_of(page):
    """The place that the link of the page leads to."""
    return links.parse(page.locator(".query:visible").input_value().removeprefix(SERVER))


def in_words(value):
    size = np.format_float_scientific(abs(value), 3, unique=False, min_digits=3)
    exponent = size.partition("e")[2]
    assert -3 < int(exponent) < 4, "the test compares numbers that are written plainly"
    return f"{'converged' if value < 0 else 'diverged'}, {float(size):.{3 - int(exponent)}f}"


def is_told_as_it_is(page, field):
    """Whether what is told of a run is what became of the run with these coordinates."""
    outcome, (x, y) = told(page)
    pitch = 7 / field.size.width
    column, row = np.abs(field.x - float(x)).argmin(), np.abs(field.y - float(y)).argmin()
    assert abs(field.x[column] - float(x)) <= 0.02 * pitch
    assert abs(field.y[row] - float(y)) <= 0.02 * pitch
    return outcome == in_words(field.values[row, column])


@pytest.mark.parametrize("name", ["site", "site.html"])
def test_the_wheel_zooms_at_the_cursor_and_runs_are_told(name, published, opened, field):
    page = opened(published(name))
    box = sharp(page).bounding_box()
    spot = box["x"] + 0.3 * box["width"], box["y"] + 0.35 * box["height"]
    page.mouse.move(*spot)
    assert is_told_as_it_is(page, field)
    _, there = told(page)
    before = place_of(page).window
    for _ in range(4):
        page.mouse.wheel(0, -300)
    sharp(page)
    after = place_of(page).window
    assert before.half_width / after.half_width == pytest.approx(np.exp(4 * 0.48), rel=1e-6)
    assert is_told_as_it_is(page, field)
    _, here = told(page)
    pixel = 2 * before.half_width / box["width"]
    for coordinate, same in zip(here, there, strict=True):
        assert abs(float(coordinate - same)) < max(pixel, 7 / SIZE.width)
    live = page.get_by_role("link", name="Open it in the explorer")
    assert live.get_attribute("href") == page.locator(".query").input_value()


def _share(url):
    """Where the middle of a view is that an address names, from 0 to 1; -1 if it names none."""
    found = re.search(r"#1/([^,]+),", url)
    return float(found[1]) if found else -1


def test_keys_buttons_drags_and_the_address_lead_to_the_same_views(published, opened):
    address = published("site")
    page = opened(address)
    box = sharp(page).bounding_box()
    start = place_of(page)
    assert (start.preset, start.spec) == ("quadratic", SPEC)
    assert start.window.x == WINDOW.x
    assert start.window.half_width >= WINDOW.half_width
    page.keyboard.press("+")
    closer = place_of(page).window
    assert closer.half_width == pytest.approx(start.window.half_width / 1.5)
    told(page)  # of the run in the middle
    page.keyboard.press("ArrowRight")
    moved = place_of(page).window
    assert moved.x > closer.x
    assert moved.y == closer.y
    page.mouse.move(box["x"] + 300, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 320, box["y"] + 330, steps=3)
    page.mouse.up()
    dragged = place_of(page).window
    assert dragged.x < moved.x
    assert dragged.y > moved.y
    share = 0.5 + float(dragged.x - WINDOW.x) / (2 * WINDOW.half_width)
    # The address names the view once that rests, and so perhaps one before it until then.
    page.wait_for_url(lambda url: _share(url) == pytest.approx(share))
    again = opened(page.url)
    sharp(again)
    same = place_of(again).window
    assert float(same.x) == pytest.approx(float(dragged.x), abs=1e-6)
    assert same.half_width == pytest.approx(dragged.half_width)
    page.get_by_role("button", name="Whole picture").click()
    assert place_of(page).window == start.window


def test_two_fingers_pinch_and_a_tap_tells_of_a_run(published, opened, field):
    page = opened(published("site"), viewport={"width": 390, "height": 800}, has_touch=True)
    box = sharp(page).bounding_box()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.touchscreen.tap(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    assert is_told_as_it_is(page, field)
    before = place_of(page).window
    hand = page.context.new_cdp_session(page)
    middle = box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"]
    for kind, apart in (("touchStart", 40), ("touchMove", 60), ("touchMove", 80)):
        points = [{"x": middle[0] + side * apart, "y": middle[1], "id": side + 1}
                  for side in (-1, 1)]  # fmt: skip
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    sharp(page)
    assert before.half_width / place_of(page).window.half_width == pytest.approx(2, rel=0.02)


def test_a_view_is_never_blank_while_finer_tiles_are_coming(published, opened, tmp_path):
    page = opened(published("site"), color_scheme="light", viewport={"width": 300, "height": 500})
    box = sharp(page).bounding_box()
    middle = {
        "x": box["x"] + box["width"] * 0.45, "y": box["y"] + box["height"] * 0.45,
        "width": 60, "height": 60,
    }  # fmt: skip
    page.mouse.move(middle["x"], middle["y"])
    page.evaluate("() => { Image.prototype.decode = () => new Promise(() => {}) }")  # none comes
    for _ in range(3):
        page.mouse.wheel(0, -400)
        page.screenshot(path=tmp_path / "seen.png", clip=middle)
        with Image.open(tmp_path / "seen.png") as image:
            paper = (np.asarray(image.convert("RGB")) > 245).all(axis=2)
        assert not paper.any()
    assert page.locator("canvas:visible").get_attribute("data-sharp") == "false"


def test_several_places_have_cards_and_each_its_own_view(published, opened):
    page = opened(published("site", places=2))
    cards = page.get_by_role("listitem").get_by_role("link")
    expect(cards).to_have_count(2)
    expect(page.locator("canvas:visible")).to_have_count(0)
    cards.nth(1).click()
    sharp(page)
    expect(page.get_by_role("heading", name="place 2")).to_be_visible()
    assert page.title() == "place 2 – A title"
    page.keyboard.press("+")
    page.wait_for_url(re.compile("#2/"))
    page.keyboard.press("Escape")
    expect(cards.nth(0)).to_be_visible()
    cards.nth(0).click()
    sharp(page)
    assert page.url.endswith("#1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_and_named(scheme, published, opened):
    from tests.ui.driving import contrast

    page = opened(published("site"), color_scheme=scheme)
    sharp(page)
    for selector in (".remark >> nth=0", "th >> nth=0", "td >> nth=0", "h1", "button >> nth=0",
                     "a.live", ".legend li >> nth=0", ".run"):  # fmt: skip
        assert contrast(page.locator(selector)) >= 4.5, selector
    unnamed = "e => e.filter(b => !(b.ariaLabel || b.textContent.trim())).length"
    assert page.locator("button, input, textarea, canvas").evaluate_all(unnamed) == 0
