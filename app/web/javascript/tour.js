// A tour for whoever comes for the first time: a card that points at what is on the page.
import {keep, kept} from '../../shared/javascript/storage.js'

export const TOURED = 'trainscape tour' // what somebody has said to it, in the browser's storage
export const NARROW = 800 // pixels of the window, below which the card is as wide as it
const GAP = 10 // pixels between the card and what it points at, and the edge of the window
const OFFER = 'First time here? A two-minute tour shows what there is.'

/** What is pointed at, the first of these that is seen: each an element, and what to find in it. */
export const STEPS = [
  {
    title: 'Every pixel is a training run',
    text: 'Each point of this picture is one whole training run. Where it lies says with which two ' +
      'hyperparameters it was trained, its colour what became of it.',
    at: [['main', '[role=application]']],
  },
  {
    title: 'What the colours mean',
    text: 'The legend says it: on one side, at first, are the runs that converged, on the other ' +
      'those that diverged, each from fast to slow.',
    at: [['main', '.legend']],
  },
  {
    title: 'Zoom into the boundary',
    text: 'Turn the wheel, pinch, or press + and −, where the two sides meet. What you see is ' +
      'trained anew, never enlarged. Drag to move; a double click shows the whole plane again.',
    at: [['main', '[role=application]']],
  },
  {
    title: 'Look at one run closely',
    text: 'Click or tap anywhere in the picture: the run there is pinned, and its loss is drawn ' +
      'step by step under Runs, among the findings.',
    at: [['right', '#tab-1'], ['right-toggle', '']],
  },
  {
    title: 'What is found',
    text: 'A sentence sums up the view as it becomes known. Under Statistics are all the numbers ' +
      'with their errors, among them the dimension of the boundary.',
    at: [['main', '.sentence']],
  },
  {
    title: 'Other landscapes',
    text: 'Places has a gallery of presets: other networks, optimisers and windows worth seeing. ' +
      'It keeps your bookmarks, too.',
    at: [['toolbar', '[data-key="p"]']],
  },
  {
    title: 'Take it with you',
    text: 'The address bar always holds the link to what you see, and this button copies it. ' +
      'Pictures, data and movies come from the export beside the pin.',
    at: [['toolbar', '[data-key="l"]']],
  },
  {
    title: 'Help',
    text: 'All keys and gestures are here, and so is this tour.',
    at: [['toolbar', '[data-key="?"]']],
  },
]

/** Returns whether somebody comes for the first time; no where storage is forbidden. */
export function isNew() {
  return kept(TOURED) === null
}

/** Returns where an offer lies in a window: over the settings, so that it hides no picture. */
export function offered(card, view) {
  return {left: GAP, top: view.height - card.height - GAP}
}

/** Returns where the corner of a card lies that points at a box: beside it, or else in a corner. */
export function placed(box, card, view) {
  const corner = {left: view.width - card.width - GAP, top: view.height - card.height - GAP}
  if (!box) return corner
  const within = (at, most) => Math.max(GAP, Math.min(at, most))
  const left = within(box.left + box.width / 2 - card.width / 2, corner.left)
  const top = within(box.top + box.height / 2 - card.height / 2, corner.top)
  const [right, bottom] = [box.left + box.width, box.top + box.height]
  if (bottom + GAP <= corner.top) return {left, top: bottom + GAP}
  if (box.top - GAP - card.height >= GAP) return {left, top: box.top - GAP - card.height}
  if (right + GAP <= corner.left) return {left: right + GAP, top}
  if (box.left - GAP - card.width >= GAP) return {left: box.left - GAP - card.width, top}
  return corner
}

/** Returns the edge of a narrow window at which a card hides less of a box. */
export function edge(box, card, view) {
  if (!box) return 'bottom'
  const below = box.top + box.height - (view.height - card.height)
  const above = card.height - box.top
  return below > 0 && above < below ? 'top' : 'bottom'
}

function find(selector, root) {
  if (!selector) return root
  for (const element of root.querySelectorAll('*')) {
    if (element.matches(selector)) return element
    const inside = element.shadowRoot && find(selector, element.shadowRoot)
    if (inside) return inside
  }
  return null
}

function target({at}) {
  for (const [name, selector] of at) {
    const found = find(selector, document.getElementById(name))
    if (found?.getClientRects().length) return found
  }
  return null
}

function button(words, press) {
  const made = document.createElement('button')
  made.type = 'button'
  made.textContent = words
  made.addEventListener('click', press)
  return made
}

/** Offers the tour to whoever is new, and shows it to whoever asks for it by an event. */
export default function holdTour() {
  const card = document.getElementById('tour')
  const outline = document.getElementById('tour-outline')
  const [title, text, words, buttons, count] = ['h2', 'p', 'div', 'div', 'span']
    .map((name) => document.createElement(name))
  words.setAttribute('role', 'status') // so that they are read to those who hear the page
  words.append(title, text)
  card.append(words, buttons)
  let step = null // its number; null: not under way
  let pointed = null
  const lay = () => {
    const box = pointed?.getClientRects().length ? pointed.getBoundingClientRect() : null
    outline.hidden = !box
    if (box) {
      for (const side of ['left', 'top', 'width', 'height']) outline.style[side] = `${box[side]}px`
    }
    const view = {width: innerWidth, height: innerHeight}
    const size = {width: card.offsetWidth, height: card.offsetHeight}
    card.dataset.edge = edge(box, size, view)
    let at = step === null ? offered(size, view) : placed(box, size, view)
    if (view.width < NARROW) at = null
    card.style.left = at ? `${at.left}px` : ''
    card.style.top = at ? `${at.top}px` : ''
  }
  const moves = new ResizeObserver(lay)
  const end = (word) => {
    keep(TOURED, word)
    const inside = card.contains(document.activeElement)
    card.hidden = outline.hidden = true
    step = pointed = null
    moves.disconnect()
    if (inside) find('[role=application]', document.getElementById('main'))?.focus()
  }
  const skip = button('Skip', () => end('done'))
  const back = button('Back', () => go(step - 1))
  const next = button('Next', () => (step + 1 < STEPS.length ? go(step + 1) : end('done')))
  const go = (number) => {
    step = number
    delete card.dataset.offer
    const last = step + 1 === STEPS.length
    title.textContent = STEPS[step].title
    count.textContent = `${step + 1} of ${STEPS.length}`
    text.textContent = STEPS[step].text
    skip.hidden = last
    back.hidden = step === 0
    next.textContent = last ? 'Done' : 'Next'
    buttons.replaceChildren(count, skip, back, next)
    if (back.hidden || !card.contains(document.activeElement)) next.focus()
    pointed = target(STEPS[step])
    pointed?.scrollIntoView({block: 'nearest', inline: 'nearest'})
    moves.disconnect()
    for (const element of [card, document.getElementById('main'), pointed])
      if (element) moves.observe(element)
    lay()
  }
  const start = () => {
    card.hidden = false
    go(0)
  }
  document.addEventListener('tour', (event) => { // from a dialog, perhaps, which would lie above
    event.composedPath().find(({localName}) => localName === 'dialog')?.close()
    start()
  })
  addEventListener('resize', () => card.hidden || lay())
  addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || card.hidden) return
    end(step === null ? 'declined' : 'done')
  })
  if (!isNew() || !document.getElementById('connection').hidden) return
  card.hidden = false
  card.dataset.offer = ''
  text.textContent = OFFER
  buttons.append(button('No, thanks', () => end('declined')), button('Start', start))
  lay()
}
