import assert from 'node:assert/strict'
import test from 'node:test'

import takePictures, {carried, encoded, ENOUGH, START} from '../../app/views/javascript/drop.js'
import {emitter, fakeGlobals, source} from './faking.mjs'

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10]

function chunk(kind, length, fill = 1) {
  const head = [length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255]
  return [...head, ...Buffer.from(kind), ...Array.from({length}, () => fill), 0, 0, 0, 9]
}

const file = (...parts) => new Blob([Uint8Array.from(parts.flat())])
const read = async (...parts) => Array.from(await carried(file(...parts)))

test('a picture is sent without its pixels, wherever its texts stand', async () => {
  const kept = ['IHDR', 'tEXt', 'zTXt', 'iTXt', 'IEND'].map((kind, k) => chunk(kind, 10 + k, k))
  const [header, ...others] = kept
  const pixels = chunk('IDAT', 3000)
  assert.deepEqual(await read(SIGNATURE, header, pixels, ...others, pixels), [SIGNATURE, ...kept].flat())
})

test('lengths of chunks are read in all their four bytes', async () => {
  const long = chunk('tEXt', 70_000)
  assert.deepEqual(await read(SIGNATURE, chunk('IDAT', 66_000), long), [SIGNATURE, long].flat())
})

test('texts beyond what is enough stay behind, and those that still fit do not', async () => {
  const [half, more, rest] = [ENOUGH / 2, ENOUGH / 2 + 1, 5].map((length) => chunk('tEXt', length))
  assert.equal(ENOUGH, 262_144)
  assert.deepEqual(await read(SIGNATURE, half, more, rest), [SIGNATURE, half, rest].flat())
  assert.deepEqual(await read(SIGNATURE, half, half), [SIGNATURE, half, half].flat())
})

test('a picture that is cut off is sent as far as it goes', async () => {
  const header = chunk('IHDR', 13)
  assert.deepEqual(await read(SIGNATURE, header, [0, 0, 0, 40, 73]), [SIGNATURE, header].flat())
  assert.deepEqual(await read(SIGNATURE, chunk('IEND', 0).slice(0, 8)), SIGNATURE)
  assert.deepEqual(await read(SIGNATURE), SIGNATURE)
  assert.deepEqual(await read(SIGNATURE, chunk('IEND', 0)), [SIGNATURE, chunk('IEND', 0)].flat())
})

test('of any other file its start is sent, which tells what it is', async () => {
  const bytes = Array.from({length: 200}, (_, k) => k)
  assert.equal(START, 64)
  assert.deepEqual(await read(bytes), bytes.slice(0, 64))
  assert.deepEqual(await read([1, 2, 3]), [1, 2, 3])
})

test('bytes are sent in base64, whatever they are', () => {
  const bytes = Uint8Array.from({length: 256}, (_, k) => k)
  assert.equal(encoded(bytes), Buffer.from(bytes).toString('base64'))
})

function drop(transfer) {
  return {
    dataTransfer: transfer,
    preventDefault() {
      this.prevented = true
    },
  }
}

function page(t) {
  fakeGlobals(t, {document: emitter()})
  return {figure: {}, source: source({text: '', count: 0})}
}

test('a file that is dropped is sent, and not opened by the browser', async (t) => {
  const on = page(t)
  takePictures(on)
  takePictures(on)
  assert.equal(document.count('drop'), 1)
  const event = drop({files: [file([1, 2, 3])]})
  await document.fire('drop', event)
  assert.ok(event.prevented)
  assert.deepEqual(on.source.data, {text: ['AQID'], count: [1]})
})

test('a text that is dropped is left to the browser', async (t) => {
  const on = page(t)
  takePictures(on)
  const events = [drop({files: []}), drop(undefined), drop({items: [{kind: 'string'}]})]
  await document.fire('drop', events[0])
  await document.fire('drop', events[1])
  await document.fire('dragover', events[1])
  await document.fire('dragover', events[2])
  assert.deepEqual(events.map(({prevented}) => prevented), [undefined, undefined, undefined])
  assert.deepEqual(on.source.data, {text: [''], count: [0]})
})

test('a file over the page is welcome', async (t) => {
  takePictures(page(t))
  const event = drop({items: [{kind: 'string'}, {kind: 'file'}]})
  await document.fire('dragover', event)
  assert.ok(event.prevented)
})
