// Bokeh data sources of one row, which carry messages between server and browser.

/** Returns the row of a data source as an object, without the array around each value. */
export function row(source) {
  return Object.fromEntries(Object.entries(source.data).map(([key, [value]]) => [key, value]))
}

/** Replaces the row of a data source. */
export function put(source, values) {
  source.data = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, [value]]))
}

/** Puts a message into a data source, and counts it, so that the same one is sent twice, too. */
export function message(source, values) {
  put(source, {...values, count: source.data.count[0] + 1})
}
