import assert from 'node:assert/strict'
import test from 'node:test'

import {isPredicted, veiled} from '../../app/picture/javascript/veil.js'

class Pixels extends Uint32Array {
  constructor(values, shape) {
    super(values)
    this.shape = shape
  }
}

const SIDE = 64
const picture = (pixel) => new Pixels(Array.from({length: SIDE ** 2}, (_, k) => pixel(k)), [SIDE, SIDE])
const channels = (colour) => [0, 8, 16, 24].map((shift) => colour >>> shift & 0xff)

test('what is predicted has another alpha than what is trained or unknown', () => {
  assert.deepEqual([0xffffffff, 0xfe000000, 0, 0xfd123456].map(isPredicted), [false, true, false, false])
})

test('a picture without predictions stays the one that it is', () => {
  const image = picture((k) => k % 2 && 0xff112233)
  assert.equal(veiled(image, new WeakMap()), image)
})

test('a veil leaves what is trained, and makes every prediction darker, in lines', () => {
  const light = 0xfeb0d0f0
  const image = picture((k) => k % 3 ? light : 0xffb0d0f0)
  const under = veiled(image, new WeakMap())
  assert.notEqual(under, image)
  assert.deepEqual(under.shape, image.shape)
  const shades = new Set()
  for (const [k, colour] of under.entries()) {
    if (k % 3 === 0) assert.equal(colour, 0xffb0d0f0)
    else {
      shades.add(colour)
      assert.equal(channels(colour)[3], 255)
      channels(colour).slice(0, 3).forEach((value, n) => assert.ok(value < 0.8 * channels(light)[n]))
    }
  }
  assert.equal(shades.size, 2)
})

test('the lines of a tile go on in the next one, and none is a whole row or column', () => {
  const under = veiled(picture(() => 0xfeffffff), new WeakMap())
  const at = (row, column) => under[row % SIDE * SIDE + column % SIDE]
  const line = Math.min(...under)
  for (let k = 0; k < SIDE; k++) {
    assert.equal(at(k, SIDE), at(k + 1, SIDE - 1)) // a line slants
    const row = Array.from({length: SIDE}, (_, n) => at(k, n))
    const share = row.filter((colour) => colour === line).length / SIDE
    assert.ok(share >= 0.2 && share < 0.5)
  }
})

test('what has been veiled is not veiled again', () => {
  const [image, made] = [picture(() => 0xfe405060), new WeakMap()]
  assert.equal(veiled(image, made), veiled(image, made))
})
