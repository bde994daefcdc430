import assert from 'node:assert/strict'
import test from 'node:test'

import takeLinks, {link} from '../../app/views/javascript/paste.js'
import {emitter, fakeGlobals, source} from './faking.mjs'

test('a link is a query, alone or behind an address, whatever surrounds it', () => {
  for (const text of ['?preset=tanh', 'http://localhost:5006/?v=2', 'https://a.b/c?x=1&y=2'])
    assert.equal(link(` ${text}\n`), text)
})

test('what is no link is none', () => {
  for (const text of [undefined, '', 'words', 'why?', '?', '? x', 'see http://a/?b=1', 'http://a/b',
    'javascript:alert(1)?a=1'])
    assert.equal(link(text), null, text)
})

function paste(text, ...path) {
  return {
    clipboardData: {getData: (kind) => kind === 'text/plain' ? text : ''},
    composedPath: () => [...path.map((name) => ({matches: (all) => all.split(', ').includes(name)})), {}],
    preventDefault() {
      this.prevented = true
    },
  }
}

function page(t) {
  fakeGlobals(t, {document: emitter()})
  const on = {figure: {}, source: source({text: '', count: 0})}
  takeLinks(on)
  return on
}

test('a pasted link is sent, again and again, by one listener', async (t) => {
  const on = page(t)
  takeLinks(on)
  assert.equal(document.count('paste'), 1)
  const event = paste('?preset=tanh')
  await document.fire('paste', event)
  assert.ok(event.prevented)
  assert.deepEqual(on.source.data, {text: ['?preset=tanh'], count: [1]})
  await document.fire('paste', paste('?preset=tanh'))
  assert.deepEqual(on.source.data, {text: ['?preset=tanh'], count: [2]})
})

test('what is pasted into a field stays there, and so does what is no link', async (t) => {
  const on = page(t)
  const events = [paste('?preset=tanh', 'b', 'input'), paste('?a=1', 'textarea'), paste('words')]
  for (const event of events) await document.fire('paste', event)
  assert.deepEqual(events.map(({prevented}) => prevented), [undefined, undefined, undefined])
  assert.deepEqual(on.source.data, {text: [''], count: [0]})
})
