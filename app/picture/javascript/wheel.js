// What a turn of the wheel, or a pinch of a trackpad, makes of the view's width.

const TURN = 500 // pixels of a wheel that zoom by the number e
const PINCH = 100 // and of a trackpad; browsers tell of its pinches as a wheel with ctrl
const NOTCH = 100 // pixels: what a real wheel turns at least, with ctrl or without
const UNITS = [1, 33, 300] // pixels in one of pixels, lines and pages, such that notches are alike
const MOST = Math.log(4) // by one event

/** Returns what the width is multiplied by; turns there and back make 1. */
export function factorOf({deltaY, deltaMode, ctrlKey}) {
  const pixels = deltaY * (UNITS[deltaMode] ?? 1)
  if (Number.isNaN(pixels)) return 1
  const pinched = ctrlKey && !deltaMode && Math.abs(pixels) < NOTCH
  return Math.exp(Math.min(Math.max(pixels / (pinched ? PINCH : TURN), -MOST), MOST))
}
