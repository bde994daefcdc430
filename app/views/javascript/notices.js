// Draws what is said over the picture: what went wrong, and what has to be asked first.
import {icon} from './icons.js'

function notice({name, kind, text, answers}, send) {
  const box = document.createElement('div')
  box.className = kind
  box.setAttribute('role', kind === 'warning' ? 'alert' : 'status')
  const words = document.createElement('p')
  words.textContent = text
  box.append(words)
  for (const [answer, label] of answers) {
    const button = document.createElement('button')
    button.type = 'button'
    if (answer === 'close') {
      button.className = 'close'
      button.setAttribute('aria-label', label)
      button.title = label
      button.append(icon('close', 16))
    } else button.textContent = label
    button.addEventListener('click', () => send([name, answer]))
    box.append(button)
  }
  return box
}

/** Draws the notices there are, and sends which answer of which one is pressed. */
export function render({model}) {
  const list = document.createElement('div')
  list.className = 'notices'
  const shown = new Map()
  const fill = () => {
    const names = model.notices.map((one) => one.name)
    for (const [name, {box}] of shown)
      if (!names.includes(name)) {
        box.remove()
        shown.delete(name)
      }
    for (const one of model.notices) {
      const text = JSON.stringify(one)
      if (shown.get(one.name)?.text === text) continue
      const box = notice(one, (message) => model.send_msg(message))
      shown.get(one.name)?.box.remove()
      shown.set(one.name, {box, text})
      list.append(box)
    }
  }
  model.on('notices', fill)
  fill()
  return list
}
