import assert from 'node:assert/strict'
import test from 'node:test'

import {boxed} from '../../app/picture/javascript/overlay.js'
import {randoms} from './faking.mjs'

const FRAME = {left: 10, top: 20, width: 400, height: 200}

test('a box begins where the drag does, and has the shape of the frame', () => {
  assert.deepEqual(boxed(FRAME, {x: 100, y: 50}, {x: 200, y: 60}), {left: 100, top: 50, width: 100, height: 50})
  assert.deepEqual(boxed(FRAME, {x: 300, y: 200}, {x: 290, y: 150}), {left: 200, top: 150, width: 100, height: 50})
})

test('a box stays within the frame, wherever the pointer goes', () => {
  const random = randoms(3)
  for (let k = 0; k < 500; k += 1) {
    const from = {x: 10 + 400 * random(), y: 20 + 200 * random()}
    const to = {x: 2000 * random() - 800, y: 2000 * random() - 800}
    const {left, top, width, height} = boxed(FRAME, from, to)
    assert.ok(left >= 10 - 1e-9 && top >= 20 - 1e-9 && width >= 0)
    assert.ok(left + width <= 410 + 1e-9 && top + height <= 220 + 1e-9)
    assert.ok(Math.abs(width - 2 * height) < 1e-9)
  }
})

test('from beside the frame there is no box', () => {
  assert.equal(boxed(FRAME, {x: 450, y: 50}, {x: 500, y: 90}).width, 0)
})
