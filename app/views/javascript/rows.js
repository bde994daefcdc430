// Draws rows of text, each with a button that takes it out.
import {icon} from './icons.js'

function row({name, html, label}, send) {
  const line = document.createElement('div')
  const words = document.createElement('div')
  const button = document.createElement('button')
  button.type = 'button'
  button.title = label
  button.setAttribute('aria-label', label)
  button.append(icon('close', 16))
  button.addEventListener('click', () => send(name))
  words.innerHTML = html // escaped by the server
  line.append(words, button)
  return {line, words, html, label}
}

/** Draws the rows, and sends the name of the one that is to be taken out. */
export function render({model}) {
  const list = document.createElement('div')
  list.className = 'listed'
  let shown = new Map()
  const fill = () => {
    const rows = new Map(model.rows.map((one) => {
      const there = shown.get(one.name)
      if (there?.label !== one.label) return [one.name, row(one, (name) => model.send_msg(name))]
      if (there.html !== one.html) there.words.innerHTML = there.html = one.html
      return [one.name, there]
    }))
    const lines = [...rows.values()].map(({line}) => line)
    if (lines.length !== list.children.length || lines.some((line, k) => line !== list.children[k]))
      list.replaceChildren(...lines)
    shown = rows
  }
  model.on('rows', fill)
  fill()
  return list
}
