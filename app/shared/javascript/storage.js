// The browser's storage, which is forbidden in some private windows, and can be full.

/** Returns the text under a key: null where there is none, undefined where storage is forbidden. */
export function kept(key) {
  try {
    return localStorage.getItem(key)
  } catch {
    return undefined
  }
}

/** Keeps a text under a key, or forgets it where the text is null; returns whether that is done. */
export function keep(key, text) {
  try {
    if (text === null) localStorage.removeItem(key)
    else localStorage.setItem(key, text)
    return true
  } catch {
    return false
  }
}
