// Writes a text into the browser's storage.

/** Stores the text that the server has sent, where the browser allows it. */
export default function store({key, source}) {
  try {
    localStorage.setItem(key, source.data.text[0])
  } catch {
    // forbidden in some private windows, or full
  }
}
