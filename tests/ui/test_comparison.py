"""Comparison: three pictures that move as one, and back to a single one."""

import pytest
from playwright.sync_api import expect

from tests.ui.driving import QUICK, choose, fills_the_view, link_of, wait_for, wait_for_view, window

pytestmark = pytest.mark.ui

# Where the picture of each figure is on the page, what stands above it, and its finest level.
FIGURES = """() => {
  const named = {}
  for (const root of Bokeh.documents[0].roots())
    for (const model of root.references())
      if (['landscape', 'other', 'differences'].includes(model.name)) {
        const view = Bokeh.index.find_one(model)
        if (!view || !view.el.getClientRects().length) continue
        const at = view.el.getBoundingClientRect(), {left, top} = view.frame.bbox
        const levels = (model.tiles ?? []).map((tile) => +tile.id.split(':')[0])
        named[model.name] = {title: model.title.text, x: at.x + left, y: at.y + top,
          width: model.inner_width, height: model.inner_height, finest: Math.max(...levels)}
      }
  return named
}"""


def same_size(figures):
    widths, heights = ([f[side] for f in figures.values()] for side in ("width", "height"))
    return max(widths) - min(widths) <= 1 and max(heights) - min(heights) <= 1


def test_three_pictures_zoom_as_one_stack_on_a_narrow_screen_and_leave_again(visit):
    page = visit(QUICK)
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog")
    choose(dialog, "Setting", "steps")
    value = dialog.get_by_role("textbox", name="steps")
    for text in ("0", "2"):
        value.fill(text)
        dialog.get_by_role("button", name="Add this difference").click()
        if text == "0":
            expect(dialog.get_by_text("steps must be at least 1, not 0")).to_be_visible()
    wait_for(page, lambda: link_of(page).get("against") == "steps=2")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    figures = {}

    def compared():
        figures.update(page.evaluate(FIGURES))
        return len(figures) == 3 and same_size(figures) and "%" in figures["differences"]["title"]

    wait_for(page, compared)
    assert (figures["landscape"]["title"], figures["other"]["title"]) == ("steps 40", "steps 2")
    expect(page.get_by_text("only the second converged")).to_be_visible()
    before, other = window(page).half_width, figures["other"]
    page.mouse.move(other["x"] + other["width"] / 2, other["y"] + other["height"] / 2)
    page.mouse.wheel(0, -550)  # to a third
    wait_for_view(page, lambda there: there.half_width < before / 1.5)
    levels = [figure["finest"] for figure in figures.values()]
    wait_for(page, lambda: all(
        figure["finest"] > level
        for figure, level in zip(page.evaluate(FIGURES).values(), levels, strict=True)
    ))  # fmt: skip
    page.set_viewport_size({"width": 420, "height": 800})
    wait_for(page, lambda: compared() and len({round(f["x"]) for f in figures.values()}) == 1)
    tops = [figures[name]["y"] for name in ("landscape", "other", "differences")]
    assert tops == sorted(tops)
    page.set_viewport_size({"width": 1200, "height": 700})
    expect(page.get_by_role("dialog")).to_be_hidden()  # which the settings are on a narrow screen
    page.keyboard.press("u")
    wait_for(page, lambda: "against" not in link_of(page))
    wait_for(page, lambda: list(page.evaluate(FIGURES)) == ["landscape"])
    wait_for(page, lambda: fills_the_view(page))
