// Draws a dialog over the page, which Escape, its button and a press beside it close.
import {icon} from './icons.js'

/** Draws the dialog, and sends that it was closed. */
export function render({model}) {
  const dialog = document.createElement('dialog')
  const title = document.createElement('h2')
  const close = document.createElement('button')
  const body = document.createElement('div')
  dialog.setAttribute('role', 'dialog') // for those that ask for the attribute
  dialog.setAttribute('aria-modal', 'true')
  dialog.setAttribute('aria-label', model.title)
  dialog.style.setProperty('--width', model.wide ? '860px' : '560px')
  title.textContent = model.title
  close.type = 'button'
  close.setAttribute('aria-label', 'close')
  close.append(icon('close'))
  body.append(...[model.get_child('content')].flat())
  dialog.append(title, close, body)
  const leave = () => { // what has the focus would keep it, and hear of keys, until the next frame
    let at = document.activeElement
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
    at?.blur()
    dialog.close()
  }
  close.addEventListener('click', leave)
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    leave()
  })
  let pressed = null
  dialog.addEventListener('pointerdown', (event) => {
    pressed = event.composedPath()[0]
  })
  dialog.addEventListener('click', (event) => {
    if (pressed === dialog && event.composedPath()[0] === dialog) leave()
  })
  dialog.addEventListener('close', () => model.open && model.send_msg('closed'))
  const show = () => {
    if (model.open && !dialog.open && dialog.isConnected) dialog.showModal()
    if (!model.open && dialog.open) leave()
  }
  model.on('open', show)
  model.on('after_render', show)
  requestAnimationFrame(show)
  return dialog
}
