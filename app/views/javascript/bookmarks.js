// Draws the list of bookmarks: a row for each, with its name, its note, and a button to delete it.

function button(text, act) {
  const made = document.createElement('button')
  made.textContent = text
  made.addEventListener('click', act)
  return made
}

function row(entry, send) {
  const line = document.createElement('p')
  const go = button(entry.name, () => send('open', entry))
  const note = document.createElement('span')
  note.textContent = entry.note
  const remove = button('\u00d7', () => send('remove', entry))
  remove.title = `Delete the bookmark ${entry.name}`
  remove.setAttribute('aria-label', remove.title)
  line.append(go, note, remove)
  return line
}

/** Draws the rows, and sends which bookmark is opened or deleted. */
export function render({model}) {
  const list = document.createElement('div')
  const send = (what, entry) => model.send_msg([what, entry])
  const fill = () => list.replaceChildren(...model.entries.map((entry) => row(entry, send)))
  model.on('entries', fill)
  fill()
  return list
}
