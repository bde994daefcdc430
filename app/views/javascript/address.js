// Keeps the address bar at the link of the view, without a step in the browser's history.

export const EVERY = 350 // milliseconds between two changes: Safari allows a hundred in half a minute

function show(source) {
  source.shown_at = performance.now()
  try {
    history.replaceState(history.state, '', source.data.text[0] || location.pathname)
  } catch {
    later(source) // the browser has had enough of it for now
  }
}

function later(source) {
  const since = performance.now() - (source.shown_at ?? -EVERY)
  source.pending = setTimeout(() => {
    source.pending = null
    show(source)
  }, Math.max(0, EVERY - since))
}

/** Shows the link that the server has sent: soon, and the last of several for sure. */
export default function showLink({source}) {
  if (!source.pending) later(source)
}
