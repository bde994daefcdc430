// What is seen over a figure while it is moved: the box that is dragged, and a hint in words.

const SHOWN = 1500 // milliseconds of a hint
const OVER = 'position:absolute;pointer-events:none;z-index:1;'
const BOX = OVER + 'box-sizing:border-box;border:2px dashed #000;outline:1px solid #fff;' +
  'background:#d3d3d380;display:none'
const HINT = OVER + 'top:12px;left:50%;transform:translateX(-50%);padding:6px 12px;' +
  'border-radius:6px;background:#000c;color:#fff;font:14px sans-serif;opacity:0;transition:opacity .2s'

function element(css, parent) {
  const made = document.createElement('div')
  made.style.cssText = css
  parent.append(made)
  return made
}

/** Returns the box from one place to another: it has the shape of a frame, and lies within it. */
export function boxed({left, top, width, height}, from, to) {
  const [right, below] = [to.x >= from.x, to.y >= from.y]
  const across = right ? left + width - from.x : from.x - left
  const down = below ? top + height - from.y : from.y - top
  const wanted = Math.max(Math.abs(to.x - from.x) / width, Math.abs(to.y - from.y) / height)
  const share = Math.max(0, Math.min(wanted, across / width, down / height))
  return {
    left: right ? from.x : from.x - share * width, top: below ? from.y : from.y - share * height,
    width: share * width, height: share * height,
  }
}

/** Returns what shows a box over an element, or hides it. */
export function outline(area) {
  const shown = element(BOX, area)
  return {
    show({left, top, width, height}) {
      const pixels = Object.entries({left, top, width, height}).map(([key, n]) => [key, `${n}px`])
      Object.assign(shown.style, Object.fromEntries(pixels), {display: 'block'})
    },
    hide() {
      shown.style.display = 'none'
    },
  }
}

/** Returns what shows a hint over an element, for a moment. */
export function hint(area) {
  const shown = element(HINT, area)
  shown.setAttribute('role', 'status')
  let timer = null
  return (words) => {
    shown.textContent = words
    shown.style.opacity = 1
    clearTimeout(timer)
    timer = setTimeout(() => {
      shown.style.opacity = 0
    }, SHOWN)
  }
}
