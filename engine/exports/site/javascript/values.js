// Values of runs, as values.py packs them: whole numbers of 24 bits, in three planes of bytes.

const DIGITS = 4
const MANTISSAS = 9 * 10 ** (DIGITS - 1)
const LOWEST = 400
const INFINITE = 2 ** 23 - 1

/** Returns the bytes that a text in Base64 holds, inflated. */
export async function unpacked(text) {
  const deflated = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** Returns the code of a run, by its place among those of a tile. */
export function codeAt(planes, index) {
  const count = planes.length / 3
  const unsigned = planes[index] | planes[index + count] << 8 | planes[index + 2 * count] << 16
  return unsigned << 8 >> 8
}

/** Returns the size of a value in words, and the value itself, which the size may be too small for. */
export function decoded(code) {
  const size = Math.abs(code)
  const sign = code < 0 ? -1 : 1
  if (size === 0) return {negative: false, size: '0', value: 0}
  if (size === INFINITE) return {negative: code < 0, size: '∞', value: sign * Infinity}
  const exponent = Math.floor((size - 1) / MANTISSAS) - LOWEST
  const mantissa = String((size - 1) % MANTISSAS + 10 ** (DIGITS - 1))
  const value = Number(`${mantissa[0]}.${mantissa.slice(1)}e${exponent}`)
  return {negative: code < 0, size: value.toPrecision(DIGITS), value: sign * value}
}

/** Returns what became of a run, in words: its category, or its side and how large its value is. */
export function words(code, [negative, positive], categories) {
  const {negative: below, size, value} = decoded(code)
  return categories?.[value] ?? `${below ? negative : positive}, ${size}`
}
