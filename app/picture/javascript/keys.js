// Listens to keys. Those that move the view do so at once; the server hears of the others.
import toggleFullscreen from './fullscreen.js'
import {message} from './sources.js'

export const NEAR = 0.1 // share of the view's height that an arrow moves
export const FAR = 0.5 // and with shift
export const ZOOM = 1.5 // what + divides the view by

const STEPS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1]}
const FACTORS = {'+': 1 / ZOOM, '=': 1 / ZOOM, '-': ZOOM, '_': ZOOM}
const TYPING = 'input, textarea, select, [contenteditable=true], [role=dialog], [role=listbox], ' +
  '[role=combobox], [role=menu], [role=slider]'

/** Returns the ranges after a step of an arrow key: as many pixels across as up.
 *
 * One axis unit of x is as long as `shape` units of y.
 */
export function panned([x, y], [across, up], share, shape) {
  const by = share * (y.end - y.start)
  return [
    {start: x.start + across * by / shape, end: x.end + across * by / shape},
    {start: y.start + up * by, end: y.end + up * by},
  ]
}

/** Returns a range that is so many times as wide, with the same centre. */
export function zoomed({start, end}, factor) {
  const by = (end - start) * (1 - factor) / 2
  return {start: start + by, end: end - by}
}

/** Returns whether a key belongs to what has the focus: typed text, a dialog, a list, a tab. */
export function elsewhere(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true
  const within = (selector) => event.composedPath().some((at) => at.matches?.(selector))
  return within(TYPING) || (event.key in STEPS && within('[role=tab]'))
}

/** Does what a key stands for; returns whether it stands for anything. */
export function press({key, shiftKey}, {figure, local, pressed, keys}) {
  const ranges = [figure.x_range, figure.y_range]
  const move = (moved) => ranges.forEach((range, k) => range.setv(moved[k]))
  if (key in STEPS) move(panned(ranges, STEPS[key], shiftKey ? FAR : NEAR, local.data.shape[0]))
  else if (key in FACTORS) move(ranges.map((range) => zoomed(range, FACTORS[key])))
  else if (key === 'f') toggleFullscreen()
  else if (keys.includes(key)) message(pressed, {key})
  else return false
  return true
}

/** Begins to listen, once for each page. */
export default function listen({figure, local, pressed, keys}) {
  if (figure.listens) return
  figure.listens = true
  document.addEventListener('fullscreenchange', () => {
    message(pressed, {key: document.fullscreenElement ? 'fullscreen' : 'not fullscreen'})
  })
  window.addEventListener('keydown', (event) => {
    if (!elsewhere(event) && press(event, {figure, local, pressed, keys})) event.preventDefault()
  })
}
