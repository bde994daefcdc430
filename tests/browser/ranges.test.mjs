import assert from 'node:assert/strict'
import test from 'node:test'

import {bounded, held, localBounds, near, shift} from '../../app/picture/javascript/ranges.js'
import {BOUNDS, randoms, range, source} from './faking.mjs'

const COORDINATES = {x: '0', y: '0', exponent_x: 0, exponent_y: 0}

function figure(x = [-2, 2], y = [-1, 1], local = {}) {
  return {
    figure: {x_range: range(...x), y_range: range(...y)}, bounds: BOUNDS,
    local: source({...COORDINATES, ...local}),
  }
}

const ends = ({figure: {x_range: x, y_range: y}}) => [x.start, x.end, y.start, y.end]

test('what was at a share of a range lies at another, in one so many times as wide', () => {
  assert.deepEqual(held({start: 0, end: 8}, 0.25, 0.25, 0.5), {start: 1, end: 5})
  assert.deepEqual(held({start: 0, end: 8}, 0.5, 0.25, 1), {start: 2, end: 10})
  assert.deepEqual(held({start: 0, end: 8}, 0.5, 0, 2), {start: 4, end: 20})
})

test('both ranges move at once', () => {
  const page = figure()
  shift(page, [0.75, 0.5], [0.5, 0.5])
  assert.deepEqual(ends(page), [-1, 3, -1, 1])
  shift(page, [0.5, 0.5], [0.5, 0.25], 0.5)
  assert.deepEqual(ends(page), [0, 2, -0.25, 0.75])
})

test('any turns there and back are none', () => {
  const random = randoms(1)
  const page = figure([0.3, 0.7], [-0.2, 0.1])
  const start = ends(page)
  const turns = Array.from({length: 500}, () => [[random(), random()], Math.exp(random() - 0.5)])
  for (const [at, factor] of turns) shift(page, at, at, factor)
  while (turns.length > 0) {
    const [at, factor] = turns.pop()
    shift(page, at, at, 1 / factor)
  }
  ends(page).forEach((end, k) => assert.ok(Math.abs(end - start[k]) < 1e-11))
})

test('no range is narrower than can be drawn, nor wider than the plane', () => {
  const narrow = figure([0.5, 0.5 + 4e-9], [2, 2 + 2e-9])
  shift(narrow, [0.5, 0.5], [0.5, 0.5], 1e-3)
  const width = narrow.figure.y_range.end - narrow.figure.y_range.start
  assert.ok(width > 1.99e-9 && narrow.figure.x_range.start < narrow.figure.x_range.end)
  const wide = figure([-1500, 1500], [-1000, 1000])
  shift(wide, [0.5, 0.5], [0.5, 0.5], 10)
  assert.deepEqual(ends(wide).map(Math.round), [-2000, 2000, -1333, 1333])
})

test('at the greatest depth there is, and at the ends of the plane, all ends', () => {
  const deep = figure([0, 0.5], [0, 0.25], {exponent_x: -279, exponent_y: -279})
  shift(deep, [0, 0], [0, 0], 0.1)
  assert.ok(Math.abs(deep.figure.x_range.end - 0.2) < 1e-12)
  const far = figure([998, 1002], [-1, 1])
  shift(far, [0.75, 0.5], [0.5, 0.25])
  assert.deepEqual(ends(far), [998, 1002, -0.5, 1.5])
})

test('a range beyond its bounds is not thrown back, but comes back', () => {
  const beyond = [{start: -4000, end: 4000}, {start: -1, end: 1}]
  assert.equal(bounded(2, beyond, BOUNDS), 1)
  assert.equal(bounded(0.5, beyond, BOUNDS), 0.5)
  const below = [{start: 1, end: 1 + 1e-12}, {start: -1, end: 1}]
  assert.equal(bounded(0.5, below, BOUNDS), 1)
  assert.equal(bounded(2, below, BOUNDS), 2)
})

test('the middle stays near the plane', () => {
  assert.deepEqual(near({start: 9, end: 13}, [-10, 10]), {start: 8, end: 12})
  assert.deepEqual(near({start: -12, end: -10}, [-10, 10]), {start: -11, end: -9})
  assert.deepEqual(near({start: 9, end: 10}, [-10, 10]), {start: 9, end: 10})
})

test('bounds are told in the numbers of the browser', () => {
  const {narrowest, widest, x, y} = localBounds(
    source({x: '1', y: '-0.5', exponent_x: -3, exponent_y: -1}), BOUNDS)
  assert.ok(Math.abs(narrowest / 2e-277 - 1) < 1e-12)
  assert.ok(Math.abs(widest / 4e6 - 1) < 1e-12)
  assert.deepEqual(x.map(Math.round), [-1001000, 999000])
  assert.deepEqual(y.map(Math.round), [-9995, 10005])
})

test('what is no number moves nothing', () => {
  const page = figure()
  for (const [from, factor] of [[[NaN, 0], 1], [[0, Infinity], 1], [[0, 0], NaN], [[0, 0], 0]])
    shift(page, from, [0.5, 0.5], factor)
  assert.equal(page.figure.x_range.times, 1) // by a factor of nothing, as far as can be drawn
  ends(page).forEach((end) => assert.ok(Number.isFinite(end)))
})
