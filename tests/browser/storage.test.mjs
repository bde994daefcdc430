import assert from 'node:assert/strict'
import test from 'node:test'

import showLink from '../../app/views/javascript/address.js'
import restore from '../../app/views/javascript/restore.js'
import store from '../../app/views/javascript/store.js'
import {emitter, fakeGlobals, fakeTime, source} from './faking.mjs'

function browser(t, stored = {}) {
  const localStorage = {
    getItem: (key) => stored[key] ?? null,
    setItem: (key, text) => {
      stored[key] = text
    },
  }
  fakeGlobals(t, {window: emitter(), localStorage})
  return stored
}

const forbidden = () => {
  throw new Error('forbidden')
}
const page = (key) => ({figure: {}, key, source: source({text: '', count: 0})})

test('what was stored under the key is sent, and the empty text where there is nothing', (t) => {
  browser(t, {a: 'bookmarks'})
  for (const [key, text] of [['a', 'bookmarks'], ['b', '']]) {
    const on = page(key)
    restore(on)
    assert.deepEqual(on.source.data, {text: [text], count: [1]})
  }
})

test('what another tab writes under the key is sent, and nothing else', async (t) => {
  browser(t, {a: 'bookmarks'})
  const on = page('a')
  restore(on)
  await window.fire('storage', {key: 'b', newValue: 'other'})
  assert.deepEqual(on.source.data, {text: ['bookmarks'], count: [1]})
  await window.fire('storage', {key: 'a', newValue: 'more'})
  assert.deepEqual(on.source.data, {text: ['more'], count: [2]})
  await window.fire('storage', {key: 'a', newValue: null})
  assert.deepEqual(on.source.data, {text: [''], count: [3]})
})

test('a page is restored once for each key', (t) => {
  browser(t, {a: 'bookmarks', b: 'exports'})
  const first = page('a')
  restore(first)
  restore(first)
  assert.deepEqual(first.source.data.count, [1])
  const second = {...page('b'), figure: first.figure}
  restore(second)
  assert.deepEqual(second.source.data.text, ['exports'])
})

test('a text is stored under its key', (t) => {
  const stored = browser(t)
  store({key: 'a', source: source({text: 'bookmarks'})})
  assert.deepEqual(stored, {a: 'bookmarks'})
})

test('a browser that forbids storage is a page without it', (t) => {
  browser(t)
  fakeGlobals(t, {localStorage: {getItem: forbidden, setItem: forbidden}})
  const on = page('a')
  restore(on)
  assert.deepEqual(on.source.data, {text: [''], count: [1]})
  store({key: 'a', source: source({text: 'bookmarks'})})
})

function addressBar(t, refusing = () => false) {
  const [shown, pass] = [[], fakeTime(t)]
  const history = {state: 'kept', replaceState(...told) {
    if (refusing(shown.length)) throw new Error('too often')
    shown.push(told)
  }}
  fakeGlobals(t, {history, location: {pathname: '/lab/'}})
  return {shown, pass}
}

test('the address bar shows the link, without a step in the history', (t) => {
  const {shown, pass} = addressBar(t)
  showLink({source: source({text: '?v=1'})})
  showLink({source: source({text: ''})})
  pass(0)
  assert.deepEqual(shown, [['kept', '', '?v=1'], ['kept', '', '/lab/']])
})

test('the link is shown three times a second at most, and the last one for sure', (t) => {
  const {shown, pass} = addressBar(t)
  const bar = {source: source({text: ''})}
  for (let k = 1; k <= 100; k++) {
    bar.source.data.text = [`?v=${k}`]
    showLink(bar)
    pass(10)
  }
  pass(1000)
  assert.ok(shown.length <= 4 && shown.length > 2)
  assert.equal(shown.at(-1)[2], '?v=100')
})

test('a browser that refuses is asked again', (t) => {
  let refused = 0
  const {shown, pass} = addressBar(t, () => (refused += 1) < 3)
  showLink({source: source({text: '?v=7'})})
  for (let k = 0; k < 5; k++) pass(400)
  assert.deepEqual(shown, [['kept', '', '?v=7']])
})
