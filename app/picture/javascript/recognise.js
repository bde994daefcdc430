// Tells what fingers, pens and mice mean: a click or two, a drag, a pinch, a press. It knows no page.

export const HOLD = 500 // milliseconds of keeping still, after which a press reads the spot
export const PATIENCE = 250 // milliseconds after a click in which another makes both a double click
export const NEAR = 24 // pixels between the two clicks of a double click at most
export const SLOP = {mouse: 5, pen: 8, touch: 10} // pixels that a click moves at most
const LEAST_SPREAD = 8 // pixels of fingers about their middle, or what lies between grows beyond all

/** Returns what is known before anything has happened. */
export function nobody() {
  return {phase: 'idle', fingers: new Map(), from: null, click: null}
}

/** Returns when to tell of the time, if nothing else has happened until then. */
export function due({phase, from, click}) {
  if (phase === 'pressed') return from.at + HOLD
  return click ? click.until : Infinity
}

/** Returns the deeds that an event means, and notes it.
 *
 * Of the events `down`, `move`, `up` and `cancel` each is of one finger (`id`) at a place in pixels
 * (`x`, `y`); `escape` and `stop` are of all, and at a `time` nothing happens. `at` is when, in
 * milliseconds; a `down` says which `pointer` it is of, and whether dragging draws a `box`; an `up` has
 * the `spot` that a click there means, or null. Any order is sound. All deeds follow from the times of
 * the events themselves, however late they are heard of.
 */
export function recognise(state, event) {
  return [...overdue(state, event.at), ...HEAR[event.kind](state, event)]
}

const HEAR = {down, move, up, cancel, escape, stop, time: () => []}

/** Returns what the time itself means: a press is long, or no second click has followed one. */
function overdue(state, at) {
  const deeds = []
  if (state.phase === 'pressed' && at >= state.from.at + HOLD) {
    state.phase = 'held'
    deeds.push(...clicked(state), {deed: 'read'})
  } else if (state.phase !== 'pressed' && state.click && at >= state.click.until) {
    deeds.push(...clicked(state))
  }
  return deeds
}

/** Returns the click that waited for a second one, if any did. */
function clicked(state) {
  const {click} = state
  state.click = null
  return click ? [{deed: 'click', spot: click.spot}] : []
}

function down(state, {id, x, y, at, pointer, box}) {
  const {fingers, click} = state
  const deeds = fingers.has(id) ? cancel(state, {id}) : [] // nobody has told of its end
  if (fingers.size === 0) {
    if (click && distance(click, {x, y}) > NEAR) deeds.push(...clicked(state))
    Object.assign(state, {phase: 'pressed', from: {x, y, at, pointer, box}})
  } else {
    deeds.push(...clicked(state), ...unboxed(state))
    if (state.phase !== 'spent') state.phase = 'moving'
  }
  fingers.set(id, {x, y})
  return deeds
}

function move(state, {id, x, y}) {
  const {fingers, from, phase} = state
  if (!fingers.has(id)) return []
  const before = shape(fingers)
  fingers.set(id, {x, y})
  const to = {x, y}
  if (phase === 'held' && from.pointer === 'touch') return [{deed: 'read'}]
  if (phase === 'pressed' || phase === 'held') {
    if (distance(from, to) <= (SLOP[from.pointer] ?? SLOP.touch)) return []
    const deeds = clicked(state)
    state.phase = from.box ? 'boxing' : 'moving'
    return [...deeds, from.box ? {deed: 'box', from, to} : {deed: 'move', from, to, factor: 1}]
  }
  if (phase === 'boxing') return [{deed: 'box', from, to}]
  if (phase !== 'moving') return []
  const after = shape(fingers)
  return [{deed: 'move', from: before, to: after, factor: before.spread / after.spread}]
}

function up(state, event) {
  const {fingers, from, click} = state
  if (!fingers.has(event.id)) return []
  const deeds = move(state, event)
  fingers.delete(event.id)
  if (state.phase === 'boxing') deeds.push({deed: 'unbox'}, {deed: 'zoom', from, to: event})
  if (state.phase === 'pressed' && event.spot) {
    if (click) deeds.push({deed: 'double'})
    const {x, y} = from
    state.click = click ? null : {x, y, until: event.at + PATIENCE, spot: event.spot}
  }
  return rested(state, deeds)
}

function cancel(state, {id}) {
  return state.fingers.delete(id) ? rested(state, unboxed(state)) : []
}

function escape(state) {
  const deeds = unboxed(state)
  if (state.fingers.size > 0) state.phase = 'spent' // until all fingers are up
  return deeds
}

function stop(state) {
  const deeds = unboxed(state)
  state.fingers.clear()
  return rested(state, deeds)
}

function unboxed({phase}) {
  return phase === 'boxing' ? [{deed: 'unbox'}] : []
}

function rested(state, deeds) {
  if (state.fingers.size === 0) state.phase = 'idle'
  return deeds
}

/** Returns the middle of the fingers, and how far they are from it. */
function shape(fingers) {
  const all = [...fingers.values()]
  const mean = (of) => all.reduce((sum, finger) => sum + of(finger), 0) / all.length
  const middle = {x: mean(({x}) => x), y: mean(({y}) => y)}
  const spread = all.length > 1 ? mean((finger) => distance(finger, middle)) : 0
  return {...middle, spread: Math.max(spread, LEAST_SPREAD)}
}

function distance(a, b) {
  return Math.hypot(a.x - b.x, a.y - b.y)
}
