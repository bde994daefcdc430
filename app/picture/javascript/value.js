// Says what became of the run under the pointer.

/** Returns the value of the finest tile that knows one at a point, NaN where none does. */
export function valueAt(tiles, x, y) {
  let finest = NaN
  for (const tile of tiles) { // coarser ones first
    const [rows, columns] = tile.value.shape
    const column = Math.floor((x - tile.x) / tile.dw * columns)
    const row = Math.floor((y - tile.y) / tile.dh * rows)
    if (column < 0 || row < 0 || column >= columns || row >= rows) continue
    const value = tile.value[row * columns + column]
    if (!isNaN(value)) finest = value
  }
  return finest
}

/** Returns a value in words: its category, or the side of the measure it is on, and its size. */
export function words(value, [negative, positive, categories]) {
  if (isNaN(value)) return 'not trained yet'
  if (categories && value in categories) return categories[value]
  const size = Number.isFinite(value) ? Math.abs(value).toPrecision(6) : '∞'
  return `${value < 0 ? negative : positive}, ${size}`
}

/** Returns what the pointer tells. */
export default function valueText({figure, special_vars}) {
  return words(valueAt(figure.tiles ?? [], special_vars.x, special_vars.y), figure.tags)
}
