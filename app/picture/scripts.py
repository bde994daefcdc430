"""This module is the scripts: what the browser does by itself with the landscape's figure.

Each is the code of a Bokeh callback in JavaScript; the names that it uses beside `figure` are the
data sources of `Landscape`.
"""

SEND_EVERY = 50  # milliseconds between two messages about a moving view; the last always goes out
GESTURE = 600  # milliseconds without a change of the view, after which another gesture begins
CLICK_AFTER = 250  # milliseconds after which a click is not the first half of a double click
PAN, FAR_PAN, ZOOM = (
    0.1,
    0.5,
    1.5,
)  # the share of the view that an arrow moves, and what + divides by

# Says what the browser shows. Bokeh's own RangesUpdate event comes half a second too late for this.
SEND = """
const moved = performance.now()
if (moved - (figure.moved_at ?? -Infinity) > GESTURE) figure.gesture = (figure.gesture ?? 0) + 1
figure.moved_at = moved
if (figure.pending_view) return
const since = performance.now() - (figure.told_at ?? -EVERY)
figure.pending_view = setTimeout(() => {
  figure.pending_view = null
  figure.told_at = performance.now()
  const {x_range, y_range, inner_width: width, inner_height: height} = figure
  if (!(width > 0 && height > 0)) return
  const told = Object.fromEntries(Object.entries(frame.data).map(([key, [value]]) => [key, value]))
  const at = () => [x_range.start, x_range.end, y_range.start, y_range.end].join()
  if (![x_range.start, x_range.end, y_range.start, y_range.end].every(Number.isFinite)) {
    x_range.setv({start: told.x0, end: told.x1})  // Bokeh's zoom has lost itself: begin again
    y_range.setv({start: told.y0, end: told.y1})
  }
  const {epoch: fitted, at: place} = figure.fitted ?? {}
  const fits = told.fit && (fitted !== told.epoch || place === at())
  let middle = (y_range.start + y_range.end) / 2
  if (fits) {  // the whole window, at whatever size the page is laid out, until somebody moves it
    const centre = (told.x0 + told.x1) / 2
    const up = (told.y1 - told.y0) / told.shape
    const across = Math.max(told.x1 - told.x0, up * width / height) / 2
    x_range.setv({start: centre - across, end: centre + across})
    middle = (told.y0 + told.y1) / 2
  }
  // Square pixels. Whatever changes a range has this told again, so once it is right, nothing may.
  const half = (x_range.end - x_range.start) / 2 * height / width * told.shape
  const off = Math.abs(middle - (y_range.start + y_range.end) / 2)
  if (off > 1e-9 * half || Math.abs(2 * half / (y_range.end - y_range.start) - 1) > 1e-6)
    y_range.setv({start: middle - half, end: middle + half})
  if (fits) figure.fitted = {epoch: told.epoch, at: at()}
  const now = {epoch: told.epoch, gesture: figure.gesture, x0: x_range.start, x1: x_range.end,
               y0: y_range.start, y1: y_range.end, width, height,
               ratio: window.devicePixelRatio || 1, screen: window.innerWidth}
  const last = view.data
  const same = (key) => key === 'gesture' || (last[key] && last[key][0] === now[key])
  if (Object.keys(now).every(same)) return
  view.data = Object.fromEntries(Object.entries(now).map(([key, value]) => [key, [value]]))
}, Math.max(0, EVERY - since))  // at once after a rest
""".replace("EVERY", str(SEND_EVERY)).replace("GESTURE", str(GESTURE))

# Moves the ranges to a new frame: to a given view, or wherever the user is by now, in new numbers.
MOVE = """
const told = Object.fromEntries(Object.entries(frame.data).map(([key, [value]]) => [key, value]))
if (told.epoch === figure.epoch) return
figure.epoch = told.epoch
const {x_range: x, y_range: y} = figure
if (told.jump) {
  x.setv({start: told.x0, end: told.x1})
  y.setv({start: told.y0, end: told.y1})
} else {
  const {scale_x, scale_y, dx, dy} = told
  x.setv({start: (x.start - dx) * scale_x, end: (x.end - dx) * scale_x})
  y.setv({start: (y.start - dy) * scale_y, end: (y.end - dy) * scale_y})
}
"""

TICK = """
const exponent = frame.data[`exponent_${axis}`][0]
const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : 1
const digits = Math.max(0, Math.min(12, -Math.floor(Math.log10(step) + 1e-9)))
const text = tick.toFixed(digits).replace('-', '\\u2212')
return exponent === 0 || tick <= 0 ? text : '+' + text
"""

# The exact decimal of base + u * 10**exponent, with a few digits below the width of the view.
EXACT = """
const exponent = frame.data[`exponent_${axis}`][0], base = frame.data[axis][0]
const across = figure.x_range.end - figure.x_range.start
const span = axis === 'y' ? across * frame.data.shape[0] : across
if (format === 'value') {  // of the hyperparameter, to as many digits as float64 and the view have
  const at = Number(base) + value * 10 ** exponent
  const pitch = span / figure.inner_width
  const digits = 2 - Math.floor(Math.log10(pitch) + exponent)
  return (10 ** at).toPrecision(Math.max(4, Math.min(17, digits)))
}
const below = Math.max(2, 4 - Math.floor(Math.log10(span)))
const digits = Math.max(0, -exponent) + below
const parse = (text) => {
  const negative = text.startsWith('-')
  const [whole, part = ''] = text.replace('-', '').split('.')
  const units = BigInt(whole + part.padEnd(digits, '0').slice(0, digits))
  return negative ? -units : units
}
let units = parse(base) + BigInt(Math.round(value * 10 ** below))
const sign = units < 0n ? '\\u2212' : ''
if (units < 0n) units = -units
const text = units.toString().padStart(digits + 1, '0')
return sign + text.slice(0, -digits) + '.' + text.slice(-digits)
"""

