// A view as coordinates and as a link. `axes` says where the picture lies on each axis.
import {checkOf} from './check.js'
import {exact, power} from '../../../pictures/javascript/decimals.js'

const LINKED = 1e-4 // share of a view's width below which the digits of its middle end

/** Returns where a point of a picture lies on its axes, in the local units of each. */
export function local({axes: [x, y], tall}, {u, v}) {
  return [x.low + u * (x.high - x.low), y.low + v / tall * (y.high - y.low)]
}

/** Returns what the axes call a run: its coordinates, and the hyperparameters that these stand for. */
export function names(picture, at) {
  const pitch = 1 / picture.across
  return local(picture, at).flatMap((value, k) => {
    const {base, exponent, symbol, logarithmic, low, high} = picture.axes[k]
    const step = (high - low) * pitch / (k ? picture.tall : 1)
    const coordinate = exact(base, exponent, value, step)
    if (!logarithmic) return [[symbol, coordinate]]
    return [[`log₁₀ ${symbol}`, coordinate], [symbol, power(base, exponent, value, step)]]
  })
}

/** Returns the query of the link that leads to a view. */
export function query(picture, view) {
  const centre = local(picture, view).map((value, k) => {
    const {base, exponent, low, high} = picture.axes[k]
    const shown = (high - low) * view.span / (k ? picture.tall : 1)
    return exact(base, exponent, value, shown * LINKED)
  })
  const width = Number((view.span * picture.width).toPrecision(12))
  const [before, after] = picture.link
  const parts = `${before}&view=${[...centre, width].join('_').replaceAll('+', '')}${after}`
  return `?${parts}&check=${checkOf(parts)}`
}

/** Returns the part of this page's address that names a place and a view of it. */
export function fragment(number, {u, v, span}, isHome) {
  const numbers = [u, v, span].map((share) => Number(share.toPrecision(9)))
  return isHome ? `#${number}` : `#${number}/${numbers.join(',')}`
}

/** Returns the place and the view that an address names; null for what it does not. */
export function fromFragment(text) {
  const [, number, numbers] = text.match(/^#(\d{1,4})(?:\/([-\d.e,]+))?$/) ?? []
  const [u, v, span, ...more] = (numbers ?? '').split(',').map(Number)
  const view = more.length === 0 && [u, v, span].every(Number.isFinite) && span > 0 ? {u, v, span} : null
  return {number: number === undefined ? null : Number(number), view}
}
