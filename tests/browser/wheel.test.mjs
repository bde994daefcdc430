import assert from 'node:assert/strict'
import test from 'node:test'

import {factorOf} from '../../app/picture/javascript/wheel.js'

const factor = (deltaY, more = {}) => factorOf({deltaY, deltaMode: 0, ctrlKey: false, ...more})
const near = (a, b) => assert.ok(Math.abs(a / b - 1) < 1e-12, `${a} and ${b}`)

test('a turn forward narrows the view, and one back undoes it', () => {
  near(factor(-100), Math.exp(-0.2))
  for (const delta of [0.5, 3, 99, 120, 5000, Infinity])
    for (const more of [{}, {ctrlKey: true}, {deltaMode: 1}, {deltaMode: 2}, {deltaMode: 9}])
      near(factor(delta, more) * factor(-delta, more), 1)
})

test('what turns nothing changes nothing', () => {
  for (const delta of [0, NaN, undefined]) assert.equal(factor(delta), 1)
})

test('notches are alike in pixels, lines and pages', () => {
  for (const turned of [factor(3, {deltaMode: 1}), factor(1, {deltaMode: 2}) ** (1 / 3)])
    near(Math.round(turned * 100), Math.round(factor(100) * 100))
})

test('a pinch of a trackpad follows the fingers, a wheel with ctrl does not', () => {
  const pinch = [-1.5, -4, -10, -2.25].map((delta) => factor(delta, {ctrlKey: true}))
  near(pinch.reduce((all, one) => all * one), Math.exp(-0.1775))
  near(factor(-120, {ctrlKey: true}), factor(-120))
  near(factor(-1, {ctrlKey: true, deltaMode: 1}), factor(-1, {deltaMode: 1}))
})

test('one event zooms by four at most', () => {
  near(factor(-1e9), 1 / 4)
  near(factor(1e9, {deltaMode: 2}), 4)
})
