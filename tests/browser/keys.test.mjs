import assert from 'node:assert/strict'
import test from 'node:test'

import listen, {elsewhere, press, stepped} from '../../app/picture/javascript/keys.js'
import {BOUNDS, emitter, fakeGlobals, range, source} from './faking.mjs'

const row = ({data}) => Object.fromEntries(Object.entries(data).map(([key, [value]]) => [key, value]))

test('an arrow moves by a share of the height, as many pixels across as up', () => {
  const ranges = [{start: 0, end: 4}, {start: 10, end: 18}] // half as high as wide, with shape 4
  assert.deepEqual(stepped(ranges, [1, 0], 0.5, 4), [0.25, 0.5])
  assert.deepEqual(stepped(ranges, [0, -1], 0.5, 4), [0.5, 1])
})

function keyed(t) {
  const page = {
    figure: {x_range: range(0, 3), y_range: range(0, 6)}, bounds: BOUNDS,
    local: source({shape: 2, x: '0', y: '0', exponent_x: 0, exponent_y: 0}),
    pressed: source({key: '', count: 0}), keys: ['h', '['],
  }
  const document = emitter({asked: [], dispatchEvent: ({detail}) => document.asked.push(detail)})
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

test('the keys of what the browser does by itself press its buttons', (t) => {
  const page = keyed(t)
  assert.ok(press({key: 'f'}, page))
  assert.ok(press({key: 'l'}, page))
  assert.deepEqual(document.asked, ['f', 'l'])
  assert.equal(row(page.pressed).count, 0)
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
  assert.equal(window.count('keydown'), 1)
  const events = [event('h'), event('q'), event('h', {within: ['input']})]
  for (const one of events) window.fire('keydown', one)
  assert.deepEqual(events.map(({prevented}) => Boolean(prevented)), [true, false, false])
  assert.deepEqual(row(page.pressed), {key: 'h', count: 1})
})

test('single keys can be switched off where the focus is not on the picture', (t) => {
  const kept = {}
  fakeGlobals(t, {localStorage: {getItem: (name) => kept[name] ?? null}})
  assert.ok(!elsewhere(event('h')))
  kept['trainscape keys'] = 'off'
  assert.ok(elsewhere(event('h')))
  assert.ok(!elsewhere(event('h', {within: ['[role=application]']})))
  fakeGlobals(t, {localStorage: {getItem() {
    throw new Error('forbidden')
  }}})
  assert.ok(!elsewhere(event('h')))
})
