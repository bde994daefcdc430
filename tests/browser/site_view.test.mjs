import assert from 'node:assert/strict'
import test from 'node:test'

import {home, kept, LARGEST, panned, shown, under, zoomed} from '../../engine/exports/site/javascript/geometry.js'
import {factorOf, FAR, listen, NEAR, press, spread, ZOOM} from '../../engine/exports/site/javascript/gestures.js'
import {area, paintTiles, plotIn, ticksOf} from '../../engine/exports/site/javascript/painting.js'
import {edges, levelFor, nameOf, runAt, sizeOf, tilesOf} from '../../engine/exports/site/javascript/pyramid.js'
import {Tiles} from '../../engine/exports/site/javascript/tiles.js'
import {emitter} from './faking.mjs'

const picture = {size: [300, 150], levels: 3, tile: 256, across: 1200, tall: 0.5}
const plot = {left: 40, top: 10, width: 600, height: 600}
const near = (one, other) => Object.keys(other).forEach((key) =>
  assert.ok(Math.abs(one[key] - other[key]) < 1e-12, `${key}: ${one[key]} is not ${other[key]}`))

test('at home all of a picture is seen, whatever the shape of the screen', () => {
  assert.deepEqual(home(picture, plot), {u: 0.5, v: 0.25, span: 1})
  assert.deepEqual(home(picture, {...plot, height: 100}), {u: 0.5, v: 0.25, span: 3})
})

test('a view stays within the picture, and a run within its largest size', () => {
  near(kept({u: 9, v: -9, span: 0.2}, picture, plot), {u: 0.9, v: 0.1, span: 0.2})
  near(kept({u: 0, v: 0, span: 7}, picture, plot), home(picture, plot))
  const {span} = kept({u: 0.5, v: 0.25, span: 1e-9}, picture, plot)
  assert.equal(plot.width / (span * picture.across), LARGEST)
})

test('what is under the cursor stays there while it zooms', () => {
  const view = {u: 0.5, v: 0.25, span: 0.4}
  const at = {x: 400, y: 250}
  const point = under(at, view, plot)
  const closer = zoomed(view, 0.5, point, picture, plot)
  assert.equal(closer.span, 0.2)
  near(shown(point, closer, plot), at)
  near(zoomed(closer, 2, point, picture, plot), view)
})

test('a drag moves the picture as far as the pointer', () => {
  const view = {u: 0.5, v: 0.25, span: 0.3}
  const point = under({x: 300, y: 300}, view, plot)
  near(shown(point, panned(view, 30, -20, picture, plot), plot), {x: 270, y: 320})
})

const level = (span, ratio = 1) => levelFor(picture, {span}, plot, ratio)

test('the level is the one whose pixels are nearest those of the screen', () => {
  assert.equal(level(2), 0)
  assert.equal(level(1), 1)
  assert.equal(level(1, 2), 2)
  assert.equal(level(0.5), 2)
  assert.equal(level(0.01), 2)
})

test('tiles cover a level, the smaller ones at its right and upper edge', () => {
  assert.deepEqual(sizeOf(picture, 1), [600, 300])
  const tiles = tilesOf(picture, {u: 0.5, v: 0.25, span: 1}, plot, 1)
  assert.deepEqual(tiles.map(nameOf).toSorted(), ['1/0-0', '1/0-1', '1/1-0', '1/1-1', '1/2-0', '1/2-1'])
  assert.equal(nameOf(tiles[0]), '1/1-0')
  assert.deepEqual(edges(picture, {level: 1, column: 0, row: 0}), [0, 256 / 600, 0, 256 / 600])
  assert.deepEqual(edges(picture, {level: 1, column: 2, row: 1}), [512 / 600, 1, 256 / 600, 0.5])
  const few = tilesOf(picture, {u: 0.1, v: 0.05, span: 0.1}, plot, 2)
  assert.deepEqual(few.map(nameOf), ['2/0-0'])
})

