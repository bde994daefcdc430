// The page: which place is open, and what is said beside its picture.
import {fragment, fromFragment, names, query} from './place.js'
import {scripts, sourcesOf} from './sources.js'
import {Stage} from './stage.js'
import {words} from './values.js'

const TYPING = 'input, textarea, select, summary'
const REST = 200 // milliseconds without a movement, after which the address names the view

const {pictures, server, isOneFile} = JSON.parse(document.getElementById('pictures').textContent)
const textOf = isOneFile ? null : scripts()
const stages = new Map()
const places = [...document.querySelectorAll('.place')]
const cards = document.querySelector('.cards')
const back = document.querySelector('.back')
const title = document.title
let open = null // the number of the place that is looked at
let resting = null

/** Tells of a run, in the line below its picture. */
function tell(element, picture, run, code) {
  const output = element.querySelector('.run')
  output.dataset.told = run ? code !== undefined : ''
  if (!run) {
    output.textContent = output.dataset.rest
    return
  }
  const outcome = code === undefined ? '…' : words(code, picture.sides, picture.categories)
  const entries = [['', outcome], ...names(picture, run)]
  output.replaceChildren(...entries.map(([name, value]) => {
    const entry = document.createElement('span')
    const text = document.createElement(name ? 'span' : 'b')
    text.textContent = name ? `${name} = ${value}`.replaceAll('= -', '= \u2212') : value
    entry.append(text)
    return entry
  }))
}

/** Links to the view, and names it in the address once it rests. */
function link(number, element, picture, stage, view) {
  const text = query(picture, view)
  element.querySelector('.query').value = (server ?? '') + text
  const live = element.querySelector('.live')
  if (live) live.href = server + text
  clearTimeout(resting)
  resting = setTimeout(() => {
    if (open === number) history.replaceState(null, '', fragment(number, view, stage.isHome))
  }, REST)
}

/** Copies what a field says; a page without encryption can do so only in the old way. */
async function copy(field, button) {
  try {
    await navigator.clipboard.writeText(field.value)
  } catch {
    field.select()
    document.execCommand('copy')
  }
  button.textContent = 'Copied'
  setTimeout(() => {
    button.textContent = 'Copy'
  }, 2000)
}

/** Returns the stage of a place, made when it is first opened. */
function stageOf(number) {
  if (stages.has(number)) return stages.get(number)
  const [element, picture] = [places[number - 1], pictures[number - 1]]
  const stage = new Stage(element.querySelector('canvas'), picture, sourcesOf(number, isOneFile, textOf), {
    changed: (view) => link(number, element, picture, stage, view),
    told: (run, code) => tell(element, picture, run, code),
  })
  const does = {closer: () => stage.press({key: '+'}), farther: () => stage.press({key: '-'}),
    home: () => stage.press({key: 'h'})}
  for (const button of element.querySelectorAll('[data-does]'))
    button.addEventListener('click', does[button.dataset.does])
  for (const button of element.querySelectorAll('.copy'))
    button.addEventListener('click', () => copy(button.previousElementSibling, button))
  stages.set(number, stage)
  return stage
}

/** Opens what the address names: a place, or the list of all. */
function go() {
  const {number, view} = fromFragment(location.hash)
  const only = places.length === 1 ? 1 : null
  open = number !== null && places[number - 1] ? number : only
  places.forEach((place, k) => {
    place.hidden = k + 1 !== open
  })
  if (cards) cards.hidden = open !== null
  document.body.classList.toggle('open', open !== null)
  back.hidden = open === null || only !== null
  const name = open && places[open - 1].getAttribute('aria-label')
  document.title = open && !only ? `${name} – ${title}` : title
  if (open === null) return
  stageOf(open).show(view)
}

window.addEventListener('hashchange', go)
window.addEventListener('keydown', (event) => {
  if (open === null || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.target.closest?.(TYPING)) return
  if (event.key === 'Escape' && !back.hidden) back.click()
  else if (!stageOf(open).press(event)) return
  event.preventDefault()
})
go()
