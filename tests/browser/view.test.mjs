import assert from 'node:assert/strict'
import test from 'node:test'

import sendSoon, {EVERY, known, noteDeeds, REST, send, squared, whole} from '../../app/picture/javascript/view.js'
import {emitter, fakeGlobals, fakeTime, range, source} from './faking.mjs'

const VIEW = {
  epoch: 0, gesture: 0, x0: 0, x1: 0, y0: 0, y1: 0, width: 0, height: 0, ratio: 0, screen: 0,
  hidden: 0,
}

function landscape({x = [-1, 1], y = [-1, 1], width = 400, height = 400, ...local} = {}) {
  return {
    figure: {x_range: range(...x), y_range: range(...y), inner_width: width, inner_height: height},
    local: source({x0: -1, x1: 1, y0: -1, y1: 1, epoch: 3, shape: 1, fit: false, ...local}),
    view: source(VIEW),
  }
}

function sent({view}) {
  return Object.fromEntries(Object.entries(view.data).map(([key, [value]]) => [key, value]))
}

const ends = ({start, end}) => [start, end]

function screen(t) {
  const window = emitter({devicePixelRatio: 2, innerWidth: 1280})
  fakeGlobals(t, {window, document: emitter({hidden: false})})
  return window
}

test('a whole window is as wide as it is, or as its height asks for in a wide figure', () => {
  const window = {x0: 1, x1: 3, y0: 10, y1: 18, shape: 4}
  assert.deepEqual(whole(window, {width: 300, height: 300}), {start: 1, end: 3, middle: 14})
  assert.deepEqual(whole(window, {width: 900, height: 300}), {start: -1, end: 5, middle: 14})
  assert.deepEqual(whole(window, {width: 300, height: 900}), {start: 1, end: 3, middle: 14})
})

test('pixels are made square around a middle, whatever the shape of the axes', () => {
  const x = {start: 0, end: 4}
  const size = {width: 400, height: 100}
  assert.deepEqual(squared(x, {start: 0, end: 9}, 5, size, 1), {start: 4.5, end: 5.5})
  assert.deepEqual(squared(x, {start: 0, end: 9}, 5, size, 8), {start: 1, end: 9})
})

test('a range that is right is left alone, for to set it would begin again', () => {
  const size = {width: 100, height: 100}
  const x = {start: 0, end: 2}
  assert.equal(squared(x, {start: 4, end: 6}, 5, size, 1), null)
  assert.equal(squared(x, {start: 4, end: 6 + 1e-6}, 5 + 5e-7, size, 1), null)
  assert.notEqual(squared(x, {start: 4, end: 6 + 1e-5}, 5 + 5e-6, size, 1), null)
  assert.notEqual(squared(x, {start: 4, end: 6}, 5 + 1e-8, size, 1), null)
  assert.equal(squared(x, {start: 4, end: 6}, 5 + 5e-10, size, 1), null)
})

test('how far off a range may be is a share of its width', () => {
  const size = {width: 100, height: 100}
  const x = {start: 0, end: 200}
  const off = (middle, end) => squared(x, {start: 400, end}, middle, size, 1)
  assert.equal(off(500 + 0.9e-7, 600), null)
  assert.notEqual(off(500 + 1.1e-7, 600), null)
  assert.equal(off(500 + 0.9e-4, 600 + 1.8e-4), null)
  assert.notEqual(off(500 + 1.1e-4, 600 + 2.2e-4), null)
})

test('a view is news if anything but its gesture differs', () => {
  assert.ok(known({gesture: 1, x0: 2, width: 3}, {gesture: 4, x0: 2, width: 3}))
  for (const key of ['x0', 'width'])
    assert.ok(!known({gesture: 1, x0: 2, width: 3}, {gesture: 1, x0: 2, width: 3, [key]: 9}))
})

test('what is sent are the ranges, the size, the screen and the epoch', (t) => {
  screen(t)
  const page = landscape({x: [1, 3], y: [5, 6], width: 400, height: 200})
  page.figure.gesture = 7
  send(page.figure, page.local, page.view)
  assert.deepEqual(sent(page), {
    epoch: 3, gesture: 7, x0: 1, x1: 3, y0: 5, y1: 6, width: 400, height: 200, ratio: 2,
    sharpness: '', predictions: '', screen: 1280, hidden: 0,
  })
})

test('a screen that does not say how fine it is has one pixel for each', (t) => {
  fakeGlobals(t, {window: {innerWidth: 800}, document: {hidden: false}})
  const page = landscape()
  send(page.figure, page.local, page.view)
  assert.deepEqual([sent(page).ratio, sent(page).screen], [1, 800])
})

for (const [name, ...choices] of [['sharpness', 'full', 'standard'], ['predictions', 'off', 'shown']]) {
  test(`the choice of ${name} that is kept is sent, and so is another one`, (t) => {
    screen(t)
    const kept = {}
    fakeGlobals(t, {localStorage: {getItem: (key) => kept[key] ?? null}})
    const page = landscape()
    for (const choice of choices) {
      kept[`trainscape ${name}`] = choice
      send(page.figure, page.local, page.view)
      assert.equal(sent(page)[name], choice)
    }
  })
}

