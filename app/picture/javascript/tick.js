// Labels a tick of an axis: its whole number where the view is wide, its offset at depth.

const MINUS = '\u2212'
const MOST_DIGITS = 12

/** Returns the label of a tick, with as many digits as tell it from the next one. */
export default function tickLabel({tick, ticks, local, axis}) {
  const exponent = local.data[`exponent_${axis}`][0]
  const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : 1
  const digits = Math.max(0, Math.min(MOST_DIGITS, -Math.floor(Math.log10(step) + 1e-9)))
  const text = tick.toFixed(digits).replace('-', MINUS)
  return exponent === 0 || tick <= 0 ? text : '+' + text
}
