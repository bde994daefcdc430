"""How the tests drive the page: what a person sees of it, and waits for."""

import re
import time

from engine.places import links

SETTLED = re.compile(r"^settled")
DRAWN = re.compile(r"every \d+ pixels|every pixel|^settled")
PATIENCE = 20_000
WAIT_OUT_A_GESTURE = 800  # milliseconds after which what follows is another gesture
SLOW_ENOUGH_TO_WATCH = "?preset=tanh-single"
QUICK = "?preset=quadratic&set=steps=40"

# How the page breaks rules of WCAG, or of its practice; all of them, unless some are named. To the
# rule about stops of Tab an application is none of its widgets.
CHECKED = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
VIOLATIONS = """async (only) => {
  const rules = only.length ? {} : {'focus-order-semantics': {enabled: true}}
  const runOnly = only.length ? only : CHECKED
  const found = await axe.run(document, {runOnly, rules, resultTypes: ['violations']})
  return found.violations.flatMap(({id, nodes}) => nodes
    .filter(({html}) => id !== 'focus-order-semantics' || !html.includes('role="application"'))
    .map(({html, failureSummary}) => `${id}: ${html.slice(0, 300)}: ${failureSummary}`))
}""".replace("CHECKED", str(list(CHECKED)))


def window(page):
    return links.parse_view(link_of(page)["view"])


def frame_box(page):
    """The pixels of the picture itself, within its axes."""
    return page.evaluate(
        """() => {
          for (const root of Bokeh.documents[0].roots())
            for (const model of root.references())
              if (model.name === 'landscape') {
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
    until = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < until:
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not reached; the page is at {page.evaluate('location.href')}")


def wait_for_text(page, text):
    page.get_by_text(text).first.wait_for(timeout=PATIENCE)


# What the page's own figure shows: its ranges and its tiles, coarser ones first.
FIGURE = """
  const drawn = Bokeh.documents[0].roots().flatMap(root => [...root.references()])
    .find(model => model.name === 'landscape')
  const tiles = drawn.tiles ?? []
"""

# Whether dragging draws a box in the figure.
BOXES = """() => {FIGURE
  return drawn.js_property_callbacks['change:inner_width'].some(({args}) => args.mode?.data.box[0])
}""".replace("FIGURE", FIGURE)


def ranges(page):
    """The ends of both ranges of the figure, in its own numbers: of x, and then of y."""
    script = """() => {FIGURE
      const {x_range: x, y_range: y} = drawn
      return [x.start, x.end, y.start, y.end]
    }"""
    return page.evaluate(script.replace("FIGURE", FIGURE))


def sharpness(page):
    """Which level is the finest that is shown, and how many of its runs are trained."""
    script = """() => {FIGURE
      const level = (tile) => +tile.id.split(':')[0]
      const finest = Math.max(0, ...tiles.map(level))
      const trained = tiles.filter(t => level(t) === finest)
        .map(t => t.image.filter(v => v >>> 24 === 255).length)
      return [finest, trained.reduce((a, b) => a + b, 0)]
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


def is_painted_as_held(page):
    """Whether the pixels of the canvas have the colours that its tiles have there, or nearly."""
    script = """() => {FIGURE
      const {x_range, y_range} = drawn
      const view = Bokeh.index.find_one(drawn)
      const {canvas, ctx} = view.canvas_view.primary
      const ratio = canvas.width / view.canvas_view.bbox.width
      let [near, all] = [0, 0]
      for (let i = 0.05; i < 1; i += 0.1)
        for (let j = 0.05; j < 1; j += 0.1) {
          const x = x_range.start + i * (x_range.end - x_range.start)
          const y = y_range.start + j * (y_range.end - y_range.start)
          const cell = (t) => {
            const [column, row] = [(x - t.x) / t.dw * 64, (y - t.y) / t.dh * 64].map(Math.floor)
            return Math.min(column, row) >= 0 && Math.max(column, row) < 64 ? row * 64 + column : -1
          }
          const tile = tiles.findLast((t) => t.image[cell(t)] > 0)
          const held = new Uint8Array(Uint32Array.of(tile.image[cell(tile)]).buffer)
          const [across, down] = [view.frame.x_scale.compute(x), view.frame.y_scale.compute(y)]
          const at = [across, down].map((pixel) => Math.floor(pixel * ratio))
          const painted = ctx.getImageData(...at, 1, 1).data
          all += 1
          near += held.every((channel, k) => Math.abs(channel - painted[k]) <= 12)
        }
      return [near, all]
    }"""
    near, spots = page.evaluate(script.replace("FIGURE", FIGURE))
    return near > 0.9 * spots


def has_settled(page):
    return page.get_by_text(SETTLED).first.is_visible()


def look_of(page):
    """The colours of the finest tiles, as the browser holds them."""
    script = """() => {FIGURE
      return tiles.map(t => t.image.reduce((sum, pixel, i) => (sum * 31 + pixel) % 1e9, 7)).join()
    }"""
    return page.evaluate(script.replace("FIGURE", FIGURE))


def colours(page):
    """The packed colours of the picture, whatever tile they are of."""
    script = """() => {FIGURE
      const found = {}
      for (const tile of tiles) for (const pixel of tile.image) found[pixel] = 1
      return Object.keys(found).map(Number)
    }"""
    return set(page.evaluate(script.replace("FIGURE", FIGURE)))


def link_of(page):
    """The parts of the link in the address bar, as texts."""
    return {k: ";".join(v) for k, v in links.parts(page.evaluate("location.href")).items()}


def choose(page, label, option):
    """Choose an entry of a list."""
    page.get_by_role("combobox", name=label).select_option(label=option, timeout=PATIENCE)


def contrast(locator):
    """The contrast of what is written in an element, against the page there, as WCAG 2.2 has it."""
    return locator.evaluate(
        """(element) => {
          const drawn = document.createElement('canvas').getContext('2d')
          const behind = (e) => !e ? ['white']
            : [...behind(e.parentElement ?? e.getRootNode().host),
              getComputedStyle(e).backgroundColor]
          const fill = (colour, share) => {
            drawn.globalAlpha = share
            drawn.fillStyle = colour
            drawn.fillRect(0, 0, 1, 1)
          }
          const luminance = () => {
            const [r, g, b] = [...drawn.getImageData(0, 0, 1, 1).data].map((v) => v / 255)
              .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            return 0.2126 * r + 0.7152 * g + 0.0722 * b
          }
          behind(element).forEach((colour) => fill(colour, 1))
          const ground = luminance()
          const {color, opacity} = getComputedStyle(element)
          fill(color, opacity)
          const [darker, lighter] = [ground, luminance()].sort((a, b) => a - b)
          return (lighter + 0.05) / (darker + 0.05)
        }"""
    )
