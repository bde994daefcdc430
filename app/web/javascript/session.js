// The session: opened once the page is there, watched, and begun anew where it was lost.
import paintFigures from './figures.js'

export const BEAT = 5000 // milliseconds between two questions whether the server is there
export const PATIENCE = 15000 // milliseconds for its answer: others may be opening their pages
export const RETRY = 2000 // milliseconds between two attempts to reach a server that is gone
const RETURNS = 'trainscape returns' // when this tab has begun anew, in the storage of the tab
const MOST_RETURNS = 3 // within a minute, after which somebody has to press a button
export const STRANGE = 'strange' // an answer that is none of a server of ours

const COME_BACK = 'Come back now'
const LOST = 'The connection is lost, and nothing is trained for this page. It comes back by itself.'
const SOMETHING_ELSE = 'The connection is lost, and something else answers at this address, perhaps a ' +
  'page to log in at.'
const WOULD_BE_LOST = 'The server can be reached again. The page comes back when this dialog is ' +
  'closed; what is typed in it is lost then.'
const AGAIN = 'The connection is lost again and again. The page comes back in a minute.'
const SLOW = 'The server has not opened the page yet. It may be busy with others, or a proxy in ' +
  'between may hold back what the web socket says.'

/** Returns the address of the socket of a page. */
export function socketOf({protocol, host, pathname}) {
  const folder = pathname.endsWith('/') ? pathname : `${pathname}/`
  return `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}${folder}ws`
}

/** Returns what to say of a server that answers, but not by a socket. */
export function refusal({allowed}, {host}) {
  return allowed
    ? 'The server answers, but not by a web socket: a proxy in between may not pass the header ' +
      'Upgrade on.'
    : `The server does not expect pages at ${host}. Start it with: --allow-origin ${host}`
}

/** Returns what the server says of this page: null if it is not there, STRANGE if another answers. */
export function meaning(status, text) {
  if (status >= 500) return null // of a proxy, whose server is gone
  try {
    const {allowed} = JSON.parse(text)
    if (typeof allowed === 'boolean') return {allowed}
  } catch {
    // a page to log in at, perhaps
  }
  return STRANGE
}

/** Returns whether another return by itself would be one too many, after those at some times. */
export function isTooMany(times, now, most = MOST_RETURNS) {
  return times.filter((at) => now - at < 60000).length >= most
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

let line = null // what is said above the picture, or in the dialog over it

function say(text, button) {
  line ??= document.getElementById('connection')
  // All else can neither be pressed nor heard of while a dialog is open.
  const dialog = openDialog(document.getElementById('dialogs'))
  if (dialog && line.parentNode !== dialog) dialog.prepend(line)
  if (!dialog && line.nextElementSibling?.id !== 'page') document.getElementById('page').before(line)
  line.style.margin = dialog ? '0 36px 8px 0' : '' // beside the button that closes it
  line.hidden = false
  if (line.firstChild?.data === text) return // and its button keeps the focus
  line.textContent = text
  if (!button) return
  const press = document.createElement('button')
  press.textContent = button
  press.style.cssText = 'margin-left:12px;padding:3px 12px;border:1px solid currentColor;' +
    'border-radius:4px;background:none;color:inherit;font:inherit;cursor:pointer;position:static'
  press.addEventListener('click', comeBack)
  line.append(press)
}

/** Returns the dialog that is open within an element, or null. */
export function openDialog(element) {
  for (const inner of (element.shadowRoot ?? element).querySelectorAll('*')) {
    const found = inner.matches('dialog[open]') ? inner : inner.shadowRoot && openDialog(inner)
    if (found) return found
  }
  return null
}

/** Asks the server by a plain request, which tells more than a socket that does not open. */
async function ask() {
  try {
    // Its name as the browser has it, which a proxy may have replaced by another one.
    const asked = await fetch(`alive?host=${encodeURIComponent(location.host)}`,
      {cache: 'no-store', signal: AbortSignal.timeout(PATIENCE)})
    return meaning(asked.status, await asked.text())
  } catch {
    return null
  }
}

/** Waits, at most until somebody looks at the page again or there is a network. */
async function pause(milliseconds) {
  const over = new AbortController()
  await new Promise((done) => {
    setTimeout(done, milliseconds)
    document.addEventListener('visibilitychange', done, {signal: over.signal})
    addEventListener('online', done, {signal: over.signal})
  })
  over.abort()
}

/** Comes back to the place of the address bar once the server answers, and somebody looks. */
async function comeBackOnceThere(gone) {
  for (;;) {
    const answer = document.hidden ? null : await ask()
    if (!answer) say(gone)
    else if (answer === STRANGE) say(SOMETHING_ELSE, 'Load it')
    else if (openDialog(document.getElementById('dialogs'))) say(WOULD_BE_LOST, COME_BACK)
    else if (isTooMany(returns(), Date.now())) say(AGAIN, COME_BACK)
    else {
      comeBack()
      return
    }
    await pause(RETRY)
  }
}

/** Says that the connection is lost, and sees to it that the page comes back. */
async function lose() {
  const {dataset} = document.documentElement
  if ('lost' in dataset) return
  dataset.lost = ''
  say(LOST)
  await comeBackOnceThere(LOST)
}

/** Fails after a time without an answer; second by second, so that it is long on a busy machine,
 * on which an answer may be there and wait to be read.
 */
async function impatience() {
  for (let waited = 0; waited < PATIENCE; waited += 1000)
    await new Promise((done) => setTimeout(done, 1000))
  throw new Error('no answer')
}

/** Asks now and then by the socket itself, which a proxy or a sleep may have cut without a word. */
async function watch(session) {
  session.document.on_event('connection_lost', lose)
  addEventListener('pageshow', ({persisted}) => persisted && lose())
  try {
    for (;;) {
      await pause(BEAT)
      await Promise.race([session.force_roundtrip(), impatience()])
    }
  } catch {
    await lose()
  }
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

/** Says why no session was opened; tries once more by itself, for the server may just have begun. */
async function explain(error) {
  const answer = await ask()
  const opened = error.message.startsWith('Lost') // and closed again, as with a token that is too old
  const refused = answer && answer !== STRANGE && !opened
  if (refused && (!answer.allowed || isTooMany(returns(), Date.now(), 1)))
    say(refusal(answer, location), 'Try again')
  else await comeBackOnceThere('The server cannot be reached. The page opens as soon as it can.')
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
  const slow = setTimeout(() => say(SLOW, 'Try again'), 2 * PATIENCE)
  let session = null
  try {
    session = await pull_session(socketOf(location), token, location.search.slice(1))
  } catch (error) {
    await explain(error)
    return
  } finally {
    clearTimeout(slow)
  }
  document.getElementById('connection').hidden = true
  watch(session)
  knowModels(session.document)
  const slots = session.document.all_roots.map(({name}) => document.getElementById(name))
  paintFigures(session.document)
  await add_document_standalone(session.document, document.body, slots)
}
