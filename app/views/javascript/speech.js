// Says what is found in a sentence, also to those who hear the page, and to its title.

/** Gives the picture its description, once it is there. */
function describe(text) {
  const figure = [...(Bokeh.documents[0]?._all_models.values() ?? [])]
    .find(({name}) => name === 'landscape')
  const view = figure && Bokeh.index.find_one(figure)
  view?.el.setAttribute('aria-description', text)
}

/** Draws the sentence, and beside it, for ears alone, what has happened. */
export function render({model}) {
  const all = document.createElement('div')
  const sentence = document.createElement('p')
  const news = document.createElement('p')
  sentence.className = 'sentence'
  news.className = 'unseen'
  news.setAttribute('role', 'status')
  all.append(sentence, news)
  const show = () => {
    sentence.textContent = sentence.title = model.sentence || model.waiting
    sentence.classList.toggle('waiting', !model.sentence)
    document.title = model.title
    describe(model.description)
  }
  for (const name of ['sentence', 'waiting', 'title', 'description']) model.on(name, show)
  model.on('news', () => {
    news.textContent = model.news
  })
  show()
  return all
}
