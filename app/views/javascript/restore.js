// Reads a text from the browser's storage, and again whenever another tab has written it.
import {kept} from '../../shared/javascript/storage.js'

/** Sends the stored text to the server, once for each page and key. */
export default function restore({figure, key, source}) {
  figure.restored ??= {}
  if (figure.restored[key]) return
  figure.restored[key] = true
  const send = (text) => {
    source.data = {text: [text], count: [source.data.count[0] + 1]}
  }
  send(kept(key) ?? '')
  window.addEventListener('storage', (event) => {
    if (event.key === key) send(event.newValue ?? '')
  })
}
