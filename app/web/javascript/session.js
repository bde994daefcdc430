// The session: opened once the page is there, watched, and begun anew where it was lost.
import paintFigures from './figures.js'

export const BEAT = 5000 // milliseconds between two questions whether the server is there
export const PATIENCE = 15000 // milliseconds for its answer: others may be opening their pages
export const RETRY = 2000 // milliseconds between two attempts to reach a server that is gone
const RETURNS = 'trainscape returns' // when this tab has begun anew, in the storage of the tab
const MOST_RETURNS = 3 // within a minute, after which somebody has to press a button

/** Returns the address of the socket of a page. */
export function socketOf({protocol, host, pathname}) {
  const folder = pathname.endsWith('/') ? pathname : `${pathname}/`
  return `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}${folder}ws`
}

/** Returns what to say of a server that answers, but not by a socket. */
export function refusal({allowed}, {host, pathname}) {
  if (!allowed)
    return `The server does not expect pages at ${host}. Start it with --allow-origin ${host}`
  const prefix = pathname.replace(/\/+$/, '')
  const option = prefix ? `, or the server lacks --prefix ${prefix}` : ''
  return 'The server answers, but not by a web socket. A proxy in between may not pass the header ' +
    `Upgrade on${option}`
}

/** Returns whether another return by itself would be one too many, after those at some times. */
export function isTooMany(times, now) {
  return times.filter((at) => now - at < 60000).length >= MOST_RETURNS
}

function returns() {
  try {
    return JSON.parse(sessionStorage.getItem(RETURNS) ?? '[]')
  } catch {
    return []
  }
}

function comeBack() {
  try {
    sessionStorage.setItem(RETURNS, JSON.stringify([...returns(), Date.now()].slice(-MOST_RETURNS)))
  } catch {
    // then nobody counts
  }
  location.reload()
}

function say(text, button) {
  const line = document.getElementById('connection')
  line.textContent = text
  if (button) {
    const press = document.createElement('button')
    press.textContent = button
    press.addEventListener('click', comeBack)
    line.append(press)
  }
  line.hidden = false
}

/** Asks the server by a plain request; returns what it says of this page, or null. */
async function ask() {
  try {
    const asked = await fetch('alive', {cache: 'no-store', signal: AbortSignal.timeout(PATIENCE)})
    return asked.ok ? await asked.json() : null
  } catch {
    return null
  }
}

/** Returns whether a dialog is open, in which something that was typed would be lost. */
export function isBusy(bokehDocument) {
  return [...bokehDocument._all_models.values()].some((model) => model.data?.attributes?.open)
}

/** Says that the connection is lost, and returns to the place of the address bar once it can. */
async function lose(bokehDocument) {
  const {dataset} = document.documentElement
  if ('lost' in dataset) return
  dataset.lost = ''
  say('The connection is lost, and nothing is trained for this page. It comes back by itself.')
  while (await ask() === null || document.hidden)
    await new Promise((done) => setTimeout(done, RETRY))
  if (isBusy(bokehDocument) || isTooMany(returns(), Date.now()))
    say('The server can be reached again.', 'Come back to this place')
  else comeBack()
}

/** Asks now and then by the socket itself, which a proxy or a sleep may have cut without a word. */
function watch(session) {
  const beat = async () => {
    const late = new Promise((done, fail) => setTimeout(fail, PATIENCE))
    try {
      await Promise.race([session.force_roundtrip(), late])
      setTimeout(beat, BEAT)
    } catch {
      lose(session.document)
    }
  }
  session.document.on_event('connection_lost', () => lose(session.document))
  addEventListener('pageshow', ({persisted}) => persisted && beat())
  setTimeout(beat, BEAT)
}

/** Has the browser send no model back that it has from the server, but name it alone. */
export function knowModels(bokehDocument) {
  const apply = bokehDocument._apply_json_patch
  bokehDocument._new_models.clear()
  bokehDocument._apply_json_patch = function (...patch) {
    const own = [...this._new_models]
    apply.apply(this, patch)
    this._new_models.clear()
    for (const model of own) this._new_models.add(model)
  }
}

async function explain() {
  for (;;) {
    const answer = await ask()
    if (answer) {
      say(`${refusal(answer, location)}.`, 'Try again')
      return
    }
    say('The server cannot be reached. The page opens as soon as it can.')
    await new Promise((done) => setTimeout(done, RETRY))
    if (await ask()) {
      comeBack()
      return
    }
  }
}

/** Opens the session of a token, and shows its roots in the elements of their names. */
export default async function open(token) {
  if (!window.Bokeh) {
    say('The scripts of the page could not be loaded.', 'Try again')
    return
  }
  Bokeh.set_log_level('error')
  const {pull_session} = Bokeh.require('client/connection')
  const {add_document_standalone} = Bokeh.require('embed/standalone')
  let session = null
  try {
    session = await pull_session(socketOf(location), token, location.search.slice(1))
  } catch {
    await explain()
    return
  }
  watch(session)
  knowModels(session.document)
  const slots = session.document.all_roots.map(({name}) => document.getElementById(name))
  paintFigures(session.document)
  await add_document_standalone(session.document, document.body, slots)
}
