import assert from 'node:assert/strict'
import test from 'node:test'

import {shift} from '../../app/picture/javascript/ranges.js'
import {due, HOLD, NEAR, nobody, PATIENCE, recognise} from '../../app/picture/javascript/recognise.js'
import {BOUNDS, randoms, range, source} from './faking.mjs'

// A hand at a picture: each method returns the deeds of an event.
function hand({pointer = 'mouse', box = false} = {}) {
  const state = nobody()
  const tell = (kind, at, event) => recognise(state, {kind, at, ...event})
  return {
    state,
    down: (at, x, y, id = 1) => tell('down', at, {id, x, y, pointer, box}),
    move: (at, x, y, id = 1) => tell('move', at, {id, x, y}),
    up: (at, x, y, id = 1) => tell('up', at, {id, x, y, spot: `${x},${y}`}),
    beside: (at, x, y, id = 1) => tell('up', at, {id, x, y, spot: null}),
    cancel: (at, id = 1) => tell('cancel', at, {id}),
    escape: (at) => tell('escape', at),
    stop: (at) => tell('stop', at),
    time: (at) => tell('time', at),
  }
}

const names = (deeds) => deeds.map(({deed}) => deed)
const click = (spot) => ({deed: 'click', spot})

test('a click is one once no second can follow', () => {
  const one = hand()
  assert.deepEqual(one.down(0, 5, 5), [])
  assert.deepEqual(one.up(80, 6, 6), [])
  assert.equal(due(one.state), 80 + PATIENCE)
  assert.ok(PATIENCE <= 300)
  assert.deepEqual(one.time(79 + PATIENCE), [])
  assert.deepEqual(one.time(80 + PATIENCE), [click('6,6')])
  assert.equal(due(one.state), Infinity)
  assert.deepEqual(one.time(9999), [])
})

test('two quick clicks on one spot are a double click and no click', () => {
  const one = hand()
  const deeds = [one.down(0, 5, 5), one.up(50, 5, 5), one.down(200, 5 + NEAR, 5)]
  assert.deepEqual(deeds.flat(), [])
  assert.deepEqual(one.time(50 + PATIENCE), []) // it is not over yet
  assert.deepEqual(one.up(380, 5 + NEAR, 5), [{deed: 'double'}])
  assert.deepEqual(one.time(9999), [])
})

test('two quick clicks far apart are two clicks, the first at once', () => {
  const one = hand()
  one.down(0, 5, 5)
  one.up(50, 5, 5)
  assert.deepEqual(one.down(100, 6 + NEAR, 5), [click('5,5')])
  assert.deepEqual(one.up(150, 6 + NEAR, 5), [])
  assert.deepEqual(one.time(999), [click(`${6 + NEAR},5`)])
})

test('two slow clicks on one spot are two clicks', () => {
  const one = hand()
  one.down(0, 5, 5)
  one.up(50, 5, 5)
  assert.deepEqual(one.down(50 + PATIENCE, 5, 5), [click('5,5')]) // whenever that is heard of
  one.up(400, 5, 5)
  assert.deepEqual(one.time(999), [click('5,5')])
})

test('three quick clicks are a double click and a click', () => {
  const one = hand()
  const deeds = [0, 100, 200].flatMap((at) => [...one.down(at, 5, 5), ...one.up(at + 50, 5, 5)])
  assert.deepEqual([...deeds, ...one.time(999)], [{deed: 'double'}, click('5,5')])
})

test('a click and a drag from there, or a press, are both what they are', () => {
  const dragged = hand()
  dragged.down(0, 5, 5)
  dragged.up(50, 5, 5)
  dragged.down(100, 5, 5)
  assert.deepEqual(names(dragged.move(150, 50, 5)), ['click', 'move'])
  assert.deepEqual(names([...dragged.up(200, 50, 5), ...dragged.time(999)]), ['move'])
  const pressed = hand()
  pressed.down(0, 5, 5)
  pressed.up(50, 5, 5)
  pressed.down(100, 5, 5)
  assert.deepEqual(names(pressed.time(100 + HOLD)), ['click', 'read'])
  assert.deepEqual([...pressed.up(700, 5, 5), ...pressed.time(9999)], [])
})

test('a click is one too if two fingers follow', () => {
  const one = hand({pointer: 'touch'})
  one.down(0, 5, 5)
  one.up(50, 5, 5)
  one.down(100, 5, 5)
  assert.deepEqual(one.down(120, 90, 5, 2), [click('5,5')])
})

test('a finger that comes down twice has been up in between', () => {
  const one = hand({box: true})
  one.down(0, 5, 5)
  one.move(20, 90, 60)
  assert.deepEqual(one.down(1000, 5, 5), [{deed: 'unbox'}])
  assert.deepEqual([...one.up(1050, 5, 5), ...one.time(9999)], [click('5,5')])
})

