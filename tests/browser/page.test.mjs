import assert from 'node:assert/strict'
import test from 'node:test'

import {coloursOf} from '../../app/web/javascript/figures.js'
import {hasRoom} from '../../app/web/javascript/panels.js'
import {
  STRANGE, isTooMany, knowModels, meaning, openDialog, refusal, socketOf,
} from '../../app/web/javascript/session.js'
import {shown, toggled} from '../../app/web/javascript/theme.js'

const at = (protocol, pathname) => socketOf({protocol, host: 'h:1', pathname})

test('the socket of a page lies beside it, whatever its prefix', () => {
  assert.equal(at('http:', '/'), 'ws://h:1/ws')
  assert.equal(at('https:', '/lab/ts/'), 'wss://h:1/lab/ts/ws')
  assert.equal(at('http:', '/lab/ts'), 'ws://h:1/lab/ts/ws')
})

test('a refused socket names what is missing', () => {
  const here = {host: 'lab.example:8080'}
  assert.match(refusal({allowed: false}, here), / --allow-origin lab\.example:8080$/)
  assert.match(refusal({allowed: true}, here), /header Upgrade/)
  assert.doesNotMatch(refusal({allowed: true}, here), /--/)
})

test('nobody but the server itself is taken for the server', () => {
  assert.deepEqual(meaning(200, '{"allowed": true}'), {allowed: true})
  assert.deepEqual(meaning(200, '{"allowed": false}'), {allowed: false})
  assert.equal(meaning(502, 'Bad gateway'), null)
  for (const text of ['<html>Log in</html>', 'null', '[]', '{}', '{"allowed": "yes"}', ''])
    assert.equal(meaning(200, text), STRANGE)
})

test('a page that comes back again and again stops, and one that does so now and then does not', () => {
  const now = 1e6
  assert.equal(isTooMany([], now), false)
  assert.equal(isTooMany([now - 3, now - 2, now - 1], now), true)
  assert.equal(isTooMany([now - 9e5, now - 2, now - 1], now), false)
  assert.equal(isTooMany([now - 9e5], now, 1), false)
  assert.equal(isTooMany([now - 1], now, 1), true)
})

const part = (name, ...shadow) => ({
  matches: (selector) => selector === name,
  shadowRoot: shadow.length ? {querySelectorAll: () => shadow} : null,
})
const holder = (...inner) => ({querySelectorAll: () => inner})

test('an open dialog is found however deep it lies', () => {
  const open = part('dialog[open]')
  assert.equal(openDialog(holder()), null)
  assert.equal(openDialog(holder(part('p'), part('div', part('dialog')))), null)
  assert.equal(openDialog(holder(part('p'), part('div', part('div', part('dialog'), open)))), open)
})

test('what comes from the server is no news to it, and what is made here is', () => {
  const page = {
    _new_models: new Set(['from the start']),
    _apply_json_patch(...patch) {
      for (const model of patch) this._new_models.add(model)
    },
  }
  knowModels(page)
  assert.deepEqual([...page._new_models], [])
  page._new_models.add('made here')
  page._apply_json_patch('theirs', 'theirs too')
  assert.deepEqual([...page._new_models], ['made here'])
})

test('the theme is that of the system until another is chosen, and is again when that is undone', () => {
  for (const dark of [true, false]) {
    const [own, other] = dark ? ['dark', 'light'] : ['light', 'dark']
    assert.equal(shown(null, dark), own)
    assert.equal(toggled(null, dark), other)
    assert.equal(shown(other, dark), other)
    assert.equal(toggled(other, dark), null)
    assert.equal(shown('nonsense', dark), own)
  }
})

test('there is room for a panel on a wide screen, and beside three pictures on a wider one', () => {
  assert.equal(hasRoom('left', 800, true), true)
  assert.equal(hasRoom('left', 799, false), false)
  assert.equal(hasRoom('right', 1100, false), true)
  assert.equal(hasRoom('right', 1099, false), false)
  assert.equal(hasRoom('right', 1799, true), false)
  assert.equal(hasRoom('right', 1800, true), true)
})

const model = (type, property, value) => ({type, [property]: value, attributes: {[property]: value}})

test('figures, axes, grids and titles have the colours of the theme, and pictures their ground', () => {
  const axis = model('LinearAxis', 'axis_label_text_color', '')
  assert.notEqual(coloursOf(axis, 'dark').axis_label_text_color,
    coloursOf(axis, 'light').axis_label_text_color)
  const figure = (ground) => (
    {...model('Figure', 'border_fill_color', ''), background_fill_color: ground})
  assert.ok('background_fill_color' in coloursOf(figure('#ffffff'), 'dark'))
  assert.ok(!('background_fill_color' in coloursOf(figure('#202124'), 'dark')))
  assert.ok(coloursOf(model('Grid'), 'dark').grid_line_color)
  assert.ok(coloursOf(model('Title'), 'dark').text_color)
  assert.equal(coloursOf(model('ColumnDataSource'), 'dark'), null)
})
