// The icons of the page: paths in a square of 24, drawn as lines.

const PATHS = {
  home: 'M3 11l9-8 9 8M6 9v11h12V9',
  back: 'M20 12H5M11 5l-7 7 7 7',
  forward: 'M4 12h15M13 5l7 7-7 7',
  box: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  undo: 'M8 4L3 9l5 5M3 9h11a6 6 0 0 1 0 12H9',
  redo: 'M16 4l5 5-5 5M21 9H10a6 6 0 0 0 0 12h5',
  aim: 'M12 2v5M12 17v5M2 12h5M17 12h5M12 12m-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0',
  places: 'M6 3h12v18l-6-5-6 5z',
  compare: 'M12 2v20M9 5H4v14h5M15 5h5v14h-5',
  veil: 'M4 4h16v16H4zM4 12l8-8M4 20L20 4M12 20l8-8',
  export: 'M12 3v12M6 10l6 6 6-6M4 21h16',
  pin: 'M12 22v-7M7 3h10l-2 6 3 6H6l3-6z',
  link: 'M10 14a4 4 0 0 0 6 0l4-4a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-4 4a4 4 0 0 0 6 6l1-1',
  fullscreen: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M9 9h6v6H9z',
  help: 'M12 12m-9 0a9 9 0 1 0 18 0a9 9 0 1 0-18 0M9 9.5a3 3 0 1 1 4.5 2.6c-1 .6-1.500 1-1.500 2.400M12 17.500v.1',
  remove: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  close: 'M6 6l12 12M18 6L6 18',
}

/** Returns an icon, which is nothing to those who hear the page. */
export function icon(name, size = 20) {
  const space = 'http://www.w3.org/2000/svg'
  const drawn = document.createElementNS(space, 'svg')
  for (const [key, value] of Object.entries({
    viewBox: '0 0 24 24', width: size, height: size, fill: 'none', stroke: 'currentColor',
    'stroke-width': 2, 'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': true,
  })) drawn.setAttribute(key, value)
  const path = document.createElementNS(space, 'path')
  path.setAttribute('d', PATHS[name] ?? '')
  drawn.append(path)
  return drawn
}
