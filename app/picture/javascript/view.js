// Sends the server what the browser shows. Bokeh's own RangesUpdate event comes half a second late.
import {kept} from '../../shared/javascript/storage.js'
import {put, row} from './sources.js'

export const EVERY = 50 // milliseconds between two messages of a moving view; the last always goes
const SHARPNESS = 'trainscape sharpness' // choices, in the browser's storage
const PREDICTIONS = 'trainscape predictions'
const DEEDS = ['wheel', 'pointerdown', 'pointermove', 'pointerup', 'keydown'] // they change the view
export const REST = 600 // milliseconds without a change of the view, after which a gesture is over

/** Returns the x range that shows a whole window in a figure of any shape, and the middle of y. */
export function whole({x0, x1, y0, y1, shape}, {width, height}) {
  const centre = (x0 + x1) / 2
  const half = Math.max(x1 - x0, (y1 - y0) / shape * width / height) / 2
  return {start: centre - half, end: centre + half, middle: (y0 + y1) / 2}
}

/** Returns the y range that makes pixels square, or null if it is right already.
 *
 * A change of a range runs this callback again. Once the range is right, it must not change.
 */
export function squared(x, y, middle, {width, height}, shape) {
  const half = (x.end - x.start) / 2 * height / width * shape
  const off = Math.abs(middle - (y.start + y.end) / 2)
  if (off > 1e-9 * half || Math.abs(2 * half / (y.end - y.start) - 1) > 1e-6)
    return {start: middle - half, end: middle + half}
  return null
}

/** Returns whether the server knows this view; which gesture it belongs to is no news by itself. */
export function known(last, now) {
  return Object.keys(now).every((key) => key === 'gesture' || last[key] === now[key])
}

function ends({x_range, y_range}) {
  return [x_range.start, x_range.end, y_range.start, y_range.end]
}

/** Makes pixels square, shows the whole window where that is asked for, and sends the view. */
export function send(figure, local, view) {
  const {x_range, y_range, inner_width: width, inner_height: height} = figure
  if (!(width > 0 && height > 0)) return
  const {x0, x1, y0, y1, epoch, shape, fit} = row(local)
  if (!ends(figure).every(Number.isFinite)) { // Bokeh's zoom has lost itself: begin again
    x_range.setv({start: x0, end: x1})
    y_range.setv({start: y0, end: y1})
  }
  // The whole window, at whatever size the page is laid out, until somebody moves it.
  const fits = fit && (figure.fitted?.epoch !== epoch || figure.fitted.at === ends(figure).join())
  let middle = (y_range.start + y_range.end) / 2
  if (fits) {
    const {start, end, middle: centre} = whole({x0, x1, y0, y1, shape}, {width, height})
    x_range.setv({start, end})
    middle = centre
  }
  const square = squared(x_range, y_range, middle, {width, height}, shape)
  if (square) y_range.setv(square)
  if (fits) figure.fitted = {epoch, at: ends(figure).join()}
  const now = {
    epoch, gesture: figure.gesture, x0: x_range.start, x1: x_range.end, y0: y_range.start,
    y1: y_range.end, width, height, ratio: window.devicePixelRatio || 1, sharpness: kept(SHARPNESS) ?? '',
    predictions: kept(PREDICTIONS) ?? '', screen: window.innerWidth, hidden: Number(document.hidden),
  }
  if (!known(row(view), now)) put(view, now)
}

/** Notes when somebody did what is being handled, which may be long ago on a busy page. */
export function noteDeeds(figure) {
  if (figure.done_at !== undefined) return
  figure.done_at = null
  figure.gesture = 1
  const note = ({timeStamp}) => {
    figure.done_at = timeStamp
    setTimeout(() => {
      figure.done_at = null
    }, 0)
  }
  for (const kind of DEEDS) window.addEventListener(kind, note, {capture: true, passive: true})
}

/** Sends the view soon: at once after a rest, else when the last message is long enough ago.
 *
 * What nobody did, such as another layout of the page, neither begins a gesture nor goes on with one.
 */
export default function sendSoon({figure, local, view}) {
  noteDeeds(figure)
  if (!figure.watched) { // whether anybody looks
    figure.watched = true
    for (const name of ['visibilitychange', 'chosen'])
      document.addEventListener(name, () => sendSoon({figure, local, view}))
  }
  if (figure.done_at !== null) {
    if (figure.done_at - (figure.moved_at ?? -Infinity) > REST) figure.gesture += 1
    figure.moved_at = figure.done_at
  }
  const now = performance.now()
  if (figure.pending_view) return
  const since = now - (figure.sent_at ?? -EVERY)
  figure.pending_view = setTimeout(() => {
    figure.pending_view = null
    figure.sent_at = performance.now()
    send(figure, local, view)
  }, Math.max(0, EVERY - since))
}
