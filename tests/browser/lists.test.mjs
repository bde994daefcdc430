import assert from 'node:assert/strict'
import test from 'node:test'

import {render as renderBookmarks} from '../../app/views/javascript/bookmarks.js'
import {render as renderGallery} from '../../app/views/javascript/gallery.js'
import {element, fakeGlobals} from './faking.mjs'

const HOSTILE = '<img src=x onerror=alert(1)> & "quotes" {}'

function model(more) {
  const changes = {}
  return {
    ...more, sent: [],
    on: (name, act) => {
      changes[name] = act
    },
    changed: (name) => changes[name](),
    send_msg(message) {
      this.sent.push(message)
    },
  }
}

test('a card shows its picture and name, and is told by its number', (t) => {
  fakeGlobals(t, {document: {createElement: element}})
  const cards = [
    {label: 'tanh', about: 'a window', image: 'data:,', needs: ''},
    {label: HOSTILE, about: HOSTILE, image: '', needs: HOSTILE},
  ]
  const of = model({cards})
  const grid = renderGallery({model: of})
  const [first, second] = grid.children
  assert.deepEqual(first.children.map(({name}) => name), ['img', 'span'])
  assert.deepEqual([first.title, first.children[0].src, first.children[0].alt], ['a window', 'data:,', 'a window'])
  assert.equal(first.children[1].textContent, 'tanh')
  assert.deepEqual(second.children.map(({name}) => name), ['i', 'span'])
  assert.deepEqual(second.children.map(({textContent}) => textContent), [HOSTILE, HOSTILE])
  second.fire('click')
  first.fire('click')
  assert.deepEqual(of.sent, [1, 0])
})

test('other cards take the place of those there are', (t) => {
  fakeGlobals(t, {document: {createElement: element}})
  const of = model({cards: []})
  const grid = renderGallery({model: of})
  assert.equal(grid.children.length, 0)
  of.cards = [{label: 'a', about: 'b', image: '', needs: ''}]
  of.changed('cards')
  assert.deepEqual(grid.children.map(({title}) => title), ['b'])
})

test('a bookmark is opened and deleted as a whole, and what it says stays text', (t) => {
  fakeGlobals(t, {document: {createElement: element}})
  const entry = {name: HOSTILE, link: '?v=1', note: HOSTILE}
  const of = model({entries: [{name: 'a', link: '', note: ''}, entry]})
  const list = renderBookmarks({model: of})
  const [open, note, remove] = list.children[1].children
  assert.deepEqual([open, note, remove].map(({name}) => name), ['button', 'span', 'button'])
  assert.deepEqual([open.textContent, note.textContent, remove.textContent], [HOSTILE, HOSTILE, '\u00d7'])
  assert.equal(remove.title, `Delete the bookmark ${HOSTILE}`)
  assert.equal(remove.attributes['aria-label'], remove.title)
  open.fire('click')
  remove.fire('click')
  assert.deepEqual(of.sent, [['open', entry], ['remove', entry]])
})

test('other bookmarks take the place of those there are', (t) => {
  fakeGlobals(t, {document: {createElement: element}})
  const of = model({entries: [{name: 'a', link: '', note: ''}]})
  const list = renderBookmarks({model: of})
  of.entries = []
  of.changed('entries')
  assert.equal(list.children.length, 0)
})
