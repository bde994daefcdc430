import assert from 'node:assert/strict'
import test from 'node:test'

import lay, {parts, placed, take} from '../../app/picture/javascript/lay.js'

const tiles = (Kind, ...values) => Object.assign(Kind.from(values.flat()), {shape: [values.length * 2, 2]})

// Bokeh's arrays have a shape, and are made with one.
class Numbers extends Float64Array {
  constructor(values, shape) {
    super(values)
    if (shape) this.shape = shape
  }
}

function page() {
  const sources = {
    content: {data: {image_of: [], image: [], value_of: [], value: [], sent: []}},
    layout: {data: {id: [], x: [], y: [], dw: [], dh: []}},
    images: {
      setv({data}, options) {
        Object.assign(this, {data, options})
      },
    },
    acknowledged: {data: {sent: [0]}},
    ground: {data: {url: [''], x: [0], y: [0], dw: [0], dh: [0]}},
    veil: {data: {veiled: [0]}},
  }
  return {figure: {}, ...sources}
}

const send = (sent, ids, ...values) => ({
  image_of: [ids], image: [tiles(Numbers, ...values)], value_of: [ids],
  value: [tiles(Numbers, ...values.map((of) => of.map((v) => -v)))], sent: [sent],
})
const layout = (...ids) => ({
  id: ids, x: ids.map((_, k) => k), y: ids.map((_, k) => 10 + k), dw: ids.map(() => 2),
  dh: ids.map(() => 4),
})

test('an array of many tiles is cut into them', () => {
  const cut = [...parts(['a', 'b'], tiles(Numbers, [1, 2, 3, 4], [5, 6, 7, 8]))]
  assert.deepEqual(cut.map(([id, part]) => [id, [...part], part.shape]), [
    ['a', [1, 2, 3, 4], [2, 2]], ['b', [5, 6, 7, 8], [2, 2]],
  ])
})

test('a new picture leaves the values of a tile as they are', () => {
  const pictures = new Map([['a', {image: 'old', value: 'kept'}]])
  take(pictures, {image_of: [['a']], image: [tiles(Numbers, [1, 2, 3, 4])], value_of: [[]],
    value: [tiles(Numbers)]})
  assert.deepEqual([...pictures.get('a').image], [1, 2, 3, 4])
  assert.equal(pictures.get('a').value, 'kept')
})

test('tiles whose pictures are not here are left out, and the order is kept', () => {
  const pictures = new Map([['a', {image: 1}], ['c', {image: 3}]])
  assert.deepEqual(placed(pictures, layout('c', 'b', 'a')), [
    {image: 3, id: 'c', x: 0, y: 10, dw: 2, dh: 4}, {image: 1, id: 'a', x: 2, y: 12, dw: 2, dh: 4},
  ])
})

test('what has been sent is drawn, without telling the server, and acknowledged', () => {
  const on = page()
  on.content.data = send(1, ['a', 'b'], [1, 2, 3, 4], [5, 6, 7, 8])
  on.layout.data = layout('b', 'a')
  lay(on)
  const {data, options} = on.images
  assert.deepEqual(data.image.map((image) => [...image]), [[5, 6, 7, 8], [1, 2, 3, 4]])
  assert.deepEqual([data.x, data.y, data.dw, data.dh], [[0, 1], [10, 11], [2, 2], [4, 4]])
  assert.deepEqual(options, {sync: false})
  assert.deepEqual(on.acknowledged.data, {sent: [1]})
  assert.deepEqual([...on.figure.tiles[0].value], [-5, -6, -7, -8])
})

test('another layout of the same pictures takes nothing over again', () => {
  const on = page()
  on.content.data = send(1, ['a', 'b'], [1, 2, 3, 4], [5, 6, 7, 8])
  on.layout.data = layout('a', 'b')
  lay(on)
  on.layout.data = layout('a')
  lay(on)
  on.layout.data = layout('a', 'b') // b has been forgotten
  lay(on)
  assert.deepEqual(on.figure.tiles.map(({id}) => id), ['a'])
  on.content.data = send(2, ['b'], [9, 9, 9, 9])
  lay(on)
  assert.deepEqual(on.figure.tiles.map(({id}) => id), ['a', 'b'])
  assert.deepEqual(on.acknowledged.data, {sent: [2]})
})

test('before anything has been sent nothing is drawn or acknowledged', () => {
  const on = page()
  lay(on)
  assert.deepEqual(on.images.data.image, [])
  assert.deepEqual(on.acknowledged.data, {sent: [0]})
  on.acknowledged.data = {sent: [4]}
  lay(on)
  assert.deepEqual(on.acknowledged.data, {sent: [4]})
})

test('a veil is drawn over what is predicted alone, and taken away without a word of the server', () => {
  const on = page()
  const [trained, predicted] = [0xff0000ff, 0xfe0000ff]
  on.content.data = send(1, ['a', 'b'], [trained, predicted, 0, predicted], Array(4).fill(trained))
  on.layout.data = layout('a', 'b')
  on.veil.data = {veiled: [1]}
  lay(on)
  const [mixed, whole] = on.images.data.image
  assert.deepEqual([mixed[0], mixed[2]], [trained, 0])
  for (const k of [1, 3]) assert.ok(![trained, predicted].includes(mixed[k]))
  assert.equal(whole, on.figure.tiles[1].image)
  lay(on)
  assert.equal(on.images.data.image[0], mixed) // or the browser would unpack it again
  on.veil.data = {veiled: [0]}
  lay(on)
  assert.deepEqual([...on.images.data.image[0]], [trained, predicted, 0, predicted])
})
