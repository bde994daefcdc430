import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import test from 'node:test'
import zlib from 'node:zlib'

import {checkOf, sha256} from '../../engine/exports/site/javascript/check.js'
import {exact, label, power, ticks} from '../../engine/pictures/javascript/decimals.js'
import {fragment, fromFragment, local, names, query} from '../../engine/exports/site/javascript/place.js'
import {codeAt, decoded, unpacked, words} from '../../engine/exports/site/javascript/values.js'

const hex = (found) => found.map((word) => word.toString(16).padStart(8, '0')).join('')

test('the digest is SHA-256, whatever the length', () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000]) {
    const bytes = Uint8Array.from({length}, (_, k) => k * 7 % 256)
    assert.equal(hex(sha256(bytes)), createHash('sha256').update(bytes).digest('hex'))
  }
})

test('the check of a link is that of the explorer', () => {
  assert.equal(checkOf('v=0.1.0&preset=tanh-single&view=1.5_1.5_9'), '0mgmj')
})

test('a coordinate has all its digits, to a hundredth of the pitch or less', () => {
  assert.equal(exact('0', 0, 1.5, 0.01), '1.5000')
  assert.equal(exact('0', 0, -0.25, 2), '-0.25')
  assert.equal(exact('0', 0, 0.004, 0.01), '0.0040')
  assert.equal(exact('-1.5', 0, 0.25, 0.1), '-1.250')
  assert.equal(exact('0.123456789012345678901234567890', -26, 1.5, 0.01), '0.123456789012345678901234582890')
  assert.equal(exact('0.00001', -5, -2, 0.1), '-0.00001000')
})

test('a hyperparameter has as many digits as the pitch tells apart', () => {
  assert.equal(power('0', 0, 2, 0.01), '100.0')
  assert.equal(power('-2', 0, 1, 1e-6), '0.10000000')
  assert.equal(power('0', -30, 0, 0.01), '1.0000000000000000')
  assert.equal(power('0', -3, 500, 0.01), String((10 ** 0.5).toPrecision(7)))
  assert.equal(power('0', 0, 0.3, 10), '1.995')
})

test('ticks are round, within their ends, and labelled to their step', () => {
  assert.deepEqual(ticks(-3, 6, 5), [-2, 0, 2, 4, 6])
  assert.deepEqual(ticks(0.1, 0.32, 4).map((at) => label(at, 0.1, 0)), ['0.1', '0.2', '0.3'])
  assert.deepEqual(ticks(0, 1, 3), [0, 0.5, 1])
  assert.equal(label(-0.5, 0.5, 0), '\u22120.5')
  assert.equal(label(-1e-17, 0.5, 0), '0.0')
  assert.equal(label(0.25, 0.05, -6), '+0.25')
  assert.equal(label(-0.25, 0.05, -6), '\u22120.25')
  assert.equal(label(2, 1, 0), '2')
})

const MANTISSAS = 9000
const code = (mantissa, exponent) => (exponent + 400) * MANTISSAS + mantissa - 1000 + 1

test('a value is told to four digits, by its side', () => {
  assert.deepEqual(decoded(code(1234, 1)), {negative: false, size: '12.34', value: 12.34})
  assert.deepEqual(decoded(-code(1000, 0)), {negative: true, size: '1.000', value: -1})
  assert.equal(decoded(code(9999, 300)).value, 9.999e300)
  assert.equal(decoded(code(4941, -324)).size, (4.941e-324).toPrecision(4))
  assert.deepEqual(decoded(-(2 ** 23 - 1)), {negative: true, size: '∞', value: -Infinity})
  assert.equal(words(0, ['converged', 'diverged'], null), 'diverged, 0')
  assert.equal(words(-code(5000, 2), ['converged', 'diverged'], null), 'converged, 500.0')
  assert.equal(words(-code(2000, 0), ['a', 'b'], {'-2': 'period 2', 1: 'diverged'}), 'period 2')
})

test('the values of a tile come out of their text as they went in', async () => {
  const codes = [0, 5, -5, code(1234, 1), -code(9999, 308), 2 ** 23 - 1, -(2 ** 23 - 1)]
  const planes = [0, 8, 16].flatMap((by) => codes.map((number) => number >> by & 255))
  const text = zlib.deflateSync(Uint8Array.from(planes)).toString('base64')
  const bytes = await unpacked(text)
  assert.deepEqual(codes.map((_, k) => codeAt(bytes, k)), codes)
})

const axis = (low, high, more = {}) =>
  ({low, high, base: '0', exponent: 0, symbol: 'η', logarithmic: false, ...more})
const picture = {
  tall: 0.5, across: 100, width: 4, link: ['v=1&preset=p', '&look=l'],
  axes: [axis(-2, 2, {symbol: 'a'}), axis(10, 18, {logarithmic: true})],
}

test('a point of a picture lies on its axes, and is named by them', () => {
  assert.deepEqual(local(picture, {u: 0.25, v: 0.25}), [-1, 14])
  assert.deepEqual(names(picture, {u: 0.25, v: 0}),
    [['a', '-1.0000'], ['log₁₀ η', '10.000'], ['η', '1.000e+10']])
})

test('a link leads to the middle and the width of the view, and has its check', () => {
  const text = query(picture, {u: 0.5, v: 0.25, span: 0.5})
  const [, parts, check] = text.match(/^\?(.*)&check=(\w{5})$/)
  assert.equal(parts, 'v=1&preset=p&view=0.000000_14.000000_2&look=l')
  assert.equal(check, checkOf(parts))
  assert.match(query(picture, {u: 0.5, v: 0.25, span: 1e-9}), /_4e-9&look=l/)
})

test('the address names a place and its view, and nothing else', () => {
  const view = {u: 0.25, v: 0.5, span: 0.125}
  assert.deepEqual(fromFragment(fragment(3, view, false)), {number: 3, view})
  assert.deepEqual(fromFragment(fragment(3, view, true)), {number: 3, view: null})
  for (const text of ['', '#', '#x', '#1x', '#99999', '#-1'])
    assert.deepEqual(fromFragment(text), {number: null, view: null})
  for (const text of ['#2/1,2', '#2/1,2,0', '#2/1,2,-3', '#2/1,2,3,4', '#2/a,b,c', '#2/1,2,e'])
    assert.equal(fromFragment(text).view, null)
})
