// Bokeh's figures: their colours, which follow the theme of the page, and where Tab stops.

const WHITE = '#ffffff' // behind a figure of which nobody has said what is to be there
const INK = {light: '#1b1d21', dark: '#ececee'}
const LINE = {light: '#8a8f98', dark: '#7d828b'}
const GRID = {light: '#e3e5e9', dark: '#2e3136'}

/** Returns the properties that a model of Bokeh has in a theme, none of most models. */
export function coloursOf(model, theme) {
  const has = (name) => name in model.attributes
  if (has('axis_label_text_color'))
    return {
      axis_label_text_color: INK[theme], major_label_text_color: INK[theme],
      axis_line_color: LINE[theme], major_tick_line_color: LINE[theme],
      minor_tick_line_color: LINE[theme],
    }
  if (has('border_fill_color'))
    return {
      border_fill_color: null, outline_line_color: LINE[theme],
      ...(model.background_fill_color === WHITE ? {background_fill_color: null} : {}),
    }
  if (model.type === 'Grid') return {grid_line_color: GRID[theme]}
  if (model.type === 'Title') return {text_color: INK[theme]}
  return null
}

/** Has Tab pass by what a figure hears the pointer with, which says nothing to whoever comes there. */
export function passBy({CanvasView: {prototype: view}}) {
  const render = view.render
  view.render = function () {
    render.call(this)
    this.events_el.tabIndex = -1
  }
}

/** Gives figures the colours of the theme, now and whenever either changes. */
export default function paintFigures(bokehDocument) {
  passBy(Bokeh.require('models/canvas/canvas'))
  const painted = new Map()
  const paint = () => {
    const {theme} = document.documentElement.dataset
    for (const model of bokehDocument._all_models.values()) {
      if (painted.get(model) === theme) continue
      painted.set(model, theme)
      const colours = coloursOf(model, theme)
      if (colours) model.setv(colours, {sync: false})
    }
  }
  let models = 0
  const look = () => {
    if (bokehDocument._all_models.size === models) return
    models = bokehDocument._all_models.size
    for (const model of painted.keys())
      if (!bokehDocument._all_models.has(model.id)) painted.delete(model)
    paint()
  }
  look()
  bokehDocument.on_change(() => look())
  document.addEventListener('theme', paint)
}
