import assert from 'node:assert/strict'
import test from 'node:test'

import adapt, {awaitLayout, ignoreStyles, keepCanvases} from '../../app/picture/javascript/bokeh.js'

// Bokeh's view of images, which paints a canvas that is there already, and counts what it unpacks.
function imageView() {
  class ImageBaseView {
    image_data = []
    unpacked = 0

    _set_image_data_from_buffer(i, numbers) {
      this.unpacked += 1
      this.image_data[i] ??= {}
      this.image_data[i].shows = [...numbers]
    }
  }
  keepCanvases({ImageBaseView})
  return ImageBaseView
}

// As Bokeh does it: every time another array over the same memory.
const show = (view, ...images) =>
  images.forEach((image, i) => view._set_image_data_from_buffer(i, new Uint8Array(image.buffer)))
const shown = ({image_data}) => image_data.map(({shows}) => shows)

test('a picture is unpacked once, wherever it lies', () => {
  const view = new (imageView())()
  const [a, b, c] = [[1, 2], [3, 4], [5, 6]].map((numbers) => Uint8Array.from(numbers))
  show(view, a, b)
  show(view, b, a, c)
  show(view, c, b, a)
  assert.deepEqual(shown(view), [[5, 6], [3, 4], [1, 2]])
  assert.equal(view.unpacked, 3)
})

test('a new picture is not painted over one that is shown elsewhere', () => {
  const view = new (imageView())()
  const [a, b] = [[1, 2], [3, 4]].map((numbers) => Uint8Array.from(numbers))
  show(view, a)
  show(view, b, a)
  assert.deepEqual(shown(view), [[3, 4], [1, 2]])
})

test('no style is looked for', () => {
  class VisualProperties {
    _get_css_value() {
      return 'red'
    }
  }
  class Text extends VisualProperties {}
  class PlotView {
    get base_font_size() {
      return 13
    }
  }
  ignoreStyles({VisualProperties}, {PlotView})
  assert.equal(new Text()._get_css_value('text-color'), '')
  assert.equal(new PlotView().base_font_size, null)
})

test('a plot takes part in the layout of the page once it has one', () => {
  class LayoutDOMView {
    measure_layout() {
      this.measured = this.layout.top
    }

    after_layout() {
      this.placed = this.layout.left
    }
  }
  class PlotView extends LayoutDOMView {}
  awaitLayout({PlotView})
  const [built, laid] = [new PlotView(), Object.assign(new PlotView(), {layout: {top: 5, left: 7}})]
  for (const view of [built, laid]) {
    view.measure_layout()
    view.after_layout()
  }
  assert.deepEqual([built.measured, built.placed, laid.measured, laid.placed], [undefined, undefined, 5, 7])
})

test('Bokeh is adapted once for each page', () => {
  class ImageBaseView extends imageView() {}
  const modules = {
    'core/visuals/visual': {VisualProperties: class {}},
    'models/plots/plot_canvas': {PlotView: class {
      measure_layout() {}

      after_layout() {}
    }},
    'models/glyphs/image_base': {ImageBaseView},
  }
  const Bokeh = {require: (name) => modules[name]}
  const own = ImageBaseView.prototype._set_image_data_from_buffer
  adapt({Bokeh})
  const adapted = ImageBaseView.prototype._set_image_data_from_buffer
  assert.notEqual(adapted, own)
  assert.equal(modules['core/visuals/visual'].VisualProperties.prototype._get_css_value(), '')
  adapt({Bokeh})
  assert.equal(ImageBaseView.prototype._set_image_data_from_buffer, adapted)
})