# The value of the finest tile that knows one under the pointer.
VALUE = """
const {x, y} = special_vars
let found = NaN
for (const tile of figure.tiles ?? []) {
  const {shape} = tile.value
  const column = Math.floor((x - tile.x) / tile.dw * shape[1])
  const row = Math.floor((y - tile.y) / tile.dh * shape[0])
  if (column < 0 || row < 0 || column >= shape[1] || row >= shape[0]) continue
  const known = tile.value[row * shape[1] + column]
  if (!isNaN(known)) found = known
}
if (isNaN(found)) return 'not trained yet'
const kinds = figure.tags[2]
if (kinds && found in kinds) return kinds[found]
const size = Number.isFinite(found) ? Math.abs(found).toPrecision(6) : '∞'
return `${figure.tags[found < 0 ? 0 : 1]}, ${size}`
"""

# Keeps the pictures of the tiles that are shown, and draws them in the order given.
LAY = """
const {id, x, y, dw, dh} = layout.data
const held = figure.held ?? new Map(), told = content.data
const cut = (key) => (tile, k) => {  // one tile out of an array of many
  const all = told[key][0], side = all.shape[1], points = side ** 2
  const part = new all.constructor(all.slice(k * points, (k + 1) * points), [side, side])
  held.set(tile, {...held.get(tile), [key]: part})
}
if (told.sent.length && told.sent[0] !== acknowledged.data.sent[0]) {
  told.image_of[0].forEach(cut('image'))
  told.value_of[0].forEach(cut('value'))
}
figure.tiles = []
id.forEach((id, k) => {
  const tile = held.get(id)
  if (tile) figure.tiles.push({...tile, id, x: x[k], y: y[k], dw: dw[k], dh: dh[k]})
})
figure.held = new Map(figure.tiles.map((tile) => [tile.id, tile]))
const column = (key) => figure.tiles.map((tile) => tile[key])
const data = Object.fromEntries(['image', 'x', 'y', 'dw', 'dh'].map((key) => [key, column(key)]))
images.setv({data}, {sync: false})
acknowledged.data = {sent: [content.data.sent[0] ?? acknowledged.data.sent[0]]}
"""

# Says where somebody has clicked, unless it turns out to be the first half of a double click.
CLICK = """
clearTimeout(figure.click)
const {x, y} = cb_obj
const epoch = frame.data.epoch[0]
figure.click = setTimeout(() => {
  tapped.data = {x: [x], y: [y], epoch: [epoch], count: [tapped.data.count[0] + 1]}
}, AFTER)
""".replace("AFTER", str(CLICK_AFTER))

DOUBLE_CLICK = """
clearTimeout(figure.click)
pressed.data = {key: ['h'], count: [pressed.data.count[0] + 1]}
"""

# Chooses what dragging does.
DRAG = """
pan.active = !mode.data.box[0]
box.active = mode.data.box[0]
"""

FULLSCREEN = """
if (document.fullscreenElement) document.exitFullscreen()
else document.documentElement.requestFullscreen()
"""

# Keys that move the view do so at once; of the others the server is told.
KEYS = (
    """
if (figure.listens) return
figure.listens = true
document.addEventListener('fullscreenchange', () => {
  const key = document.fullscreenElement ? 'fullscreen' : 'not fullscreen'
  pressed.data = {key: [key], count: [pressed.data.count[0] + 1]}
})
const TYPING = 'input, textarea, select, [contenteditable=true], [role=dialog], [role=listbox], ' +
  '[role=combobox], [role=menu], [role=slider]'
const steps = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1]}
const factors = {'+': 1 / ZOOM, '=': 1 / ZOOM, '-': ZOOM, '_': ZOOM}
window.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  const {key} = event
  const within = (selector) => event.composedPath().some((at) => at.matches?.(selector))
  if (within(TYPING) || (key in steps && within('[role=tab]'))) return
  const ranges = [figure.x_range, figure.y_range]
  const spans = ranges.map((range) => range.end - range.start)
  if (key in steps) {
    const share = event.shiftKey ? FAR : NEAR
    ranges.forEach((range, k) => {
      const by = steps[key][k] * share * spans[1] / (k ? 1 : frame.data.shape[0])
      range.setv({start: range.start + by, end: range.end + by})
    })
  } else if (key in factors) {
    ranges.forEach((range, k) => {
      const by = spans[k] * (1 - factors[key]) / 2
      range.setv({start: range.start + by, end: range.end - by})
    })
  } else if (key === 'f') {
    TOGGLE
  } else if (keys.includes(key)) {
    pressed.data = {key: [key], count: [pressed.data.count[0] + 1]}
  } else return
  event.preventDefault()
})
""".replace("FAR", str(FAR_PAN))
    .replace("NEAR", str(PAN))
    .replace("ZOOM", str(ZOOM))
    .replace("TOGGLE", FULLSCREEN.strip())
)