test('the run under a point is that of its pixel, and lies where the finest level has it', () => {
  const finest = runAt(picture, {u: 257.5 / 1200, v: 3.5 / 1200}, 2)
  assert.deepEqual([nameOf(finest.tile), finest.index], ['2/1-0', 3 * 256 + 1])
  near(finest, {u: 257.5 / 1200, v: 3.5 / 1200})
  const edge = runAt(picture, {u: 1199.5 / 1200, v: 2.5 / 1200}, 2)
  assert.deepEqual([nameOf(edge.tile), edge.index], ['2/4-0', 2 * 176 + 175])
  // Level 0 shows the second of four columns and rows, level 1 the second of two.
  near(runAt(picture, {u: 0.001, v: 0.001}, 0), {u: 1.5 / 1200, v: 1.5 / 1200})
  near(runAt(picture, {u: 0.001, v: 0.001}, 1), {u: 1.5 / 1200, v: 1.5 / 1200})
  for (const [u, v] of [[-0.01, 0.1], [1, 0.1], [0.5, 0.5], [0.5, -0.1]])
    assert.equal(runAt(picture, {u, v}, 1), null)
})

test('neighbouring tiles share the edges of their pixels, at any zoom', () => {
  const view = {u: 0.37, v: 0.21, span: 0.7331}
  const at = (column, row) => area(picture, {level: 1, column, row}, view, plot, 1.5)
  const [x, y, width, height] = at(1, 0)
  assert.equal(at(0, 0)[0] + at(0, 0)[2], x)
  assert.equal(at(2, 0)[0], x + width)
  assert.equal(at(1, 1)[1] + at(1, 1)[3], y)
  assert.ok(height > 0)
})

test('a tile is smoothed where it is drawn smaller than it is, and nowhere else', () => {
  const drawn = []
  const pen = {drawImage: (image, ...at) => drawn.push([pen.imageSmoothingEnabled, at.length])}
  const tile = {tile: {level: 2, column: 0, row: 0}, image: {width: 256}}
  paintTiles(pen, picture, [[], [tile]], {u: 0.5, v: 0.25, span: 1}, plot, 1)
  paintTiles(pen, picture, [[tile]], {u: 0.1, v: 0.1, span: 0.1}, plot, 1)
  assert.deepEqual(drawn, [[true, 4], [false, 4]])
})

test('ticks stand where their values lie, on either axis', () => {
  const axes = [{low: -2, high: 2, exponent: 0}, {low: 0, high: 2, exponent: 0}]
  const [across, up] = ticksOf({...picture, axes}, {u: 0.5, v: 0.25, span: 1}, {...plot, height: 300}, 20)
  assert.deepEqual(across.map(({at, text}) => [at, text]),
    [[40, '\u22122'], [190, '\u22121'], [340, '0'], [490, '1'], [640, '2']])
  assert.deepEqual(up.map(({at, text}) => [at, text]), [[310, '0'], [160, '1'], [10, '2']])
  const room = plotIn({width: 390, height: 390}, 12)
  assert.ok(room.width > 300 && room.left + room.width < 390 && room.top + room.height < 390)
})

test('a wheel zooms by what it turns, a pinch on a trackpad more, and neither too fast', () => {
  assert.ok(factorOf({deltaY: 100, deltaMode: 0}) > 1)
  assert.equal(factorOf({deltaY: 48, deltaMode: 0}), factorOf({deltaY: 3, deltaMode: 1}))
  assert.ok(factorOf({deltaY: -10, deltaMode: 0, ctrlKey: true}) < factorOf({deltaY: -10, deltaMode: 0}))
  assert.ok(factorOf({deltaY: 1e9, deltaMode: 0}) < 2 && factorOf({deltaY: -1e9, deltaMode: 0}) > 0.5)
})

test('keys move, zoom and go home; others are left to the browser', () => {
  const done = []
  const does = {
    pan: (...by) => done.push(by), zoom: (factor) => done.push(factor), home: () => done.push('home'),
    size: () => ({height: 100}),
  }
  for (const key of ['ArrowLeft', 'ArrowUp', '+', '-', 'h']) assert.ok(press({key}, does))
  assert.ok(press({key: 'ArrowDown', shiftKey: true}, does))
  assert.ok(!press({key: 'x'}, does))
  assert.deepEqual(done, [[-100 * NEAR, 0], [0, -100 * NEAR], 1 / ZOOM, ZOOM, 'home', [0, 100 * FAR]])
})

