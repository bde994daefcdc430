// Says what became of the run under the pointer.
import {isPredicted} from './veil.js'

const [DIGITS, FEWER] = [6, 3] // of a value, and of one that is predicted

/** Returns the value of the finest tile that has one at a point, NaN where none does, and whether it
 * is predicted.
 */
export function valueAt(tiles, x, y) {
  let finest = {value: NaN, predicted: false}
  for (const tile of tiles) { // coarser ones first
    const [rows, columns] = tile.value.shape
    const column = Math.floor((x - tile.x) / tile.dw * columns)
    const row = Math.floor((y - tile.y) / tile.dh * rows)
    if (column < 0 || row < 0 || column >= columns || row >= rows) continue
    const number = row * columns + column
    const value = tile.value[number]
    if (!isNaN(value)) finest = {value, predicted: isPredicted(tile.image[number])}
  }
  return finest
}

/** Returns a value in words: its category, or the side of the measure it is on, and its size. */
export function words(value, [negative, positive, categories], digits = DIGITS) {
  if (isNaN(value)) return 'not trained yet'
  if (categories && value in categories) return categories[value]
  const size = Number.isFinite(value) ? Math.abs(value).toPrecision(digits) : '∞'
  return `${value < 0 ? negative : positive}, ${size}`
}

/** Returns what the pointer tells. */
export default function valueText({figure, special_vars}) {
  const {value, predicted} = valueAt(figure.tiles ?? [], special_vars.x, special_vars.y)
  return predicted ? `${words(value, figure.tags, FEWER)} · predicted` : words(value, figure.tags)
}
