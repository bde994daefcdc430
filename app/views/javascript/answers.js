// What the server tells of a field while somebody enters more: its answers come late.

export const LATEST = 1000 // milliseconds after which what was entered is not waited for any more

/** Keeps the answers to earlier entries from undoing later ones.
 *
 * `show` shows a field as the server has it. What is told of a field whose last entry has not been
 * answered yet waits for that, or for `LATEST`: the server may have refused it.
 */
export function awaitAnswers(show) {
  let unanswered = []
  let told = null
  let giveUp = 0
  return {
    enter(value) {
      unanswered.push(JSON.stringify(value))
      clearTimeout(giveUp)
      giveUp = setTimeout(() => {
        unanswered = []
        if (told) show(told)
      }, LATEST)
    },
    tell(field) {
      told = field
      unanswered = unanswered.slice(unanswered.indexOf(JSON.stringify(field.value)) + 1)
      if (unanswered.length === 0) show(field)
    },
  }
}
