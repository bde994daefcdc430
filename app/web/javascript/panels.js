// The two panels beside the picture: open where there is room, and at a press of their buttons.

const WIDE_ENOUGH = {left: 800, right: 1100} // pixels of the window, from which they are open
const FOR_THREE = 1800 // from which there is room for three pictures beside both

/** Returns whether there is room for a panel. */
export function hasRoom(name, width, compared) {
  return width >= (compared && name === 'right' ? FOR_THREE : WIDE_ENOUGH[name])
}

/** Opens and closes the panels; over the picture on small screens, where a press closes them. */
export default function holdPanels() {
  const wanted = {} // as somebody has said, until there is room or none
  let compared = false
  let width = innerWidth
  const isOpen = (name) => wanted[name] ?? hasRoom(name, innerWidth, compared)
  const show = (name) => {
    document.getElementById(name).toggleAttribute('data-closed', !isOpen(name))
    document.getElementById(`${name}-toggle`).setAttribute('aria-expanded', String(isOpen(name)))
  }
  const both = (change) => {
    for (const name of ['left', 'right']) {
      change(name)
      show(name)
    }
  }
  both((name) => {
    document.getElementById(`${name}-toggle`).addEventListener('click', () => {
      wanted[name] = !isOpen(name)
      show(name)
    })
  })
  addEventListener('resize', () => {
    both((name) => {
      if (hasRoom(name, width, compared) !== hasRoom(name, innerWidth, compared)) delete wanted[name]
    })
    width = innerWidth
  })
  document.addEventListener('compared', ({detail}) => {
    if (detail !== compared) delete wanted.right
    compared = detail
    show('right')
  })
  document.getElementById('main').addEventListener('pointerdown', () => {
    both((name) => {
      if (wanted[name] && !hasRoom(name, innerWidth, compared)) wanted[name] = false
    })
  })
  document.addEventListener('fullscreenchange', () => {
    document.documentElement.toggleAttribute('data-bare', Boolean(document.fullscreenElement))
  })
}