/** Returns a canvas with a view that notes what is asked of it. */
function listening() {
  const done = []
  const canvas = emitter({getBoundingClientRect: () => ({left: 10, top: 20}), setPointerCapture() {}})
  const note = (name) => (...given) => done.push([name, ...given])
  listen(canvas, {pan: note('pan'), zoom: note('zoom'), point: note('point'), leave: note('leave')})
  const fire = (type, pointerId, clientX, clientY, more) =>
    canvas.fire(type, {type, pointerId, clientX, clientY, button: 0, pointerType: 'touch', ...more})
  return {done, fire}
}

test('one finger pans, two pinch about their middle, and a tap points', () => {
  const {done, fire} = listening()
  fire('pointerdown', 1, 110, 120)
  fire('pointermove', 1, 130, 120)
  assert.deepEqual(done.splice(0), [['pan', -20, 0]])
  fire('pointerdown', 2, 230, 120)
  fire('pointermove', 2, 330, 120)
  assert.deepEqual(done.splice(0), [['zoom', 0.5, {x: 170, y: 100, apart: 50}], ['pan', -50, 0]])
  fire('pointerup', 1, 130, 120)
  fire('pointerup', 2, 330, 120)
  assert.deepEqual(done, [])
  fire('pointerdown', 3, 110, 120)
  fire('pointermove', 3, 112, 120)
  fire('pointerup', 3, 112, 120)
  assert.deepEqual(done, [['pan', -2, 0], ['point', {x: 102, y: 100}]])
})

test('a mouse points wherever it is, drags with its first button, and leaves', () => {
  const {done, fire} = listening()
  const mouse = {pointerType: 'mouse'}
  fire('pointermove', 1, 110, 120, mouse)
  fire('pointerdown', 1, 110, 120, {...mouse, button: 2})
  fire('pointermove', 1, 150, 120, mouse)
  fire('pointerleave', 1, 0, 0, mouse)
  assert.deepEqual(done, [['point', {x: 100, y: 100}], ['point', {x: 140, y: 100}], ['leave']])
  assert.deepEqual(spread([{x: 0, y: 0}, {x: 6, y: 8}]), {x: 3, y: 4, apart: 5})
})

/** Returns tiles whose loads end when the test says so. */
function loading(most) {
  const loads = new Map()
  let changes = 0
  const tiles = new Tiles(
    (name) => new Promise((resolve, reject) => loads.set(name, {resolve, reject})), () => changes++, most)
  const end = async (how, ...names) => {
    for (const name of names) loads.get(name)[how](`tile ${name}`)
    await new Promise((after) => setImmediate(after))
  }
  return {tiles, loads, end, changes: () => changes}
}

test('tiles come a few at a time, in the order they are wanted in', async () => {
  const {tiles, loads, end, changes} = loading(100)
  const names = Array.from({length: 12}, (_, k) => `${k}`)
  tiles.want(names)
  assert.deepEqual([...loads.keys()], names.slice(0, 8))
  await end('resolve', '0', '1')
  assert.deepEqual([...loads.keys()], names.slice(0, 10))
  assert.equal(tiles.get('0'), 'tile 0')
  assert.equal(tiles.get('9'), undefined)
  assert.equal(changes(), 2)
  tiles.want(['a', '3'])
  await end('resolve', '2')
  assert.deepEqual([...loads.keys()].slice(10), ['a'])
})

test('a tile that fails is asked for again when the view moves, and not before', async () => {
  const {tiles, loads, end} = loading(100)
  tiles.want(['a', 'b'])
  await end('reject', 'a')
  loads.delete('a')
  await end('resolve', 'b')
  assert.ok(!loads.has('a'))
  tiles.want(['a', 'b'])
  assert.ok(loads.has('a'))
})

test('the tiles used longest ago are forgotten, but none that is wanted', async () => {
  const {tiles, end} = loading(2)
  tiles.want(['a', 'b', 'c'])
  await end('resolve', 'a', 'b', 'c')
  assert.deepEqual(['a', 'b', 'c'].map((name) => tiles.get(name) !== undefined), [true, true, true])
  tiles.get('b')
  tiles.want(['d'])
  await end('resolve', 'd')
  assert.deepEqual(['a', 'b', 'c', 'd'].map((name) => tiles.here.has(name)), [false, true, false, true])
})
