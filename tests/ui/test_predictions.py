"""What is predicted: said under the pointer, veiled where that is wished, and all that is trained
where somebody stops at a sharp picture.
"""

import itertools
import re

import pytest
from playwright.sync_api import expect

from tests.ui.driving import FIGURE, frame_box, link_of, wait_for, wait_for_text

pytestmark = pytest.mark.ui
GOING_ON = re.compile("^(every|sharp:)")
SLOW = "?preset=tanh-single&set=steps=2000"

# How many predicted pixels, and how many others, are drawn in another colour than they have.
CHANGED = """() => {FIGURE
  const {data} = drawn.renderers.find(({glyph}) => glyph.type === 'ImageRGBA').data_source
  let [predicted, others] = [0, 0]
  for (const tile of tiles) {
    const shown = data.image[data.x.findIndex((x, k) => (
      x === tile.x && data.y[k] === tile.y && data.dw[k] === tile.dw))]
    tile.image.forEach((colour, k) => {
      if (shown[k] === colour) return
      if (colour >>> 24 === 254) predicted += 1
      else others += 1
    })
  }
  return [predicted, others]
}""".replace("FIGURE", FIGURE)


def changed(page):
    return page.evaluate(CHANGED)


def test_what_is_predicted_is_said_and_veiled(visit):
    page = visit(SLOW, GOING_ON)
    told = page.get_by_text(re.compile(r"^(converged|diverged), [0-9.e+-]+ · predicted$"))
    left, top, width, height = frame_box(page)
    steps = itertools.count()

    def is_told():  # of one of the runs there, most of which are predicted
        page.mouse.move(left + 0.2 * width + next(steps) % 20, top + 0.2 * height)
        return told.first.is_visible()

    wait_for(page, is_told)
    assert changed(page) == [0, 0]
    veil = page.get_by_role("button", name="Veil what is predicted")
    expect(veil).to_have_attribute("aria-pressed", "false")
    veil.click()
    expect(veil).to_have_attribute("aria-pressed", "true")
    wait_for(page, lambda: changed(page)[0] > 1000)
    assert changed(page)[1] == 0
    page.keyboard.press("v")
    expect(veil).to_have_attribute("aria-pressed", "false")
    wait_for(page, lambda: changed(page) == [0, 0])


def test_somebody_stops_at_a_sharp_picture_and_so_does_whoever_opens_the_link(
    visit, visit_as_another
):
    page = visit("?preset=tanh-single&set=steps=103", GOING_ON)
    page.get_by_label("stop at sharp").check()
    wait_for(page, lambda: link_of(page).get("until") == "sharp")
    stopped = re.compile("^sharp, and stopped there: .* trained, labels 99.9 % by audit")
    wait_for_text(page, stopped)
    link = page.evaluate("location.search")
    other = visit_as_another(link, re.compile("^(sharp, and|settled)"))
    expect(other.get_by_label("stop at sharp")).to_be_checked()
    other.get_by_label("stop at sharp").uncheck()
    wait_for(other, lambda: "until" not in link_of(other))
    page.get_by_label("stop at sharp").uncheck()
    expect(page.get_by_text(stopped)).to_have_count(0)


def test_without_predictions_levels_come_one_after_the_other(visit):
    page = visit(SLOW, GOING_ON)
    choice = page.get_by_label("Runs not trained yet")
    predicted = """() => {FIGURE
      return tiles.some((tile) => tile.image.some((colour) => colour >>> 24 === 254))
    }""".replace("FIGURE", FIGURE)
    wait_for(page, lambda: page.evaluate(predicted))
    choice.select_option("off")
    wait_for(page, lambda: not page.evaluate(predicted))
    choice.select_option("shown")
    wait_for(page, lambda: page.evaluate(predicted))
