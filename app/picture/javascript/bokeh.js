// What Bokeh does otherwise on this page: what nobody sees yet, or ever, is no work.

/** Has no figure look for colours and fonts in the styles of the page, which sets none of them.
 *
 * It looks for those of each label whenever that is measured or drawn, and for what an em is, which
 * no font is told in. Every time the browser has to know all styles.
 */
export function ignoreStyles({VisualProperties}, {PlotView}) {
  VisualProperties.prototype._get_css_value = () => ''
  Object.defineProperty(PlotView.prototype, 'base_font_size', {get: () => null})
}

/** Has the picture of a tile be unpacked once, and not again whenever another tile comes. */
export function keepCanvases({ImageBaseView: {prototype: view}}) {
  const unpack = view._set_image_data_from_buffer
  const canvases = new WeakMap() // by the memory of their numbers
  view._set_image_data_from_buffer = function (i, {buffer}) {
    if (!canvases.has(buffer)) {
      this.image_data[i] = null // or what is there, which another tile may show, would be painted on
      unpack.apply(this, arguments)
      canvases.set(buffer, this.image_data[i])
    }
    this.image_data[i] = canvases.get(buffer)
  }
}

/** Leaves a plot out of the layout of the page until it has been laid out itself.
 *
 * It is built some time before. What lays the whole page out in between, as the picture does when its
 * ticks have longer labels, would end at it with an error, and begin again with every frame.
 */
export function awaitLayout({PlotView: {prototype: view}}) {
  for (const step of ['measure_layout', 'after_layout']) {
    const own = view[step]
    view[step] = function () {
      if (this.layout) own.call(this)
    }
  }
}

/** Does all that, once for each page. */
export default function adapt({Bokeh}) {
  if (Bokeh.adapted) return
  Bokeh.adapted = true
  const plots = Bokeh.require('models/plots/plot_canvas')
  ignoreStyles(Bokeh.require('core/visuals/visual'), plots)
  awaitLayout(plots)
  keepCanvases(Bokeh.require('models/glyphs/image_base'))
}
