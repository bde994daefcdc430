import assert from 'node:assert/strict'
import test from 'node:test'

import move, {rebased} from '../../app/picture/javascript/move.js'
import {range, source} from './faking.mjs'

const ROW = {
  epoch: 1, jump: true, x0: -2, x1: 2, y0: -3, y1: 3, scale_x: 100, scale_y: 10, dx: 0.5, dy: 0.25,
}
const ends = ({x_range: x, y_range: y}) => [x.start, x.end, y.start, y.end]

test('a range is told in coordinates that begin elsewhere and are finer', () => {
  assert.deepEqual(rebased({start: 0.25, end: 1}, 0.5, 100), {start: -25, end: 50})
})

test('a jump goes to the window of the new coordinates', () => {
  const figure = {x_range: range(0, 1), y_range: range(0, 1)}
  move({figure, local: source(ROW)})
  assert.deepEqual(ends(figure), [-2, 2, -3, 3])
})

test('without a jump the view stays where the user is by now', () => {
  const figure = {x_range: range(0.5, 0.75), y_range: range(0.25, 0.75)}
  move({figure, local: source({...ROW, jump: false})})
  assert.deepEqual(ends(figure), [0, 25, 0, 5])
})

test('the same coordinates move nothing twice', () => {
  const figure = {x_range: range(0.5, 0.75), y_range: range(0.25, 0.75)}
  const local = source({...ROW, jump: false})
  move({figure, local})
  move({figure, local})
  assert.deepEqual(ends(figure), [0, 25, 0, 5])
  local.data = {...local.data, epoch: [2]}
  move({figure, local})
  assert.deepEqual(ends(figure), [-50, 2450, -2.5, 47.5])
})
