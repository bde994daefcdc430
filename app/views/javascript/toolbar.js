// Draws the buttons above the picture, and tells which one is pressed.
import {icon} from './icons.js'

const FULLSCREEN = 'fullscreen'
const LINK = 'link'
const SAID = 2000 // milliseconds for which a button says that it has done what it does

function toggleFullscreen() {
  if (document.fullscreenElement) document.exitFullscreen()
  else document.documentElement.requestFullscreen()
}

/** Copies the address of the page, also where the browser gives no clipboard to plain addresses. */
export async function copyAddress() {
  try {
    await navigator.clipboard.writeText(location.href)
    return true
  } catch {
    const field = document.createElement('textarea')
    field.value = location.href
    document.body.append(field)
    field.select()
    const done = document.execCommand('copy')
    field.remove()
    return done
  }
}

function button({name, words, key, picture}, send) {
  const made = document.createElement('button')
  const label = document.createElement('span')
  made.type = 'button'
  made.dataset.key = key
  made.title = key ? `${words} (${key})` : words
  label.className = 'unseen'
  label.textContent = words
  made.append(icon(picture), label)
  made.addEventListener('click', async () => {
    if (name === FULLSCREEN) toggleFullscreen()
    else if (name === LINK) {
      label.textContent = await copyAddress() ? 'Copied' : 'The browser does not allow it'
      made.dataset.said = label.textContent
      setTimeout(() => {
        delete made.dataset.said
        label.textContent = words
      }, SAID)
    } else send(name)
  })
  return made
}

/** Draws the buttons, with those that can do nothing now disabled and those in force pressed. */
export function render({model}) {
  const bar = document.createElement('div')
  bar.setAttribute('role', 'toolbar')
  bar.setAttribute('aria-label', 'tools')
  const buttons = new Map(model.actions.map((action) => (
    [action.name, button(action, (name) => model.send_msg(name))])))
  bar.append(...buttons.values())
  const show = () => {
    for (const [name, made] of buttons) {
      made.disabled = model.disabled.includes(name)
      if (model.switches.includes(name))
        made.setAttribute('aria-pressed', String(model.pressed.includes(name)))
    }
    document.dispatchEvent(new CustomEvent('compared', {detail: model.pressed.includes('compare')}))
  }
  document.addEventListener('tool', ({detail}) => { // by its key
    const {name} = model.actions.find(({key}) => key === detail) ?? {}
    buttons.get(name)?.click()
  })
  model.on('disabled', show)
  model.on('pressed', show)
  show()
  return bar
}
