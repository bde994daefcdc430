// Writes the coordinate under the pointer, base + u * 10**exponent, to as many digits as the view has.

const MINUS = '\u2212'

/** Returns a decimal text in units of its last digit, as a BigInt; further digits are cut off. */
export function parse(text, digits) {
  const negative = text.startsWith('-')
  const [whole, part = ''] = text.replace('-', '').split('.')
  const units = BigInt(whole + part.padEnd(digits, '0').slice(0, digits))
  return negative ? -units : units
}

/** Returns the exact decimal, with a few digits below the width of the view. */
export function exact(base, exponent, value, span) {
  const below = Math.max(2, 4 - Math.floor(Math.log10(span)))
  const digits = Math.max(0, -exponent) + below
  let units = parse(base, digits) + BigInt(Math.round(value * 10 ** below))
  const sign = units < 0n ? MINUS : ''
  if (units < 0n) units = -units
  const text = units.toString().padStart(digits + 1, '0')
  return sign + text.slice(0, -digits) + '.' + text.slice(-digits)
}

/** Returns 10 to the power of a coordinate, to as many digits as float64 and the view have. */
export function hyperparameter(base, exponent, value, pitch) {
  const at = Number(base) + value * 10 ** exponent
  const digits = 2 - Math.floor(Math.log10(pitch) + exponent)
  return (10 ** at).toPrecision(Math.max(4, Math.min(17, digits)))
}

/** Returns the coordinate, or the hyperparameter whose logarithm it is where `value` is asked. */
export default function coordinateText({value, format, figure, local, axis}) {
  const exponent = local.data[`exponent_${axis}`][0]
  const base = local.data[axis][0]
  const across = figure.x_range.end - figure.x_range.start
  const span = axis === 'y' ? across * local.data.shape[0] : across
  if (format === 'value') return hyperparameter(base, exponent, value, span / figure.inner_width)
  return exact(base, exponent, value, span)
}
