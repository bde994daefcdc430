// Draws a row of tabs over what they show, of which one is chosen by a press or by arrows.

/** Draws the tabs and their panels, and sends the number of the one that is chosen. */
export function render({model}) {
  const bar = document.createElement('div')
  bar.setAttribute('role', 'tablist')
  bar.setAttribute('aria-label', model.words)
  const panels = model.get_child('objects').map((content, number) => {
    const panel = document.createElement('div')
    panel.id = `panel-${number}`
    panel.setAttribute('role', 'tabpanel')
    panel.setAttribute('aria-labelledby', `tab-${number}`)
    panel.append(content)
    return panel
  })
  const tabs = model.labels.map((label, number) => {
    const tab = document.createElement('button')
    tab.type = 'button'
    tab.id = `tab-${number}`
    tab.setAttribute('role', 'tab')
    tab.setAttribute('aria-controls', `panel-${number}`)
    tab.textContent = label
    tab.addEventListener('click', () => choose(number))
    return tab
  })
  const show = (active) => tabs.forEach((tab, number) => {
    tab.setAttribute('aria-selected', String(number === active))
    tab.tabIndex = number === active ? 0 : -1
    panels[number].hidden = number !== active
  })
  const choose = (number) => {
    show(number)
    tabs[number].focus()
    model.send_msg(number)
  }
  bar.addEventListener('keydown', (event) => {
    const step = {ArrowLeft: -1, ArrowRight: 1}[event.key]
    if (!step) return
    event.preventDefault()
    const now = tabs.findIndex((tab) => tab.tabIndex === 0)
    choose((now + step + tabs.length) % tabs.length)
  })
  bar.append(...tabs)
  model.on('active', () => show(model.active))
  show(model.active)
  const all = document.createElement('div')
  all.append(bar, ...panels)
  return all
}
