// Takes pictures that are dropped on the page, and sends what they carry.

export const ENOUGH = 2 ** 18 // bytes of a picture beside its pixels, which hold what it carries
export const START = 64 // bytes of any other file, which tell what it is

const SIGNATURE = '137,80,78,71,13,10,26,10'
const KINDS = new Set(['IHDR', 'tEXt', 'zTXt', 'iTXt', 'IEND'])
const HEAD = 8 // bytes of the length and the kind of a chunk, which a checksum of 4 ends

async function bytes(file, from, to) {
  return new Uint8Array(await file.slice(from, to).arrayBuffer())
}

/** Returns a PNG without its pixels, which may be many: its texts stand before or behind them. */
export async function carried(file) {
  const parts = [await bytes(file, 0, 8)]
  if (parts[0].join() !== SIGNATURE) return bytes(file, 0, START)
  let room = ENOUGH
  for (let at = 8; at + HEAD + 4 <= file.size;) {
    const head = await bytes(file, at, at + HEAD)
    const length = new DataView(head.buffer).getUint32(0)
    const end = at + HEAD + length + 4
    const kind = String.fromCharCode(...head.slice(4))
    if (KINDS.has(kind) && length <= room) {
      parts.push(await bytes(file, at, end))
      room -= length
    }
    at = end
  }
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)))
}

/** Returns bytes in base64. */
export function encoded(all) {
  return btoa(Array.from(all, (byte) => String.fromCharCode(byte)).join(''))
}

/** Begins to take pictures, once for each page. */
export default function takePictures({figure, source}) {
  if (figure.takes_pictures) return
  figure.takes_pictures = true
  document.addEventListener('dragover', (event) => {
    const items = Array.from(event.dataTransfer?.items ?? [])
    if (items.some(({kind}) => kind === 'file')) event.preventDefault()
  })
  document.addEventListener('drop', async (event) => {
    const file = event.dataTransfer?.files?.[0]
    if (!file) return
    event.preventDefault()
    const text = encoded(await carried(file))
    source.data = {text: [text], count: [source.data.count[0] + 1]}
  })
}
