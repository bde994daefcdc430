// Does what fingers, pens, mice and the wheel mean. Bokeh hears from here alone where a pointer is.
import {boxed, hint, outline} from './overlay.js'
import {shift} from './ranges.js'
import {due, nobody, recognise} from './recognise.js'
import {message} from './sources.js'
import {factorOf} from './wheel.js'

const LEAST_BOX = 5 // pixels of either side, below which a box is none
const MAC = /mac|iphone|ipad/i

/** Returns a place of the frame as shares of it, from the left and from below. */
export function shares({left, top, width, height}, {x, y}) {
  return [(x - left) / width, 1 - (y - top) / height]
}

/** Returns where a click is, as the server is told; null beside the picture. */
export function spotOf({figure: {x_range, y_range}, local}, [across, up]) {
  if (!(Math.min(across, up) >= 0 && Math.max(across, up) <= 1)) return null
  return {
    x: x_range.start + across * (x_range.end - x_range.start),
    y: y_range.start + up * (y_range.end - y_range.start), epoch: local.data.epoch[0],
  }
}

/** Zooms into a box, if it is one. */
export function zoomInto(page, frame, {left, top, width, height}) {
  if (Math.min(width, height) <= LEAST_BOX) return
  const middle = shares(frame, {x: left + width / 2, y: top + height / 2})
  shift(page, middle, [0.5, 0.5], width / frame.width)
}

/** Returns whether a turn of the wheel is meant for this page: not for one around it.
 *
 * In a frame it is after a click in there, in fullscreen, or with ctrl.
 */
export function meant({ctrlKey, metaKey}, entered) {
  return window.self === window.top || entered || ctrlKey || metaKey ||
    Boolean(document.fullscreenElement)
}

function touches({pointerType}) {
  return pointerType === 'touch'
}

/** Begins to listen, once for each view of a figure. */
export default function attend({figure, local, bounds, mode, tapped, pressed}) {
  const {frame, canvas_view: canvas} = Bokeh.index.find_one(figure)
  const {events_el: area, ui_event_bus: {ui_gestures: hover}} = canvas
  if (area.attended) return
  area.attended = true
  hover.disconnect_signals()
  const page = {figure, local, bounds}
  const state = nobody()
  const [box, say] = [outline(area), hint(area)]
  let [timer, last, entered] = [null, null, false]

  const place = ({clientX, clientY}) => {
    const {left, top} = area.getBoundingClientRect()
    return {x: clientX - left, y: clientY - top}
  }
  const does = {
    move: ({from, to, factor}) =>
      shift(page, shares(frame.bbox, from), shares(frame.bbox, to), factor),
    box: ({from, to}) => box.show(boxed(frame.bbox, from, to)),
    unbox: () => box.hide(),
    zoom: ({from, to}) => zoomInto(page, frame.bbox, boxed(frame.bbox, from, to)),
    click: ({spot}) => message(tapped, spot),
    double: () => message(pressed, {key: 'h'}),
    read: () => hover.on_move(last),
  }
  const tell = (event) => {
    for (const deed of recognise(state, event)) does[deed.deed](deed)
    clearTimeout(timer)
    const wait = due(state) - performance.now()
    if (wait < Infinity) timer = setTimeout(tellTime, Math.max(0, wait))
  }
  const tellTime = () => { // after what a busy page has not heard of yet
    timer = setTimeout(() => tell({kind: 'time', at: performance.now()}), 0)
  }
  const pointer = (kind, event, more = {}) => {
    last = event
    tell({kind, id: event.pointerId, at: event.timeStamp, ...place(event), ...more})
  }

  const on = {
    pointerdown(event) {
      if (event.button !== 0 || event.target !== area) return
      if (touches(event)) hover.on_leave(event)
      if (event.isTrusted) area.setPointerCapture(event.pointerId)
      pointer('down', event, {pointer: event.pointerType, box: mode.data.box[0]})
    },
    pointermove(event) {
      if (!touches(event)) hover.on_move(event)
      if (!state.fingers.has(event.pointerId)) return
      // Where the button is up, nobody has told of it.
      pointer(event.buttons & 1 ? 'move' : 'cancel', event)
    },
    pointerup(event) {
      pointer('up', event, {spot: spotOf(page, shares(frame.bbox, place(event)))})
    },
    pointercancel: (event) => pointer('cancel', event),
    lostpointercapture: (event) => pointer('cancel', event),
    pointerleave(event) {
      if (!touches(event)) hover.on_leave(event)
    },
    contextmenu(event) {
      event.stopPropagation() // Bokeh would offer its tools
      if (touches(event.pointerType ? event : last ?? event)) event.preventDefault() // a long press
      else tell({kind: 'stop', at: event.timeStamp})
    },
  }
  for (const [kind, act] of Object.entries(on)) area.addEventListener(kind, act)
  area.addEventListener('wheel', (event) => {
    if (meant(event, entered)) {
      event.preventDefault()
      const at = shares(frame.bbox, place(event))
      shift(page, at, at, factorOf(event))
    } else if (event.deltaY) {
      say(`Hold ${MAC.test(navigator.platform) ? '⌘' : 'Ctrl'} to zoom`)
    }
  }, {passive: false})
  window.addEventListener('pointerdown', () => {
    entered = true
  }, {capture: true})
  window.addEventListener('blur', ({timeStamp}) => {
    entered = false
    tell({kind: 'stop', at: timeStamp})
  })
  window.addEventListener('keydown', ({key, timeStamp}) => {
    if (key === 'Escape') tell({kind: 'escape', at: timeStamp})
  }, {capture: true})
}
