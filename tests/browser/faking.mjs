// What the tests put in place of a browser: its clock, its events, Bokeh's models and elements.

/** Replaces the clock and the timers; returns a function that lets milliseconds pass. */
export function fakeTime(t) {
  const real = [globalThis.setTimeout, globalThis.clearTimeout, performance.now]
  let now = 0
  let timers = []
  globalThis.setTimeout = (act, after) => {
    const timer = {act, at: now + after}
    timers.push(timer)
    return timer
  }
  globalThis.clearTimeout = (timer) => {
    timers = timers.filter((other) => other !== timer)
  }
  performance.now = () => now
  t.after(() => {
    [globalThis.setTimeout, globalThis.clearTimeout, performance.now] = real
  })
  return (milliseconds) => {
    now += milliseconds
    const due = timers.filter(({at}) => at <= now)
    timers = timers.filter(({at}) => at > now)
    due.forEach(({act}) => act())
  }
}

/** Puts things in place of the browser's globals, for one test. */
export function fakeGlobals(t, globals) {
  for (const [name, value] of Object.entries(globals)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name)
    Object.defineProperty(globalThis, name, {value, configurable: true, writable: true})
    t.after(() => {
      if (before) Object.defineProperty(globalThis, name, before)
      else delete globalThis[name]
    })
  }
}

/** Returns something that is listened to; `fire` calls whoever listens. */
export function emitter(more = {}) {
  const listeners = {}
  return {
    ...more,
    addEventListener: (name, act) => (listeners[name] ??= []).push(act),
    fire: (name, event) => Promise.all((listeners[name] ?? []).map((act) => act(event))),
    count: (name) => (listeners[name] ?? []).length,
  }
}

/** Returns a data source of one row. */
export function source(row) {
  return {data: Object.fromEntries(Object.entries(row).map(([key, value]) => [key, [value]]))}
}

/** Returns a range of an axis, which counts how often it is set. */
export function range(start, end) {
  return {
    start, end, times: 0,
    setv(ends) {
      this.times += 1
      Object.assign(this, ends)
    },
  }
}

/** Returns an element of a page. */
export function element(name) {
  return emitter({
    name, children: [], attributes: {},
    append(...children) {
      this.children.push(...children)
    },
    replaceChildren(...children) {
      this.children = children
    },
    setAttribute(key, value) {
      this.attributes[key] = value
    },
  })
}

/** What the plane allows. */
export const BOUNDS = {narrowest: 2e-280, widest: 4000, farthest: 1000}

/** Returns numbers from 0 to 1 that look random, the same for the same seed (Mulberry32). */
export function randoms(seed) {
  return () => {
    seed = seed + 0x6d2b79f5 | 0
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed)
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32
  }
}
