// Chooses what dragging does.

const ALWAYS = 2 ** 31 - 1 // milliseconds, the most that a timer takes

/** Has dragging draw a box to zoom into, or pan, however long the button is down before it moves.
 *
 * What rests for 0.3 s, or that long because the page is busy, Bokeh takes for a press: no movement
 * after it would be heard of.
 */
export default function drag({figure, pan, box, mode}) {
  const [chosen] = mode.data.box
  pan.active = !chosen
  box.active = chosen
  const gestures = Bokeh.index.find_one(figure)?.canvas_view.ui_event_bus.ui_gestures
  if (gestures) gestures.constructor.press_threshold = ALWAYS
}
