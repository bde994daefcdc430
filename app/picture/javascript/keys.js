// Listens to keys. Those that move the view do so at once; the server hears of the others.
import {kept} from '../../shared/javascript/storage.js'
import {shift} from './ranges.js'
import {message} from './sources.js'

export const STEP = 0.1 // share of the view's height that an arrow moves
export const FAR = 0.5 // and with shift
export const ZOOM = 1.5 // what + divides the view by

const MIDDLE = [0.5, 0.5]
const STEPS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1]}
const FACTORS = {'+': 1 / ZOOM, '=': 1 / ZOOM, '-': ZOOM, '_': ZOOM}
const TYPING = 'input, textarea, select, [contenteditable=true], [role=dialog], [role=listbox], ' +
  '[role=combobox], [role=menu], [role=slider]'

/** Returns the shares of the figure where its middle lies after a step of an arrow key.
 *
 * A step is as many pixels across as up. One axis unit of x is as long as `shape` units of y.
 */
export function stepped([x, y], [across, up], share, shape) {
  const narrow = (y.end - y.start) / (x.end - x.start) / shape // its height over its width
  return [0.5 - across * share * narrow, 0.5 - up * share]
}

const KEPT = 'trainscape keys' // whether single keys are off but on the picture, in the storage

const areOff = () => kept(KEPT) === 'off'

/** Returns whether a key belongs to what has the focus: typed text, a dialog, a list, a tab.
 *
 * Somebody who speaks to the page may have switched keys off that are pressed without the picture.
 */
export function elsewhere(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true
  const within = (selector) => event.composedPath().some((at) => at.matches?.(selector))
  if (areOff() && !within('[role=application]')) return true
  return within(TYPING) || (event.key in STEPS && within('[role=tab]'))
}

/** Does what a key stands for; returns whether it stands for anything. */
export function press({key, shiftKey}, {figure, local, bounds, pressed, keys}) {
  const ranges = [figure.x_range, figure.y_range]
  const to = (step) => stepped(ranges, step, shiftKey ? FAR : STEP, local.data.shape[0])
  const page = {figure, local, bounds}
  if (key in STEPS) shift(page, MIDDLE, to(STEPS[key]))
  else if (key in FACTORS) shift(page, MIDDLE, MIDDLE, FACTORS[key])
  else if (key === 'f' || key === 'l') document.dispatchEvent(new CustomEvent('tool', {detail: key}))
  else if (keys.includes(key)) message(pressed, {key})
  else return false
  return true
}

/** Begins to listen, once for each page. */
export default function listen({figure, local, bounds, pressed, keys}) {
  if (figure.listens) return
  figure.listens = true
  window.addEventListener('keydown', (event) => {
    if (!elsewhere(event) && press(event, {figure, local, bounds, pressed, keys})) event.preventDefault()
  })
}
