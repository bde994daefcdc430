// Lays a veil over pixels that are predicted, which the server tells apart by their alpha alone.

const PREDICTED = 254 // the alpha
const PERIOD = 8 // pixels from one line of the veil to the next, along a row; tiles have whole periods
const BROAD = 2 // pixels of a line, along a row
const [LINE, BETWEEN] = [0.8, 0.4] // the share of the veil in the colours there
const DARK = 0x20 // of the veil, in each channel

/** Returns whether a packed colour is that of a pixel that is predicted. */
export function isPredicted(colour) {
  return colour >>> 24 === PREDICTED
}

function mixed(colour, share) {
  let packed = 0xff000000
  for (const shift of [0, 8, 16])
    packed |= Math.round((colour >>> shift & 0xff) * (1 - share) + DARK * share) << shift
  return packed >>> 0
}

/** Returns a picture of a tile with slanting lines over what is predicted; itself if nothing is.
 *
 * What has been veiled is found in a map of veiled pictures by those without a veil.
 */
export function veiled(image, made) {
  if (!made.has(image)) {
    const first = image.findIndex(isPredicted)
    made.set(image, first < 0 ? image : lined(image, first))
  }
  return made.get(image)
}

function lined(image, first) {
  const columns = image.shape[1]
  const copy = new image.constructor(image, image.shape)
  for (let k = first; k < copy.length; k++) {
    if (!isPredicted(copy[k])) continue
    const along = (Math.floor(k / columns) + k % columns) % PERIOD
    copy[k] = mixed(copy[k], along < BROAD ? LINE : BETWEEN)
  }
  return copy
}
