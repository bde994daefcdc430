// Light or dark: as the system has it, until somebody says otherwise.
import {keep, kept} from '../../shared/javascript/storage.js'

export const KEPT = 'trainscape theme' // the choice, in the browser's storage; none: as the system

/** Returns the theme that is shown, of a choice and of what the system prefers. */
export function shown(choice, prefersDark) {
  if (choice === 'dark' || choice === 'light') return choice
  return prefersDark ? 'dark' : 'light'
}

/** Returns the choice after the other theme is asked for: none where that is the system's own. */
export function toggled(choice, prefersDark) {
  const wanted = shown(choice, prefersDark) === 'dark' ? 'light' : 'dark'
  return wanted === shown(null, prefersDark) ? null : wanted
}

/** Shows the theme, and follows the system and the button. */
export default function followTheme() {
  const system = matchMedia('(prefers-color-scheme: dark)')
  let choice = kept(KEPT) ?? null
  const show = () => {
    document.documentElement.dataset.theme = shown(choice, system.matches)
    document.dispatchEvent(new CustomEvent('theme'))
  }
  show()
  system.addEventListener('change', show)
  document.addEventListener('click', (event) => {
    if (!event.target.closest?.('#theme-toggle')) return
    choice = toggled(choice, system.matches)
    keep(KEPT, choice)
    show()
  })
}
