// Reads a text from the browser's storage, and again whenever another tab has written it.

/** Sends the stored text to the server, once for each page and key. */
export default function restore({figure, key, source}) {
  figure.restored ??= {}
  if (figure.restored[key]) return
  figure.restored[key] = true
  const send = (text) => {
    source.data = {text: [text], count: [source.data.count[0] + 1]}
  }
  let text = ''
  try {
    text = localStorage.getItem(key) ?? ''
  } catch {
    // forbidden in some private windows
  }
  send(text)
  window.addEventListener('storage', (event) => {
    if (event.key === key) send(event.newValue ?? '')
  })
}
