// What begins when the page has been read.
import holdPanels from './panels.js'
import open from './session.js'
import holdTour from './tour.js'

/** Begins. */
export default function begin() {
  // What Panel loads its components with: a library, for the sake of browsers that are gone.
  window.importShim = Object.assign((address) => import(address), {addImportMap() {}})
  holdPanels()
  open(document.querySelector('meta[name=token]').content).then(holdTour)
}
