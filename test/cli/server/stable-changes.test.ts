import { it } from 'vitest'
import { StableChanges } from '../../../cli/src/server/stable-changes.ts'

it('a change counts when two looks in a row see it, and once', ({ expect }) => {
  const changes = new StableChanges('a')
  const seen = ['a', 'b', 'b', 'b', 'c', 'd', 'd', 'd'].map((value) => changes.look(value))
  const none = undefined
  expect(seen).toEqual([none, none, 'b', none, none, none, 'd', none])
})

it('a change that is taken back does not count', ({ expect }) => {
  const changes = new StableChanges('a')
  expect(['b', 'a', 'b', 'a'].map((value) => changes.look(value))).toEqual(Array(4).fill(undefined))
})

it('what is in use is no change after a value that was not used', ({ expect }) => {
  const changes = new StableChanges('a')
  const none = undefined
  expect(['b', 'b', 'a', 'a', 'b', 'b'].map((value) => changes.look(value))).toEqual([
    none,
    'b',
    none,
    none,
    none,
    'b',
  ])
  changes.use('b')
  expect(['a', 'a', 'b', 'b'].map((value) => changes.look(value))).toEqual([none, 'a', none, none])
})

it('a value can be acted on again', ({ expect }) => {
  const changes = new StableChanges('a')
  expect(['b', 'b'].map((value) => changes.look(value))).toEqual([undefined, 'b'])
  changes.retry()
  expect(['b', 'b'].map((value) => changes.look(value))).toEqual(['b', undefined])
})
