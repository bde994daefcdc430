import assert from 'node:assert/strict'
import test from 'node:test'

import click, {PATIENCE} from '../../app/picture/javascript/click.js'
import doubleClick from '../../app/picture/javascript/double_click.js'
import drag from '../../app/picture/javascript/drag.js'
import listen, {elsewhere, panned, press, zoomed} from '../../app/picture/javascript/keys.js'
import {emitter, fakeGlobals, fakeTime, range, source} from './faking.mjs'

const row = ({data}) => Object.fromEntries(Object.entries(data).map(([key, [value]]) => [key, value]))

function clicked() {
  return {
    figure: {}, local: source({epoch: 4}), tapped: source({x: 0, y: 0, epoch: -1, count: 7}),
    pressed: source({key: '', count: 2}), cb_obj: {x: 1.5, y: -2.5},
  }
}

test('a click is sent once it can no longer become a double click', (t) => {
  const pass = fakeTime(t)
  const page = clicked()
  click(page)
  assert.equal(PATIENCE, 250)
  pass(249)
  assert.equal(row(page.tapped).count, 7)
  pass(1)
  assert.deepEqual(row(page.tapped), {x: 1.5, y: -2.5, epoch: 4, count: 8})
})

test('a click is told in the coordinates in which it was made', (t) => {
  const pass = fakeTime(t)
  const page = clicked()
  click(page)
  page.local.data = {epoch: [5]}
  pass(PATIENCE)
  assert.equal(row(page.tapped).epoch, 4)
})

test('a double click goes home, and is no click', (t) => {
  const pass = fakeTime(t)
  const page = clicked()
  click(page)
  pass(100)
  click(page)
  doubleClick(page)
  pass(1000)
  assert.deepEqual(row(page.pressed), {key: 'h', count: 3})
  assert.equal(row(page.tapped).count, 7)
})

test('dragging pans or draws a box, and never both', () => {
  for (const box of [true, false]) {
    const tools = {pan: {}, box: {}, mode: source({box})}
    drag(tools)
    assert.deepEqual([tools.pan.active, tools.box.active], [!box, box])
  }
})

test('an arrow moves by a share of the height, as many pixels across as up', () => {
  const ranges = [{start: 0, end: 4}, {start: 10, end: 18}]
  assert.deepEqual(panned(ranges, [1, 0], 0.5, 4), [{start: 1, end: 5}, {start: 10, end: 18}])
  assert.deepEqual(panned(ranges, [0, -1], 0.5, 4), [{start: 0, end: 4}, {start: 6, end: 14}])
})

test('a zoom keeps the centre', () => {
  assert.deepEqual(zoomed({start: 1, end: 5}, 0.5), {start: 2, end: 4})
  assert.deepEqual(zoomed({start: 1, end: 5}, 2), {start: -1, end: 7})
})

function keyed(t) {
  const page = {
    figure: {x_range: range(0, 3), y_range: range(0, 6)}, local: source({shape: 2}),
    pressed: source({key: '', count: 0}), keys: ['h', '['],
  }
  const root = {asked: 0, requestFullscreen: () => (root.asked += 1)}
  const document = emitter({documentElement: root, left: 0, exitFullscreen: () => (document.left += 1)})
  fakeGlobals(t, {document, window: emitter()})
  return page
}

const ends = ({figure: {x_range: x, y_range: y}}) => [x.start, x.end, y.start, y.end]
  .map((end) => Number(end.toFixed(9)))

test('each key that moves the view moves it its own way', (t) => {
  const after = (key, shiftKey = false) => {
    const page = keyed(t)
    assert.ok(press({key, shiftKey}, page))
    assert.equal(row(page.pressed).count, 0)
    return ends(page)
  }
  assert.deepEqual(after('ArrowRight'), [0.3, 3.3, 0, 6])
  assert.deepEqual(after('ArrowLeft'), [-0.3, 2.7, 0, 6])
  assert.deepEqual(after('ArrowUp'), [0, 3, 0.6, 6.6])
  assert.deepEqual(after('ArrowDown'), [0, 3, -0.6, 5.4])
  assert.deepEqual(after('ArrowRight', true), [1.5, 4.5, 0, 6])
  assert.deepEqual(after('ArrowDown', true), [0, 3, -3, 3])
  for (const key of ['+', '=']) assert.deepEqual(after(key), [0.5, 2.5, 1, 5])
  for (const key of ['-', '_']) assert.deepEqual(after(key), [-0.75, 3.75, -1.5, 7.5])
})

test('the server hears of its keys alone', (t) => {
  const page = keyed(t)
  assert.ok(press({key: 'h'}, page))
  assert.deepEqual(row(page.pressed), {key: 'h', count: 1})
  assert.ok(press({key: '['}, page))
  assert.deepEqual(row(page.pressed), {key: '[', count: 2})
  assert.ok(!press({key: 'q'}, page))
  assert.deepEqual(row(page.pressed), {key: '[', count: 2})
  assert.deepEqual(ends(page), [0, 3, 0, 6])
})

test('the key f enters fullscreen and leaves it, of which the server hears', async (t) => {
  const page = keyed(t)
  listen(page)
  assert.ok(press({key: 'f'}, page))
  assert.deepEqual([document.documentElement.asked, document.left], [1, 0])
  document.fullscreenElement = document.documentElement
  await document.fire('fullscreenchange')
  assert.equal(row(page.pressed).key, 'fullscreen')
  press({key: 'f'}, page)
  assert.deepEqual([document.documentElement.asked, document.left], [1, 1])
  document.fullscreenElement = null
  await document.fire('fullscreenchange')
  assert.deepEqual(row(page.pressed), {key: 'not fullscreen', count: 2})
})

const event = (key, {within = [], ...more} = {}) => ({
  key, composedPath: () => [{matches: (selector) => within.some((of) => selector.split(', ').includes(of))}, {}],
  preventDefault() {
    this.prevented = true
  },
  ...more,
})

test('keys with a modifier, or typed into a field, belong elsewhere', () => {
  assert.ok(!elsewhere(event('h')))
  for (const held of ['ctrlKey', 'metaKey', 'altKey', 'defaultPrevented'])
    assert.ok(elsewhere(event('h', {[held]: true})))
  for (const role of ['dialog', 'listbox', 'combobox', 'menu', 'slider'])
    assert.ok(elsewhere(event('h', {within: [`[role=${role}]`]})))
  for (const field of ['input', 'textarea', 'select', '[contenteditable=true]'])
    assert.ok(elsewhere(event('h', {within: [field]})))
  assert.ok(!elsewhere(event('h', {within: ['[role=button]']})))
})

test('arrows choose among tabs, but other keys do not', () => {
  assert.ok(elsewhere(event('ArrowLeft', {within: ['[role=tab]']})))
  assert.ok(!elsewhere(event('h', {within: ['[role=tab]']})))
})

test('a page listens once, and prevents what else a key would do only if it does something', async (t) => {
  const page = keyed(t)
  listen(page)
  listen(page)
  assert.deepEqual([window.count('keydown'), document.count('fullscreenchange')], [1, 1])
  const events = [event('h'), event('q'), event('h', {within: ['input']})]
  for (const one of events) window.fire('keydown', one)
  assert.deepEqual(events.map(({prevented}) => Boolean(prevented)), [true, false, false])
  assert.deepEqual(row(page.pressed), {key: 'h', count: 1})
})
