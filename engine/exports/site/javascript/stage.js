// One picture on the page: its canvas, its tiles and its view.
import {home, kept, panned, under, zoomed} from './geometry.js'
import {listen, press} from './gestures.js'
import {paintAxes, paintCurves, paintTiles, plotIn} from './painting.js'
import {levelFor, nameOf, runAt, tilesOf} from './pyramid.js'
import {Tiles} from './tiles.js'
import {codeAt} from './values.js'

const PICTURES = 400 // tiles that are kept, beside those in view
const VALUES = 64

/** A picture that is looked at. `sources` gives the pictures and values of tiles by their names;
 * `changed` is called with the view when it has moved, `told` with the run that is pointed at.
 */
export class Stage {
  constructor(canvas, picture, sources, {changed, told}) {
    Object.assign(this, {canvas, picture, changed, told})
    this.pen = canvas.getContext('2d')
    this.pictures = new Tiles(sources.picture, () => this.draw(), PICTURES)
    this.values = new Tiles(sources.values, () => this.tell(), VALUES)
    this.view = null
    this.pointer = null
    listen(canvas, {
      pan: (...by) => this.pan(...by),
      zoom: (factor, at) => this.zoom(factor, at),
      point: (at) => this.point(at),
      leave: () => this.point(null),
    })
    new ResizeObserver(() => this.resize()).observe(canvas)
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw())
  }

  get isHome() {
    return this.view.span >= home(this.picture, this.plot).span * (1 - 1e-9)
  }

  /** Fits the canvas to its place on the page; what was seen whole is seen whole again. */
  resize() {
    const {width, height} = this.canvas.getBoundingClientRect()
    if (!width || !height) return
    const whole = this.view === null || this.isHome
    this.ratio = window.devicePixelRatio || 1
    this.canvas.width = Math.round(width * this.ratio)
    this.canvas.height = Math.round(height * this.ratio)
    this.font = parseFloat(getComputedStyle(this.canvas).fontSize)
    this.plot = plotIn({width, height}, this.font)
    this.go(this.asked ?? (whole ? home(this.picture, this.plot) : this.view))
    this.paint() // a canvas that is resized is empty
  }

  /** Shows a view, or the nearest there is; null for the whole picture. */
  show(view) {
    this.asked = view
    if (this.plot) this.go(view ?? home(this.picture, this.plot))
  }

  go(view) {
    this.asked = null
    this.view = kept(view, this.picture, this.plot)
    this.changed(this.view)
    this.draw()
  }

  pan(right, down) {
    this.go(panned(this.view, right, down, this.picture, this.plot))
  }

  zoom(factor, at = null) {
    const {left, top, width, height} = this.plot
    const fixed = under(at ?? {x: left + width / 2, y: top + height / 2}, this.view, this.plot)
    this.go(zoomed(this.view, factor, fixed, this.picture, this.plot))
  }

  press(event) {
    const does = {
      pan: (...by) => this.pan(...by), zoom: (factor) => this.zoom(factor),
      home: () => this.show(null), size: () => this.plot,
    }
    if (!press(event, does)) return false
    const {left, top, width, height} = this.plot
    this.point({x: left + width / 2, y: top + height / 2})
    return true
  }

  draw() {
    if (this.frame || !this.plot) return
    this.frame = requestAnimationFrame(() => {
      this.frame = null
      this.paint()
      this.tell()
    })
  }

  /** Paints the finest level of which all is here that is in view, and what is here of finer ones. */
  paint() {
    const {picture, view, plot, ratio, pen, canvas} = this
    const finest = levelFor(picture, view, plot, ratio)
    const levels = Array.from({length: finest + 1}, (_, level) => tilesOf(picture, view, plot, level))
    this.pictures.want(levels.flat().map(nameOf))
    const here = levels.map((tiles) => tiles
      .map((tile) => ({tile, image: this.pictures.get(nameOf(tile))}))
      .filter(({image}) => image))
    const whole = here.findLastIndex((tiles, level) => tiles.length === levels[level].length)
    this.sharp = whole === finest
    canvas.dataset.sharp = this.sharp
    this.level = here.findLastIndex((tiles) => tiles.length)
    pen.setTransform(1, 0, 0, 1, 0, 0)
    pen.clearRect(0, 0, canvas.width, canvas.height)
    pen.save()
    pen.beginPath()
    pen.rect(...[plot.left, plot.top, plot.width, plot.height].map((length) => length * ratio))
    pen.clip()
    paintTiles(pen, picture, here.slice(Math.max(whole, 0)), view, plot, ratio)
    paintCurves(pen, picture, view, plot, ratio)
    pen.restore()
    pen.scale(ratio, ratio)
    const style = getComputedStyle(canvas)
    paintAxes(pen, picture, view, plot, {
      ink: style.color, line: style.getPropertyValue('--line'), font: this.font,
    })
  }

  /** Points at a pixel of the canvas, or at none. */
  point(at) {
    this.pointer = at
    this.draw()
  }

  /** Tells of the run that is pointed at, as far as it is known. */
  tell() {
    const {plot, pointer, picture, view} = this
    const inside = pointer && pointer.x >= plot.left && pointer.x < plot.left + plot.width &&
      pointer.y >= plot.top && pointer.y < plot.top + plot.height
    const run = inside ? runAt(picture, under(pointer, view, plot), Math.max(this.level, 0)) : null
    if (!run) {
      this.told(null)
      return
    }
    const name = nameOf(run.tile)
    const planes = this.values.get(name)
    if (!planes) this.values.want([name])
    this.told(run, planes && codeAt(planes, run.index))
  }
}
