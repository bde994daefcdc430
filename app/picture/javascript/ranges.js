// Moves and scales both ranges of a figure at once. They stay within bounds, finite and in proportion.

const FINEST = 1e-9 // of a coordinate, or of 1: the least width that float64 still draws there

/** Returns a range so many times as wide, in which what was at a share of it lies at another. */
export function held({start, end}, from, to, factor) {
  const width = (end - start) * factor
  const first = start + from * (end - start) - to * width
  return {start: first, end: first + width}
}

/** Returns the factor, or the nearest to it by which both ranges stay as wide as can be drawn. */
export function bounded(factor, [x, y], {narrowest, widest}) {
  const width = x.end - x.start
  const least = Math.max(narrowest / width, ...[x, y].map(({start, end}) =>
    FINEST * Math.max(1, Math.abs(start), Math.abs(end)) / (end - start)))
  // A view beyond the bounds may come back.
  return Math.min(Math.max(factor, Math.min(1, least)), Math.max(1, widest / width))
}

/** Returns a range with its middle no further out than that. */
export function near({start, end}, [lowest, highest]) {
  const middle = (start + end) / 2
  const off = Math.min(Math.max(middle, lowest), highest) - middle
  return off ? {start: start + off, end: end + off} : {start, end}
}

/** Returns the bounds of the plane in the browser's numbers. */
export function localBounds({data}, {narrowest, widest, farthest}) {
  const unit = (axis) => 10 ** data[`exponent_${axis}`][0]
  const ends = (axis) => [-1, 1].map((sign) => (sign * farthest - Number(data[axis][0])) / unit(axis))
  return {narrowest: narrowest / unit('x'), widest: widest / unit('x'), x: ends('x'), y: ends('y')}
}

/** Has what lies at a place of the figure lie at another, and both ranges be so many times as wide.
 *
 * Places are shares of its width and height, from the left and from below.
 */
export function shift({figure: {x_range, y_range}, local, bounds}, from, to, factor = 1) {
  const within = localBounds(local, bounds)
  const by = bounded(factor, [x_range, y_range], within)
  const x = near(held(x_range, from[0], to[0], by), within.x)
  const y = near(held(y_range, from[1], to[1], by), within.y)
  const sound = [x, y].every(({start, end}) => start < end && Number.isFinite(end - start))
  if (!sound) return
  x_range.setv(x)
  y_range.setv(y)
}
