// Writes the coordinate under the pointer, base + u * 10**exponent, to as many digits as the view has.
import {exact, MINUS, power} from '../../../engine/pictures/javascript/decimals.js'

/** Returns the coordinate, or the hyperparameter whose logarithm it is where `value` is asked. */
export default function coordinateText({value, format, figure, local, axis}) {
  const exponent = local.data[`exponent_${axis}`][0]
  const base = local.data[axis][0]
  const across = figure.x_range.end - figure.x_range.start
  const span = axis === 'y' ? across * local.data.shape[0] : across
  if (format === 'value') return power(base, exponent, value, span / figure.inner_width)
  return exact(base, exponent, value, span / 100).replace('-', MINUS)
}
