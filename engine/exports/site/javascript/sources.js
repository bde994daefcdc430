// Where the tiles of a site come from: files beside the page, or texts within it. A browser lets a
// page that was opened from a disk read no file, but it runs scripts and shows pictures.
import {unpacked} from './values.js'

const NEVER = 60_000 // milliseconds after which a file that does not come is asked for again

/** Returns a picture once it can be painted. */
async function decoded(url) {
  const image = new Image()
  image.src = url
  await image.decode()
  return image
}

/** Returns the texts of scripts beside the page, each of which calls `trainscape(name, text)`. */
export function scripts() {
  const waiting = new Map()
  globalThis.trainscape = (name, text) => waiting.get(name)?.(text)
  return (name) => new Promise((resolve, reject) => {
    const script = document.createElement('script')
    const late = setTimeout(reject, NEVER)
    const end = (act) => (result) => {
      clearTimeout(late)
      waiting.delete(name)
      script.remove()
      act(result)
    }
    waiting.set(name, end(resolve))
    script.addEventListener('error', end(reject))
    script.src = `tiles/${name}.js`
    document.head.append(script)
  })
}

const within = (name) => document.getElementById(name).textContent

/** Returns the sources of the tiles of a place. */
export function sourcesOf(number, isOneFile, textOf) {
  const picture = (name) => isOneFile ? `data:image/png;base64,${within(name)}` : `tiles/${name}`
  return {
    picture: (name) => decoded(picture(`${number}/${name}.png`)),
    values: async (name) => {
      const text = isOneFile ? within(`${number}/${name}.js`) : await textOf(`${number}/${name}`)
      return unpacked(text)
    },
  }
}
