// Paints a view onto a canvas: the tiles that are here, the curves over them, and the axes around.
import {label, ticks} from '../../../pictures/javascript/decimals.js'
import {shown} from './geometry.js'
import {local} from './place.js'
import {edges} from './pyramid.js'

const APART = [7, 4] // heights of a letter between the ticks of either axis, about

/** Returns the pixels of the screen that a tile fills; neighbours share an edge. */
export function area(picture, tile, view, plot, ratio) {
  const [left, right, lower, upper] = edges(picture, tile)
  const [from, to] = [{u: left, v: upper}, {u: right, v: lower}].map((corner) => {
    const {x, y} = shown(corner, view, plot)
    return [Math.round(x * ratio), Math.round(y * ratio)]
  })
  return [...from, to[0] - from[0], to[1] - from[1]]
}

/** Paints the tiles of the levels given, coarser ones first. */
export function paintTiles(pen, picture, levels, view, plot, ratio) {
  for (const {tile, image} of levels.flat()) {
    const at = area(picture, tile, view, plot, ratio)
    pen.imageSmoothingEnabled = at[2] < image.width // a run is a square, however large
    pen.drawImage(image, ...at)
  }
}

/** Paints the curves, each on a dark ground that shows it on any colour. */
export function paintCurves(pen, {curves, tall}, view, plot, ratio) {
  pen.lineJoin = 'round'
  for (const {colour, lines} of curves)
    for (const [ink, width] of [['#000', 4], [colour, 1.5]]) {
      pen.strokeStyle = ink
      pen.lineWidth = width * ratio
      pen.beginPath()
      for (const line of lines)
        line.forEach(([x, y], k) => {
          const at = shown({u: x, v: y * tall}, view, plot)
          pen[k ? 'lineTo' : 'moveTo'](at.x * ratio, at.y * ratio)
        })
      pen.stroke()
    }
}

/** Returns the ticks of both axes of a view: where on the screen each is, and its label. */
export function ticksOf(picture, view, plot, font) {
  const tall = view.span * plot.height / plot.width
  const [low, high] = [-1, 1].map((side) =>
    local(picture, {u: view.u + side * view.span / 2, v: view.v + side * tall / 2}))
  return ['width', 'height'].map((side, k) => {
    const values = ticks(low[k], high[k], Math.max(plot[side] / APART[k] / font, 2))
    const step = values.length > 1 ? values[1] - values[0] : high[k] - low[k]
    return values.map((value) => {
      const share = (value - low[k]) / (high[k] - low[k])
      const at = k ? plot.top + (1 - share) * plot.height : plot.left + share * plot.width
      return {at, text: label(value, step, picture.axes[k].exponent)}
    })
  })
}

/** Paints the axes around the plot, with ticks and labels. */
export function paintAxes(pen, picture, view, plot, {ink, line, font}) {
  pen.fillStyle = ink
  pen.strokeStyle = line
  pen.lineWidth = 1
  pen.font = `${font}px system-ui, sans-serif`
  const [across, up] = ticksOf(picture, view, plot, font)
  const [bottom, left] = [plot.top + plot.height, plot.left]
  pen.strokeRect(left - 0.5, plot.top - 0.5, plot.width + 1, plot.height + 1)
  pen.textAlign = 'center'
  pen.textBaseline = 'top'
  for (const {at, text} of across) {
    pen.fillRect(Math.round(at), bottom, 1, font / 3)
    const half = pen.measureText(text).width / 2
    pen.fillText(text, Math.max(Math.min(at, left + plot.width - half), left + half), bottom + font * 0.5)
  }
  pen.textAlign = 'right'
  pen.fillText(`${picture.axes[0].label} →`, left + plot.width, bottom + font * 1.9, plot.width)
  pen.textBaseline = 'middle'
  for (const {at, text} of up) {
    pen.fillRect(left - font / 3, Math.round(at), font / 3, 1)
    const y = Math.max(Math.min(at, bottom - font / 2), plot.top + font / 2)
    pen.fillText(text, left - font * 0.5, y)
  }
  pen.textAlign = 'left'
  pen.fillText(`↑ ${picture.axes[1].label}`, left, plot.top - font, plot.width)
}

/** Returns the rectangle that is left for the picture, in a canvas with axes. */
export function plotIn({width, height}, font) {
  const [left, top, right, bottom] = [font * 4.9, font * 2, font * 0.8, font * 3.4].map(Math.round)
  return {left, top, width: Math.max(width - left - right, 1), height: Math.max(height - top - bottom, 1)}
}
