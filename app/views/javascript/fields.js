// Draws a form: labelled fields under headings, each of which tells the server what is entered.
import {keep, kept} from '../../shared/javascript/storage.js'
import {awaitAnswers} from './answers.js'

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other)

/** Returns what a form is made of, without what may change while it stays. */
export function shapeOf(fields) {
  return fields.map(({name, kind, label, group, help, choices}) => (
    [name, kind, label, group, help, kind === 'checks' ? choices : null]))
}

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

let ids = 0

/** The kinds of fields: each makes its elements, and shows a value in them. */
const KINDS = {
  text(field, send) {
    const input = element('input', {type: 'text', autocomplete: 'off', spellcheck: false})
    if (field.hint) input.placeholder = field.hint
    let told = null // by the server, or to it
    let last = null
    const tell = () => {
      if (input.value !== told) send(told = input.value)
    }
    input.addEventListener(field.live ? 'input' : 'change', tell)
    if (field.enters) input.addEventListener('keydown', ({key}) => key === 'Enter' && send(null))
    input.addEventListener('keydown', ({key}) => {
      if (key === 'Enter' && !field.enters) tell()
      if (key === 'Escape') input.value = told ?? ''
    })
    return {
      control: input,
      show({value, again}) {
        const typing = input.getRootNode().activeElement === input
        if ((value === told || typing) && again === last) return // what is being typed stays
        told = value
        last = again
        input.value = value
      },
    }
  },
  select(field, send) {
    const input = element('select', {})
    input.addEventListener('change', () => send(input.value))
    let offered = null
    return {
      control: input,
      show({value, choices}) {
        if (!same(choices, offered)) {
          offered = choices
          input.replaceChildren(...choices.map(([label, choice]) => (
            element('option', {value: choice, textContent: label}))))
        }
        input.value = value
      },
    }
  },
  switch(field, send) {
    const input = element('input', {type: 'checkbox'})
    input.addEventListener('change', () => send(input.checked))
    return {
      control: input,
      show({value}) {
        input.checked = value
      },
    }
  },
  kept(field) { // in the browser alone, under the name of the field: on unless it is off
    const input = element('input', {type: 'checkbox'})
    input.addEventListener('change', () => {
      if (!keep(field.name, input.checked ? null : 'off')) input.checked = true
    })
    return {
      control: input,
      show() {
        input.checked = kept(field.name) !== 'off'
      },
    }
  },
  range(field, send) {
    const input = element('input', {type: 'range', min: 0, max: 1, step: 0.01})
    input.addEventListener('input', () => send(input.valueAsNumber))
    return {
      control: input,
      show({value}) {
        if (input.valueAsNumber !== value) input.value = value
      },
    }
  },
  checks(field, send) {
    const boxes = field.choices.map(([label, choice]) => {
      const input = element('input', {type: 'checkbox', value: choice})
      input.addEventListener('change', () => (
        send(boxes.filter((box) => box.checked).map((box) => box.value))))
      return Object.assign(input, {words: element('label', {className: 'check'}, input, label)})
    })
    return {
      body: element('div', {role: 'group', ariaLabel: field.label},
        ...boxes.map((box) => box.words)),
      show({value}) {
        for (const box of boxes) box.checked = value.includes(box.value)
      },
    }
  },
  button(field, send) {
    const button = element('button', {type: 'button', textContent: field.label})
    button.addEventListener('click', () => send(true))
    return {body: button, control: button, show() {}}
  },
  choice(field) { // in the browser alone, under the name of the field, which the page hears
    const input = element('select', {}, ...field.choices.map(([label, choice]) => (
      element('option', {value: choice, textContent: label}))))
    const show = () => {
      input.value = kept(field.name) ?? field.value
    }
    input.addEventListener('change', () => {
      if (!keep(field.name, input.value)) show()
      document.dispatchEvent(new CustomEvent('chosen'))
    })
    return {control: input, show}
  },
  event(field) { // which the page hears, and the server does not
    const button = element('button', {type: 'button', textContent: field.label})
    button.addEventListener('click', () => (
      button.dispatchEvent(new CustomEvent(field.name, {bubbles: true, composed: true}))))
    return {body: button, control: button, show() {}}
  },
  file(field, send) {
    const input = element('input', {type: 'file', accept: field.hint ?? '', className: 'unseen'})
    input.addEventListener('change', () => {
      const [file] = input.files
      if (!file) return
      const reader = new FileReader()
      reader.addEventListener('load', () => {
        send([file.name, reader.result.slice(reader.result.indexOf(',') + 1)])
        input.value = ''
      })
      reader.readAsDataURL(file)
    })
    const button = element('label', {className: 'button'}, field.label, input)
    return {body: button, control: input, show() {}}
  },
  note() {
    const words = element('p', {})
    return {
      body: words,
      show({value}) {
        words.textContent = value
        words.hidden = !value
      },
    }
  },
}

function row(field, send) {
  const {control, body, show} = KINDS[field.kind](field, (value) => {
    if (field.kind !== 'text') answers.enter(value)
    send([field.name, value])
  })
  const answers = awaitAnswers(show)
  const problem = element('span', {className: 'problem', id: `problem-${ids++}`, hidden: true})
  const line = element('div', {className: `field of-${field.kind} ${field.side ? 'side' : ''}`})
  if (body) line.append(body)
  else {
    control.id = `field-${ids++}`
    const label = element('label', {htmlFor: control.id, textContent: field.label})
    if (field.help) label.title = control.title = field.help
    line.append(...['switch', 'kept'].includes(field.kind) ? [control, label] : [label, control])
  }
  line.append(problem)
  if (field.media) {
    const fits = matchMedia(field.media)
    const hide = () => {
      line.hidden = !fits.matches
    }
    fits.addEventListener('change', hide)
    hide()
  }
  return {
    line,
    show(now) {
      answers.tell(now)
      if (control) control.disabled = Boolean(now.disabled)
      problem.textContent = now.problem ?? ''
      problem.hidden = !now.problem
      if (!control) return
      control.toggleAttribute('aria-invalid', Boolean(now.problem))
      if (now.problem) control.setAttribute('aria-describedby', problem.id)
      else control.removeAttribute('aria-describedby')
    },
  }
}

/** Hands a file that the server has sent over to whoever asked for it. */
export function handOver({name, type, data}) {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0))
  const link = element('a', {href: URL.createObjectURL(new Blob([bytes], {type})), download: name})
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60000)
}

/** Draws the fields, and sends the name of one and what is entered there. */
export function render({model}) {
  const form = element('div', {className: 'form'})
  let shape = null
  let rows = []
  const open = new Map()
  const make = (fields) => {
    rows = fields.map((field) => row(field, (message) => model.send_msg(message)))
    const groups = new Map()
    const parts = []
    fields.forEach(({group}, k) => {
      if (!group) {
        parts.push(rows[k].line)
        return
      }
      if (!groups.has(group)) {
        const fold = element('details', {open: open.get(group) ?? model.opened.includes(group)},
          element('summary', {textContent: group}))
        fold.addEventListener('toggle', () => open.set(group, fold.open))
        groups.set(group, fold)
        parts.push(fold)
      }
      groups.get(group).append(rows[k].line)
    })
    form.replaceChildren(...parts)
  }
  const fill = () => {
    const fields = model.fields
    if (!same(shapeOf(fields), shape)) {
      shape = shapeOf(fields)
      make(fields)
    }
    fields.forEach((field, k) => rows[k].show(field))
  }
  model.on('fields', fill)
  model.on('msg:custom', handOver)
  fill()
  return form
}
