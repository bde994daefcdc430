// Which tiles of a picture a view shows. Tiles are counted from the lower left corner of a level;
// those of the right and upper edge may be smaller.

/** Returns the size of a level in pixels. */
export function sizeOf({size: [width, height]}, level) {
  return [width * 2 ** level, height * 2 ** level]
}

/** Returns the level whose pixels are nearest those of a screen with `ratio` of them to the unit. */
export function levelFor({size: [width], levels}, {span}, plot, ratio) {
  const pixels = plot.width * ratio / span / width // of the screen, to one of level 0
  return Math.min(Math.max(Math.round(Math.log2(pixels)), 0), levels - 1)
}

/** Returns the edges of a tile: left, right, lower and upper, in widths of the picture. */
export function edges(picture, {level, column, row}) {
  const [width, height] = sizeOf(picture, level)
  const {tile} = picture
  return [
    column * tile / width, Math.min((column + 1) * tile, width) / width,
    row * tile / width, Math.min((row + 1) * tile, height) / width,
  ]
}

/** Returns the tiles of a level that a view shows, those nearest its middle first. */
export function tilesOf(picture, {u, v, span}, plot, level) {
  const [width, height] = sizeOf(picture, level)
  const reach = [span / 2, span / 2 * plot.height / plot.width]
  const numbers = (at, by, length) => {
    const last = Math.ceil(length / picture.tile) - 1
    const number = (share) => Math.floor(share * width / picture.tile)
    return [Math.max(number(at - by), 0), Math.min(number(at + by), last)]
  }
  const [left, right] = numbers(u, reach[0], width)
  const [lower, upper] = numbers(v, reach[1], height)
  const tiles = []
  for (let row = lower; row <= upper; row++)
    for (let column = left; column <= right; column++) tiles.push({level, column, row})
  const away = ({column, row}) =>
    Math.hypot((column + 0.5) * picture.tile / width - u, (row + 0.5) * picture.tile / width - v)
  return tiles.toSorted((one, other) => away(one) - away(other))
}

/** Returns what a tile is called. */
export function nameOf({level, column, row}) {
  return `${level}/${column}-${row}`
}

/** Returns the run of a level under a point: its tile, where it is in that, and where it lies.
 *
 * A pixel of a coarser level shows one of the runs of its block (`chosen` of scene.py), which is
 * where that lies; null where there is no picture.
 */
export function runAt(picture, {u, v}, level) {
  const [width, height] = sizeOf(picture, level)
  const [x, y] = [Math.floor(u * width), Math.floor(v * width)]
  if (x < 0 || y < 0 || x >= width || y >= height) return null
  const {tile, levels} = picture
  const [column, row] = [Math.floor(x / tile), Math.floor(y / tile)]
  const doublings = levels - 1 - level
  let chosen = 0
  for (let k = 0; k < doublings; k += 2) chosen += 2 ** k
  const finest = width * 2 ** doublings
  const along = (pixel) => (pixel * 2 ** doublings + chosen + 0.5) / finest
  const across = Math.min(tile, width - column * tile)
  return {
    tile: {level, column, row}, index: (y - row * tile) * across + x - column * tile,
    u: along(x), v: along(y),
  }
}
