// Goes home, as the key h does.
import {message} from './sources.js'

/** Takes back the click that was the first half, and sends the key. */
export default function doubleClick({figure, pressed}) {
  clearTimeout(figure.click)
  message(pressed, {key: 'h'})
}