test('after Escape no finger moves anything until all are up', () => {
  const one = hand({pointer: 'touch'})
  one.down(0, 5, 5)
  one.move(20, 90, 60)
  one.escape(30)
  const deeds = [one.down(40, 50, 50, 2), one.move(60, 9, 9), one.up(80, 9, 9), one.move(90, 0, 0, 2)]
  assert.deepEqual([...deeds.flat(), ...one.up(100, 0, 0, 2), ...one.time(9999)], [])
  one.down(10000, 5, 5)
  assert.deepEqual(names(one.move(10020, 90, 60)), ['move'])
})

test('a long press reads and does not click, however late that is noticed', () => {
  const one = hand()
  one.down(0, 5, 5)
  assert.equal(due(one.state), HOLD)
  assert.deepEqual(one.time(HOLD - 1), [])
  assert.deepEqual(names(one.time(HOLD)), ['read'])
  assert.equal(due(one.state), Infinity)
  assert.deepEqual([...one.up(900, 5, 5), ...one.time(9999)], [])
  const late = hand()
  late.down(0, 5, 5)
  assert.deepEqual(names([...late.up(HOLD, 5, 5), ...late.time(9999)]), ['read'])
})

test('a finger that moves after a long press reads there, a mouse drags', () => {
  for (const [pointer, deed] of [['touch', 'read'], ['mouse', 'move'], ['pen', 'move']]) {
    const one = hand({pointer})
    one.down(0, 5, 5)
    one.time(HOLD)
    assert.deepEqual(names(one.move(600, 60, 5)), [deed])
  }
})

test('a click may tremble, and a drag begins where it began', () => {
  const one = hand()
  one.down(0, 10, 10)
  assert.deepEqual(one.move(20, 13, 14), [])
  const [{from, to, factor}] = one.move(40, 13, 15)
  assert.deepEqual([from.x, from.y, to, factor], [10, 10, {x: 13, y: 15}, 1])
  const [next] = one.move(60, 20, 15)
  assert.deepEqual([next.from.x, next.from.y, next.to.x, next.to.y], [13, 15, 20, 15])
  assert.deepEqual([one.up(80, 20, 15), one.time(999)].flat().map(({to: {x}}) => x), [20])
  for (const [pointer, most] of [['mouse', 5], ['pen', 8], ['touch', 10], ['', 10]]) {
    const other = hand({pointer})
    other.down(0, 10, 10)
    assert.deepEqual(other.move(20, 10 + most, 10), [])
    assert.deepEqual(names(other.move(40, 11 + most, 10)), ['move'])
  }
})

test('a click beside the picture is none', () => {
  const one = hand()
  one.down(0, 5, 5)
  assert.deepEqual([...one.beside(50, 5, 5), ...one.time(999)], [])
})

test('a box is drawn, zoomed into, and given up', () => {
  const one = hand({box: true})
  one.down(0, 10, 10)
  assert.deepEqual(names(one.move(20, 90, 60)), ['box'])
  assert.deepEqual(names(one.up(40, 95, 60)), ['box', 'unbox', 'zoom'])
  for (const end of ['cancel', 'stop', 'escape']) {
    one.down(100, 10, 10)
    one.move(120, 90, 60)
    assert.deepEqual(names(one[end](140)), ['unbox'])
    assert.deepEqual([...one.move(160, 99, 60), ...one.up(180, 99, 60), ...one.time(9999)], [])
  }
  one.down(10000, 10, 10)
  one.move(10020, 90, 60)
  assert.deepEqual(names(one.down(10040, 50, 50, 2)), ['unbox'])
  assert.deepEqual(names(one.move(10060, 99, 60)), ['move']) // both fingers pinch
})

test('a finger that comes or goes moves nothing by itself', () => {
  const one = hand({pointer: 'touch'})
  assert.deepEqual(one.down(0, 0, 0, 1), [])
  assert.deepEqual(one.down(20, 100, 0, 2), [])
  const [{from, to, factor}] = one.move(40, 200, 0, 2)
  assert.deepEqual([from.x, to.x, factor], [50, 100, 0.5])
  assert.deepEqual(names(one.down(60, 500, 500, 3)), [])
  assert.deepEqual(one.up(80, 500, 500, 3).map(({factor: by}) => by), [1])
  assert.deepEqual(one.up(80, 0, 0, 1).map(({factor: by}) => by), [1])
  const [alone] = one.move(100, 210, 5, 2)
  assert.deepEqual([alone.from.x, alone.to.x, alone.factor], [200, 210, 1])
  assert.deepEqual([...one.up(120, 210, 5, 2), ...one.time(999)].map(({deed}) => deed), ['move'])
  assert.equal(one.state.phase, 'idle')
})

const FRAME = 400 // pixels of a side

function picture() {
  return {
    figure: {x_range: range(0.2, 0.6), y_range: range(-1, 3)}, bounds: BOUNDS,
    local: source({x: '0', y: '0', exponent_x: 0, exponent_y: 0}),
  }
}

const ends = ({figure: {x_range: x, y_range: y}}) => [x.start, x.end, y.start, y.end]
const share = ({x, y}) => [x / FRAME, 1 - y / FRAME]
const under = ({figure: {x_range: x, y_range: y}}, at) =>
  share(at).map((part, k) => [x, y][k].start + part * ([x, y][k].end - [x, y][k].start))

