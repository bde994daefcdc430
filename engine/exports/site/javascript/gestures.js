// Wheel, mouse, fingers and keys, as movements of a view.

const WHEEL = 0.0016 // how much a pixel of the wheel zooms, as a logarithm
const PINCH = 0.01 // the same of a pinch on a trackpad, which comes as a wheel with ctrl
const LINE = 16 // pixels of a line that a wheel turns
const FASTEST = 0.6 // of one turn, as a logarithm
export const NEAR = 0.1 // share of the height that an arrow moves
export const FAR = 0.5 // and with shift
export const ZOOM = 1.5 // what + divides the view by
const STILL = 6 // pixels that a tap may move

const STEPS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1]}
const FACTORS = {'+': 1 / ZOOM, '=': 1 / ZOOM, '-': ZOOM, '_': ZOOM}

/** Returns how many times as wide a view is after a turn of the wheel. */
export function factorOf({deltaY, deltaMode, ctrlKey}) {
  const pixels = deltaY * (deltaMode ? LINE : 1)
  const turn = pixels * (ctrlKey && !deltaMode ? PINCH : WHEEL)
  return Math.exp(Math.max(Math.min(turn, FASTEST), -FASTEST))
}

/** Does what a key stands for; returns whether it stands for anything. */
export function press({key, shiftKey}, {pan, zoom, home, size}) {
  if (key in STEPS) {
    const by = (shiftKey ? FAR : NEAR) * size().height
    pan(...STEPS[key].map((step) => step * by))
  } else if (key in FACTORS) zoom(FACTORS[key])
  else if (key === 'h') home()
  else return false
  return true
}

/** Returns the middle of some fingers, and how far they are apart. */
export function spread(points) {
  const middle = ['x', 'y'].map((axis) => points.reduce((sum, at) => sum + at[axis], 0) / points.length)
  const apart = points.reduce((sum, {x, y}) => sum + Math.hypot(x - middle[0], y - middle[1]), 0)
  return {x: middle[0], y: middle[1], apart: apart / points.length}
}

/** Listens to what is done on an element.
 *
 * `view` has `pan(right, down)`, `zoom(factor, at)`, `home()`, `point(at)` and `leave()`; points are
 * pixels of the element.
 */
export function listen(element, view) {
  const fingers = new Map()
  let begun = null
  const at = ({clientX, clientY}) => {
    const {left, top} = element.getBoundingClientRect()
    return {x: clientX - left, y: clientY - top}
  }
  element.addEventListener('wheel', (event) => {
    event.preventDefault()
    view.zoom(factorOf(event), at(event))
    view.point(at(event))
  }, {passive: false})
  element.addEventListener('pointerdown', (event) => {
    if (event.button) return
    element.setPointerCapture(event.pointerId)
    fingers.set(event.pointerId, at(event))
    begun = fingers.size === 1 ? at(event) : null
  })
  element.addEventListener('pointermove', (event) => {
    if (fingers.has(event.pointerId)) {
      const before = spread([...fingers.values()])
      fingers.set(event.pointerId, at(event))
      const now = spread([...fingers.values()])
      if (begun && Math.hypot(now.x - begun.x, now.y - begun.y) > STILL) begun = null
      if (before.apart && now.apart) view.zoom(before.apart / now.apart, before)
      view.pan(before.x - now.x, before.y - now.y)
    }
    if (event.pointerType !== 'touch') view.point(at(event))
  })
  const lift = (event) => {
    if (!fingers.delete(event.pointerId)) return
    if (begun && event.type === 'pointerup') view.point(at(event)) // a tap
    begun = null
  }
  element.addEventListener('pointerup', lift)
  element.addEventListener('pointercancel', lift)
  element.addEventListener('pointerleave', (event) => {
    if (event.pointerType !== 'touch') view.leave()
  })
  element.addEventListener('dblclick', (event) => view.zoom(1 / ZOOM ** 2, at(event)))
}
