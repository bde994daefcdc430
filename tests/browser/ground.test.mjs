import assert from 'node:assert/strict'
import test from 'node:test'

import {grounded, groundOf} from '../../app/picture/javascript/ground.js'

const tile = (id, dw) => ({id, dw, image: {shape: [64, 64]}})
const ground = {id: 'ground', dw: 4, image: {shape: [256, 256]}}
const none = {data: {url: [''], x: [0], y: [0], dw: [0], dh: [0]}}

test('the ground lies over tiles that are coarser, and under those that are as fine or finer', () => {
  const tiles = [tile('coarse', 8), tile('nearly', 1.01), tile('as fine', 1), tile('finer', 0.5)]
  const ids = grounded(tiles, ground).map(({id}) => id)
  assert.deepEqual(ids, ['coarse', 'nearly', 'ground', 'as fine', 'finer'])
  assert.deepEqual(grounded([], ground), [ground])
  assert.deepEqual(grounded(tiles, null), tiles)
})

test('where no picture is kept there is no ground', () => {
  assert.equal(groundOf({}, none, () => assert.fail('nothing was loaded')), null)
})

test('a picture is loaded once, and is the ground once it is there', () => {
  const loaded = []
  globalThis.Image = class {
    addEventListener(kind, done) {
      loaded.push(done)
    }
  }
  globalThis.document = {createElement: () => ({getContext: () => ({
    setTransform() {}, drawImage() {}, getImageData: () => ({data: {buffer: 'pixels'}}),
  })})}
  globalThis.Bokeh = {require: () => ({ndarray: (buffer, about) => ({buffer, ...about})})}
  const figure = {}
  const source = {data: {url: ['a.png'], x: [1], y: [2], dw: [3], dh: [4]}}
  let times = 0
  const done = () => {
    times += 1
  }
  assert.equal(groundOf(figure, source, done), null)
  assert.equal(groundOf(figure, source, done), null)
  assert.equal(loaded.length, 1)
  loaded[0]()
  assert.equal(times, 1)
  const {image, ...place} = groundOf(figure, source, done)
  assert.equal(image.buffer, 'pixels')
  assert.deepEqual(place, {x: 1, y: 2, dw: 3, dh: 4})
  assert.equal(groundOf(figure, {data: {...source.data, url: ['b.png']}}, done), null)
  loaded[0]() // too late
  assert.equal(times, 1)
  delete globalThis.Image
  delete globalThis.document
  delete globalThis.Bokeh
})
