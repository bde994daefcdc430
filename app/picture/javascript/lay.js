// Draws the tiles that are shown, in the order given. The browser holds their pictures and values.
import {grounded, groundOf} from './ground.js'
import {veiled} from './veil.js'

const PLACE = ['x', 'y', 'dw', 'dh']

/** Yields each tile's part of an array of many square ones that lie one after the other. */
export function* parts(ids, array) {
  const side = array.shape[1]
  const points = side ** 2
  for (const [k, id] of ids.entries())
    yield [id, new array.constructor(array.slice(k * points, (k + 1) * points), [side, side])]
}

/** Takes over the pictures and values that the server has sent. */
export function take(pictures, {image_of, image, value_of, value}) {
  const add = (key, ids, array) => {
    for (const [id, part] of parts(ids, array))
      pictures.set(id, {...pictures.get(id), [key]: part})
  }
  image_of.forEach((ids, k) => add('image', ids, image[k]))
  value_of.forEach((ids, k) => add('value', ids, value[k]))
}

/** Returns the tiles of a layout whose pictures are here, coarser ones first. */
export function placed(pictures, {id: ids, x, y, dw, dh}) {
  return ids.flatMap((id, k) => {
    const tile = pictures.get(id)
    return tile ? [{...tile, id, x: x[k], y: y[k], dw: dw[k], dh: dh[k]}] : []
  })
}

/** Draws the tiles over the ground, and removes the picture that stood in for it. */
function draw({figure, ground, images, veil}) {
  const below = groundOf(figure, ground, () => draw({figure, ground, images, veil}))
  const drawn = grounded(figure.tiles, below)
  const column = (key) => [key, drawn.map((tile) => tile[key])]
  const data = Object.fromEntries(['image', ...PLACE].map(column))
  if (veil.data.veiled[0]) {
    figure.veiled ??= new WeakMap()
    data.image = data.image.map((image) => veiled(image, figure.veiled))
  }
  images.setv({data}, {sync: false})
  if (drawn.length) globalThis.document?.getElementById('overview')?.remove()
}

/** Draws the tiles, forgets the pictures of all others, and acknowledges what has been sent. */
export default function lay({figure, content, layout, images, acknowledged, ground, veil}) {
  const pictures = figure.pictures ?? new Map()
  const [sent] = content.data.sent
  const [last] = acknowledged.data.sent
  if (sent !== undefined && sent !== last) take(pictures, content.data)
  figure.tiles = placed(pictures, layout.data)
  figure.pictures = new Map(figure.tiles.map((tile) => [tile.id, tile]))
  draw({figure, ground, images, veil})
  acknowledged.data = {sent: [sent ?? last]}
}
