// The check at the end of a link: five letters of the SHA-256 of what stands before it. A page that
// is served without encryption has no crypto of its own.

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz' // as `engine.places.links` has it
const LENGTH = 5

/** Returns the first 32 bits of the fractional part of a root of each of the first primes. */
function roots(count, root) {
  const found = []
  for (let n = 2; found.length < count; n++) {
    let prime = true
    for (let k = 2; k * k <= n; k++) if (n % k === 0) prime = false
    if (prime) found.push(Math.floor((root(n) % 1) * 2 ** 32))
  }
  return found
}

const START = roots(8, Math.sqrt)
const ROUND = roots(64, Math.cbrt)

const turned = (word, by) => word >>> by | word << 32 - by

/** Returns the SHA-256 of bytes as eight words. */
export function sha256(bytes) {
  const blocks = Math.ceil((bytes.length + 9) / 64)
  const padded = new Uint8Array(blocks * 64)
  padded.set(bytes)
  padded[bytes.length] = 128
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 4, bytes.length * 8)
  const hash = [...START]
  const w = new Int32Array(64)
  for (let block = 0; block < blocks; block++) {
    for (let t = 0; t < 64; t++) {
      if (t < 16) {
        w[t] = view.getUint32(block * 64 + t * 4)
        continue
      }
      const low = turned(w[t - 15], 7) ^ turned(w[t - 15], 18) ^ w[t - 15] >>> 3
      const high = turned(w[t - 2], 17) ^ turned(w[t - 2], 19) ^ w[t - 2] >>> 10
      w[t] = w[t - 16] + low + w[t - 7] + high | 0
    }
    let [a, b, c, d, e, f, g, h] = hash
    for (let t = 0; t < 64; t++) {
      const chosen = (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + (e & f ^ ~e & g)
      const first = h + chosen + ROUND[t] + w[t] | 0
      const second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + (a & b ^ a & c ^ b & c)
      ;[h, g, f, e, d, c, b, a] = [g, f, e, d + first | 0, c, b, a, first + second | 0]
    }
    for (const [k, word] of [a, b, c, d, e, f, g, h].entries()) hash[k] = hash[k] + word | 0
  }
  return hash.map((word) => word >>> 0)
}

/** Returns the check of a link, whose parts are given as the text between `?` and the check. */
export function checkOf(parts) {
  const [high, low] = sha256(new TextEncoder().encode(parts))
  const number = BigInt(high) << 32n | BigInt(low)
  return Array.from({length: LENGTH}, (_, place) => ALPHABET[Number(number >> BigInt(5 * place) & 31n)])
    .join('')
}
