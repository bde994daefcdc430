// Draws the gallery: a card for every window of every preset.

function card({label, about, image, needs}, go) {
  const button = document.createElement('button')
  button.title = about
  const picture = document.createElement(image ? 'img' : 'i')
  if (image) {
    picture.src = image
    picture.alt = about
  } else {
    picture.textContent = needs
  }
  const name = document.createElement('span')
  name.textContent = label
  button.append(picture, name)
  button.addEventListener('click', go)
  return button
}

/** Draws the cards, and sends the number of the one that is clicked. */
export function render({model}) {
  const grid = document.createElement('div')
  const cards = () => model.cards.map((about, number) => card(about, () => model.send_msg(number)))
  const fill = () => grid.replaceChildren(...cards())
  model.on('cards', fill)
  fill()
  return grid
}