test('a view that the server knows is not sent again', (t) => {
  screen(t)
  const page = landscape()
  send(page.figure, page.local, page.view)
  const {data} = page.view
  page.figure.gesture = 8
  send(page.figure, page.local, page.view)
  assert.equal(page.view.data, data)
})

test('the middle of y stays where pixels are made square', (t) => {
  screen(t)
  const page = landscape({x: [0, 2], y: [10, 16], width: 400, height: 100})
  send(page.figure, page.local, page.view)
  assert.deepEqual(ends(page.figure.y_range), [12.75, 13.25])
  assert.deepEqual(ends(page.figure.x_range), [0, 2])
  assert.equal(page.figure.x_range.times, 0)
})

test('nothing is sent before the figure is laid out', (t) => {
  screen(t)
  for (const size of [{width: 0}, {height: 0}, {width: undefined}, {height: NaN}]) {
    const page = landscape({...size})
    if ('width' in size) page.figure.inner_width = size.width
    send(page.figure, page.local, page.view)
    assert.deepEqual(sent(page), VIEW)
  }
})

test('ranges that have lost themselves begin again', (t) => {
  screen(t)
  for (const lost of [{x: [NaN, 1]}, {x: [0, Infinity]}, {y: [NaN, 1]}, {y: [0, -Infinity]}]) {
    const page = landscape({...lost, x0: 2, x1: 4, y0: 6, y1: 8})
    send(page.figure, page.local, page.view)
    assert.deepEqual([ends(page.figure.x_range), ends(page.figure.y_range)], [[2, 4], [6, 8]])
  }
})

test('a window is shown whole at every size of the page, until somebody moves it', (t) => {
  screen(t)
  const page = landscape({x0: 10, x1: 12, y0: 20, y1: 22, fit: true, width: 800, height: 400})
  const {figure} = page
  send(figure, page.local, page.view)
  assert.deepEqual([ends(figure.x_range), ends(figure.y_range)], [[9, 13], [20, 22]])
  figure.inner_width = 400
  send(figure, page.local, page.view)
  assert.deepEqual([ends(figure.x_range), ends(figure.y_range)], [[10, 12], [20, 22]])
  figure.x_range.setv({start: 11, end: 13})
  figure.inner_width = 800
  send(figure, page.local, page.view)
  assert.deepEqual([ends(figure.x_range), ends(figure.y_range)], [[11, 13], [20.5, 21.5]])
})

test('another window is shown whole after that, and only if it is asked for', (t) => {
  screen(t)
  const page = landscape({x0: 10, x1: 12, y0: 20, y1: 22, fit: true})
  send(page.figure, page.local, page.view)
  page.figure.x_range.setv({start: 0, end: 1})
  send(page.figure, page.local, page.view)
  assert.deepEqual(ends(page.figure.x_range), [0, 1])
  page.local.data = {...page.local.data, epoch: [4], fit: [false]}
  send(page.figure, page.local, page.view)
  assert.deepEqual(ends(page.figure.x_range), [0, 1])
  page.local.data = {...page.local.data, epoch: [5], fit: [true]}
  send(page.figure, page.local, page.view)
  assert.deepEqual(ends(page.figure.x_range), [10, 12])
})

test('the first change is sent at once, more of them every 50 ms, and the last always', (t) => {
  screen(t)
  const pass = fakeTime(t)
  const page = landscape()
  const move = (by) => {
    page.figure.x_range.start += by
    page.figure.x_range.end += by
    sendSoon(page)
  }
  assert.equal(EVERY, 50)
  move(1)
  pass(0)
  assert.equal(sent(page).x0, 0)
  pass(10)
  move(1)
  pass(20)
  move(1)
  pass(19)
  assert.equal(sent(page).x0, 0)
  pass(1)
  assert.equal(sent(page).x0, 2)
  pass(EVERY)
  move(1)
  pass(0)
  assert.equal(sent(page).x0, 3)
})

test('what was done at once is one gesture, however late a busy page handles it', (t) => {
  const [window, pass, page] = [screen(t), fakeTime(t), landscape()]
  sendSoon(page) // and listens from now on
  assert.equal(page.figure.gesture, 1)
  pass(2 * REST)
  for (const [kind, timeStamp, gesture] of [['wheel', 100, 2], ['pointermove', 200, 2],
    ['wheel', 200 + REST, 2], ['keydown', 201 + 2 * REST, 3]]) {
    window.fire(kind, {timeStamp})
    sendSoon(page)
    assert.equal(page.figure.gesture, gesture)
    pass(0)
    sendSoon(page) // another layout, which nobody asked for
    pass(2 * REST)
  }
  assert.equal(REST, 600)
})

test('what is done is noted once for each figure', (t) => {
  const [window, page] = [screen(t), landscape()]
  noteDeeds(page.figure)
  noteDeeds(page.figure)
  assert.equal(window.count('wheel'), 1)
})

test('that nobody looks is told, and that somebody does again', async (t) => {
  const [, pass, page] = [screen(t), fakeTime(t), landscape()]
  sendSoon(page)
  sendSoon(page)
  pass(EVERY)
  assert.equal(document.count('visibilitychange'), 1)
  for (const hidden of [true, false]) {
    document.hidden = hidden
    await document.fire('visibilitychange')
    pass(EVERY)
    assert.equal(sent(page).hidden, Number(hidden))
  }
  assert.equal(page.figure.gesture, 1)
})
