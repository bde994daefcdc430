// Writes a text into the browser's storage.
import {keep} from '../../shared/javascript/storage.js'

/** Stores the text that the server has sent, where the browser allows it. */
export default function store({key, source}) {
  keep(key, source.data.text[0])
}
