// Moves the ranges into new local coordinates, once for each of their epochs.
import {row} from './sources.js'

/** Returns a range in coordinates that begin at `offset` of the present ones and are finer. */
export function rebased({start, end}, offset, scale) {
  return {start: (start - offset) * scale, end: (end - offset) * scale}
}

/** Goes to a given view, or stays wherever the user is by now, in the new numbers. */
export default function move({figure, local}) {
  const {epoch, jump, x0, x1, y0, y1, scale_x, scale_y, dx, dy} = row(local)
  if (epoch === figure.epoch) return
  figure.epoch = epoch
  const {x_range, y_range} = figure
  x_range.setv(jump ? {start: x0, end: x1} : rebased(x_range, dx, scale_x))
  y_range.setv(jump ? {start: y0, end: y1} : rebased(y_range, dy, scale_y))
}
