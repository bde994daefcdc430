// Where a view lies in its picture: its middle and its width, in widths of the whole picture, whose
// lower left corner is the origin. `plot` is the rectangle of the screen that shows it.

export const LARGEST = 32 // pixels of the screen along the side of a run, at most

/** Returns the view that shows a whole picture, which is `tall` times as high as it is wide. */
export function home({tall}, {width, height}) {
  return {u: 0.5, v: tall / 2, span: Math.max(1, tall * width / height)}
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high)

/** Returns where the middle of an extent may be that shows so much of a length. */
function middle(at, extent, length) {
  return extent >= length ? length / 2 : clamp(at, extent / 2, length - extent / 2)
}

/** Returns the nearest view that stays within the picture. */
export function kept({u, v, span}, picture, plot) {
  const most = home(picture, plot).span
  const within = clamp(span, Math.min(most, plot.width / (LARGEST * picture.across)), most)
  return {
    u: middle(u, within, 1), v: middle(v, within * plot.height / plot.width, picture.tall),
    span: within,
  }
}

/** Returns the point of the picture under a point of the screen. */
export function under({x, y}, {u, v, span}, plot) {
  const pixel = span / plot.width
  return {
    u: u + (x - plot.left - plot.width / 2) * pixel, v: v - (y - plot.top - plot.height / 2) * pixel,
  }
}

/** Returns the point of the screen that shows a point of the picture. */
export function shown({u, v}, view, plot) {
  const pixel = view.span / plot.width
  return {
    x: plot.left + plot.width / 2 + (u - view.u) / pixel,
    y: plot.top + plot.height / 2 - (v - view.v) / pixel,
  }
}

/** Returns the view so many times as wide, in which a point of the picture keeps its place. */
export function zoomed(view, factor, at, picture, plot) {
  const {span} = kept({...view, span: view.span * factor}, picture, plot)
  const by = span / view.span
  const moved = {u: at.u + (view.u - at.u) * by, v: at.v + (view.v - at.v) * by, span}
  return kept(moved, picture, plot)
}

/** Returns the view after so many pixels of the screen to the right and down. */
export function panned(view, right, down, picture, plot) {
  const pixel = view.span / plot.width
  return kept({...view, u: view.u + right * pixel, v: view.v - down * pixel}, picture, plot)
}
