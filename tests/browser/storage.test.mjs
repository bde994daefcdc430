import assert from 'node:assert/strict'
import test from 'node:test'

import showLink from '../../app/views/javascript/address.js'
import restore from '../../app/views/javascript/restore.js'
import store from '../../app/views/javascript/store.js'
import {emitter, fakeGlobals, source} from './faking.mjs'

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

test('the address bar shows the link, without a step in the history', (t) => {
  const steps = []
  fakeGlobals(t, {
    history: {replaceState: (...step) => steps.push(step)}, location: {pathname: '/here'},
  })
  showLink({source: source({text: '?v=1'})})
  showLink({source: source({text: ''})})
  assert.deepEqual(steps, [[null, '', '?v=1'], [null, '', '/here']])
})
