import assert from 'node:assert/strict'
import test from 'node:test'

import valueText, {valueAt, words} from '../../app/picture/javascript/value.js'

const array = (values, side) => Object.assign(Float64Array.from(values), {shape: [side, side]})
const [TRAINED, PREDICTED] = [0xff00ff00, 0xfe00ff00]
const tile = (values, more = {}) => ({
  x: 0, y: 0, dw: 2, dh: 2, value: array(values, 2), image: array(Array(4).fill(TRAINED), 2), ...more,
})
const found = (tiles, x, y) => valueAt(tiles, x, y).value
const SIDES = ['converged', 'diverged']

test('a point lies in the cell of its row and column, row 0 at the bottom', () => {
  const tiles = [tile([1, 2, 3, 4])]
  assert.deepEqual(
    [[0.5, 0.5], [1.5, 0.5], [0.5, 1.5], [1.5, 1.5]].map(([x, y]) => found(tiles, x, y)),
    [1, 2, 3, 4],
  )
})

test('a tile has its own place and size', () => {
  const tiles = [tile([1, 2, 3, 4], {x: 10, y: 20, dw: 4, dh: 8})]
  assert.equal(found(tiles, 11.9, 23.9), 1)
  assert.equal(found(tiles, 12.1, 23.9), 2)
  assert.equal(found(tiles, 11.9, 24.1), 3)
})

test('beyond the tiles nothing is known', () => {
  const tiles = [tile([1, 2, 3, 4])]
  for (const [x, y] of [[-0.1, 1], [1, -0.1], [2, 0.5], [1, 2]])
    assert.ok(Number.isNaN(found(tiles, x, y)))
  assert.ok(Number.isNaN(found([], 1, 1)))
})

test('a finer tile is believed where it knows a value', () => {
  const tiles = [tile([1, 2, 3, 4]), tile([NaN, -7, 0, NaN])]
  assert.equal(found(tiles, 0.5, 0.5), 1)
  assert.equal(found(tiles, 1.5, 0.5), -7)
  assert.equal(found(tiles, 0.5, 1.5), 0)
})

test('a value is told by its side and its size', () => {
  assert.equal(words(-12.3456789, SIDES), 'converged, 12.3457')
  assert.equal(words(12.3456789, SIDES), 'diverged, 12.3457')
  assert.equal(words(0, SIDES), 'diverged, 0.00000')
  assert.equal(words(Infinity, SIDES), 'diverged, ∞')
  assert.equal(words(-Infinity, SIDES), 'converged, ∞')
  assert.equal(words(NaN, SIDES), 'not trained yet')
})

test('a value that is predicted is told to fewer digits, and said to be', () => {
  const image = array([TRAINED, PREDICTED, TRAINED, PREDICTED], 2)
  const tiles = [tile([1, 2, -4.567891, -4.567891], {image}), tile([NaN, NaN, NaN, NaN])]
  const told = (x, y, tags) => valueText({figure: {tags, tiles}, special_vars: {x, y}})
  assert.equal(told(0.5, 1.5, SIDES), 'converged, 4.56789')
  assert.equal(told(1.5, 1.5, SIDES), 'converged, 4.57 · predicted')
  assert.equal(told(1.5, 0.5, [...SIDES, {2: 'a cycle'}]), 'a cycle · predicted')
})

test('a finer value that is trained is no prediction, whatever the coarser one is', () => {
  const coarse = tile([5, 5, 5, 5], {image: array(Array(4).fill(PREDICTED), 2)})
  assert.deepEqual(valueAt([coarse, tile([1, NaN, NaN, NaN])], 0.5, 0.5),
    {value: 1, predicted: false})
  assert.deepEqual(valueAt([coarse, tile([1, NaN, NaN, NaN])], 1.5, 0.5),
    {value: 5, predicted: true})
})

test('a category is told by its name, and what is none by its side', () => {
  const tags = [...SIDES, {'-1': 'a fixed point', 2: 'a cycle'}]
  assert.equal(words(-1, tags), 'a fixed point')
  assert.equal(words(2, tags), 'a cycle')
  assert.equal(words(3, tags), 'diverged, 3.00000')
})

test('the pointer tells of the tiles that are drawn, and of none before', () => {
  const special_vars = {x: 0.5, y: 1.5}
  assert.equal(valueText({figure: {tags: SIDES}, special_vars}), 'not trained yet')
  const figure = {tags: SIDES, tiles: [tile([1, 2, -3, 4])]}
  assert.equal(valueText({figure, special_vars}), 'converged, 3.00000')
})
