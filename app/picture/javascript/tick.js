// Labels a tick of an axis: its whole number where the view is wide, its offset at depth.
import {label} from '../../../engine/pictures/javascript/decimals.js'

/** Returns the label of a tick. */
export default function tickLabel({tick, ticks, local, axis}) {
  const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : 1
  return label(tick, step, local.data[`exponent_${axis}`][0])
}
