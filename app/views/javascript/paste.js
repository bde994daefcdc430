// Takes links that are pasted on the page, and sends them.

const FIELD = 'input, textarea, [contenteditable=true]'
const LINK = /^(https?:\/\/[^\s?]*)?\?\S+$/

/** Returns the link that a text is, or null if it is none. */
export function link(text) {
  const trimmed = (text ?? '').trim()
  return LINK.test(trimmed) ? trimmed : null
}

/** Begins to take links, once for each page; what is pasted into a field belongs there. */
export default function takeLinks({figure, source}) {
  if (figure.takes_links) return
  figure.takes_links = true
  document.addEventListener('paste', (event) => {
    const pasted = link(event.clipboardData?.getData('text/plain'))
    if (pasted === null || event.composedPath().some((at) => at.matches?.(FIELD))) return
    event.preventDefault()
    source.data = {text: [pasted], count: [source.data.count[0] + 1]}
  })
}
