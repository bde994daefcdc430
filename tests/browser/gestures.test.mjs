import assert from 'node:assert/strict'
import test from 'node:test'

import attend, {meant, shares, spotOf, zoomInto} from '../../app/picture/javascript/gestures.js'
import {BOUNDS, element, emitter, fakeGlobals, fakeTime, range, source} from './faking.mjs'

const BBOX = {left: 20, top: 10, width: 400, height: 200} // of the frame, within the area
const CORNER = {left: 100, top: 50} // of the area, on the page

const row = ({data}) => Object.fromEntries(Object.entries(data).map(([key, [value]]) => [key, value]))

function page() {
  return {
    figure: {x_range: range(0, 4), y_range: range(10, 12)}, bounds: BOUNDS,
    local: source({epoch: 3, x: '0', y: '0', exponent_x: 0, exponent_y: 0}),
    mode: source({box: false}), tapped: source({x: 0, y: 0, epoch: -1, count: 0}),
    pressed: source({key: '', count: 0}),
  }
}

const ends = ({figure: {x_range: x, y_range: y}}) => [x.start, x.end, y.start, y.end]
  .map((end) => Number(end.toFixed(9)))

// A figure that is attended, in a frame of another page or not.
function attended(t, {framed = false} = {}) {
  const area = Object.assign(element('events'), {
    getBoundingClientRect: () => CORNER, captured: [], setPointerCapture: (id) => area.captured.push(id),
  })
  const told = []
  const hover = {
    disconnect_signals: () => told.push('off'), on_move: ({clientX}) => told.push(`move ${clientX}`),
    on_leave: () => told.push('leave'),
  }
  const view = {frame: {bbox: BBOX}, canvas_view: {events_el: area, ui_event_bus: {ui_gestures: hover}}}
  const window = emitter()
  Object.assign(window, {self: window, top: framed ? {} : window})
  const document = {
    createElement: () => Object.assign(element('div'), {style: {}}), fullscreenElement: null,
  }
  fakeGlobals(t, {
    window, document, navigator: {platform: 'Linux'}, Bokeh: {index: {find_one: () => view}},
  })
  const tick = fakeTime(t)
  const pass = (milliseconds) => [milliseconds, 0].forEach(tick)
  const on = page()
  attend(on)
  attend(on)
  const prevented = []
  const fire = (kind, [x, y], more = {}) => area.fire(kind, {
    target: area, isTrusted: true, timeStamp: performance.now(), pointerId: 1, pointerType: 'mouse',
    button: 0, buttons: 1, clientX: CORNER.left + BBOX.left + x, clientY: CORNER.top + BBOX.top + y,
    preventDefault: () => prevented.push(kind), stopPropagation: () => {}, ...more,
  })
  const [box, hint] = area.children
  return {...on, area, told, window, document, pass, tick, fire, prevented, box, hint}
}

test('a place is told in shares of the frame, and a click in the numbers of its epoch', () => {
  assert.deepEqual(shares(BBOX, {x: 120, y: 60}), [0.25, 0.75])
  assert.deepEqual(spotOf(page(), [0.25, 0.75]), {x: 1, y: 11.5, epoch: 3})
  for (const beside of [[-0.1, 0.5], [1.1, 0.5], [0.5, -0.1], [0.5, 1.1], [NaN, 0.5]])
    assert.equal(spotOf(page(), beside), null)
})

test('a box is zoomed into, unless it is tiny', () => {
  const on = page()
  zoomInto(on, BBOX, {left: 20, top: 10, width: 10, height: 5})
  assert.deepEqual(ends(on), [0, 4, 10, 12])
  zoomInto(on, BBOX, {left: 220, top: 10, width: 200, height: 100})
  assert.deepEqual(ends(on), [2, 4, 11, 12])
})

test('a drag pans, and Bokeh hears where the pointer is', (t) => {
  const on = attended(t)
  on.fire('pointermove', [0, 0], {buttons: 0})
  on.fire('pointerdown', [100, 100])
  on.fire('pointermove', [200, 50])
  on.fire('pointerup', [200, 50], {buttons: 0})
  on.fire('lostpointercapture', [200, 50])
  on.fire('pointermove', [300, 50], {buttons: 0})
  assert.deepEqual(ends(on), [-1, 3, 9.5, 11.5])
  assert.deepEqual(on.told, ['off', 'move 120', 'move 320', 'move 420'])
  assert.deepEqual(on.area.captured, [1])
  on.pass(999)
  assert.equal(row(on.tapped).count, 0)
})

