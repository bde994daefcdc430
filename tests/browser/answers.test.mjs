import assert from 'node:assert/strict'
import test from 'node:test'

import {awaitAnswers, LATEST} from '../../app/views/javascript/answers.js'
import {fakeTime} from './faking.mjs'

function field(t) {
  const [shown, pass] = [[], fakeTime(t)]
  return {shown, pass, ...awaitAnswers(({value}) => shown.push(value))}
}

test('what the server tells of its own accord is shown at once', (t) => {
  const {shown, tell} = field(t)
  tell({value: 1})
  tell({value: 0.5})
  assert.deepEqual(shown, [1, 0.5])
})

test('an answer to an earlier entry does not undo a later one, which is shown once it is answered', (t) => {
  const {shown, enter, tell} = field(t)
  enter(0.99)
  enter(0.98)
  tell({value: 1}) // for some other reason
  tell({value: 0.99})
  enter(0.99)
  tell({value: 0.98})
  assert.deepEqual(shown, [])
  tell({value: 0.99})
  tell({value: 1})
  assert.deepEqual(shown, [0.99, 1])
})

test('several choices are answered as one', (t) => {
  const {shown, enter, tell} = field(t)
  enter(['a'])
  enter(['a', 'b'])
  tell({value: ['a']})
  assert.deepEqual(shown, [])
  tell({value: ['a', 'b']})
  assert.deepEqual(shown, [['a', 'b']])
})

test('what is refused is taken back in a while', (t) => {
  const {shown, pass, enter, tell} = field(t)
  enter('strange')
  tell({value: 'usual'})
  pass(LATEST - 1)
  assert.deepEqual(shown, [])
  pass(1)
  assert.deepEqual(shown, ['usual'])
  tell({value: 'other'})
  assert.deepEqual(shown, ['usual', 'other'])
})
