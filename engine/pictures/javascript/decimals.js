// Coordinates as exact decimals, base + value * 10**exponent, to a number of digits, and their ticks.

export const MINUS = '\u2212'
const MOST_DIGITS = 12 // of a tick

/** Returns a decimal text in units of its last digit, as a BigInt; further digits are cut off. */
function parse(text, digits) {
  const negative = text.startsWith('-')
  const [whole, part = ''] = text.replace('-', '').split('.')
  const units = BigInt(whole + part.padEnd(digits, '0').slice(0, digits))
  return negative ? -units : units
}

/** Returns base + value * 10**exponent, whose last digit is below a hundredth of `pitch`.
 *
 * `pitch` is what the coordinates of neighbours differ by, in the unit of `value`; a base is a plain
 * decimal text.
 */
export function exact(base, exponent, value, pitch) {
  const below = Math.max(2, 2 - Math.floor(Math.log10(pitch)))
  const digits = Math.max(0, -exponent) + below
  let units = parse(base, digits) + BigInt(Math.round(value * 10 ** below))
  const sign = units < 0n ? '-' : ''
  if (units < 0n) units = -units
  const text = units.toString().padStart(digits + 1, '0')
  return sign + text.slice(0, -digits) + '.' + text.slice(-digits)
}

/** Returns 10 to the power of a coordinate, to as many digits as float64 and the pitch have. */
export function power(base, exponent, value, pitch) {
  const digits = 2 - Math.floor(Math.log10(pitch) + exponent)
  const at = 10 ** (Number(base) + value * 10 ** exponent)
  return at.toPrecision(Math.max(4, Math.min(17, digits)))
}

/** Returns round numbers between two, about so many of them. */
export function ticks(low, high, most) {
  const rough = (high - low) / most
  const unit = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].find((times) => times * unit >= rough * (1 - 1e-9)) * unit
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({length: Math.max(last - first + 1, 0)}, (_, k) => (first + k) * step)
}

/** Returns the label of a tick, with as many digits as tell it from the next one.
 *
 * At depth a tick is an offset from the base that the axis names, whose sign is told.
 */
export function label(tick, step, exponent) {
  const digits = Math.max(0, Math.min(MOST_DIGITS, -Math.floor(Math.log10(step) + 1e-9)))
  const text = tick.toFixed(digits).replace(/^-(0(\.0*)?)$/, '$1').replace('-', MINUS)
  return exponent === 0 || !(tick > 0) ? text : '+' + text
}
