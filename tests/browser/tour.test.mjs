import assert from 'node:assert/strict'
import test from 'node:test'

import {edge, isNew, placed, STEPS} from '../../app/web/javascript/tour.js'
import {fakeGlobals} from './faking.mjs'

const VIEW = {width: 1200, height: 700}
const CARD = {width: 320, height: 150}
const apart = (box, at) => at.left >= box.left + box.width || at.left + CARD.width <= box.left ||
  at.top >= box.top + box.height || at.top + CARD.height <= box.top

test('a card lies beside what it points at, never over it while there is room, and in the window', () => {
  for (const left of [0, 300, 860, 1150])
    for (const top of [0, 200, 400, 650])
      for (const [width, height] of [[40, 30], [500, 20], [20, 500], [560, 640]]) {
        const box = {left, top, width, height}
        const at = placed(box, CARD, VIEW)
        assert.ok(at.left >= 0 && at.left + CARD.width <= VIEW.width, JSON.stringify(box))
        assert.ok(at.top >= 0 && at.top + CARD.height <= VIEW.height, JSON.stringify(box))
        const room = top > 180 || top + height < 520 || left > 350 || left + width < 850
        if (room) assert.ok(apart(box, at), JSON.stringify([box, at]))
      }
})

test('a card lies below a button, above a legend, and beside a picture', () => {
  const button = {left: 600, top: 5, width: 32, height: 32}
  assert.deepEqual(placed(button, CARD, VIEW), {left: 456, top: 47})
  const legend = {left: 300, top: 660, width: 500, height: 30}
  assert.deepEqual(placed(legend, CARD, VIEW), {left: 390, top: 500})
  const picture = {left: 270, top: 60, width: 590, height: 600}
  assert.deepEqual(placed(picture, CARD, VIEW), {left: 870, top: 285})
})

test('a card that points at nothing, or at all of the window, lies in its corner', () => {
  const corner = {left: 870, top: 540}
  assert.deepEqual(placed(null, CARD, VIEW), corner)
  assert.deepEqual(placed({left: 0, top: 0, ...VIEW}, CARD, VIEW), corner)
})

test('a card as wide as the window lies at its end unless what it points at is there', () => {
  const [view, card] = [{width: 390, height: 844}, {width: 390, height: 150}]
  const at = (top, height) => edge({left: 0, top, width: 390, height}, card, view)
  assert.equal(at(0, 40), 'bottom')
  assert.equal(at(800, 40), 'top')
  assert.equal(at(120, 670), 'top')
  assert.equal(at(0, 844), 'bottom')
  assert.equal(edge(null, card, view), 'bottom')
})

test('only somebody who has said nothing yet, and whose word can be kept, is new', (t) => {
  for (const [word, expected] of [[null, true], ['declined', false], ['done', false]]) {
    fakeGlobals(t, {localStorage: {getItem: (key) => key === 'trainscape tour' ? word : null}})
    assert.equal(isNew(), expected)
  }
  fakeGlobals(t, {localStorage: {getItem() {
    throw new Error('forbidden')
  }}})
  assert.equal(isNew(), false)
})

test('the tour is short, and so is every step', () => {
  assert.ok(STEPS.length >= 6 && STEPS.length <= 8)
  for (const {title, text} of STEPS) assert.ok(title.length < 36 && text.length < 220, title)
  assert.equal(new Set(STEPS.map(({title}) => title)).size, STEPS.length)
})
