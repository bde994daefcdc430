// Chooses what dragging does.

/** Has dragging draw a box to zoom into, or pan. */
export default function drag({pan, box, mode}) {
  const [chosen] = mode.data.box
  pan.active = !chosen
  box.active = chosen
}
