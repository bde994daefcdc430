import assert from 'node:assert/strict'
import test from 'node:test'

import coordinateText from '../../app/picture/javascript/coordinate.js'
import tickLabel from '../../app/picture/javascript/tick.js'
import {source} from './faking.mjs'

const label = (tick, ticks, exponent, axis = 'x') =>
  tickLabel({tick, ticks, axis, local: source({exponent_x: 0, exponent_y: 0, [`exponent_${axis}`]: exponent})})

test('a tick has the digits that tell it from the next', () => {
  assert.equal(label(2, [1, 2, 3], 0), '2')
  assert.equal(label(0.5, [0, 0.5, 1], 0), '0.5')
  assert.equal(label(0.25, [0.2, 0.25], 0), '0.25')
  assert.equal(label(0.3, [0.2, 0.3], 0), '0.3')
  assert.equal(label(0.001, [0.001, 0.002], 0), '0.001')
  assert.equal(label(200, [100, 200], 0), '200')
  assert.equal(label(3, [3], 0), '3')
  assert.equal(label(0, [0, 1e-15], 0), '0.000000000000')
})

test('a negative tick has a minus sign, not a hyphen', () => {
  assert.equal(label(-1.5, [-1.5, -1], 0), '\u22121.5')
  assert.equal(label(-1.5, [-1.5, -1], -6), '\u22121.5')
})

test('at depth a tick is an offset, whose sign is told', () => {
  assert.equal(label(1.5, [1.5, 2], -6), '+1.5')
  assert.equal(label(0, [0, 1], -6), '0')
  assert.equal(label(1.5, [1.5, 2], 0), '1.5')
})

test('each axis has its own depth', () => {
  const local = source({exponent_x: -3, exponent_y: 0})
  assert.equal(tickLabel({tick: 1, ticks: [1, 2], local, axis: 'x'}), '+1')
  assert.equal(tickLabel({tick: 1, ticks: [1, 2], local, axis: 'y'}), '1')
})

/** Returns what the pointer tells at an offset, in a view that is so wide. */
function pointed(base, exponent, value, span) {
  const local = source({x: base, exponent_x: exponent, shape: 1})
  const figure = {x_range: {start: 0, end: span}, inner_width: 100}
  return coordinateText({value, format: 'coordinate', figure, local, axis: 'x'})
}

test('the crosshair tells the exact decimal, a few digits below the width of the view', () => {
  assert.equal(pointed('0.5', 0, 0.25, 2), '0.7500')
  assert.equal(pointed('0.5', 0, 0.25, 0.02), '0.750000')
  assert.equal(pointed('0.5', 0, 0.25, 2000), '0.75')
  assert.equal(pointed('1.259', 0, 0, 2000), '1.25')
  assert.equal(pointed('7', 0, 0, 2), '7.0000')
  assert.equal(pointed('0.123456789012345', -12, 3, 2), '0.1234567890153450')
  assert.equal(pointed('1', 0, -1, 2), '0.0000')
})

test('the crosshair carries over every digit of a deep place, and its sign', () => {
  const base = '0.123456789012345678901234567890'
  assert.equal(pointed(base, -26, 0, 2), '0.123456789012345678901234567890')
  assert.equal(pointed(base, -26, 1.5, 2), '0.123456789012345678901234582890')
  assert.equal(pointed(base, -26, -1, 2), '0.123456789012345678901234557890')
  assert.equal(pointed('0.00001', -5, -2, 2), '\u22120.000010000')
  assert.equal(pointed('-1.5', 0, 0.25, 2), '\u22121.2500')
})

test('the pointer asks for the coordinate or for the value, on either axis', () => {
  const local = source({x: '0.5', y: '-1', exponent_x: 0, exponent_y: -1, shape: 100})
  const figure = {x_range: {start: -1, end: 1}, inner_width: 200}
  const ask = (axis, format) => coordinateText({value: 0.25, format, figure, local, axis})
  assert.equal(ask('x', 'coordinate'), '0.7500')
  assert.equal(ask('y', 'coordinate'), '\u22120.975')
  assert.equal(ask('x', 'value'), (10 ** 0.75).toPrecision(4))
  assert.equal(ask('y', 'value'), (10 ** -0.975).toPrecision(4))
  figure.inner_width = 2_000_000
  assert.equal(ask('x', 'value'), (10 ** 0.75).toPrecision(8))
  assert.equal(ask('y', 'value'), (10 ** -0.975).toPrecision(7))
})