function follow(page, deeds) {
  for (const {deed, from, to, factor} of deeds)
    if (deed === 'move') shift(page, share(from), share(to), factor)
}

test('a pinch out to twice and back is where it was, with the place between the fingers under them', () => {
  const [page, one] = [picture(), hand({pointer: 'touch'})]
  const start = ends(page)
  const held = under(page, {x: 150, y: 220})
  one.down(0, 100, 200, 1)
  one.down(10, 200, 240, 2)
  const both = (at, {x, y}, times) => [
    ...one.move(at, x - 50 * times, y - 20 * times, 1),
    ...one.move(at, x + 50 * times, y + 20 * times, 2),
  ]
  for (let k = 1; k <= 20; k += 1) follow(page, both(20 + k, {x: 150, y: 220}, 1 + k / 20))
  assert.ok(Math.abs((ends(page)[1] - ends(page)[0]) / 0.2 - 1) < 1e-9)
  for (const [k, value] of under(page, {x: 150, y: 220}).entries())
    assert.ok(Math.abs(value - held[k]) < 1e-9)
  follow(page, both(50, {x: 250, y: 100}, 2)) // both fingers pan
  for (const [k, value] of under(page, {x: 250, y: 100}).entries())
    assert.ok(Math.abs(value - held[k]) < 1e-9)
  for (let k = 19; k >= 0; k -= 1) follow(page, both(90 - k, {x: 150, y: 220}, 1 + k / 20))
  ends(page).forEach((end, k) => assert.ok(Math.abs(end - start[k]) < 1e-9))
})

const KINDS = ['down', 'down', 'move', 'move', 'move', 'move', 'up', 'up', 'cancel', 'time',
  'escape', 'stop']

test('whatever is done in any order leaves a sound view, no box and no finger', () => {
  for (let seed = 0; seed < 300; seed += 1) {
    const random = randoms(seed)
    const [page, state] = [picture(), nobody()]
    const heard = {click: 0, double: 0, down: 0, box: false}
    let at = 0
    for (let step = 0; step < 120; step += 1) {
      const kind = KINDS[Math.floor(random() * KINDS.length)]
      at += random() < 0.1 ? 900 * random() : 60 * random()
      const near = random() < 0.5 // or clicks would be rare
      const event = {
        kind, at, id: Math.floor(random() * 4), pointer: random() < 0.5 ? 'touch' : 'mouse', box: random() < 0.3, spot: {},
        x: near ? 200 + 8 * random() : 2000 * random() - 700, y: 200 + (near ? 8 : 500) * random(),
      }
      const deeds = recognise(state, event)
      if (kind === 'down') heard.down += 1
      for (const {deed} of deeds) {
        if (deed === 'box') heard.box = true
        if (deed === 'unbox') heard.box = false
        if (deed in {click: 0, double: 0}) heard[deed] += 1
      }
      follow(page, deeds)
      if (random() < 0.1) { // another epoch of coordinates comes in between
        for (const each of [page.figure.x_range, page.figure.y_range])
          each.setv({start: each.start / 2 + 0.1, end: each.end / 2 + 0.1})
      }
      const [x0, x1, y0, y1] = ends(page)
      assert.ok(x0 < x1 && y0 < y1 && Number.isFinite(x1 - x0 + y1 - y0), `seed ${seed}`)
      assert.ok(Math.abs((y1 - y0) / (x1 - x0) / 10 - 1) < 1e-6, `seed ${seed}: not square`)
      assert.equal(state.phase === 'idle', state.fingers.size === 0)
      assert.equal(heard.box, state.phase === 'boxing')
    }
    const last = [0, 1, 2, 3].flatMap((id) => recognise(state, {kind: 'cancel', at, id}))
    last.push(...recognise(state, {kind: 'time', at: at + 9999}))
    assert.deepEqual([state.phase, due(state)], ['idle', Infinity])
    assert.equal(names(last).includes('unbox'), heard.box)
    const clicks = heard.click + names(last).filter((deed) => deed === 'click').length
    assert.ok(clicks + 2 * heard.double <= heard.down)
  }
})

test('where two fingers went does not depend on the way', () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const random = randoms(seed)
    const places = Array.from({length: 60}, () => [1 + Math.floor(2 * random()), 400 * random(), 400 * random()])
    const lands = (moves) => {
      const [page, one] = [picture(), hand({pointer: 'touch'})]
      one.down(0, 100, 100, 1)
      one.down(1, 300, 300, 2)
      for (const [id, x, y] of moves) follow(page, one.move(2, x, y, id))
      return ends(page)
    }
    const last = [1, 2].map((id) => places.findLast(([of]) => of === id))
    const [long, short] = [lands(places), lands(last)]
    long.forEach((end, k) => assert.ok(Math.abs(end - short[k]) < 1e-9, `seed ${seed}`))
  }
})