test('clicks are sent once they are sure to be, and double clicks go home', (t) => {
  const on = attended(t)
  const click = (at, more) => {
    on.fire('pointerdown', at, more)
    on.fire('pointerup', at, more)
  }
  click([100, 100])
  on.local.data.epoch = [4]
  on.pass(249)
  assert.equal(row(on.tapped).count, 0)
  on.pass(1)
  assert.deepEqual(row(on.tapped), {x: 1, y: 11, epoch: 3, count: 1})
  click([100, 100])
  click([100, 100])
  on.pass(999)
  assert.deepEqual([row(on.tapped).count, row(on.pressed)], [1, {key: 'h', count: 1}])
  assert.deepEqual(on.area.captured, [1, 1, 1])
  click([200, 100], {isTrusted: false}) // of a script: there is no such pointer to capture
  on.pass(999)
  assert.deepEqual([row(on.tapped).x, on.area.captured.length], [2, 3])
  click([100, 100], {button: 2})
  click([-10, 100])
  click([100, 100], {target: {}})
  on.pass(999)
  assert.equal(row(on.tapped).count, 2)
})

test('a page that was busy hears of a double click before it believes in two clicks', (t) => {
  const on = attended(t)
  const at = (timeStamp) => ['pointerdown', 'pointerup']
    .forEach((kind, k) => on.fire(kind, [100, 100], {timeStamp: timeStamp + 50 * k}))
  at(0)
  on.tick(900)
  at(150)
  on.pass(999)
  assert.deepEqual([row(on.tapped).count, row(on.pressed).count], [0, 1])
})

test('a finger is no pointer that hovers, until it rests', (t) => {
  const on = attended(t)
  const touch = {pointerType: 'touch'}
  on.fire('pointerdown', [100, 100], touch)
  on.pass(500)
  on.fire('contextmenu', [100, 100], touch)
  on.fire('pointermove', [150, 100], touch)
  on.fire('pointerup', [150, 100], touch)
  on.fire('pointerleave', [150, 100], touch)
  on.pass(999)
  assert.deepEqual(on.told, ['off', 'leave', 'move 220', 'move 270', 'move 270'])
  assert.deepEqual(on.prevented, ['contextmenu'])
  assert.deepEqual([ends(on), row(on.tapped).count], [[0, 4, 10, 12], 0])
})

test('a drag ends where its button is up, the page is left, or a menu opens', (t) => {
  const on = attended(t)
  const ways = [
    () => on.fire('pointermove', [150, 100], {buttons: 2}), () => on.fire('pointercancel', [0, 0]),
    () => on.fire('lostpointercapture', [0, 0]), () => on.fire('contextmenu', [0, 0]),
    () => on.window.fire('blur', {timeStamp: 0}),
    () => on.window.fire('keydown', {key: 'Escape', timeStamp: 0}),
  ]
  for (const end of ways) {
    on.fire('pointerdown', [100, 100])
    on.fire('pointermove', [110, 100])
    const there = ends(on)
    end()
    on.fire('pointermove', [150, 100])
    assert.deepEqual(ends(on), there)
    on.fire('pointerup', [150, 100])
  }
  on.pass(999)
  assert.deepEqual([row(on.tapped).count, on.prevented], [0, []])
})

test('a box is seen while it is dragged', (t) => {
  const on = attended(t)
  on.mode.data.box = [true]
  on.fire('pointerdown', [200, 100])
  on.fire('pointermove', [400, 200])
  const {left, top, width, height, display} = on.box.style
  assert.deepEqual([left, top, width, height, display], ['220px', '110px', '200px', '100px', 'block'])
  on.fire('pointerup', [400, 200])
  assert.equal(on.box.style.display, 'none')
  assert.deepEqual(ends(on), [2, 4, 10, 11])
})

const turn = (on, more = {}) => on.fire('wheel', [100, 100], {deltaY: -100, deltaMode: 0, ...more})

test('the wheel zooms there', (t) => {
  const on = attended(t)
  turn(on)
  const factor = Math.exp(-0.2)
  assert.deepEqual(ends(on), [1 - factor, 1 + 3 * factor, 11 - factor, 11 + factor]
    .map((end) => Number(end.toFixed(9))))
  turn(on, {deltaY: 100})
  assert.deepEqual(ends(on), [0, 4, 10, 12])
  assert.deepEqual(on.prevented, ['wheel', 'wheel'])
  assert.equal(on.hint.textContent, undefined)
})

test('in a frame the wheel is for the page around, until a click or with a key', (t) => {
  const on = attended(t, {framed: true})
  turn(on)
  assert.deepEqual([ends(on), on.prevented], [[0, 4, 10, 12], []])
  assert.deepEqual([on.hint.textContent, on.hint.style.opacity], ['Hold Ctrl to zoom', 1])
  on.pass(1500)
  assert.equal(on.hint.style.opacity, 0)
  const zooms = (more) => {
    const {length} = on.prevented
    turn(on, more)
    return on.prevented.length > length
  }
  assert.deepEqual([{ctrlKey: true}, {metaKey: true}].map(zooms), [true, true])
  on.window.fire('pointerdown', {})
  assert.ok(zooms())
  on.window.fire('blur', {timeStamp: 0})
  assert.ok(!zooms())
  on.document.fullscreenElement = {}
  assert.ok(zooms())
  assert.ok(meant({}, true))
})
