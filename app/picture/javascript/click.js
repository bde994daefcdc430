// Sends the point of a click, unless that turns out to be the first half of a double click.
import {message} from './sources.js'

export const PATIENCE = 250 // milliseconds in which a second click makes it a double click

/** Sends the point a moment later, in the local coordinates in which it was clicked. */
export default function click({figure, local, tapped, cb_obj}) {
  clearTimeout(figure.click)
  const {x, y} = cb_obj
  const epoch = local.data.epoch[0]
  figure.click = setTimeout(() => message(tapped, {x, y, epoch}), PATIENCE)
}
