// Enters and leaves fullscreen; a browser allows that to a gesture alone.

/** Enters fullscreen, or leaves it. */
export default function toggleFullscreen() {
  if (document.fullscreenElement) document.exitFullscreen()
  else document.documentElement.requestFullscreen()
}
