// The picture of the whole plane, which lies under the tiles that are finer than it.

/** Returns tiles with the ground among them, under all that are finer; coarser ones first. */
export function grounded(tiles, ground) {
  if (!ground) return tiles
  const pitch = ground.dw / ground.image.shape[1]
  const above = tiles.findIndex((tile) => tile.dw / tile.image.shape[1] <= pitch)
  const number = above < 0 ? tiles.length : above
  return [...tiles.slice(0, number), ground, ...tiles.slice(number)]
}

function pixelsOf(picture) {
  const {naturalWidth: width, naturalHeight: height} = picture
  const canvas = Object.assign(document.createElement('canvas'), {width, height})
  const context = canvas.getContext('2d', {willReadFrequently: true})
  context.setTransform(1, 0, 0, -1, 0, height) // row 0 at the bottom, as in every tile
  context.drawImage(picture, 0, 0)
  const {buffer} = context.getImageData(0, 0, width, height).data
  return Bokeh.require('core/util/ndarray').ndarray(buffer, {dtype: 'uint32', shape: [height, width]})
}

/** Returns the ground of a figure with its pixels, or null; calls `done` once they are there. */
export function groundOf(figure, {data}, done) {
  const [url] = data.url
  if (!url) return null
  if (figure.ground?.url !== url) {
    figure.ground = {url}
    const picture = new Image()
    picture.addEventListener('load', () => {
      if (figure.ground.url !== url) return
      figure.ground.image = pixelsOf(picture)
      done()
    })
    picture.src = url
  }
  const {image} = figure.ground
  if (!image) return null
  const [x, y, dw, dh] = [data.x, data.y, data.dw, data.dh].map(([value]) => value)
  return {image, x, y, dw, dh}
}
